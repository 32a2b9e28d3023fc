"""The table of export targets: a new target is one file and one line here.

What needs more than an `ExportContext` is no target, and has its own method in `Exports`: a sample
takes the options of a draw, crops and images fill a folder, and a manifest lists the files that
others are made from.
"""

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
SAMPLE = "sample"  # the published samples, among the files that training reads
DEFAULT_TARGETS = ("exemplars", SAMPLE, "norare", "cat-info", "imagenet-lvis")
LVIS_ONLY = ("norare",)  # other vocabularies need not have rare categories


def find_target(name: str) -> Target:
    """Return a target of this package, or of another.

    Raises:
        UsageError: There is no target of that name.
        OvmrIndexError: A plug-in of that name is no target.
    """
    if name in TARGETS:
        return TARGETS[name]
    others = plugins.names(plugins.TARGETS)
    if name not in others:
        raise unknown("export target", name, [*TARGETS, *others])
    target = plugins.load(plugins.TARGETS, name)
    if not isinstance(target, Target):
        raise OvmrIndexError(f"plug-in {name}: is no Target; install its package again")
    return target
