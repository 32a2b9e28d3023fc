"""Where the published instructions put each dataset below a root, and what is there of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ovmr_index.errors import UsageError
from ovmr_index.storage.paths import split_path

_LVIS_SPLITS = ("train", "val")
LVIS_DATASET = "lvis"
_USUAL_DATASETS = (LVIS_DATASET, "imagenet21k", "visual_genome")
_OTHER_COUNTS = ("category_pk", "synset", "substitutes", "total")  # beside datasets in `coverage`


class SourceOptions(NamedTuple):
    """What ingest is told of a source beside its path; kept with it, to read it again.

    `synsets` is a file that maps categories to synsets; with `by_name` WordNet is asked for the
    others. With `coco_ids` a picture's id is that of a COCO image. A picture called `a/b/c.jpg`
    lies at `below`/`c.jpg` if its first two folders are to `strip`. `layout` is one of
    `imagenet.LAYOUTS`, and `tar` the one tar of the tree's folder that is meant.
    """

    synsets: Path | None = None
    by_name: bool = False
    coco_ids: bool = False
    strip: int = 0
    below: str = ""
    layout: str | None = None
    tar: str | None = None


NO_OPTIONS = SourceOptions()


class SourceSpec(NamedTuple):
    """A source that was found: what to read, and the root that its pictures lie under."""

    name: str
    format: str
    dataset: str
    split: str | None
    path: Path
    pictures: Path
    options: SourceOptions = NO_OPTIONS


def lvis_name(split: str) -> str:
    """Return the name of the source that an LVIS file of a split is."""
    return f"lvis_v1_{split}"


def lvis_source(root: Path, path: Path, split: str) -> SourceSpec:
    """Return the place of an LVIS file, wherever it lies; pictures are those of COCO 2017."""
    return SourceSpec(lvis_name(split), "lvis", LVIS_DATASET, split, path, root / "coco")


def imagenet_source(path: Path, layout: str | None = None) -> SourceSpec:
    """Return the place of an ImageNet tree, or of a tar of it; a layout if one is asked for."""
    tar = path.name if path.is_file() else None
    pictures = path if tar is None else path.parent
    options = SourceOptions(layout=layout, tar=tar)
    return SourceSpec("imagenet21k", "imagenet", "imagenet21k", None, path, pictures, options)


def visual_genome_source(path: Path) -> SourceSpec:
    """Return the place of a Visual Genome folder."""
    return SourceSpec("visual_genome", "visual-genome", "visual_genome", None, path, path)


def coco_source(
    file: Path, name: str, pictures: Path, split: str | None, options: SourceOptions
) -> SourceSpec:
    """Return the place of a file in COCO's format; several of one dataset differ in their split.

    Raises UsageError for a name that stands for something else, or for options without a sense.
    """
    _check_name(name)
    if split is not None:
        _check_name(split)
    if options.strip < 0:
        raise UsageError("--strip counts folders; give 0 or more")
    if options.below and split_path(options.below) is None:
        raise UsageError(f"--below {options.below!r} is not a path below the pictures' folder")
    source = name if split is None else f"{name}_{split}"
    return SourceSpec(source, "coco", name, split, file, pictures, options)


def plugin_source(
    format_name: str, file: Path, name: str, pictures: Path, split: str | None
) -> SourceSpec:
    """Return the place of a file in a plug-in's format; raises UsageError as `coco_source` does."""
    return coco_source(file, name, pictures, split, NO_OPTIONS)._replace(format=format_name)


def folder_source(path: Path, name: str, options: SourceOptions) -> SourceSpec:
    """Return the place of a folder a class; raises UsageError as `coco_source` does."""
    _check_name(name)
    return SourceSpec(name, "folder", name, None, path, path, options)


def _check_name(name: str) -> None:
    """Raise UsageError for a name that could not be a file's, or that stands for something else."""
    if not name.isprintable() or "/" in name or not name.strip(". "):
        raise UsageError(f"{name!r} is no name; give letters, digits and signs other than '/'")
    known = {*_USUAL_DATASETS, *_OTHER_COUNTS, *map(lvis_name, _LVIS_SPLITS)}
    if name in known:
        raise UsageError(f"the name {name} stands for something else; give another")


def find_sources(root: Path) -> tuple[list[SourceSpec], list[str]]:
    """Return the sources below `root` in the order of ingest, and the paths of those missing."""
    found, missing = find_lvis(root)
    imagenet, genome = imagenet_folder(root), visual_genome_folder(root)
    for path, spec in (
        (imagenet, imagenet_source(imagenet)),
        (genome / "objects.json", visual_genome_source(genome)),
    ):
        if path.exists():
            found.append(spec)
        else:
            missing.append(str(path))
    return found, missing


def find_lvis(root: Path) -> tuple[list[SourceSpec], list[str]]:
    """Return LVIS's files at their usual paths, and the paths of those missing."""
    usual = [usual_lvis(root, split) for split in _LVIS_SPLITS]
    found = [spec for spec in usual if spec.path.exists()]
    return found, [str(spec.path) for spec in usual if spec not in found]


def usual_lvis(root: Path, split: str) -> SourceSpec:
    """Return the place of an LVIS file at its usual path."""
    return lvis_source(root, root / "lvis" / f"{lvis_name(split)}.json", split)


def imagenet_folder(root: Path) -> Path:
    """Return the usual folder of ImageNet: that of ImageNet-21K-P, or a flat tree."""
    processed = root / "imagenet" / "imagenet21k_P"
    return processed if processed.is_dir() else root / "imagenet"


def is_usual_imagenet(root: Path, path: Path) -> bool:
    """Return whether a path is in a folder that may be the usual one of ImageNet."""
    return path.is_relative_to(root / "imagenet")


def visual_genome_folder(root: Path) -> Path:
    """Return the usual folder of Visual Genome."""
    return root / "VisualGenome"


def lvis_sources(root: Path, files: Sequence[Path], split: str | None) -> list[SourceSpec]:
    """Return the places of LVIS files, each of `split` or of the split that its name tells.

    Raises UsageError for a name that tells none, and for two files of one split.
    """
    specs: dict[str, SourceSpec] = {}
    for file in files:
        known = split or split_of(file)
        if known is None:
            raise UsageError(f"{file}: the name tells no split; give --split train or --split val")
        if known in specs:
            raise UsageError(f"{file}: is a second file of split {known}; give one a split")
        specs[known] = lvis_source(root, file, known)
    return list(specs.values())


def split_of(path: Path) -> str | None:
    """Return the split that an LVIS file's name tells: `train`, `val`, or None."""
    words = path.stem.lower().replace("-", "_").split("_")
    splits = {word for word in words if word in ("train", "val")}
    return splits.pop() if len(splits) == 1 else None
