"""`lvis_v1_train_cat_info.json`: the categories, counted from the annotations."""

import json
from pathlib import Path

from ovmr_index.db.engine import reading, stream_rows
from ovmr_index.export.job import ExportJob, Target, Written, lvis_source
from ovmr_index.export.writer import whole_file, write_list
from ovmr_index.queries.annotations import category_counts, category_records

RARE_BELOW, COMMON_BELOW = 10, 100  # pictures that show the category; LVIS, section 3 of the paper


def write_cat_info(job: ExportJob, path: Path) -> Written:
    """Write the categories of a split with `image_count` and `instance_count` as they are."""
    with reading(job.engine) as connection, whole_file(path) as file:
        source_id = lvis_source(connection, job.split)
        rows = connection.execute(category_counts(source_id)).all()
        counts = {row: (images, instances) for row, images, instances in rows}
        texts = (
            _with_counts(record, *counts.get(row, (0, 0)), add_frequency=job.add_frequency)
            for row, record in stream_rows(connection, category_records(source_id))
        )
        return Written(path, write_list(file, texts))


def frequency_of(images: int) -> str:
    """Return r, c or f for the number of pictures that show a category."""
    if images < RARE_BELOW:
        return "r"
    return "c" if images < COMMON_BELOW else "f"


def _with_counts(record: str, images: int, instances: int, *, add_frequency: bool) -> str:
    category = json.loads(record)
    category["image_count"], category["instance_count"] = images, instances
    if add_frequency:
        category["frequency"] = frequency_of(images)
    return json.dumps(category)


TARGET = Target("cat-info", "metadata/lvis_v1_{split}_cat_info.json", write_cat_info)
