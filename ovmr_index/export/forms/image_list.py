"""Some images of a source, by their ids or names: from a file, a list or a name for them."""

from collections.abc import Collection, Iterable
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
        images: Ids or names; a name is a path below the folder of the images, or the last part of
            one, with or without its suffix. Or a file with one a line, a JSON list of them, or an
            annotation file, of which the images count. Or `minival`.

    Raises:
        UsageError: The source does not have one of these images, there is no such file, or there
            is no image in it.
        RecordError: The file cannot be read, or holds something else.
    """
    if images is None:
        return None
    rows = connection.execute(queries.named_images(source_pk)).all()
    if images == MINIVAL:
        found = tuple(pk for pk, _, name in rows if name.startswith(_MINIVAL_FOLDER))
        if not found:
            raise UsageError(f"{source} has no images in val2017, which minival are")
        return found
    where = str(images) if isinstance(images, str | Path) else "images"
    wanted = read_image_list(Path(images)) if isinstance(images, str | Path) else [*images]
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


def _matched(
    rows: Iterable[Any], wanted: Collection[int | str], source: str, where: str
) -> tuple[int, ...]:
    """Return the images that ids and names mean; each must mean one at least."""
    by_id, by_name = dict[int, int](), dict[str, list[int]]()
    order = []
    for pk, key, path in rows:
        order.append(pk)
        if key is not None:
            by_id[key] = pk
        name = PurePosixPath(path)
        for form in dict.fromkeys((path, name.name, name.stem)):
            by_name.setdefault(form, []).append(pk)
    taken, unknown_ones = set[int](), []
    for one in wanted:
        pks = _pks_of(one, by_id, by_name)
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
    return tuple(pk for pk in order if pk in taken)


def _pks_of(one: int | str, by_id: dict[int, int], by_name: dict[str, list[int]]) -> list[int]:
    if isinstance(one, str) and one in by_name:
        return by_name[one]
    padded = isinstance(one, str) and one.isascii() and one.isdecimal() and len(one) < 19
    key = int(one) if padded else key_of(one)  # of an id that is text the index has a number
    return [by_id[key]] if key in by_id else []
