"""Plain COCO files in the programs that read COCO: the real ones read every record of them."""

import contextlib
import io
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from ovmr_index import BoxOptions, Index, Shots

# What the programs do with the packages that they need is not ours to change.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

OPTIONS = {
    "lvis": (BoxOptions(source="lvis_v1_train"), None),
    "coco80": (BoxOptions(source="lvis_v1_val", category_map="coco80"), None),
    "genome": (BoxOptions(source="visual_genome", vocabulary="lvis_v1_train"), None),
    "few": (BoxOptions(source="lvis_v1_train", renumber=True), Shots(3, seed=1)),
}
FILES = [*OPTIONS]


class CocoFile(NamedTuple):
    """A file that was exported, the folder of its images, and what is in it as JSON."""

    path: Path
    images: Path
    content: dict[str, Any]

    @property
    def annotations(self) -> list[dict[str, Any]]:
        """Its annotations."""
        found: list[dict[str, Any]] = self.content["annotations"]
        return found

    def of_image(self, image_id: int) -> list[dict[str, Any]]:
        """Return the annotations on an image."""
        return [one for one in self.annotations if one["image_id"] == image_id]


@pytest.fixture(scope="module")
def files(demo_index: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, CocoFile]:
    """Export each file once."""
    folder = tmp_path_factory.mktemp("coco")
    found = {}
    with Index.open(demo_index, create=False) as index:
        for name, (options, shots) in OPTIONS.items():
            written = index.exports.coco(options, folder / f"{name}.json", shots=shots)
            assert not written.problems
            content = json.loads(written.path.read_bytes())
            assert len(content["annotations"]) == written.annotations > 40
            found[name] = CocoFile(written.path, written.image_root, content)
    return found


@pytest.fixture(params=FILES)
def file(request: pytest.FixtureRequest, files: dict[str, CocoFile]) -> CocoFile:
    """Return each of the files."""
    return files[request.param]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Keep what the programs print out of the tests."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield


def results(file: CocoFile, kind: str) -> list[dict[str, Any]]:
    """Return results that find every second annotation as it is, and others beside the mark."""
    made = []
    for i, one in enumerate(file.annotations):
        x, y, w, h = one["bbox"]
        shift = 0 if i % 2 else w / 4
        made.append(
            {
                "image_id": one["image_id"],
                "category_id": one["category_id"],
                "score": 1 / (i + 1),
                **(
                    {"bbox": [x + shift, y, w, h]}
                    if kind == "bbox"
                    else {"segmentation": one["segmentation"]}
                ),
            }
        )
    return made


def test_every_image_is_there(file: CocoFile) -> None:
    assert all((file.images / one["file_name"]).is_file() for one in file.content["images"])


def test_records_are_those_of_lvis(files: dict[str, CocoFile], demo_index: Path) -> None:
    lvis = json.loads((demo_index / "lvis/lvis_v1_train.json").read_bytes())
    assert files["lvis"].annotations == [one | {"iscrowd": 0} for one in lvis["annotations"]]
    assert files["lvis"].content["categories"] == lvis["categories"]
    assert files["lvis"].content["images"] == [
        one | {"file_name": "/".join(one["coco_url"].split("/")[-2:])} for one in lvis["images"]
    ]


def test_pycocotools_reads_it(file: CocoFile) -> None:
    from pycocotools.coco import COCO

    coco = COCO(str(file.path))
    coco.info()
    assert len(coco.getAnnIds()) == len(file.annotations)
    assert {*coco.getImgIds()} == {one["image_id"] for one in file.annotations} | {
        one["id"] for one in file.content["images"]
    }
    assert coco.getAnnIds(iscrowd=False) == coco.getAnnIds()
    some = coco.loadAnns(coco.getAnnIds(catIds=[file.annotations[0]["category_id"]]))
    assert file.annotations[0] in some
    if file.annotations[0]["segmentation"]:
        mask = coco.annToMask(file.annotations[0])
        assert mask.sum() == pytest.approx(file.annotations[0]["area"], rel=0.1)


@pytest.mark.parametrize("kind", ["bbox", "segm"])
def test_cocoeval_evaluates_against_it(files: dict[str, CocoFile], kind: str) -> None:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    file = files["coco80"]
    truth = COCO(str(file.path))
    made = results(file, kind)
    if kind == "segm":
        made = [one | {"segmentation": truth.annToRLE(one)} for one in made]
    done = COCOeval(truth, truth.loadRes(made), kind)
    done.evaluate()
    done.accumulate()
    done.summarize()
    if kind == "segm":
        assert done.stats[0] == pytest.approx(1)
    else:  # a quarter beside the mark is an overlap of 3/5
        assert done.stats[1] == pytest.approx(1)
        assert 0.3 < done.stats[0] < done.stats[1]


def test_faster_coco_eval_gives_the_same_as_cocoeval(files: dict[str, CocoFile]) -> None:
    import faster_coco_eval
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    for name in ("coco80", "genome"):
        made = results(files[name], "bbox")
        stats = []
        for read, evaluator in (
            (COCO, COCOeval),
            (faster_coco_eval.COCO, faster_coco_eval.COCOeval_faster),
        ):
            truth = read(str(files[name].path))
            done = evaluator(truth, truth.loadRes(made), "bbox")
            done.evaluate()
            done.accumulate()
            done.summarize()
            stats.append(done.stats[:12])
        assert np.allclose(*stats)


