"""`exemplar_dict.json`: the whole pool of each category, an object from synset to list."""

from itertools import groupby
from json.encoder import encode_basestring_ascii as quoted
from operator import itemgetter
from pathlib import Path

from ovmr_index.db.engine import reading, stream_rows
from ovmr_index.export.entries import encode_entry
from ovmr_index.export.job import ExportJob, Target, Written, lvis_vocabulary
from ovmr_index.export.writer import whole_file, write_list
from ovmr_index.queries.exemplars import categories, pool_entries


def write_exemplars(job: ExportJob, path: Path) -> Written:
    """Write the pools at `path`, categories in the order of LVIS's train file."""
    count = 0
    with reading(job.engine) as connection, whole_file(path) as file:
        vocabulary_id = lvis_vocabulary(connection)
        wanted = connection.execute(categories(vocabulary_id)).all()
        pools = groupby(stream_rows(connection, pool_entries(vocabulary_id)), itemgetter(0))
        following = next(pools, None)
        with job.progress(path.name, len(wanted), "categories") as advance:
            for i, (_, key, synset, _) in enumerate(wanted):
                file.write(f"{',' if i else '{'}{quoted(synset)}:".encode())
                if following is not None and following[0] == key:
                    count += write_list(file, map(encode_entry, following[1]))
                    following = next(pools, None)
                else:
                    file.write(b"[]")
                advance(1)
        file.write(b"}" if wanted else b"{}")
    return Written(path, count)


TARGET = Target("exemplars", "metadata/exemplar_dict.json", write_exemplars, needs_pools=True)
