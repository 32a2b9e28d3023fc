"""Whether the images are there that a code base opens, one by one."""

import shlex
from collections.abc import Sequence

from sqlalchemy import Connection

from ovmr_index.errors import OvmrIndexError, command
from ovmr_index.export.training.dataset_root import DatasetRoot
from ovmr_index.export.training.image_links import image_links, links_in_the_way
from ovmr_index.export.training.lacking import not_held
from ovmr_index.export.training.listed_images import (
    annotated_images,
    listed_images,
    why_no_json,
)
from ovmr_index.export.training.opened import ImagesOf, Opened
from ovmr_index.export.training.place import Place
from ovmr_index.export.training.report import TrainingItem
from ovmr_index.storage.present import Presence, count_present


def check_images(
    place: Place, connection: Connection, one: Opened, kind: ImagesOf, opened: Sequence[Opened]
) -> TrainingItem:
    """Count the images that are there, of those that a file of the code base names.

    Without a remedy where the file is not there yet, or where links are to be made.
    """
    root = place.dataset(connection, kind.dataset)
    try:
        found = _count(place, connection, one, kind, root)
    except OvmrIndexError as error:
        detail, _, remedy = str(error).rpartition("; ")
        return TrainingItem(one.path, "missing", detail, remedy)
    if isinstance(found, str):
        return TrainingItem(one.path, "missing", found)
    label = kind.listing.rpartition("/")[2] or "LVIS"
    detail = f"{found.there:,} of {found.total:,} images of {label} are there"
    if kind.listing and found.total == 0:
        detail = f"{label} names no image of {kind.dataset}"
    if found.there == found.total and (kind.listing or root is not None):
        return TrainingItem(one.path, "there", detail)
    remedy = _remedy(place, one, kind, root, opened, found)
    return TrainingItem(one.path, "missing", detail, remedy)


def _count(
    place: Place, connection: Connection, one: Opened, kind: ImagesOf, root: DatasetRoot | None
) -> Presence | str:
    folder = place.folder / one.path
    if not kind.listing:
        names = () if root is None else annotated_images(connection, root.pk)
        return count_present(folder, names)
    listing = place.folder / kind.listing
    if why_no_json(listing):
        return f"{kind.listing}, which names the images, is not there"
    return count_present(folder, listed_images(listing, kind.dataset))


def _remedy(
    place: Place,
    one: Opened,
    kind: ImagesOf,
    root: DatasetRoot | None,
    opened: Sequence[Opened],
    found: Presence,
) -> str:
    """Return why images are missing and what to type, "" where links are to be made."""
    if root is None:
        return not_held(kind.dataset)
    links = image_links(place, one, kind, root, opened)
    if blocked := links_in_the_way(place.folder / one.path, links):
        otherwise = kind.otherwise.format(folder=shlex.quote(str(root.folder)))
        return f"{blocked[0]}{otherwise and f', or {otherwise}'}"
    missing = found.first_missing
    if kind.is_below:
        missing = f"{one.path.rpartition('/')[2]}/{missing}"
    if (root.folder / missing).is_file() and not kind.is_below:
        return ""
    if root.archives:
        return (
            f"images are in {root.archives[0]} and have to be files: run `{root.unpacking}`, then"
            f" {command('ingest')}"
        )
    if kind.listing and kind.dataset == "imagenet21k":
        return (
            f"{root.folder} has no {missing}; {command('verify')} says what is gone, or delete"
            f" {place.folder / kind.listing} if another program made it"
        )
    download = root.downloads.get(missing.partition("/")[0])
    source = f", which comes with {download}" if download else ""
    return f"{root.folder} has no {missing}{source}; {command('verify')} says what else is gone"
