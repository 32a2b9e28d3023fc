"""A tree with near-duplicates among the exemplars, and what draws without them are, plainly."""

from typing import Any

from ovmr_index import Index
from tests.support import draws
from tests.support.drawn import drawn
from tests.support.trees import (
    APPLE,
    APPLE_WNID,
    BASKET,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_image,
    vg_object,
    vg_objects,
)

SMALL = (160, 120)

# What each image shows: a number is what is drawn on it, in another size and quality beside.
SHOWN: dict[tuple[str, str], tuple[int, dict[str, Any]]] = {
    **{("lvis", f"train2017/{key:012}.jpg"): (key, {}) for key in range(1, 5)},
    ("visual_genome", "VG_100K/11.jpg"): (2, {"quality": 70}),  # by its COCO id the same image
    ("visual_genome", "VG_100K/12.jpg"): (3, {"size": SMALL}),
    ("visual_genome", "VG_100K/13.jpg"): (21, {}),
    **{
        ("imagenet21k", f"train/{wnid}/{name}.JPEG"): (number, how)
        for wnid in (TENCH_WNID, APPLE_WNID)
        for name, number, how in (
            ("a", 31, {}),
            ("b", 31, {"size": SMALL, "quality": 60}),
            ("c", 31, {"quality": 75}),
            ("d", 1, {"size": SMALL}),
            ("e", 32, {}),
        )
    },
}
ROOTS = {
    "lvis": "coco",
    "imagenet21k": "imagenet/imagenet21k_P",
    "visual_genome": "VisualGenome",
}


def plant(builder: TreeBuilder) -> Index:
    """Return an index of two categories whose pools hold near-duplicates of every source."""
    builder.lvis(
        categories=[category(3, TENCH), category(7, APPLE, frequency="r"), category(9, BASKET)],
        images=[image(key) for key in range(1, 5)],
        annotations=[
            annotation(100 * key + i, 1 + i % 4, key, bbox=[0, 0, 40 + 9 * i, 60])
            for key, count in ((3, 9), (7, 3))
            for i in range(count)
        ],
    )
    for (dataset, name), (number, how) in SHOWN.items():
        builder.file(f"{ROOTS[dataset]}/{name}", drawn(number, **how))
    builder.visual_genome(
        *(vg_objects(10 + i, vg_object(i, TENCH, w=90), vg_object(5 + i, APPLE)) for i in (1, 2)),
        vg_objects(13, vg_object(3, APPLE, h=99)),
        images=[vg_image(11, coco_id=2), vg_image(12), vg_image(13)],
    )
    index = builder.index()
    index.ingest()
    index.collate(substitutes={})
    return index


def are_near(one: draws.Entry, other: draws.Entry) -> bool:
    """Return whether two entries show two images that look alike."""
    looks = (SHOWN[entry.dataset, entry.file_name][0] for entry in (one, other))
    return one.image != other.image and len(set(looks)) == 1


def unlike(order: draws.Pool, k: int, **restraints: Any) -> draws.Pool:
    """Return the first `k` of an order without near-duplicates, taking out the first each time."""
    order = list(order)
    while True:
        first = draws.restrained(order, **restraints)[:k]
        near = (
            one for i, one in enumerate(first) if any(are_near(one, kept) for kept in first[:i])
        )
        if (clash := next(near, None)) is None:
            return first
        order.remove(clash)
