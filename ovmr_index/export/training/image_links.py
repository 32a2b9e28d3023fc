"""The links by which a folder that a code base opens images in shows those of a dataset."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from ovmr_index.export.training.dataset_root import DatasetRoot
from ovmr_index.export.training.opened import ImagesOf, Opened
from ovmr_index.export.training.place import Place
from ovmr_index.storage.symbolic_links import is_same, make_link, why_in_the_way


class ImageLink(NamedTuple):
    """A link to make, and what it leads to."""

    link: Path
    target: Path


def image_links(
    place: Place, one: Opened, kind: ImagesOf, root: DatasetRoot, opened: Iterable[Opened]
) -> list[ImageLink]:
    """Return the links that a folder needs, none where it is the dataset's own.

    It is one link to the dataset's root, or a link for each folder in that: where the folder is
    there already, where something else is opened below it, or where it is within the dataset.
    """
    folder = place.folder / one.path
    if kind.is_below or is_same(folder, root.folder):
        return []
    links = [
        ImageLink(folder / entry, root.folder / entry)
        for entry in root.entries(kind.splits)
        if (root.folder / entry).exists()
    ]
    is_shared = any(other.path.startswith(f"{one.path}/") for other in opened)
    is_within = folder.is_relative_to(root.folder)
    if links and not (is_shared or is_within or _is_real_folder(folder)):
        return [ImageLink(folder, root.folder)]
    return links


def make_image_links(place: Place, folder: Path, links: Iterable[ImageLink]) -> list[str]:
    """Make links below a folder; return what is in the way, and is left."""
    if reason := _leads_elsewhere(folder, links):
        return [reason]
    made = [(one, make_link(one.link, one.target, place.tops)) for one in links]
    return [f"{one.link}: {reason}" for one, reason in made if reason]


def links_in_the_way(folder: Path, links: Iterable[ImageLink]) -> list[str]:
    """Return what is where links would go, and is not what they lead to."""
    if reason := _leads_elsewhere(folder, links):
        return [reason]
    there = (one for one in links if one.link.is_symlink() or one.link.exists())
    found = [(one, why_in_the_way(one.link, one.target)) for one in there]
    return [f"{one.link}: {reason}" for one, reason in found if reason]


def _leads_elsewhere(folder: Path, links: Iterable[ImageLink]) -> str | None:
    """Return why nothing is put into a folder that is a link; it may be one to what holds it all.

    As `imagenet` is, where the whole of it is on another disk.
    """
    if not folder.is_symlink():
        return None
    real = folder.resolve()
    for one in links:
        if one.link != folder and not one.target.resolve().is_relative_to(real):
            reason = why_in_the_way(folder, one.target.parent)
            return reason and f"{folder}: {reason}"
    return None


def _is_real_folder(folder: Path) -> bool:
    return folder.is_dir() and not folder.is_symlink()
