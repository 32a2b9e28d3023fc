"""What tests of bad input share: a good state before, and what must hold after."""

from collections.abc import Collection, Mapping, Sequence

import pytest

from ovmr_index import Index
from ovmr_index.errors import OvmrIndexError
from tests.support.contents import everything
from tests.support.trees import TENCH, Json, TreeBuilder, annotation, vg_object, vg_objects

LVIS = "lvis/lvis_v1_train.json"
OBJECTS, IMAGE_DATA = "VisualGenome/objects.json", "VisualGenome/image_data.json"
DEEP = "[" * 100_000 + "]" * 100_000
NUMBERS = ["NaN", "Infinity", "-Infinity", "1e400", "18446744073709551616", "1" * 5_000]


def without(record: Json, name: str) -> Json:
    """Return the record without one field."""
    return {key: value for key, value in record.items() if key != name}


def crossed(names: Sequence[str], kinds: Sequence[str]) -> set[str]:
    """Return the names of what every run need not try of kinds of bad values in several places.

    A run tries the first kind in every place, and every kind in the first place.
    """
    return {name for part in names[1:] for name in map(part.format, kinds[1:])}


def rows(
    bad: Mapping[str, tuple[object, ...]], variants: Collection[str]
) -> list[pytest.ParameterSet]:
    """Return the rows of a table as parameters; `make exhaustive` alone runs the variants."""
    mark = pytest.mark.exhaustive
    return [
        pytest.param(*row, id=name, marks=[mark] if name in variants else [])
        for name, row in bad.items()
    ]


def filled_index(builder: TreeBuilder) -> Index:
    """Return an index that holds a good state of both sources."""
    builder.lvis(annotations=[annotation(5), annotation(7)])
    builder.visual_genome(vg_objects(1, vg_object(3, TENCH), vg_object(9)))
    index = builder.index()
    index.ingest()
    index.collate()
    return index


def refused(builder: TreeBuilder, index: Index, where: str, problem: str) -> None:
    """Assert that an ingest is refused in one line, and leaves every byte of the index as it was.

    The line begins with `where` below the root, and contains `problem`.
    """
    before = everything(index)
    with pytest.raises(OvmrIndexError) as caught:
        index.ingest()
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{builder.root}/{where}")
    assert problem in message
    assert len(message) < 500 + len(str(builder.root))
    assert everything(index) == before
