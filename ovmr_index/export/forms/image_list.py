"""Some images of a source, by their ids or names: from a file, a list or a name for them."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec
from msgspec import Raw, Struct
from sqlalchemy import Connection

from ovmr_index.errors import UsageError, counted, shortened
from ovmr_index.export.forms import box_selection_queries as queries
from ovmr_index.export.forms.box_options import MINIVAL
from ovmr_index.formats.coco_annotation import key_of
from ovmr_index.formats.json_document import JsonDocument
from ovmr_index.formats.text_file import lines_of
from ovmr_index.samples.options import whole_number
from ovmr_index.vocabularies.list_content import read_list

_LIST = "ids or file names of images, one a line, as a JSON array, or as an annotation file"
_MINIVAL_FOLDER = "val2017/"
_FEW = 3


class _Image(Struct):
    id: int | str | None = None
    file_name: str | None = None


_NAMED = msgspec.json.Decoder(int | str | _Image)


def selected_images(
    connection: Connection,
    source_pk: int,
    source: str,
    images: Path | str | Collection[int | str] | None,
) -> tuple[int, ...] | None:
    """Return the images (pk) of a source, in its order, that a list means; None for all.

    Args:
        connection: The index.
        source_pk: The source.
        source: Its name, for messages.
        images: Ids or names; a name is a path below the folder of the images, else the last part
            of one, with or without its suffix. Or a file with one a line, a JSON list of them, or
            an annotation file, of which the images count. Or `minival`.

    Raises:
        UsageError: The source does not have one of these images, a number is the id of one and the
            name of another, there is no such file, or there is no image in it.
        RecordError: The file cannot be read, or holds something else.
    """
    if images is None:
        return None
    rows = connection.execute(queries.named_images(source_pk)).all()
    if isinstance(images, str) and images == MINIVAL:
        found = tuple(pk for pk, _, name in rows if name.startswith(_MINIVAL_FOLDER))
        if not found:
            raise UsageError(f"{source} has no images in val2017, which minival are")
        return found
    if isinstance(images, str | Path):
        where, wanted = str(images), read_image_list(Path(images))
    else:
        where, wanted = "images", [*_ids_and_names(images)]
    if not wanted:
        raise UsageError(f"{where}: names no image; give {_LIST}")
    return _matched(rows, wanted, source, where)


def read_image_list(path: Path) -> list[int | str]:
    """Return the ids and names in a file.

    Raises:
        UsageError: There is no such file.
        RecordError: It cannot be read, or holds something else.
    """
    if not path.exists():
        raise UsageError(f"{path}: there is no such file; give one of ids or names, or {MINIVAL}")
    found = read_list(path, _LIST)
    if isinstance(found, JsonDocument):
        return _in_json(found)
    return [line.strip() for line in lines_of(found) if line.strip()]


def _in_json(document: JsonDocument) -> list[int | str]:
    if document.is_array:
        elements = document.elements()
    else:
        elements = document.array(document.parts(), "images")
    return [_one(document, f"images[{i}]", raw) for i, raw in enumerate(elements)]


def _one(document: JsonDocument, where: str, raw: Raw) -> int | str:
    found: int | str | _Image = document.decode(_NAMED, raw, where)
    if not isinstance(found, _Image):
        return found
    name = found.file_name if found.id is None else found.id
    if name is None:
        raise document.error(where, "has neither id nor file_name", "fix or remove the record")
    return name


def _ids_and_names(images: Iterable[Any]) -> Iterator[int | str]:
    """Yield ids as Python's own numbers, whatever library they are of, and names."""
    for place, one in enumerate(images):
        yield one if isinstance(one, str) else whole_number(f"images[{place}]", one)


class _Known:
    """The images (pk) of a source, by their ids, their paths, and the last parts of these."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.order: list[int] = []
        self._ids = dict[int, int]()
        self._paths, self._names = dict[str, list[int]](), dict[str, list[int]]()
        for pk, key, path in rows:
            self.order.append(pk)
            if key is not None:
                self._ids[key] = pk
            self._paths.setdefault(path, []).append(pk)
            name = PurePosixPath(path)
            for form in {name.name, name.stem}:
                self._names.setdefault(form, []).append(pk)

    def find(self, one: int | str, where: str) -> list[int]:
        """Return the images that an id or a name means, none for one that no image has.

        Raises UsageError for a number that is the id of one image and the name of another.
        """
        named = [] if isinstance(one, int) else self._paths.get(one) or self._names.get(one, [])
        is_number = isinstance(one, str) and one.isascii() and one.isdecimal() and len(one) < 19
        if named and not (is_number and str(int(one)) == one):
            return named
        key = int(one) if is_number else key_of(one)  # of an id that is text the index has a number
        pk = self._ids.get(key)
        if named and pk is not None and pk not in named:
            raise UsageError(
                f"{where}: {one} is the id of one image and the name of another; give names with"
                " their suffix, or ids as a JSON array of numbers"
            )
        return named or ([] if pk is None else [pk])


def _matched(
    rows: Iterable[Any], wanted: Collection[int | str], source: str, where: str
) -> tuple[int, ...]:
    """Return the images that ids and names mean; each must mean one at least."""
    known, taken, unknown_ones = _Known(rows), set[int](), []
    for one in wanted:
        pks = known.find(one, where)
        taken.update(pks)
        if not pks:
            unknown_ones.append(str(one))
    if unknown_ones:
        shown = ", ".join(shortened(one, 60) for one in unknown_ones[:_FEW])
        more = "" if len(unknown_ones) <= _FEW else ", …"
        raise UsageError(
            f"{where}: {source} does not have {counted(len(unknown_ones), 'image')} of"
            f" {len(wanted):,}: {shown}{more}; give its ids or file names"
        )
    return tuple(pk for pk in known.order if pk in taken)
