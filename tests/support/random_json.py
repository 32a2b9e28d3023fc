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
CROWDS = st.sampled_from([0, 1, True, 0.0, None, "1"])


Fields = dict[str, st.SearchStrategy[Any]]


@st.composite
def records(draw: st.DrawFn, needed: Fields, may_lack: Fields | None = None) -> Json:
    """Draw a record with the `needed` fields and some unknown ones, in any order.

    It has some of those that it `may_lack`. The two must name every field that its reader knows:
    Hypothesis draws names from the code, and an unknown field may hold anything.
    """
    optional = may_lack or {}
    known = {*needed, *optional}
    unknown = TEXTS.filter(lambda name: name.strip().lower() not in known)
    fields = draw(st.dictionaries(unknown, VALUES, max_size=4))
    fields |= draw(st.fixed_dictionaries(needed, optional=optional))
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
