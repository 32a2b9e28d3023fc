"""`exemplar_dict.json`: the whole pool of each category, an object from synset to list."""

from itertools import groupby
from json.encoder import encode_basestring_ascii as quoted
from pathlib import Path

from sqlalchemy import Connection, Select

from ovmr_index.db.bulk import stream_rows
from ovmr_index.export.context import ExportContext
from ovmr_index.export.emptied import LISTED
from ovmr_index.export.json_list import write_list
from ovmr_index.export.json_records import encode_entry
from ovmr_index.export.required_image_queries import pool_images
from ovmr_index.export.target import Ingredients, Target, WrittenFile
from ovmr_index.ingest.stored_sources import find_lvis_vocabulary
from ovmr_index.pools.exemplar_queries import exemplar_values, pool_entries
from ovmr_index.storage.atomic import whole_file
from ovmr_index.vocabularies.category_queries import categories
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.unique_keys import NamedCategory, unique_keys

# Visual Genome's annotations fill pools too; ImageNet and trees of images have no annotation files.
ANNOTATED_SOURCES = (LVIS_TRAIN, "visual_genome")
_category_id = exemplar_values("category_id")


def write_exemplars(context: ExportContext, path: Path) -> WrittenFile:
    """Write the pools at `path`, categories in the order of their file.

    Categories that are not selected have an empty pool.
    """
    count = 0
    with context.session.read() as connection, whole_file(path) as file:
        vocabulary_pk = context.category_list(connection, "train")
        selected = context.selected(connection, "train")
        rows = stream_rows(connection, categories(vocabulary_pk))
        keys = unique_keys(NamedCategory(*called) for _, *called in rows)
        entries = stream_rows(connection, pool_entries(vocabulary_pk, selected))
        pools = groupby(entries, _category_id)
        following = next(pools, None)
        with context.session.progress(path.name, len(keys), "categories") as advance:
            for i, (category_id, key) in enumerate(keys.items()):
                file.write(f"{',' if i else '{'}{quoted(key)}:".encode())
                if following is not None and following[0] == category_id:
                    count += write_list(file, map(encode_entry, following[1]))
                    following = next(pools, None)
                else:
                    file.write(b"[]")
                advance(1)
        file.write(b"}" if keys else b"{}")
        context.keep_records(path, count, LISTED)
    return WrittenFile(path, count)


def _required_images(connection: Connection) -> Select[int]:
    return pool_images(find_lvis_vocabulary(connection))


TARGET = Target(
    "exemplars",
    "metadata/exemplar_dict.json",
    "exemplar_dict.json",
    write_exemplars,
    needs_pools=True,
    ingredients=Ingredients(ANNOTATED_SOURCES, _required_images),
)
