"""Ordered rows to files: one target, one file; each is written whole or not at all."""

from ovmr_index.export import annotations, cat_info, exemplars, imagenet_lvis
from ovmr_index.export.job import Target

TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        exemplars.TARGET,
        annotations.NORARE,
        annotations.RAREONLY,
        cat_info.TARGET,
        imagenet_lvis.TARGET,
    )
}
DEFAULT_TARGETS = ("exemplars", "sample", "norare", "cat-info", "imagenet-lvis")
