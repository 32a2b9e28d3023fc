"""The categories for which substitutes were chosen by hand are LVIS's own."""

import json
from pathlib import Path

from ovmr_index.pools.substitutes import published_substitutes
from tests.pools.test_suggested_by_hand import CATEGORIES


def test_they_are_as_lvis_has_them(shared: Path) -> None:
    whole = json.loads((shared / "data" / "lvis_v1_categories.json").read_bytes())
    kept = json.loads(CATEGORIES.read_bytes())
    chosen = [one for one in whole if one["synset"] in published_substitutes()]
    counts = ("image_count", "instance_count")
    assert kept == [{k: v for k, v in one.items() if k not in counts} for one in chosen]
