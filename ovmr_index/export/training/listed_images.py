"""The images that a file names: that of imagenet-lvis, a sample, or an annotation file of COCO."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from ovmr_index.db.bulk import stream_rows
from ovmr_index.export.training import dataset_queries as queries
from ovmr_index.formats.json_document import WRONG, JsonDocument

_ENDS = ((b"{", b"}"), (b"[", b"]"))
_TAIL = 64  # bytes in which the last sign is looked for


class _Named(msgspec.Struct):
    file_name: str


class _Picked(msgspec.Struct):
    dataset: str
    file_name: str


_NAMED = msgspec.json.Decoder(_Named)
_PICKS = msgspec.json.Decoder(list[_Picked])


def listed_images(file: Path, dataset: str) -> Iterator[str]:
    """Yield the names of images in a JSON file: of a sample those of a dataset, each once, sorted.

    Raises RecordError where it is no such file.
    """
    document = JsonDocument(file)
    if document.is_array:
        names = set[str]()
        for place, raw in enumerate(document.elements()):
            picks = document.decode(_PICKS, raw, f"[{place}]")
            names.update(pick.file_name for pick in picks if pick.dataset == dataset)
        yield from sorted(names)
        return
    images = document.array(document.members(), "images")
    for place, raw in enumerate(images):
        try:
            yield _NAMED.decode(raw).file_name
        except WRONG as error:
            raise document.bad_record(raw, f"images[{place}]", error) from None


def annotated_images(connection: Connection, dataset_pk: int) -> Iterator[str]:
    """Yield the names of the images of a dataset's annotation files, by folder."""
    rows = stream_rows(connection, queries.annotated_images(dataset_pk))
    return (name for (name,) in rows)


def why_no_json(path: Path) -> str | None:
    """Return why a path leads to no JSON file that is whole, by its ends; None where it does."""
    if not path.is_file():
        if path.is_symlink() and not path.exists():
            return f"is a link that leads nowhere ({path.readlink()}); delete it"
        if not path.exists():
            return "is not there"
        return f"is {'a folder' if path.is_dir() else 'no plain file'}; move it away"
    try:
        with path.open("rb") as file:
            head = file.read(_TAIL).lstrip()[:1]
            file.seek(max(0, path.stat().st_size - _TAIL))
            tail = file.read().rstrip()[-1:]
    except OSError as error:
        return f"cannot be read: {error.strerror}; check its permissions"
    return None if (head, tail) in _ENDS else "is no whole JSON file; delete it"
