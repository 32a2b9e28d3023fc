"""What to read: a source and its options, and where the published instructions put datasets."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple, Self

import msgspec

from ovmr_index.db.stored_json import decoded
from ovmr_index.errors import UsageError, command, option
from ovmr_index.formats.lvis_files import usual_lvis_file
from ovmr_index.formats.shares import Share
from ovmr_index.formats.table import format_of
from ovmr_index.ingest.file_state import relative_path
from ovmr_index.ingest.imagenet_folders import imagenet_folder, is_usual_imagenet
from ovmr_index.storage.paths import can_be_read_once, check_name, split_path
from ovmr_index.storage.remote.urls import place, require_listed
from ovmr_index.vocabularies.class_synsets import shipped_classes, table_called
from ovmr_index.vocabularies.mapping_file import Synsets, read_mapping

OnError = Literal["abort", "skip"]

_LVIS_SPLITS = ("train", "val")
LVIS_DATASET = "lvis"
USUAL_DATASETS = (LVIS_DATASET, "imagenet21k", "visual_genome")
_OTHER_COUNTS = ("category_id", "synset", "substitutes", "total")  # beside datasets in `coverage`


class SourceOptions(NamedTuple):
    """How to read a source; the index keeps it, so that the source can be read again.

    Attributes:
        synsets: A file that maps categories to synsets, or the mapping itself.
        by_name: Look up the other categories by their names in WordNet. Where they are the classes
            of a data set that ships, as COCO's, their synsets come from its table first.
        coco_ids: The id of an image is that of a COCO image.
        strip: How many folders to leave out of each image's path, from the left.
        below: The folder below the images' root that the rest of the path starts from. With
            `strip` 2 and `below` "train" the image `a/b/c.jpg` is at `train/c.jpg`.
        layout: One of `imagenet.LAYOUTS`.
        tar: The one tar in the folder of a tree that is meant.
        follow_links: Images may be links that lead out of the dataset's root.
        on_error: What a record that cannot be read does: `abort` changes nothing, `skip` leaves it
            out and keeps its reason.
        classes: The shipped table whose synsets the categories have by name, as `openimages`.
    """

    synsets: Path | Synsets | None = None
    by_name: bool = False
    coco_ids: bool = False
    strip: int = 0
    below: str = ""
    layout: str | None = None
    tar: str | None = None
    follow_links: bool = False
    on_error: OnError = "abort"
    classes: str | None = None

    @property
    def skips(self) -> bool:
        """Whether records that cannot be read are left out."""
        return self.on_error == "skip"

    def as_json(self, root: Path) -> str | None:
        """Return the options that were given as a JSON object, None without any."""
        given = {
            name: relative_path(value, root) if isinstance(value, Path) else value
            for name, value in self._asdict().items()
            if value != self._field_defaults[name]
        }
        return json.dumps(given) if given else None

    @classmethod
    def from_json(cls, text: str | None, root: Path, source: str) -> Self:
        """Return the options of a source that `as_json` has written.

        Raises DamagedError for what it cannot have written.
        """
        remedy = f"run {command('ingest --remove', source)}, then ingest it again with its options"
        stored = decoded(_STORED, text or "{}", "sources.options", source, remedy)
        found = cls(**msgspec.structs.asdict(stored))
        if isinstance(found.synsets, str):
            return found._replace(synsets=root / found.synsets)
        return found

    def read_once(self) -> Self:
        """Return the options with a mapping read from a pipe, and `classes` in place of their name.

        Raises RecordError for a mapping that is wrong, UsageError for a table that does not ship.
        """
        if self.classes is not None:
            shipped_classes(self.classes)
        if not isinstance(self.synsets, Path):
            return self
        if (table := table_called(self.synsets)) is not None:
            return self._replace(synsets=None, classes=table)
        if not can_be_read_once(self.synsets):
            return self
        return self._replace(synsets=read_mapping(self.synsets))


NO_OPTIONS = SourceOptions()


_KINDS = {**SourceOptions.__annotations__, "synsets": str | Synsets | None}
_FIELDS = [(name, kind, SourceOptions._field_defaults[name]) for name, kind in _KINDS.items()]
_STORED = msgspec.json.Decoder(msgspec.defstruct("_Stored", _FIELDS, forbid_unknown_fields=True))


class SourceSpec(NamedTuple):
    """A source to read: `path` is its file or folder, `images` the root of its dataset's images.

    With a `share` only that part of a tree is read.
    """

    name: str
    format: str
    dataset: str
    split: str | None
    path: Path
    images: Path
    options: SourceOptions = NO_OPTIONS
    share: Share | None = None


def lvis_name(split: str) -> str:
    """Return the name of the source that an LVIS file of a split is."""
    return f"lvis_v1_{split}"


def with_links(spec: SourceSpec, *, follow_links: bool) -> SourceSpec:
    """Return a source whose images may be links that lead out of its dataset, or may not."""
    return spec._replace(options=spec.options._replace(follow_links=follow_links))


def lvis_source(root: Path, path: Path, split: str) -> SourceSpec:
    """Return the source of an LVIS file, wherever it is; its images are those of COCO 2017."""
    return SourceSpec(lvis_name(split), "lvis", LVIS_DATASET, split, place(path), root / "coco")


def imagenet_source(
    path: Path,
    layout: str | None = None,
    *,
    follow_links: bool = False,
    share: Share | None = None,
) -> SourceSpec:
    """Return the source of an ImageNet tree, or of a tar of it; without a layout it is detected."""
    path = place(path)
    tar = path.name if path.is_file() else None
    if tar is None:
        require_listed(path)
    images = path if tar is None else path.parent
    options = SourceOptions(layout=layout, tar=tar, follow_links=follow_links)
    name = "imagenet21k"
    return SourceSpec(name, "imagenet", name, None, path, images, options, share)


def visual_genome_source(path: Path) -> SourceSpec:
    """Return the source of a Visual Genome folder."""
    path = place(path)
    return SourceSpec("visual_genome", "visual-genome", "visual_genome", None, path, path)


def coco_source(
    file: Path, name: str, images: Path, split: str | None, options: SourceOptions
) -> SourceSpec:
    """Return the source of a file in COCO's format; several of one dataset differ in their split.

    Raises UsageError for a name that stands for something else, or for options without a meaning.
    """
    _check_name(name)
    if split is not None:
        check_name("split", split)
    if options.strip < 0:
        raise UsageError(f"{option('strip')} counts folders; give 0 or more")
    if options.below and split_path(options.below) is None:
        raise UsageError(f"{option('below', options.below)} is not a path below the images' folder")
    source = name if split is None else f"{name}_{split}"
    _check_name(source)
    places = (place(file), place(images))
    return SourceSpec(source, "coco", name, split, *places, options.read_once())


def plugin_source(
    format_name: str, file: Path, name: str, images: Path, split: str | None
) -> SourceSpec:
    """Return the source of a file in a plug-in's format; raises UsageError as `coco_source`."""
    return coco_source(file, name, images, split, NO_OPTIONS)._replace(format=format_name)


