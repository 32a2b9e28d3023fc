"""Ordered rows to files: one target, one file; each is written whole or not at all."""

from ovmr_index import plugins
from ovmr_index.errors import OvmrIndexError, unknown
from ovmr_index.export import annotations, cat_info, exemplars, imagenet_lvis
from ovmr_index.export.target import Target

TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        exemplars.TARGET,
        annotations.TARGET,
        annotations.NORARE,
        annotations.RAREONLY,
        cat_info.TARGET,
        imagenet_lvis.TARGET,
    )
}
DEFAULT_TARGETS = ("exemplars", "sample", "norare", "cat-info", "imagenet-lvis")


def find_target(name: str) -> Target:
    """Return a target of this package, or of another; raises UsageError for an unknown name."""
    if name in TARGETS:
        return TARGETS[name]
    others = plugins.names(plugins.TARGETS)
    if name not in others:
        raise unknown("export target", name, [*TARGETS, *others])
    target = plugins.load(plugins.TARGETS, name)
    if not isinstance(target, Target):
        raise OvmrIndexError(f"plug-in {name}: is no Target; install its package again")
    return target
