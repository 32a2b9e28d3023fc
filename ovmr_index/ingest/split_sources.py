"""The sources of datasets whose splits are found at one path: OpenImages, YOLO, Pascal VOC."""

import os
from collections.abc import Sequence
from pathlib import Path

from ovmr_index.arguments import naming_arguments
from ovmr_index.errors import RecordError, UsageError
from ovmr_index.formats.openimages_files import annotation_files, box_files
from ovmr_index.formats.voc_files import VocFolder, split_lists
from ovmr_index.formats.yolo_files import find_data_file, folders_of, read_data_file
from ovmr_index.ingest.sources import NO_OPTIONS, SourceOptions, SourceSpec, plugin_source
from ovmr_index.storage.remote.path import RemotePath
from ovmr_index.storage.remote.urls import place

OPENIMAGES = "openimages"


@naming_arguments
class SplitSources:
    """What to read of datasets of which one path holds all splits: a part of `index.sources`."""

    def openimages(
        self, folder: Path, name: str = OPENIMAGES, options: SourceOptions = NO_OPTIONS
    ) -> list[SourceSpec]:
        """Return a source for each `*-annotations-bbox.csv` of OpenImages, as it ships.

        Args:
            folder: Where these files are, or their folder `annotations`. The images are below it:
                in `images`, in `train` and so on, or in `train_0` to `train_f`.
            name: The name of the dataset.
            options: How to read the files.

        Raises:
            RecordError: There is no such file, no class descriptions, or two files of one split.
            UsageError: The name stands for something else.
        """
        _require_folder(folder)
        found: dict[str, Path] = {}
        for split, path in box_files(folder):
            if split in found:
                problem = f"is a second file of split {split}, beside {found[split].name}"
                raise RecordError(path, "", problem, "move one of them away")
            found[split] = path
        if not found:
            problem = "holds no *-annotations-bbox.csv"
            remedy = "download train-annotations-bbox.csv or that of another split"
            raise RecordError(folder, "", problem, remedy)
        for path in found.values():
            _require_descriptions(folder, annotation_files(path)[1])
        return [
            _source("openimages", path, name, folder, split, options)
            for split, path in sorted(found.items(), key=_in_order)
        ]

    def yolo(
        self, path: Path, name: str, options: SourceOptions = NO_OPTIONS
    ) -> tuple[list[SourceSpec], list[str]]:
        """Return a source for each of `train`, `val` and `test` that a data.yaml of YOLO names.

        Also the paths of splits that are not there, as long as one is.

        Args:
            path: The file, or the folder that it is in.
            name: The name of the dataset.
            options: How to read the files.

        Raises:
            RecordError: There is no such file, it is wrong, or no split that it names is there.
            UsageError: The name stands for something else.
        """
        _require_disk(path)
        data = read_data_file(find_data_file(path))
        missing = {split: absent for split in data.splits if (absent := data.absent(split))}
        splits = [split for split in data.splits if split not in missing] or [*data.splits]
        folders = [one for split in splits for one in folders_of(data.entries(split))]
        images = Path(os.path.commonpath([str(data.base), *folders]))
        found = [_source("yolo", data.file, name, images, split, options) for split in splits]
        return found, [str(data.base / one) for one in missing.values()]

    def voc(self, folder: Path, name: str, options: SourceOptions = NO_OPTIONS) -> list[SourceSpec]:
        """Return a source for each split of a Pascal VOC folder, one for all images without lists.

        Args:
            folder: The folder that holds `Annotations`, as `VOCdevkit/VOC2012`.
            name: The name of the dataset.
            options: How to read the files.

        Raises:
            RecordError: The folder holds no `Annotations`, or nothing is in it.
            UsageError: The name stands for something else.
        """
        _require_folder(folder)
        if not VocFolder(folder).files():
            problem = "holds no .xml file"
            raise RecordError(folder / "Annotations", "", problem, "unpack the annotations there")
        found = split_lists(folder)
        lists: list[tuple[str | None, Path]] = [*found.items()] if found else [(None, folder)]
        return [_source("voc", path, name, folder, split, options) for split, path in lists]


def _source(
    kind: str, path: Path, name: str, images: Path, split: str | None, options: SourceOptions
) -> SourceSpec:
    found = plugin_source(kind, path, name, images, split)
    return found._replace(options=options.read_once())


def _in_order(found: tuple[str, Path]) -> int:
    order: Sequence[str] = ("train", "validation", "val", "test")
    return order.index(found[0])


def _require_descriptions(folder: Path, file: Path) -> None:
    if not file.exists():
        problem = "holds no class-descriptions*.csv"
        raise RecordError(folder, "", problem, f"download {file.name} to {file.parent}")


def _require_disk(path: Path) -> None:
    if isinstance(place(path), RemotePath):
        raise UsageError(f"{path}: is remote, and datasets of this kind are read from a disk")


def _require_folder(folder: Path) -> None:
    _require_disk(folder)
    if not folder.is_dir():
        problem = "is a file" if folder.exists() else "No such file or directory"
        raise RecordError(folder, "", problem, "give the folder of the dataset")
