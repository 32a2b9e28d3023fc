"""Where the images of an annotation file are, and which of COCO's they are, by the options."""

from pathlib import Path

import msgspec
from msgspec import Struct

from ovmr_index.errors import RecordError, option, shortened
from ovmr_index.formats.own_ids import coco_number
from ovmr_index.formats.records import ImageRecord
from ovmr_index.formats.table import find_format
from ovmr_index.ingest.sources import SourceSpec
from ovmr_index.storage.paths import with_slashes

_NO_PATH = "is not a path below the folder of the images"


class _Identified(Struct):
    id: int | float | str = ""
    image_id: int | float | str = ""


_IDENTIFIED = msgspec.json.Decoder(_Identified)


class ImageLocator:
    """What the options of a source make of the paths and ids of its images.

    `file` is named in errors.
    """

    def __init__(self, spec: SourceSpec, file: Path) -> None:
        """Take the options of a source."""
        self._file, self._images = file, spec.images
        self._options = spec.options
        self._has_options = find_format(spec.format).has_path_options
        self._moves = bool(spec.options.strip or spec.options.below)

    def locate(self, image: ImageRecord) -> ImageRecord:
        """Return an image with its path below the images' root, and its id in COCO.

        With `--coco-ids` its key is that id too.

        Raises:
            RecordError: The path leaves the root, has too few folders for `--strip`, or the id can
                be none of COCO's.
        """
        folder = image.folder
        odd = "\\" in folder or "\\" in image.name or ".." in folder or folder.startswith("/")
        if odd or self._moves:
            folder, name = self._path(image)
            image = image._replace(folder=folder, name=name)
        if not self._options.coco_ids:
            return image
        number = self._coco_id(image)
        return image._replace(key=number, coco_id=number)

    def _path(self, image: ImageRecord) -> tuple[str, str]:
        """Return folder and name; a backslash is a slash where there is no file with it."""
        path = f"{image.folder.rstrip('/')}/{image.name}" if image.folder else image.name
        slashed = with_slashes(path)
        if slashed is None:
            raise self._error(image, f"{shortened(path)!r} {_NO_PATH}", "fix the record")
        if "\\" in path:
            as_it_is = self._moved(image.folder)
            if as_it_is is not None and (self._images / as_it_is / image.name).is_file():
                return as_it_is, image.name
        folder, name = slashed
        moved = self._moved(folder)
        if moved is None:
            raise self._not_moved(image, path, [one for one in folder.split("/") if one])
        return moved, name

    def _moved(self, folder: str) -> str | None:
        """Return a folder by `--strip` and `--below`, None where it is no folder below the root."""
        strip, below = self._options.strip, self._options.below
        folders = [one for one in folder.split("/") if one]
        if len(folders) < strip or (folder.startswith("/") and not strip):
            return None
        return "/".join([*filter(None, [below]), *folders[strip:]])

    def _not_moved(self, image: ImageRecord, path: str, folders: list[str]) -> RecordError:
        strip = self._options.strip
        if len(folders) < strip:
            problem = f"{shortened(path)} is in fewer folders than {option('strip', strip)}"
            return self._error(image, problem, "give a lower number")
        remedy = "fix the record"
        if folders and self._has_options:
            remedy = f"give {option('strip', len(folders))}, or {remedy}"
        return self._error(
            image, f"file_name {shortened(path)!r} is absolute: it {_NO_PATH}", remedy
        )

    def _coco_id(self, image: ImageRecord) -> int:
        """Return the number that an image's id is in its file, whatever zeros it begins with."""
        identity = file_id(image.record, image.key)
        if (number := coco_number(identity)) is not None:
            return number
        problem = f"its id {shortened(str(identity))!r} is no number, and so no id of COCO's images"
        raise self._error(image, problem, f"leave out {option('coco_ids')}, or fix the record")

    def _error(self, image: ImageRecord, problem: str, remedy: str) -> RecordError:
        return RecordError(
            self._file,
            f"image (id {shortened(str(file_id(image.record, image.key)))})",
            problem,
            remedy,
        )


def file_id(record: str, key: int) -> int | str:
    """Return the id that an image has in its file, a text or a number: its `key`."""
    try:
        found = _IDENTIFIED.decode(record)
    except msgspec.MsgspecError:  # of a plug-in
        return key
    identity = found.id if found.id != "" else found.image_id
    return identity if isinstance(identity, str) and identity else key
