"""`exemplar_dict.json`: the whole pool of each category, an object from synset to list."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from json.encoder import encode_basestring_ascii as quoted
from operator import itemgetter
from pathlib import Path

from ovmr_index.db.bulk import Row, stream_rows
from ovmr_index.export.context import ExportContext
from ovmr_index.export.json_list import write_list
from ovmr_index.export.json_records import encode_entry
from ovmr_index.export.target import Target, WrittenFile
from ovmr_index.pools.exemplar_queries import pool_entries
from ovmr_index.storage.atomic import whole_file
from ovmr_index.vocabularies.category_queries import categories


def write_exemplars(context: ExportContext, path: Path) -> WrittenFile:
    """Write the pools at `path`, categories in the order of their file.

    Categories that are not chosen have an empty one.
    """
    count = 0
    with context.session.read() as connection, whole_file(path) as file:
        vocabulary_pk = context.category_list(connection, "train")
        kept = context.kept(connection, "train")
        wanted = list(stream_rows(connection, categories(vocabulary_pk)))
        pools = groupby(stream_rows(connection, pool_entries(vocabulary_pk, kept)), itemgetter(0))
        following = next(pools, None)
        with context.session.progress(path.name, len(wanted), "categories") as advance:
            for i, (name, (_, key, _, _)) in enumerate(zip(_names(wanted), wanted, strict=True)):
                file.write(f"{',' if i else '{'}{quoted(name)}:".encode())
                if following is not None and following[0] == key:
                    count += write_list(file, map(encode_entry, following[1]))
                    following = next(pools, None)
                else:
                    file.write(b"[]")
                advance(1)
        file.write(b"}" if wanted else b"{}")
    return WrittenFile(path, count)


def _names(wanted: Sequence[Row]) -> Iterator[str]:
    """Yield the name of each pool: the category's synset, or its own name if others share that."""
    shared = Counter(synset for _, _, synset, _ in wanted)
    for _, _, synset, name in wanted:
        yield name if shared[synset] > 1 else synset


TARGET = Target(
    "exemplars",
    "metadata/exemplar_dict.json",
    "exemplar_dict.json",
    write_exemplars,
    needs_pools=True,
)
