"""Images, categories and folders are counted too: nothing that has changed is said to be as it was.

Each test starts from what an ingest has read, and changes no annotation.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import Index, SourceOptions
from ovmr_index.ingest.report import Counts, SourceReport
from tests.support.runs import call
from tests.support.trees import (
    APPLE,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_image,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow

UNCHANGED = Counts(unchanged=1)


def _again(index: Index) -> dict[str, Counts]:
    """Ingest as a dry run and as it is meant; return the other counts, which are the same."""
    dry: SourceReport = index.ingest(dry_run=True).sources[0]
    done: SourceReport = index.ingest().sources[0]
    assert dry.others == done.others
    assert dry.counts == done.counts
    assert not index.ingest().sources[0].did_work
    return {name: counts for name, counts in done.others.items() if counts.did_work}


@pytest.mark.exhaustive(
    but=["fields0-others0", "fields2-others2", "fields4-others4", "fields6-others6"]
)
@pytest.mark.parametrize(
    ("fields", "others"),
    [
        ({"images": [image(1, width=65)]}, {"images": Counts(changed=1)}),
        ({"images": [image(1, "val2017")]}, {"images": Counts(changed=1)}),
        ({"images": [image(1, neg_category_ids=[1])]}, {"images": Counts(changed=1)}),
        ({"images": [image(1), image(2)]}, {"images": Counts(added=1, unchanged=1)}),
        ({"categories": [category(1, name="fish")]}, {"categories": Counts(changed=1)}),
        ({"categories": [category(1, APPLE)]}, {"categories": Counts(changed=1)}),
        (
            {"categories": [category(1), category(2, APPLE)]},
            {"categories": Counts(added=1, unchanged=1)},
        ),
        ({"info": {"version": "v2"}}, {"headers": Counts(changed=1)}),
    ],
)
def test_lvis(builder: TreeBuilder, fields: dict[str, Any], others: dict[str, Counts]) -> None:
    builder.lvis()
    index = builder.index()
    index.ingest()
    builder.lvis(**fields)
    assert _again(index) == others


def test_image_that_vanishes(builder: TreeBuilder) -> None:
    builder.lvis(images=[image(1), image(2)])
    index = builder.index()
    index.ingest()
    builder.lvis()
    assert _again(index) == {"images": Counts(unchanged=1, vanished=1)}


def test_other_order(builder: TreeBuilder) -> None:
    builder.lvis(annotations=[annotation(1), annotation(2)])
    index = builder.index()
    index.ingest()
    builder.lvis(annotations=[annotation(2), annotation(1)])
    assert _again(index) == {"places of annotations": Counts(changed=2)}


def test_genome_image(builder: TreeBuilder) -> None:
    builder.visual_genome(vg_objects(1, vg_object(1)))
    index = builder.index()
    index.ingest()
    builder.visual_genome(vg_objects(1, vg_object(1)), images=[vg_image(1, coco_id=5)])
    assert _again(index) == {"images": Counts(changed=1)}


def _coco(builder: TreeBuilder, *annotations: dict[str, Any]) -> Path:
    return builder.json(
        "ann.json",
        {
            "images": [{"id": 1, "file_name": "a.jpg", "width": 64, "height": 48}],
            "annotations": [*annotations],
            "categories": [{"id": 1, "name": "fish"}],
        },
    )


def test_synsets_file(builder: TreeBuilder) -> None:
    file = _coco(builder, annotation(1))
    synsets = builder.json("synsets.json", {"fish": TENCH_WNID})
    index = builder.index()
    spec = index.sources.coco(file, "mine", builder.root, None, SourceOptions(synsets=synsets))
    index.ingest([spec])
    builder.json("synsets.json", {"fish": APPLE})
    assert _again(index) == {"categories": Counts(changed=1)}


def test_new_class_folder(builder: TreeBuilder) -> None:
    builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG"]})
    index = builder.index()
    index.ingest()
    folder = builder.root / "imagenet" / "imagenet21k_P" / "train" / "n07739125"
    folder.mkdir()
    builder.touch(folder)
    assert _again(index) == {"class folders": Counts(added=1, unchanged=1)}


def test_new_class_of_my_own(builder: TreeBuilder) -> None:
    for name in ("mug", "pot"):
        builder.pictures(f"mine/{name}/a.jpg")
    index = builder.index()
    index.ingest([index.sources.folder(builder.root / "mine", "mine")])
    folder = builder.root / "mine" / "vase"
    folder.mkdir()
    builder.touch(folder)
    assert _again(index) == {
        "class folders": Counts(added=1, unchanged=2),
        "categories": Counts(added=1, unchanged=2),
    }


@pytest.mark.slow
def test_on_the_command_line(builder: TreeBuilder) -> None:
    file = _coco(builder)
    given = ("coco", file, "--name", "mine", "--images", builder.root)
    first = call("ingest", *given, root=builder.root)
    assert first.out.startswith("mine: images: 1 added; categories: 1 added (")
    assert "nothing has changed, 0 annotations" in call("ingest", root=builder.root).out
    content = json.loads(file.read_text())
    content["images"][0]["file_name"] = "b.jpg"
    builder.json("ann.json", content)
    dry = call("ingest", "--dry-run", root=builder.root)
    assert dry.out.startswith("mine: images: 1 would be changed (")
    done = call("ingest", "--json", root=builder.root)
    (source,) = done.data["sources"]
    assert [source[word] for word in ("added", "changed", "unchanged", "vanished")] == [0] * 4
    assert "mine: images: 1 changed\n" in done.err
