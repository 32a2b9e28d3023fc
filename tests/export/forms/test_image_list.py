"""Some images of a source, by their ids and names."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ovmr_index import Index
from ovmr_index.errors import UsageError
from ovmr_index.export.forms.annotated_images import annotated_images
from ovmr_index.export.forms.box_options import BoxOptions
from ovmr_index.export.forms.box_selection import select_boxes
from tests.support.trees import TreeBuilder

NAMES = {1: "mug.jpg", 2: "deep/mug.jpg", 3: "4.jpg", 4: "ä b.jpg", 5: "0005.jpg", 6: "deep/7.jpg"}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Index:
    """Return an index of images some of which are called by the ids of others."""
    builder = TreeBuilder(tmp_path_factory.mktemp("images") / "datasets", empty_index)
    images: list[dict[str, Any]] = [{"id": key, "file_name": name} for key, name in NAMES.items()]
    content = {"images": images, "annotations": [], "categories": [{"id": 1, "name": "mug"}]}
    file = builder.json("mine.json", content)
    opened = builder.index()
    opened.sources.ingest([opened.sources.coco(file, "mine", builder.root / "images")])
    return opened


def found(index: Index, images: Path | str | Collection[Any]) -> list[int]:
    """Return the ids of the images that a list means."""
    with index._session.read() as connection:
        options = BoxOptions(source="mine", images=images)
        selection = select_boxes(index._session, connection, options)
        return [one.id for one in annotated_images(connection, selection)]


def test_a_whole_path_is_one_image(index: Index) -> None:
    assert found(index, ["mug.jpg"]) == [1]
    assert found(index, ["deep/mug.jpg"]) == [2]
    assert found(index, ["mug"]) == [1, 2]
    assert found(index, ["7.jpg", "ä b"]) == [4, 6]


def test_numbers(index: Index, tmp_path: Path) -> None:
    assert found(index, [3, 6, 3]) == found(index, np.array([6, 3])) == [3, 6]
    assert found(index, ["0006", "0005", "7"]) == [5, 6]
    with pytest.raises(UsageError, match="images: 4 is the id of one image and the name of anot"):
        found(index, ["4"])
    file = tmp_path / "images"
    file.write_text("3\n4\n")
    with pytest.raises(UsageError, match="images: 4 is the id of one image and the name of anot"):
        found(index, file)
    file.write_text("[3, 4]")
    assert found(index, file) == [3, 4]
    assert found(index, ["4.jpg"]) == [3]


@pytest.mark.parametrize("one", [True, None, 1.5, b"mug.jpg"])
def test_what_is_no_id_and_no_name(index: Index, one: Any) -> None:
    with pytest.raises(UsageError, match=r"images\[1\] is .*; give a whole number"):
        found(index, ["mug", one])