def folder_source(
    path: Path, name: str, options: SourceOptions, form: str = "folder"
) -> SourceSpec:
    """Return the source of a folder of labelled images; raises UsageError as `coco_source`."""
    _check_name(name)
    path = place(path)
    require_listed(path)
    return SourceSpec(name, form, name, None, path, path, options.read_once())


def _check_name(name: str) -> None:
    """Raise UsageError for a name that could not be a file's, or that stands for something else."""
    check_name("dataset", name)
    known = {*USUAL_DATASETS, *_OTHER_COUNTS, *map(lvis_name, _LVIS_SPLITS)}
    if name in known:
        raise UsageError(f"the name {name} stands for something else; give another")


def find_sources(root: Path) -> tuple[list[SourceSpec], list[str]]:
    """Return the sources below `root` in the order of ingest, and the paths of those missing."""
    absent = [(spec, absent_file(spec)) for spec in _usual_sources(root)]
    found = [spec for spec, file in absent if file is None]
    return found, [str(file) for _, file in absent if file is not None]


def known_specs(
    root: Path, found: list[SourceSpec], missing: list[str], stored: list[SourceSpec]
) -> tuple[list[SourceSpec], list[str]]:
    """Return what a plain ingest reads: sources at usual paths, and those that were read before.

    A name keeps the path that it was read from, wherever that is; only an ImageNet that was in one
    usual folder may be in another now. What was elsewhere and is gone is missing, whatever is at
    the usual path.
    """
    if not stored:
        return found, missing
    specs = {spec.name: spec for spec in found}
    usual_paths = {spec.name: absent_file(spec) for spec in _usual_sources(root)}
    gone = list(missing)
    for spec in stored:
        usual = specs.get(spec.name)
        elsewhere = usual is None or not is_usual_imagenet(root, spec.path)
        here = usual is not None and (spec.path == usual.path or spec.options.tar is not None)
        if not (elsewhere or here):
            continue
        gone = [path for path in gone if path != str(usual_paths.get(spec.name))]
        if (absent := absent_file(spec)) is None:
            specs[spec.name] = spec
        elif elsewhere:
            specs.pop(spec.name, None)
            gone.append(str(absent))
    return list(specs.values()), [*dict.fromkeys(gone)]


