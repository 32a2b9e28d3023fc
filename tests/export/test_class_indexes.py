"""The folders of layout `ovmr`: class indexes from 0, whatever the ids of the categories are."""

from pathlib import Path

import pytest

from ovmr_index import DrawOptions
from ovmr_index.errors import OvmrIndexError
from tests.support.coco_files import ingest_coco
from tests.support.oracle import load
from tests.support.runs import call
from tests.support.trees import APPLE, BASKET, TreeBuilder, annotation, category, image


def _classes(folder: Path, split: str) -> list[str]:
    return sorted(path.name for path in (folder / split).iterdir())


@pytest.mark.exhaustive(but=["ids2", "ids4"])
@pytest.mark.slow
@pytest.mark.parametrize("ids", [[0], [0, 1, 2], [90, 13, 0], [7, 5], [2**62, 1]])
def test_a_class_index_is_the_place_of_the_category(
    builder: TreeBuilder, tmp_path: Path, ids: list[int]
) -> None:
    index = ingest_coco(builder, [{"id": key, "name": f"thing {key}"} for key in ids])
    crops = tmp_path / "crops"
    arguments = ("-K", 1, "--vocabulary", "mine", "--layout", "ovmr", "-o", crops)
    done = call("export", "crops", *arguments, root=index.root)
    assert (done.code, done.err) == (0, "")
    places = [str(place) for place in range(len(ids))]
    assert _classes(crops, "train") == _classes(crops, "val") == places
    listed = load(crops / "annotations/lvis_exemplar_info.json")
    assert [one["id"] for one in listed["categories"]] == ids
    shown = {one["pos_category_ids"][0]: one["file_name"] for one in listed["images"]}
    assert shown == {key: f"{place}/val_0_mine_1.jpg" for place, key in enumerate(ids)}
    published = tmp_path / "published"
    done = call("export", "crops", *arguments[:4], "-o", published, root=index.root)
    assert sorted(_classes(published, "all")) == sorted(map(str, ids))


@pytest.mark.parametrize(("ids", "folders"), [((3, 7), ["2", "6"]), ((0, 7), ["0", "1"])])
def test_of_lvis_it_is_the_id_minus_1(
    builder: TreeBuilder, tmp_path: Path, ids: tuple[int, int], folders: list[str]
) -> None:
    categories = [category(key, name) for key, name in zip(ids, (APPLE, BASKET), strict=True)]
    boxes = [annotation(key + 1, 1, key) for key in ids]
    builder.lvis(categories=categories, images=[image(1)], annotations=boxes)
    builder.pictures("coco/train2017/000000000001.jpg")
    index = builder.index()
    index.ingest()
    drawn = index.sample(DrawOptions(k=1))
    assert index.exports.crops(drawn, drawn, tmp_path / "crops").written == 2
    assert _classes(tmp_path / "crops", "train") == folders


def test_a_category_of_another_vocabulary_has_none(builder: TreeBuilder, tmp_path: Path) -> None:
    index = ingest_coco(builder, [{"id": 0, "name": "mug"}])
    ingest_coco(builder, [{"id": 3, "name": "mug"}], name="other")
    drawn = index.sample(DrawOptions(k=1, vocabulary="mine"))
    with pytest.raises(OvmrIndexError, match="category 0 of the sample is not in its vocabulary"):
        index.exports.crops(drawn, drawn, tmp_path / "crops", vocabulary="other")
    assert not (tmp_path / "crops").exists()
