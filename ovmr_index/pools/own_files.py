"""JSON files of your own recipe: each member once, and no synset twice among substitutes."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ovmr_index.errors import OvmrIndexError, shortened
from ovmr_index.vocabularies.list_content import read_text


class _RepeatedError(ValueError):
    """A member that stands twice in an object; its message is the name."""


def read_content(path: Path) -> bytes:
    """Return what is in a JSON file, in UTF-8 without a byte order mark.

    Raises OSError, and RecordError for a file of another kind, which is named.
    """
    return read_text(path, "a JSON file").encode()


def require_each_once(path: Path, content: bytes) -> None:
    """Raise OvmrIndexError where a member stands twice in an object of a JSON file, which is valid.

    Of two members of one name readers take the last, and the first is lost.
    """
    try:
        json.loads(content, object_pairs_hook=_each_once)
    except _RepeatedError as error:
        name = shortened(str(error))
        raise OvmrIndexError(f"{path}: `{name}` stands twice; remove one of them") from None


def require_others(substitutes: Mapping[str, Sequence[str]], file: Path) -> None:
    """Raise OvmrIndexError for a synset that is its own substitute, or twice one of another.

    Its exemplars would be in the pool twice, as whoever writes a file does not mean it. What Python
    is given is taken as it is.
    """
    for synset, names in substitutes.items():
        again = next((name for i, name in enumerate(names) if name in names[:i]), None)
        if synset in names:
            problem = "is named as its own substitute; remove it there"
        elif again is not None:
            problem = f"names {shortened(again)} twice; remove one of them"
        else:
            continue
        raise OvmrIndexError(f"{file}: {shortened(synset)}: {problem}")


def _each_once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in members:
        if name in found:
            raise _RepeatedError(name)
        found[name] = value
    return found
