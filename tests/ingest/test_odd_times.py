"""Files whose time no index can hold, as `touch -d @9223372037` makes them: read as any other."""

import os
from itertools import cycle

import pytest

from tests.support.runs import call
from tests.support.tars import to_class_tars
from tests.support.trees import (
    APPLE,
    APPLE_WNID,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    category,
)

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("with_index")]

# Seconds; 64 bits of nanoseconds hold less.
AFTER_2262 = {"folders": 9_223_372_037, "tars": 14_000_000_000}
BEFORE_1970 = {"folders": -1, "tars": -9_223_372_037}
KINDS: dict[str, tuple[str, ...]] = {"folders": (APPLE_WNID,), "tars": (), "both": (TENCH_WNID,)}


@pytest.mark.exhaustive(beyond=1)
@pytest.mark.parametrize(
    ("kind", "times"),
    [
        ("both", (*AFTER_2262.values(), *BEFORE_1970.values())),
        *((kind, (at,)) for both in (AFTER_2262, BEFORE_1970) for kind, at in both.items()),
    ],
)
def test_every_command_takes_files_of_any_time(
    builder: TreeBuilder, kind: str, times: tuple[int, ...]
) -> None:
    categories = [category(1, APPLE), category(2, TENCH)]
    specs = [
        builder.lvis(split, annotations=[annotation(1)], categories=categories)
        for split in ("train", "val")
    ]
    builder.pictures("coco/train2017/000000000001.jpg")
    if kind != "folders":
        builder.imagenet({f"train/{APPLE_WNID}": ["a.JPEG", "b.JPEG"]})
        to_class_tars(builder.root / "imagenet")
    builder.imagenet({f"train/{wnid}": ["a.JPEG", "b.JPEG"] for wnid in KINDS[kind]})
    next_one = cycle(times)
    for folder, _, names in os.walk(builder.root, topdown=False):
        for name in (*sorted(names), "."):
            at = next(next_one)
            os.utime(f"{folder}/{name}", (at, at))
    assert specs[0].path.stat().st_mtime in (*times, -(1 << 31))  # what the disk can hold
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
