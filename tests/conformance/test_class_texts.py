"""The texts of LVIS's 1,203 categories."""

import json
from pathlib import Path

from ovmr_index.export.forms.texts import class_texts


def test_lvis_has_the_texts_of_yolo_world(shared: Path) -> None:
    table = json.loads((shared / "data/lvis_v1_categories.json").read_bytes())
    found = [class_texts(one["name"], one) for one in table]
    # `data/texts/lvis_v1_class_texts.json` of YOLO-World has the same lists, but for `bull`, whose
    # name it leaves out, and `speaker_(stero_equipment)`, which it spells `stereo`.
    assert len(found) == 1203
    assert sum(map(len, found)) == 1_984
    assert found[0] == ["aerosol can", "spray can"]
    assert found[206] == ["car", "car automobile", "auto", "auto automobile", "automobile"]
    assert found[-1] == ["zucchini", "courgette"]
