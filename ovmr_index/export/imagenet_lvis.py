"""`imagenet_lvis_image_info.json`: every ImageNet picture of LVIS's categories, with its size."""

import json
from collections.abc import Callable, Iterator
from json.encoder import encode_basestring_ascii as quoted
from pathlib import Path

from sqlalchemy import Connection

from ovmr_index.db.bulk import Row, stream_rows
from ovmr_index.errors import MissingSourceError
from ovmr_index.export.context import ExportContext
from ovmr_index.export.imagenet_lvis_queries import picture_counts, pictures_of_categories
from ovmr_index.export.json_list import write_list
from ovmr_index.export.target import Target, WrittenFile
from ovmr_index.images.size_queries import unreadable_images
from ovmr_index.images.stored_sizes import measure_images
from ovmr_index.ingest.stored_sources import has_imagenet
from ovmr_index.storage.atomic import whole_file
from ovmr_index.vocabularies.category_queries import category_records

_SHOWN_EVERY = 1_000


def write_imagenet_lvis(context: ExportContext, path: Path) -> WrittenFile:
    """Measure the pictures that have no size yet, then write all at `path`, ids from 1.

    A picture without a readable header is left out and named in what is returned.
    """
    with context.session.read() as connection:
        vocabulary_pk = context.category_list(connection, "val")
        if not has_imagenet(connection):
            raise MissingSourceError(
                "the index holds no ImageNet; run `ovmr-index ingest imagenet` first"
            )
    measure_images(context.session, vocabulary_pk)
    with context.session.read() as connection, whole_file(path) as file:
        kept = context.kept(connection, "val")
        counts: dict[int, int] = dict(connection.execute(picture_counts(vocabulary_pk, kept)).all())
        file.write(b'{"categories":')
        write_list(file, _categories(connection, vocabulary_pk, counts))
        file.write(b',"images":')
        with context.session.progress(path.name, sum(counts.values()), "images") as advance:
            rows = stream_rows(connection, pictures_of_categories(vocabulary_pk, kept))
            count = write_list(file, _images(rows, advance))
        file.write(b',"annotations":[]}')
        unreadable = connection.execute(unreadable_images(vocabulary_pk)).all()
    return WrittenFile(path, count, [f"{name}: {reason}" for name, reason in unreadable])


def _categories(
    connection: Connection, vocabulary_pk: int, counts: dict[int, int]
) -> Iterator[str]:
    for row, record in stream_rows(connection, category_records(vocabulary_pk)):
        category = json.loads(record)
        category["image_count"] = counts.get(row, 0)
        yield json.dumps(category)


def _images(rows: Iterator[Row], advance: Callable[[int], object]) -> Iterator[str]:
    for number, (category, name, width, height) in enumerate(rows, 1):
        if number % _SHOWN_EVERY == 0:
            advance(_SHOWN_EVERY)
        yield (
            f'{{"id":{number},"file_name":{quoted(name)},"pos_category_ids":[{category}],'
            f'"width":{width},"height":{height}}}'
        )


TARGET = Target(
    "imagenet-lvis",
    "imagenet/annotations/imagenet_lvis_image_info.json",
    "imagenet_image_info.json",
    write_imagenet_lvis,
)
