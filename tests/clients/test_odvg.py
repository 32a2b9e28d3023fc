"""`export odvg`, read by the rules of Open-GroundingDino's and MMDetection's `ODVGDataset`.

Neither installs here: the rules are those of `datasets/odvg.py` (commit d248268) of the one, and of
`mmdet/datasets/odvg.py` (commit 091ae03) of the other.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from lvis import LVIS
from PIL import Image

from ovmr_index import Index
from tests.support.once import made_once

SHARE = 1e-6  # of the width or height


class Exported(NamedTuple):
    """An ODVG file, its map of labels, the folder of the images, and what it was made from."""

    lines: list[dict[str, Any]]
    label_map: dict[str, str]
    root: Path
    lvis: LVIS


@pytest.fixture(scope="module")
def exported(demo_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """Export the demo's LVIS train."""

    def make(folder: Path) -> None:
        with Index.open(demo_index, create=False) as index:
            report = index.exports.odvg(None, folder / "train.jsonl")
            assert (report.image_root, report.problems) == (demo_index / "coco", [])

    folder = made_once(tmp_path_factory, "odvg", make)
    with (folder / "train.jsonl").open() as file:
        lines = [json.loads(line) for line in file]
    label_map = json.loads((folder / "train_label_map.json").read_text())
    lvis = LVIS(demo_index / "lvis/lvis_v1_train.json")
    return Exported(lines, label_map, demo_index / "coco", lvis)


def grounding_dino_item(exported: Exported, line: dict[str, Any], most: int = 80) -> dict[str, Any]:
    """Return what Open-GroundingDino makes of a line: a caption, boxes and places in the caption.

    It takes other labels at random until there are `most`; here these are the first.
    """
    path = exported.root / line["filename"]
    width, height = Image.open(path).convert("RGB").size
    instances = line["detection"]["instances"]
    own = {str(one["label"]) for one in instances}
    others = [label for label in exported.label_map if label not in own]
    names = [exported.label_map[label] for label in [*own, *others[: most - len(own)]]]
    places = {name: place for place, name in enumerate(names)}
    labels = [places[exported.label_map[str(one["label"])]] for one in instances]
    return {
        "size": torch.as_tensor([height, width]),
        "caption": " . ".join(names) + " .",
        "names": names,
        "boxes": torch.as_tensor([one["bbox"] for one in instances]).reshape(-1, 4),
        "labels": torch.tensor(labels, dtype=torch.int64),
    }


def test_open_grounding_dino_reads_every_box(exported: Exported) -> None:
    lvis = exported.lvis
    names = {one["id"]: one["name"] for one in lvis.dataset["categories"]}
    assert [*exported.label_map] == [str(i) for i in range(len(names))]
    assert [*exported.label_map.values()] == [*names.values()]
    assert len(exported.lines) == len(lvis.imgs)
    for line in exported.lines:
        item = grounding_dino_item(exported, line)
        assert item["size"].tolist() == [line["height"], line["width"]]
        wanted = lvis.load_anns(lvis.get_ann_ids(img_ids=[int(Path(line["filename"]).stem)]))
        read = [item["names"][place] for place in item["labels"]]
        assert read == [names[one["category_id"]] for one in wanted]
        assert read == [one["category"] for one in line["detection"]["instances"]]
        corners = [(x, y, x + w, y + h) for x, y, w, h in (one["bbox"] for one in wanted)]
        size = np.tile((line["width"], line["height"]), 2)
        boxes = [one["bbox"] for one in line["detection"]["instances"]]
        np.testing.assert_allclose(
            np.reshape(boxes, (-1, 4)) / size, np.reshape(corners, (-1, 4)) / size, atol=SHARE
        )


def test_mmdetection_leaves_out_no_box(exported: Exported) -> None:
    for line in exported.lines:
        assert (exported.root / line["filename"]).is_file()
        for one in line["detection"]["instances"]:
            x1, y1, x2, y2 = one["bbox"]
            across = max(0, min(x2, line["width"]) - max(x1, 0))
            down = max(0, min(y2, line["height"]) - max(y1, 0))
            assert across * down > 0
            assert min(x2 - x1, y2 - y1) >= 1
            assert exported.label_map[str(one["label"])] == one["category"]
