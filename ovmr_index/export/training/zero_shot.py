"""The annotation files of open-vocabulary COCO, as Detic reads them.

OVR-CNN (CVPR 2021) keeps the annotations of the base categories (for training), or of base and
novel ones (for evaluation), and the images that have any. Detic's `get_coco_zeroshot_oriorder.py`
puts COCO's whole list of categories back, and `get_lvis_cat_info.py` counts them.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii as quoted
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from sqlalchemy import Connection, Select

from ovmr_index.db.bulk import Prepared, stream_rows
from ovmr_index.db.session import Session
from ovmr_index.db.stored_json import decoded_object
from ovmr_index.errors import MissingSourceError, shell_command
from ovmr_index.export.annotation_queries import annotations, given, records
from ovmr_index.export.cat_info_queries import category_counts
from ovmr_index.export.json_list import ITEMS, write_list
from ovmr_index.export.target import WrittenFile
from ovmr_index.export.training import zero_shot_queries as queries
from ovmr_index.export.training.opened import ZeroShotFile
from ovmr_index.processes import batches
from ovmr_index.storage.atomic import whole_file
from ovmr_index.vocabularies.category_queries import category_records
from ovmr_index.vocabularies.partitions import published_partition


@dataclass(frozen=True, slots=True)
class CocoSource:
    """COCO's annotation file of a split in the index: its source and its categories (pk)."""

    pk: int
    name: str
    header: str
    vocabulary_pk: int


def find_coco(connection: Connection, split: str) -> CocoSource | None:
    """Return the source that was read from COCO's annotation file of a split, by its name."""
    for pk, name, header, path, vocabulary_pk in connection.execute(queries.coco_sources()):
        if PurePosixPath(path).name.startswith(f"instances_{split}2017.json"):
            return CocoSource(pk, name, header, vocabulary_pk)
    return None


def ingest_coco(root: Path, split: str) -> str:
    """Return what to type for COCO's annotation file of a split to be in the index."""
    folder = root / "coco"
    file = folder / "annotations" / f"instances_{split}2017.json"
    named = ["--name", "coco", "--split", split, "--images", str(folder)]
    options = [*named, "--below", f"{split}2017", "--by-name"]
    return shell_command("ingest", "coco", str(file), *options)


def write_zero_shot(session: Session, kind: ZeroShotFile, path: Path) -> WrittenFile:
    """Write a file of open-vocabulary COCO; raises MissingSourceError where COCO's is not held."""
    with session.read() as connection:
        source = find_coco(connection, kind.split)
        if source is None:
            raise MissingSourceError(
                f"the index holds no instances_{kind.split}2017.json of COCO;"
                f" run `{ingest_coco(session.root, kind.split)}`"
            )
        selected = _selected(source, kind)
        with whole_file(path) as file:
            if kind.counts:
                return WrittenFile(path, write_list(file, _counted(connection, source, selected)))
            count = _write_members(connection, source, selected, file)
    return WrittenFile(path, count)


def _write_members(
    connection: Connection, source: CocoSource, selected: Select[int], file: BinaryIO
) -> int:
    """Write the members of the annotation file in its order; return how many annotations."""
    count = 0
    for i, (name, value) in enumerate(json.loads(source.header).items()):
        file.write(f"{',' if i else '{'}{quoted(name)}:".encode())
        if name not in ("images", "annotations", "categories"):
            file.write(json.dumps(value).encode())
            continue
        written = write_list(file, _records(connection, source, selected, name))
        count = written if name == "annotations" else count
    file.write(b"}")
    return count


def _selected(source: CocoSource, kind: ZeroShotFile) -> Select[int]:
    parts = dict(zip(("novel", "base"), published_partition("ov-coco"), strict=True))
    names = {str(name) for part in kind.parts for name in parts[part]}
    return queries.named_categories(source.vocabulary_pk, names)


def _records(
    connection: Connection, source: CocoSource, selected: Select[int], name: str
) -> Iterator[str]:
    """Yield the records of one of the lists of a file, as it has them."""
    if name == "annotations":
        prepared = Prepared(connection, records(given()))
        rows = stream_rows(connection, annotations(source.pk, selected))
        for some in batches(rows, ITEMS):
            found = prepared.rows(pks=json.dumps([pk for (pk,) in some]))
            yield from (record for _, record in found)
        return
    if name == "images":
        query = queries.images_with(source.pk, selected)
    else:
        query = category_records(source.vocabulary_pk)
    yield from (record for _, record in stream_rows(connection, query))


def _counted(connection: Connection, source: CocoSource, selected: Select[int]) -> Iterator[str]:
    """Yield COCO's categories with `image_count` and `instance_count`, 0 of those left out."""
    rows = connection.execute(category_counts(source.pk, selected)).all()
    counts = {pk: (images, instances) for pk, images, instances in rows}
    for pk, record in stream_rows(connection, category_records(source.vocabulary_pk)):
        category = decoded_object(record, "categories.record", pk)
        category["image_count"], category["instance_count"] = counts.get(pk, (0, 0))
        yield json.dumps(category)
