"""Whether two folders of outputs are equal: as JSON values, lists in the same order.

    python -m benchmarks.compare TREE FOLDER

`TREE` has the files that ovmr-index has written, `FOLDER` those of the peer.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from msgspec import Raw
from msgspec.json import Decoder, decode

FILES = (
    "metadata/exemplar_dict.json",
    "metadata/lvis_image_exemplar_dict_K-005_own.json",
    "metadata/lvis_image_exemplar_dict_K-030_own.json",
    "metadata/lvis_v1_train_cat_info.json",
    "lvis/lvis_v1_train_norare.json",
    "imagenet/annotations/imagenet_lvis_image_info.json",
)
_SHOWN = 200  # characters
_AT_ONCE = 1 << 16  # bytes of JSON that are decoded whole: a file of 1 GB takes 6 GB in memory
_LIST = Decoder(list[Raw])
_OBJECT = Decoder(dict[str, Raw])


class DifferenceError(Exception):
    """An output is not what it should be."""


def require_equal(root: Path, folder: Path) -> None:
    """Raise DifferenceError, with the place, for the first file that is not equal in both."""
    for name in FILES:
        ours, theirs = root / name, folder / Path(name).name
        if place := difference(Raw(ours.read_bytes()), Raw(theirs.read_bytes())):
            raise DifferenceError(f"{ours} and {theirs} differ: {place}")


def difference(one: Raw, other: Raw) -> str | None:
    """Return where two JSON texts differ first as values, and how, None if they are equal."""
    first, second = bytes(one).strip(), bytes(other).strip()
    if first == second or (len(first) < _AT_ONCE and decode(first) == decode(second)):
        return None
    for kind, decoder in ((b"[", _LIST), (b"{", _OBJECT)):
        if first[:1] == second[:1] == kind:
            return _first(_parts(decoder.decode(first), decoder.decode(second)))
    return f": {_shown(first)} and {_shown(second)}"


def _parts(one: Any, other: Any) -> Iterator[tuple[str, Raw | None, Raw | None]]:
    """Yield the places of two lists or two objects, with what both have there, or None."""
    if isinstance(one, dict):
        for key in one | other:
            yield f".{key}", one.get(key), other.get(key)
    else:
        for place, pair in enumerate(zip_longest(one, other)):
            yield f"[{place}]", *pair


def _first(parts: Iterable[tuple[str, Raw | None, Raw | None]]) -> str | None:
    for place, one, other in parts:
        if one is None or other is None:
            return f"{place}: is in one alone"
        if found := difference(one, other):
            return f"{place}{found}"
    return None


def _shown(text: bytes) -> str:
    return str(text[:_SHOWN], "utf-8", "replace")


def main() -> None:
    """Compare the folders of the command line; exit with 1 where they differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("root", type=Path, metavar="TREE")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    try:
        require_equal(options.root, options.folder)
    except (DifferenceError, OSError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
