"""Parquet files of images, with the columns and the metadata that `datasets` writes."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def images(*found: tuple[bytes | None, str | None] | None) -> pa.Array:
    """Return a column of images: the bytes and the path of each."""
    rows = [None if one is None else {"bytes": one[0], "path": one[1]} for one in found]
    return pa.array(rows, IMAGE)


def write_parquet(
    file: Path,
    columns: Mapping[str, Any],
    names: Mapping[str, Sequence[str]] | None = None,
    group: int | None = None,
) -> Path:
    """Write a table; `names` are those of the classes of columns of numbers.

    `group` is how many rows are in a row group.
    """
    features = {
        column: {"names": list(found), "_type": "ClassLabel"}
        for column, found in (names or {}).items()
    }
    said = json.dumps({"info": {"features": {"image": {"_type": "Image"}, **features}}})
    table = pa.table(dict(columns)).replace_schema_metadata({"huggingface": said})
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, file, row_group_size=group)
    return file
