"""Visual prompts: boxes on whole images, for each category of a sample."""

import json
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import DrawOptions, Filters, Index, PartitionFilter
from ovmr_index.errors import EmptyOutputError, ShortageError, UsageError
from tests.support.tars import to_class_tars
from tests.support.trees import (
    APPLE,
    BASKET,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    category,
    image,
)

CATEGORIES = [category(7, TENCH), category(3, APPLE, frequency="r"), category(5, BASKET)]
LVIS = Filters(datasets=("lvis",))
NOVEL = PartitionFilter("rare", "novel", only=True)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Index:
    """Return an index of LVIS's train split and of two images of ImageNet, of which one is none."""
    builder = TreeBuilder(tmp_path_factory.mktemp("prompts") / "datasets", empty_index)
    builder.lvis(
        categories=CATEGORIES,
        images=[image(9), image(2)],
        annotations=[
            annotation(11, 2, 3),
            annotation(12, 9, 7, bbox=[30.1, 20.2, 40, 40]),
            annotation(13, 9, 7, bbox=[70, 20, 40, 40]),
        ],
    )
    builder.pictures("coco/train2017/000000000002.jpg", "coco/train2017/000000000009.jpg")
    folder = f"train/{TENCH_WNID}"
    builder.imagenet({folder: [f"{TENCH_WNID}_1.JPEG"]})
    builder.file(f"imagenet/imagenet21k_P/{folder}/{TENCH_WNID}_2.JPEG", b"no image")
    opened = builder.index()
    opened.ingest()
    return opened


def drawn(index: Index, path: Path, **options: Any) -> list[dict[str, Any]]:
    """Return the content of the file of a draw that takes all there is."""
    written = index.exports.prompts(DrawOptions(k=9, on_shortage="take-all", **options), path)
    content: list[dict[str, Any]] = json.loads(written.path.read_bytes())
    assert written.records == sum(len(one["prompts"]) for one in content)
    return content


def test_a_list_over_categories_in_their_order(index: Index, tmp_path: Path) -> None:
    tench, apple, basket = drawn(index, tmp_path / "prompts.json", filters=LVIS)
    assert basket == {
        "index": 2, "id": 5, "name": "basket", "synset": BASKET, "prompts": []
    }  # fmt: skip
    assert [(one["index"], one["id"], one["name"]) for one in (tench, apple)] == [
        (0, 7, "tench"),
        (1, 3, "apple"),
    ]
    (prompt,) = apple["prompts"]
    assert prompt == {
        "image": "coco/train2017/000000000002.jpg",
        "dataset": "lvis",
        "file_name": "train2017/000000000002.jpg",
        "bbox": [4, 4, 44.5, 40],
        "width": 64,
        "height": 48,
        "image_id": 2,
        "region_id": 11,
    }
    assert [one["bbox"] for one in tench["prompts"]] == [[30.1, 20.2, 64, 48]]
    assert all((index.root / one["image"]).is_file() for one in (prompt, *tench["prompts"]))


def test_a_whole_image_is_a_box_of_its_size(index: Index, tmp_path: Path) -> None:
    options = DrawOptions(k=9, on_shortage="take-all", filters=Filters(datasets=("imagenet21k",)))
    written = index.exports.prompts(options, tmp_path / "prompts.json")
    tench, *_ = json.loads(written.path.read_bytes())
    folder = f"train/{TENCH_WNID}"
    assert tench["prompts"] == [
        {
            "image": f"imagenet/imagenet21k_P/{folder}/{TENCH_WNID}_1.JPEG",
            "dataset": "imagenet21k",
            "file_name": f"{folder}/{TENCH_WNID}_1.JPEG",
            "bbox": [0, 0, 64, 48],
            "width": 64,
            "height": 48,
            "image_id": None,
            "region_id": None,
        }
    ]
    assert written.problems == [f"imagenet21k {folder}/{TENCH_WNID}_2.JPEG: not an image"]


def test_what_is_not_on_its_image_is_named(index: Index, tmp_path: Path) -> None:
    options = DrawOptions(k=9, on_shortage="take-all", filters=LVIS)
    written = index.exports.prompts(options, tmp_path / "prompts.json")
    assert written.problems == ["lvis train2017/000000000009.jpg: box 13 is not on the image"]


def test_only_the_categories_that_were_drawn_for(index: Index, tmp_path: Path) -> None:
    content = drawn(index, tmp_path / "prompts.json", partition_filter=NOVEL)
    assert [(one["index"], one["id"]) for one in content] == [(0, 3)]
    index.sample(DrawOptions(k=9, on_shortage="take-all", partition_filter=NOVEL), name="novel")
    saved = index.exports.prompts("novel")
    assert saved.path == index.root / "exports/prompts/novel.json"
    assert json.loads(saved.path.read_bytes()) == content


def test_bad_input(index: Index, tmp_path: Path) -> None:
    path = tmp_path / "prompts.json"
    with pytest.raises(UsageError, match="there is no sample 'absent'"):
        index.exports.prompts("absent", path)
    with pytest.raises(ShortageError, match="have fewer than 99 exemplars"):
        index.exports.prompts(DrawOptions(k=99), path)
    with pytest.raises(UsageError, match="is what lvis_v1_train was read from"):
        index.exports.prompts(
            DrawOptions(k=1, on_shortage="take-all"), index.root / "lvis/lvis_v1_train.json"
        )
    assert not path.exists()
    drawn(index, path)
    none = DrawOptions(
        k=1, on_shortage="take-all", filters=Filters(min_area=1e6, datasets=("lvis",))
    )
    with pytest.raises(EmptyOutputError, match="holds records, and there are none"):
        index.exports.prompts(none, path)


def test_an_image_in_a_tar_has_no_path(builder: TreeBuilder) -> None:
    builder.lvis(categories=[category(1, TENCH)], annotations=[])
    builder.imagenet({f"train/{TENCH_WNID}": [f"{TENCH_WNID}_1.JPEG"]})
    to_class_tars(builder.root / "imagenet")
    index = builder.index()
    index.ingest()
    written = index.exports.prompts(DrawOptions(k=1))
    ((prompt,),) = [one["prompts"] for one in json.loads(written.path.read_bytes())]
    assert prompt["image"] is None
    assert prompt["bbox"] == [0, 0, prompt["width"], prompt["height"]]
    (note,) = written.notes
    assert note.endswith("`ovmr-index export images --name NAME`")
