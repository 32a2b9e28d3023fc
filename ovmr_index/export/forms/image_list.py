"""Some images of a source, by their ids or names: from a file, a list or a name for them."""

import json
from collections.abc import Collection, Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import Connection

from ovmr_index.errors import OvmrIndexError, UsageError, counted, os_reason, shortened
from ovmr_index.export.forms import box_selection_queries as queries
from ovmr_index.export.forms.box_options import MINIVAL

_MINIVAL_FOLDER = "val2017/"
_FEW = 3


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
        UsageError: The source does not have one of these images, or there is no such file.
        OvmrIndexError: The file cannot be read.
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
    return _matched(rows, wanted, source, where)


def read_image_list(path: Path) -> list[int | str]:
    """Return the ids and names in a file.

    Raises:
        UsageError: There is no such file.
        OvmrIndexError: It cannot be read, or holds something else.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UsageError(f"{path}: there is no such file; give one of ids or names") from None
    except OSError as error:
        raise OvmrIndexError(f"{path}: {os_reason(error)}; give another file") from None
    except UnicodeDecodeError:
        raise OvmrIndexError(f"{path}: is no text in UTF-8; give one id or name a line") from None
    if not text.lstrip().startswith(("[", "{")):
        return [line.strip() for line in text.splitlines() if line.strip()]
    try:
        content = json.loads(text)
    except ValueError as error:
        raise OvmrIndexError(f"{path}: is no JSON ({error}); fix the file") from None
    listed = content.get("images") if isinstance(content, dict) else content
    if not isinstance(listed, list):
        raise OvmrIndexError(f"{path}: has no list of images; give ids or names, one a line")
    return [_one(path, place, item) for place, item in enumerate(listed)]


def _one(path: Path, place: int, item: Any) -> int | str:
    found = item.get("id", item.get("file_name")) if isinstance(item, dict) else item
    if isinstance(found, bool) or not isinstance(found, int | str):
        raise OvmrIndexError(
            f"{path}: images[{place}]: {shortened(repr(item), 40)} is no id and no name; fix it"
        )
    return found


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
    if isinstance(one, int):
        return [by_id[one]] if one in by_id else []
    if one in by_name:
        return by_name[one]
    if one.isdecimal() and len(one) < 19 and int(one) in by_id:
        return [by_id[int(one)]]
    return []
