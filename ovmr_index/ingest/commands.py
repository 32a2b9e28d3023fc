"""The command that reads a source as it was read, for messages that say what to type."""

from pathlib import Path

from ovmr_index.errors import shell_command
from ovmr_index.formats.table import format_of
from ovmr_index.ingest.sources import LVIS_DATASET, USUAL_DATASETS, SourceSpec


def ingest_command(spec: SourceSpec) -> str:
    """Return the command that reads a source of an annotation file, with all of its options."""
    known = [spec.format, str(spec.path)]
    splits = format_of(spec.format).reads_splits
    if splits is not None:
        path = spec.path if splits == "file" else spec.images
        known = [spec.format, str(path), "--name", spec.dataset, *_options(spec)]
    elif spec.dataset == LVIS_DATASET:
        known += ["--split", spec.split or ""]
    elif has_name(spec):
        known = [*_format(spec), str(spec.path), "--name", spec.dataset, *_split(spec)]
        known += ["--images", str(spec.images), *_options(spec)]
    if spec.options.follow_links and not has_name(spec):
        known += ["--follow-links"]
    if spec.options.skips:
        known += ["--on-error", "skip"]
    return shell_command("ingest", *known)


def has_name(spec: SourceSpec) -> bool:
    """Return whether people name the source, as one of their own."""
    return spec.dataset not in USUAL_DATASETS


def _format(spec: SourceSpec) -> list[str]:
    return [spec.format] if spec.format == "coco" else ["plugin", spec.format]


def _split(spec: SourceSpec) -> list[str]:
    return [] if spec.split is None else ["--split", spec.split]


def _options(spec: SourceSpec) -> list[str]:
    options = spec.options
    found = ["--below", options.below] if options.below else []
    found += ["--strip", str(options.strip)] if options.strip else []
    if options.synsets is not None:
        is_file = isinstance(options.synsets, Path)
        found += ["--synsets", str(options.synsets) if is_file else "FILE"]
    if options.classes is not None:
        found += ["--synsets", options.classes]
    flags = {
        "--by-name": options.by_name,
        "--coco-ids": options.coco_ids,
        "--follow-links": options.follow_links,
    }
    return [*found, *(flag for flag, is_given in flags.items() if is_given)]