def first_file(spec: SourceSpec) -> Path:
    """Return the file or folder without which a source cannot be read."""
    return next(iter(format_of(spec.format).files(spec.path)), spec.path)


def absent_file(spec: SourceSpec) -> Path | None:
    """Return the first file or folder that a source needs and that is not there, or None."""
    needed = format_of(spec.format).files(spec.path) or [spec.path]
    return next((file for file in needed if not file.exists()), None)


def _usual_sources(root: Path) -> list[SourceSpec]:
    return [
        *(usual_lvis(root, split) for split in _LVIS_SPLITS),
        imagenet_source(imagenet_folder(root)),
        visual_genome_source(visual_genome_folder(root)),
    ]


def find_lvis(root: Path) -> tuple[list[SourceSpec], list[str]]:
    """Return LVIS's files at their usual paths, and the paths of those missing."""
    usual = [usual_lvis(root, split) for split in _LVIS_SPLITS]
    found = [spec for spec in usual if spec.path.exists()]
    return found, [str(spec.path) for spec in usual if spec not in found]


def usual_lvis(root: Path, split: str) -> SourceSpec:
    """Return the source of an LVIS file at its usual path."""
    return lvis_source(root, usual_lvis_file(root, split), split)


def usual_inputs(root: Path) -> list[Path]:
    """Return the annotation files that an ingest reads from their usual paths."""
    genome = visual_genome_folder(root)
    lvis = [usual_lvis(root, split).path for split in _LVIS_SPLITS]
    return [*lvis, genome / "objects.json", genome / "image_data.json"]


def visual_genome_folder(root: Path) -> Path:
    """Return the usual folder of Visual Genome."""
    return root / "VisualGenome"


def lvis_sources(root: Path, files: Sequence[Path], split: str | None) -> list[SourceSpec]:
    """Return the sources of LVIS files, each of `split` or of the split that its name says.

    Raises UsageError for a name that says none, and for two files of one split.
    """
    specs: dict[str, SourceSpec] = {}
    for file in files:
        known = split or split_of(file)
        if known is None:
            splits = " or ".join(option("split", one) for one in ("train", "val"))
            raise UsageError(f"{file}: the name says no split; give {splits}")
        if known in specs:
            raise UsageError(f"{file}: is a second file of split {known}; give one a split")
        specs[known] = lvis_source(root, file, known)
    return list(specs.values())


def split_of(path: Path) -> str | None:
    """Return the split that an LVIS file's name says: `train`, `val`, or None."""
    words = path.stem.removesuffix(".json").lower().replace("-", "_").split("_")
    splits = {word for word in words if word in ("train", "val")}
    return splits.pop() if len(splits) == 1 else None
