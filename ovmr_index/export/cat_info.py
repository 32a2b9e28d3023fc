"""`lvis_v1_train_cat_info.json`: the categories, counted from the annotations."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import select

from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.models import Source
from ovmr_index.db.stored_json import decoded_object
from ovmr_index.export.cat_info_queries import category_counts, labelled_counts
from ovmr_index.export.context import ExportContext
from ovmr_index.export.emptied import COUNTED_IMAGES
from ovmr_index.export.json_list import write_list
from ovmr_index.export.target import Ingredients, Target, WrittenFile
from ovmr_index.storage.atomic import whole_file
from ovmr_index.vocabularies.category_queries import category_records
from ovmr_index.vocabularies.names import LVIS_TRAIN

RARE_BELOW, COMMON_BELOW = 10, 100  # images that show the category; LVIS, section 3 of the paper


def write_cat_info(context: ExportContext, path: Path) -> WrittenFile:
    """Write the categories of a split with `image_count` and `instance_count` as they are.

    Categories that are not selected count 0, as in an annotation file without them. In a tree of
    images, which has no boxes, `instance_count` is 0.
    """
    with context.session.read() as connection, whole_file(path) as file:
        source_pk = context.source(connection)
        selected = context.selected(connection, context.split)
        vocabulary_pk = context.category_list(connection, context.split)
        header = select(Source.c.header).where(Source.c.pk == source_pk)
        has_boxes = connection.execute(header).scalar() is not None
        counted = category_counts if has_boxes else labelled_counts
        with context.session.progress("count images", None, "images"):
            rows = connection.execute(counted(source_pk, selected)).all()
        counts = {category_pk: (images, instances) for category_pk, images, instances in rows}
        texts = (
            _with_counts(
                decoded_object(record, "categories.record", pk),
                *counts.get(pk, (0, 0)),
                add_frequency=context.add_frequency,
            )
            for pk, record in stream_rows(connection, category_records(vocabulary_pk))
        )
        written = write_list(file, texts)
        context.keep_records(path, sum(images for images, _ in counts.values()), COUNTED_IMAGES)
    return WrittenFile(path, written)


def frequency_of(images: int) -> str:
    """Return r, c or f for the number of images that show a category."""
    if images < RARE_BELOW:
        return "r"
    return "c" if images < COMMON_BELOW else "f"


def _with_counts(
    category: dict[str, Any], images: int, instances: int, *, add_frequency: bool
) -> str:
    category["image_count"], category["instance_count"] = images, instances
    if add_frequency:
        category["frequency"] = frequency_of(images)
    return json.dumps(category)


TARGET = Target(
    "cat-info",
    "metadata/lvis_v1_{split}_cat_info.json",
    "cat_info.json",
    write_cat_info,
    ingredients=Ingredients(sources=(LVIS_TRAIN,)),
)
