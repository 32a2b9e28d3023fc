"""Files whose time no index can hold, as `touch -d @9223372037` makes them: read as any other."""

import os

import pytest

from tests.support.runs import call
from tests.support.tars import to_class_tars
from tests.support.trees import APPLE, APPLE_WNID, TreeBuilder, annotation, category

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("with_index")]

AFTER_2262 = (9_223_372_037, 14_000_000_000)  # seconds; 64 bits of nanoseconds hold less
BEFORE_1970 = (-1, -9_223_372_037)


@pytest.mark.exhaustive(but=["14000000000-1", "-1-0"])
@pytest.mark.parametrize(
    ("at", "packed"),
    [(at, packed) for times in (AFTER_2262, BEFORE_1970) for packed, at in enumerate(times)],
)
def test_every_command_takes_files_of_any_time(builder: TreeBuilder, at: int, packed: int) -> None:
    categories = [category(1, APPLE)]
    specs = [
        builder.lvis(split, annotations=[annotation(1)], categories=categories)
        for split in ("train", "val")
    ]
    builder.pictures("coco/train2017/000000000001.jpg")
    builder.imagenet({f"train/{APPLE_WNID}": ["a.JPEG", "b.JPEG"]})
    if packed:
        to_class_tars(builder.root / "imagenet")
    for folder, _, names in os.walk(builder.root, topdown=False):
        for name in (*names, "."):
            os.utime(f"{folder}/{name}", (at, at))
    assert specs[0].path.stat().st_mtime in (at, -(1 << 31))  # what the disk can hold
    drawing = ("-K", 2, "--on-shortage", "take-all", "--no-near-duplicates", "--name", "two")
    first = (
        ("ingest",),
        ("export", "imagenet-lvis"),
        ("sample", *drawing),
        ("export", "crops", "--name", "two"),
        ("export", "images", "--name", "two"),
        ("audit", "--content"),
        ("verify",),
    )
    again = (("ingest",), ("ingest", "--rehash"), *first[1:3], ("verify",))
    for arguments in (*first, *again):
        done = call(*arguments, root=builder.root)
        assert "Traceback" not in done.err
        assert done.code == 0 or arguments[0] == "audit", (done.out, done.err)
    done = call("export", "crops", "--name", "two", root=builder.root)
    assert "0 crops written" in done.out
