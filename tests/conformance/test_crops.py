"""The crops of the conformance tree: the names and sizes that the published scripts gave."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ovmr_index.export.crop_layouts import plan_published
from ovmr_index.export.crops import write_crops
from ovmr_index.export.report import WrittenImages
from ovmr_index.pools.exemplars import Exemplar
from ovmr_index.progress import silent
from ovmr_index.samples.exemplars import CategoryExemplars

pytestmark = pytest.mark.slow

FORMATS = {"lvis": "lvis", "imagenet21k": "imagenet", "visual_genome": "visual-genome"}
FOLDERS = {"lvis": "coco", "imagenet21k": "imagenet/imagenet21k_P", "visual_genome": "VisualGenome"}


def _pick(tree: Path, entry: Mapping[str, Any]) -> Exemplar:
    dataset, synset = entry["dataset"], entry["synset"]
    xywh = entry.get("bbox") or [entry.get(side) for side in "xywh"]
    return Exemplar(
        category_id=entry["category_id"],
        category_synset=synset,
        synset=synset,
        dataset=dataset,
        format=FORMATS[dataset],
        split=None,
        root=str(tree / FOLDERS[dataset]),
        file_name=entry["file_name"],
        x=xywh[0],
        y=xywh[1],
        w=xywh[2],
        h=xywh[3],
        weight=entry["area"],
        image_id=None,
        region_id=None,
    )


def _saved(folder: Path) -> list[list[object]]:
    """Return [category_id, index, file name, width, height] of the crops of a split, in order."""
    rows: list[tuple[int, int, str, int, int]] = []
    for path in folder.glob("*/*"):
        with Image.open(path) as crop:
            index = int(path.name.split("_")[0])
            rows.append((int(path.parent.name), index, path.name, *crop.size))
    return [list(row) for row in sorted(rows)]


def test_the_published_crops_of_five_shots(tree: Path, expected: Path, tmp_path: Path) -> None:
    path = expected / "lvis_image_exemplar_dict_K-005_own.json"
    drawn = json.loads(path.read_text(encoding="utf-8"))
    sample = [
        CategoryExemplars(number, "", tuple(_pick(tree, entry) for entry in entries))
        for number, entries in enumerate(drawn, 1)
    ]
    crops = plan_published(sample)
    assert write_crops(crops, tmp_path, silent) == WrittenImages(6_015, 0, [])
    wanted = json.loads((expected / "crops_K-005.json").read_text(encoding="utf-8"))
    assert len(wanted) == 6_015
    assert _saved(tmp_path / "train") == wanted
    assert _saved(tmp_path / "all") == wanted
    assert not (tmp_path / "val").exists()
    assert write_crops(crops, tmp_path, silent) == WrittenImages(0, 6_015, [])
