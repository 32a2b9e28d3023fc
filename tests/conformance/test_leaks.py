"""`audit` names the entries of the published pools that show LVIS val, and no others."""

import json
from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.pools.recipe import Recipe
from tests.support.conformance_trees import copied

pytestmark = pytest.mark.slow


def _leaks(index: Index) -> list[tuple[str | None, int | None, int | None]]:
    """Return synset and the source's ids of image and box of each leak, sorted."""
    found = [one for one in index.audit() if one.kind == "val_image"]
    return sorted((one.synset, one.image_id, one.region_id) for one in found)


def test_leaks_of_the_published_pools(
    tree: Path, ingested: Path, expected: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    pools = json.loads((expected / "exemplar_dict.json").read_text())
    val = json.loads((tree / "lvis" / "lvis_v1_val.json").read_text())
    genome = json.loads((tree / "VisualGenome" / "image_data.json").read_text())
    val_ids = {image["id"] for image in val["images"]}
    seen = {image["image_id"] for image in genome if image["coco_id"] in val_ids}
    wanted = sorted(
        (synset, entry["image_id"], entry["object_id"])
        for synset, pool in pools.items()
        for entry in pool
        if entry["dataset"] == "visual_genome" and entry["image_id"] in seen
    )
    index = copied(ingested, tree, tmp_path / "datasets")
    assert _leaks(index) == wanted != []
    if request.config.getoption("--exhaustive"):  # it opens 14,000 images
        # Their content adds none: no image of this tree is a copy of one of val.
        assert index.pools.hash_images() == []
        assert _leaks(index) == wanted
    entries = sum(one.total for one in index.coverage())
    index.collate(Recipe(exclude_val=True))
    assert _leaks(index) == []
    assert sum(one.total for one in index.coverage()) == entries - len(wanted)
