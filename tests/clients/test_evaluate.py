"""`Index.evaluate`: the numbers of lvis-api and of pycocotools, on made results."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lvis import LVIS
from lvis import LVISEval as PublishedEval
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from ovmr_index import Evaluation
from ovmr_index.integrations.evaluation.options import IouType
from ovmr_index.integrations.lvis import LVISEval
from tests.support.made_results import SYNSETS, MadeResults
from tests.support.trees import Json, TreeBuilder

SEEDS = (0, *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in (1, 2)))
CLOSE = 1e-9
NAMES_OF_COCO = (
    *("AP", "AP50", "AP75", "APs", "APm", "APl"),
    *("AR@1", "AR@10", "AR@100", "ARs@100", "ARm@100", "ARl@100"),
)


class Made:
    """An index of made annotations, for LVIS's val and as COCO's `mine`, and detections of them."""

    def __init__(self, builder: TreeBuilder, seed: int) -> None:
        self.results = MadeResults(seed)
        self.with_crowds = MadeResults(seed, crowds=True)
        lvis = builder.lvis("val", **self.results.lists())
        self.file = builder.root / "lvis" / "lvis_v1_val.json"
        content = self.with_crowds.lists()
        for one in content["images"]:
            one["file_name"] = f"{one['id']}.jpg"
        self.coco_file = builder.json("mine.json", content)
        self.index = builder.index()
        images = builder.root / "mine"
        images.mkdir()
        self.index.ingest([lvis, self.index.sources.coco(self.coco_file, "mine", images)])


@pytest.fixture(scope="module", params=SEEDS)
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, empty_index: Path
) -> Iterator[Made]:
    """Return an index of made annotations, of one seed after the other."""
    root = tmp_path_factory.mktemp("made") / "datasets"
    built = Made(TreeBuilder(root, empty_index), request.param)
    yield built
    built.index.close()


def results_of(results: MadeResults, kind: str) -> list[Json]:
    """Return the detections of a kind."""
    if kind == "bbox":
        return results.detections
    return results.masks(boxes=kind == "segm with boxes")


def judged_by_lvis(file: Path, results: Path, kind: str) -> Any:
    """Return lvis-api's own evaluation, which ran."""
    judged = LVISEval(LVIS(str(file)), str(results), kind)
    judged.run()
    return judged


def judged_by_coco(file: Path, results: Path, kind: str) -> Any:
    """Return pycocotools' own evaluation, which ran."""
    truth = COCO(str(file))
    judged = COCOeval(truth, truth.loadRes(str(results)), kind)
    judged.evaluate()
    judged.accumulate()
    judged.summarize()
    return judged


def assert_categories(report: Evaluation, ids: list[int], precisions: Any) -> None:
    """Compare the AP of each category; `precisions` are by threshold, recall and category."""
    assert sorted(one.id for one in report.categories) == ids
    for one in report.categories:
        mine = precisions[:, :, ids.index(one.id)]
        assert one.ap == pytest.approx(np.mean(mine), abs=CLOSE)
        assert one.ap50 == pytest.approx(np.mean(mine[0]), abs=CLOSE)


def test_lvis_eval_is_the_packages_own() -> None:
    assert LVISEval is PublishedEval


@pytest.mark.parametrize("kind", ["bbox", "segm", "segm with boxes"])
def test_numbers_are_those_of_lvis_api(made: Made, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "results.json"
    file.write_text(json.dumps(results_of(made.results, kind)))
    judged = judged_by_lvis(made.file, file, kind[:4])
    report = made.index.evaluate(file, iou_type="bbox" if kind == "bbox" else "segm")
    assert list(report.metrics) == list(judged.results)
    assert dict(report.metrics) == pytest.approx(judged.results, abs=CLOSE)
    assert_categories(report, judged.params.cat_ids, judged.eval["precision"][:, :, :, 0])
    assert 0.05 < report.metrics["AP"] < 0.95
    assert [one.name for one in report.categories if one.ap == -1] == [*SYNSETS[10:]]
    assert report.partitions["rare"].novel == report.metrics["APr"]
    assert sum("left out" in note for note in report.notes) == 2


def test_minival_is_the_file_of_its_images(made: Made, tmp_path: Path) -> None:
    content = made.results.lists()
    minival = [one for one in content["images"] if "/val2017/" in one["coco_url"]]
    kept = {one["id"] for one in minival}
    content["images"] = minival
    content["annotations"] = [one for one in content["annotations"] if one["image_id"] in kept]
    truth, results = tmp_path / "minival.json", tmp_path / "results.json"
    truth.write_text(json.dumps(content))
    mine = [one for one in made.results.detections if one["image_id"] in kept]
    results.write_text(json.dumps(mine))
    judged = judged_by_lvis(truth, results, "bbox")
    every = made.results.detections
    for images in ("minival", truth, kept):
        report = made.index.evaluate(every, images=images)
        assert dict(report.metrics) == pytest.approx(judged.results, abs=CLOSE)
        said = f"{len(every) - len(mine)} detections on other images of lvis_v1_val left out"
        assert said in report.notes
        assert report.images == len(kept) < len(made.results.images)


@pytest.mark.parametrize("kind", ["bbox", "segm", "segm with boxes"])
def test_numbers_are_those_of_pycocotools(made: Made, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "results.json"
    file.write_text(json.dumps(results_of(made.with_crowds, kind)))
    judged = judged_by_coco(made.coco_file, file, kind[:4])
    iou_type: IouType = "bbox" if kind == "bbox" else "segm"
    report = made.index.evaluate(file, source="mine", iou_type=iou_type)
    assert tuple(report.metrics) == NAMES_OF_COCO
    assert list(report.metrics.values()) == pytest.approx(list(judged.stats), abs=CLOSE)
    assert_categories(report, sorted(judged.params.catIds), judged.eval["precision"][..., 0, 2])
    assert report.partitions == {}