def test_torchvision_reads_it(file: CocoFile) -> None:
    from torchvision.datasets import CocoDetection, wrap_dataset_for_transforms_v2

    has_masks = all(one["segmentation"] for one in file.annotations)
    keys = ("image_id", "boxes", "labels", "iscrowd", *(["masks"] if has_masks else []))
    plain = CocoDetection(str(file.images), str(file.path))
    assert len(plain) == len(file.content["images"])
    wrapped = wrap_dataset_for_transforms_v2(plain, target_keys=keys)
    seen = 0
    for i in range(0, len(wrapped), 9):
        image, target = wrapped[i]
        expected = file.of_image(plain.ids[i])
        if not expected:
            assert "boxes" not in target
            continue
        seen += 1
        assert target["labels"].tolist() == [one["category_id"] for one in expected]
        x, y, w, h = expected[0]["bbox"]
        assert np.allclose(target["boxes"][0], [x, y, x + w, y + h])
        assert target["boxes"].canvas_size == (image.height, image.width)
        if has_masks:
            assert target["masks"].shape == (len(expected), image.height, image.width)
    assert seen


@pytest.mark.parametrize("with_masks", [False, True])
def test_supervision_reads_it(file: CocoFile, with_masks: bool) -> None:
    import supervision

    dataset = supervision.DetectionDataset.from_coco(
        images_directory_path=str(file.images),
        annotations_path=str(file.path),
        force_masks=with_masks,
    )
    names = {one["id"]: one["name"] for one in file.content["categories"]}
    assert sorted(dataset.classes) == sorted(names.values())
    assert len(dataset) == len(file.content["images"])
    expected = Counter(names[one["category_id"]] for one in file.annotations)
    found: Counter[str] = Counter()
    for path, _, detections in dataset:
        assert Path(path).is_file()
        if detections.class_id is not None:
            found.update(dataset.classes[one] for one in detections.class_id)
    assert found == expected


def test_datumaro_reads_it(file: CocoFile, tmp_path: Path) -> None:
    """It takes the layout of COCO's own folders, for which two links are enough."""
    from tests.support.datumaro_package import Dataset

    for folder in ("annotations", "images"):
        (tmp_path / folder).mkdir()
    (tmp_path / "annotations/instances_train.json").symlink_to(file.path)
    (tmp_path / "images/train").symlink_to(file.images)
    dataset = Dataset.import_from(str(tmp_path), "coco")
    assert len(dataset) == len(file.content["images"])
    found = {one.id for item in dataset for one in item.annotations}
    assert found == {one["id"] for one in file.annotations}
    first = next(iter(dataset))
    assert first.media.data.shape[2] == 3


def test_lvis_api_reads_it(files: dict[str, CocoFile]) -> None:
    from lvis import LVIS

    file = files["lvis"]
    lvis = LVIS(str(file.path))
    assert len(lvis.get_ann_ids()) == len(file.annotations)
    image = lvis.load_imgs([file.content["images"][0]["id"]])[0]
    assert image["neg_category_ids"] == file.content["images"][0]["neg_category_ids"]
    assert lvis.ann_to_mask(file.annotations[0]).any()


def test_fiftyone_reads_it(file: CocoFile) -> None:
    """Its dataset object needs MongoDB; what parses the file does not."""
    from fiftyone.utils.coco import load_coco_detection_annotations

    info, classes, _, images, annotations = load_coco_detection_annotations(str(file.path))
    assert {*classes.values()} == {one["name"] for one in file.content["categories"]}
    assert len(images) == len(file.content["images"])
    assert sum(map(len, annotations.values())) == len(file.annotations)
    assert "licenses" in info


@pytest.mark.parametrize("field", ["annotations", "images", "categories"])
def test_datasets_reads_each_list(file: CocoFile, field: str, tmp_path: Path) -> None:
    import datasets

    read = datasets.load_dataset(
        "json", data_files=str(file.path), field=field, split="train", cache_dir=str(tmp_path)
    )
    expected = file.content[field]
    assert len(read) == len(expected)
    assert {name: read[0][name] for name in expected[0]} == expected[0]


def test_detectron2_would_take_it(file: CocoFile) -> None:
    """It does not install here: these are the rules of its `load_coco_json`, written for this test.

    Ids of categories are made contiguous in the order of the ids; ids of annotations are unique;
    every record has `image_id`, `bbox` of four numbers, `iscrowd` and no `ignore`; a polygon has an
    even number of at least six coordinates.
    """
    ids = sorted(one["id"] for one in file.content["categories"])
    contiguous = {key: i for i, key in enumerate(ids)}
    assert len(contiguous) == len(file.content["categories"])
    assert len({one["id"] for one in file.annotations}) == len(file.annotations)
    images = {one["id"]: one for one in file.content["images"]}
    for one in file.content["images"]:
        assert one["height"] > 0
        assert one["width"] > 0
    for one in file.annotations:
        image = images[one["image_id"]]
        assert one.get("ignore", 0) == 0
        assert one["iscrowd"] in (0, 1)
        assert one["category_id"] in contiguous
        x, y, w, h = one["bbox"]
        assert 0 <= x <= x + w <= image["width"] + 1
        assert 0 <= y <= y + h <= image["height"] + 1
        for polygon in one["segmentation"]:
            assert len(polygon) % 2 == 0
            assert len(polygon) >= 6
