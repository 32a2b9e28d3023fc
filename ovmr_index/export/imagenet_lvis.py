"""`imagenet_lvis_image_info.json`: every ImageNet image of LVIS's categories, with its size."""

import json
from collections.abc import Callable, Iterator
from json.encoder import encode_basestring_ascii as quoted
from pathlib import Path

from sqlalchemy import Connection, Select

from ovmr_index.db.bulk import Row, stream_rows
from ovmr_index.db.stored_json import decoded_object
from ovmr_index.errors import MissingSourceError, command, counted
from ovmr_index.export.context import ExportContext
from ovmr_index.export.emptied import IMAGES
from ovmr_index.export.imagenet_lvis_queries import image_counts, images_of_categories, wnid_images
from ovmr_index.export.json_list import write_list
from ovmr_index.export.target import Ingredients, Target, WrittenFile
from ovmr_index.formats.imagenet_releases import LISTED_SUFFIXES
from ovmr_index.images.size_queries import of_vocabulary, unreadable_images
from ovmr_index.ingest.stored_sources import find_lvis_source, has_imagenet
from ovmr_index.storage.atomic import whole_file
from ovmr_index.vocabularies.category_queries import category_records

_LVIS_VAL = "lvis_v1_val"
_SHOWN_EVERY = 1_000  # images


def write_imagenet_lvis(context: ExportContext, path: Path) -> WrittenFile:
    """Read the sizes that are not known yet, then write all images at `path`, ids from 1.

    An image without a readable header is left out and named in what is returned; images of other
    suffixes than the published ones are counted there.

    Raises:
        MissingSourceError: The index lacks LVIS val or ImageNet.
    """
    from ovmr_index.images.stored_sizes import measure_images  # which imports Pillow

    with context.session.read() as connection:
        vocabulary_pk = context.category_list(connection, "val")
        if not has_imagenet(connection):
            raise MissingSourceError(
                f"the index holds no ImageNet; run {command('ingest imagenet')} first"
            )
    scope = f"vocabulary {context.vocabulary_of('val')}"
    measure_images(context.session, of_vocabulary(vocabulary_pk), scope)
    with context.session.read() as connection, whole_file(path) as file:
        selected = context.selected(connection, "val")
        rows = connection.execute(image_counts(vocabulary_pk, selected)).all()
        counts = {category_pk: listed for category_pk, listed, _ in rows}
        file.write(b'{"categories":')
        write_list(file, _categories(connection, vocabulary_pk, counts))
        file.write(b',"images":')
        with context.session.progress(path.name, sum(counts.values()), "images") as advance:
            images = stream_rows(connection, images_of_categories(vocabulary_pk, selected))
            count = write_list(file, _images(images, advance))
        file.write(b',"annotations":[]}')
        context.keep_records(path, count, IMAGES)
        unreadable = connection.execute(unreadable_images(vocabulary_pk)).all()
    problems = [f"{name}: {reason}" for name, reason in unreadable]
    others = sum(count for _, _, count in rows)
    if others:
        takes = " ".join(LISTED_SUFFIXES)
        problems.append(f"{counted(others, 'other image')} left: the list takes {takes} alone")
    return WrittenFile(path, count, problems)


def _categories(
    connection: Connection, vocabulary_pk: int, counts: dict[int, int]
) -> Iterator[str]:
    for category_pk, record in stream_rows(connection, category_records(vocabulary_pk)):
        category = decoded_object(record, "categories.record", category_pk)
        category["image_count"] = counts.get(category_pk, 0)
        yield json.dumps(category)


def _images(rows: Iterator[Row], advance: Callable[[int], object]) -> Iterator[str]:
    for number, (category_id, name, width, height) in enumerate(rows, 1):
        if number % _SHOWN_EVERY == 0:
            advance(_SHOWN_EVERY)
        yield (
            f'{{"id":{number},"file_name":{quoted(name)},"pos_category_ids":[{category_id}],'
            f'"width":{width},"height":{height}}}'
        )


def _required_images(context: ExportContext, connection: Connection) -> Select[int]:
    return wnid_images(find_lvis_source(connection, "val", context.root))


TARGET = Target(
    "imagenet-lvis",
    "imagenet/annotations/imagenet_lvis_image_info.json",
    "imagenet_image_info.json",
    write_imagenet_lvis,
    ingredients=Ingredients((_LVIS_VAL,), _required_images),
)
