"""Strategies for JSON as others write it: any values, fields, key orders, escapes, white space."""

import json
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NAMES = TEXTS.filter(lambda text: text and "\0" not in text)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
KEYS = st.integers(0, 2**63 - 1)
PIXELS = st.integers(0, 2**53) | st.floats(0, 2**53)
SIGNED_PIXELS = st.integers(-(2**53), 2**53) | st.floats(-(2**53), 2**53)


@st.composite
def records(draw: st.DrawFn, known: dict[str, st.SearchStrategy[Any]]) -> Json:
    """Draw a record with the `known` fields and some unknown ones, in any order."""
    fields = draw(st.dictionaries(TEXTS.filter(lambda name: name not in known), VALUES, max_size=4))
    fields |= draw(st.fixed_dictionaries(known))
    return {name: fields[name] for name in draw(st.permutations(list(fields)))}


@st.composite
def written(draw: st.DrawFn, value: st.SearchStrategy[Any]) -> tuple[Any, bytes]:
    """Draw a value, and it as JSON with any white space and escapes."""
    drawn = draw(value)
    text = json.dumps(
        drawn,
        indent=draw(st.sampled_from([None, 0, 3, "\t", "\r\n "])),
        separators=draw(st.sampled_from([None, (",", ":"), (" , ", "\n:\t")])),
        ensure_ascii=draw(st.booleans()),
    )
    return drawn, text.encode()


def exactly(value: Any) -> str:
    """Return JSON that is equal only for equal values, where 5 is not 5.0."""
    return json.dumps(value, sort_keys=True)
