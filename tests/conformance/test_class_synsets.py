"""The shipped tables of classes against LVIS's categories: the same thing has the same synset."""

import json
from pathlib import Path

from ovmr_index.vocabularies.class_synsets import shipped_classes

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
