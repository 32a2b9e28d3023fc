"""Where the crop of each exemplar goes: the two layouts of folders that trainers read."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from ovmr_index.errors import OvmrIndexError
from ovmr_index.pools.exemplars import Exemplar
from ovmr_index.samples.exemplars import CategoryExemplars
from ovmr_index.storage.paths import check_name
from ovmr_index.vocabularies.names import LVIS_TRAIN

METADATA = "metadata.jsonl"  # beside the folders of the crops: a line for each file
_TRAIN_SHOTS = 10


def crop_folder(vocabulary: str) -> str:
    """Return the usual folder of a vocabulary's crops, below the root.

    Raises UsageError for a vocabulary whose name cannot be part of a path.
    """
    check_name("vocabulary", vocabulary)
    return "crops" if vocabulary == LVIS_TRAIN else f"crops_{vocabulary}"


class Crop(NamedTuple):
    """An exemplar and the files that show it, relative to the folder of the crops.

    `shot` is the position of the exemplar among those of its category, from 0.
    """

    targets: tuple[str, ...]
    category_id: int
    shot: int
    exemplar: Exemplar


def plan_published(sample: Sequence[CategoryExemplars]) -> list[Crop]:
    """Lay out `{train,val,all}/<category_id>/<i>_<dataset>_<name>`, as MM-OVOD's scripts do.

    The first ten of a category are train; later ones are val unless their `file_name` is one of
    the first ten's; every one is in all.
    """
    crops = []
    for category_id, _, exemplars in sample:
        head = {exemplar.file_name for exemplar in exemplars[:_TRAIN_SHOTS]}
        for shot, exemplar in enumerate(exemplars):
            folders = _published_folders(shot, exemplar.file_name in head)
            name = _name(shot, exemplar)
            targets = tuple(f"{folder}/{category_id}/{name}" for folder in folders)
            crops.append(Crop(targets, category_id, shot, exemplar))
    return crops


def plan_ovmr(
    train: Sequence[CategoryExemplars],
    val: Sequence[CategoryExemplars],
    classes: Mapping[int, int] | None = None,
) -> list[Crop]:
    """Lay out `{train,val}/<class index>/{train,val}_<i>_<dataset>_<name>`, as OVMR reads it.

    An exemplar at the same position in both samples is one crop with two files.

    Args:
        train: The sample for `train`.
        val: The sample for `val`.
        classes: The class index of each category by its id; the id - 1, as LVIS's, if None.

    Raises:
        OvmrIndexError: A category of a sample has no class index.
    """
    targets: dict[tuple[int, int, Exemplar], list[str]] = {}
    for split, sample in (("train", train), ("val", val)):
        for category_id, _, exemplars in sample:
            for shot, exemplar in enumerate(exemplars):
                folder = f"{split}/{_class_index(category_id, classes)}"
                path = f"{folder}/{split}_{_name(shot, exemplar)}"
                targets.setdefault((category_id, shot, exemplar), []).append(path)
    return [Crop(tuple(paths), *crop) for crop, paths in targets.items()]


def _class_index(category_id: int, classes: Mapping[int, int] | None) -> int:
    if classes is None:
        return category_id - 1
    if category_id not in classes:
        raise OvmrIndexError(
            f"category {category_id} of the sample is not in its vocabulary; draw the sample again,"
            " or give the vocabulary that it was drawn for"
        )
    return classes[category_id]


def _published_folders(shot: int, in_head: bool) -> tuple[str, ...]:
    if shot < _TRAIN_SHOTS:
        return ("train", "all")
    return ("all",) if in_head else ("val", "all")


def _name(shot: int, exemplar: Exemplar) -> str:
    return f"{shot}_{exemplar.dataset}_{PurePosixPath(exemplar.file_name).name}"
