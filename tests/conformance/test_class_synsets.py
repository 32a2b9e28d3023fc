"""The shipped tables of classes against LVIS's categories: the same thing has the same synset."""

import json
import runpy
import sys
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import pytest

from ovmr_index.vocabularies import wordnet
from ovmr_index.vocabularies.class_synsets import shipped_classes
from ovmr_index.vocabularies.wordnet import Synset

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parents[2] / "scripts" / "make_class_synsets.py"

# Classes of COCO whose category of LVIS has another name; the others share it.
IN_LVIS = {
    "car": "car_(automobile)",
    "bus": "bus_(vehicle)",
    "train": "train_(railroad_vehicle)",
    "fire hydrant": "fireplug",
    "tie": "necktie",
    "skis": "ski",
    "sports ball": "ball",
    "wine glass": "wineglass",
    "orange": "orange_(fruit)",
    "hot dog": None,  # LVIS has the sausage, without a bun
    "donut": "doughnut",
    "couch": "sofa",
    "potted plant": "flowerpot",
    "tv": "television_set",
    "laptop": "laptop_computer",
    "mouse": "mouse_(computer_equipment)",
    "remote": "remote_control",
    "keyboard": "computer_keyboard",
    "cell phone": "cellular_telephone",
    "microwave": "microwave_oven",
    "hair drier": "hair_dryer",
}


def lvis_names(shared: Path) -> dict[str, str]:
    text = (shared / "data" / "lvis_v1_categories.json").read_text(encoding="utf-8")
    return {category["synset"]: category["name"] for category in json.loads(text)}


def test_classes_of_coco_are_the_categories_of_lvis(shared: Path) -> None:
    lvis = lvis_names(shared)
    found = {one.name: lvis.get(one.synset or "") for one in shipped_classes("coco")}
    assert found == {name: IN_LVIS.get(name, name.replace(" ", "_")) for name in found}


def test_every_class_of_coco_gets_boxes_of_lvis(shared: Path) -> None:
    lvis = lvis_names(shared)
    classes = shipped_classes("coco")
    assert len(classes) == 80
    assert all(not lvis.keys().isdisjoint((one.synset or "", *one.mapped)) for one in classes)


@pytest.mark.parametrize("name", ["coco", "objects365", "openimages"])
def test_a_table_is_what_its_script_makes(
    shared: Path,
    nouns: Sequence[Synset],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    table = resources.files("ovmr_index").joinpath("data", "class_synsets", f"{name}.tsv")
    classes = shipped_classes(name)
    if name == "openimages":
        file = tmp_path / "classes.csv"
        rows = [f"{one.mid},{one.name}\n" for one in classes]
        file.write_text("".join(rows), encoding="utf-8")
    else:
        file = tmp_path / "classes.json"
        given = [
            {"id": one.id, "name": one.name, "supercategory": one.supercategory or ""}
            for one in classes
        ]
        file.write_text(json.dumps(given), encoding="utf-8")
    lvis = shared / "data" / "lvis_v1_categories.json"
    options = {"--name": name, "--classes": file, "--lvis": lvis, "--output": tmp_path}
    arguments = [f"{part}" for option in options.items() for part in option]
    monkeypatch.setattr(wordnet, "read_nouns", lambda: iter(nouns))  # which takes most of the time
    monkeypatch.setattr(sys, "argv", [f"{SCRIPT}", *arguments])
    runpy.run_path(f"{SCRIPT}", run_name="__main__")
    assert (tmp_path / f"{name}.tsv").read_bytes() == table.read_bytes()
