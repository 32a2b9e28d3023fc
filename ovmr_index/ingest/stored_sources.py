"""The sources that an index holds."""

from sqlalchemy import Connection, select

from ovmr_index.db.models import Source, Vocabulary
from ovmr_index.errors import MissingSourceError


def find_lvis_source(connection: Connection, split: str) -> int:
    """Return the row of LVIS's file of a split; raises MissingSourceError without one."""
    name = f"lvis_v1_{split}"
    found = connection.execute(select(Source.pk).where(Source.name == name)).scalar()
    if found is None:
        raise MissingSourceError(
            f"the index holds no LVIS {split} annotations; run `ovmr-index ingest lvis` first"
        )
    return found


def has_format(connection: Connection, format_name: str) -> bool:
    """Tell whether a source of a format is in the index."""
    query = select(Source.pk).where(Source.format == format_name).limit(1)
    return connection.execute(query).scalar() is not None


def find_lvis_vocabulary(connection: Connection) -> int:
    """Return the vocabulary of LVIS's train file; raises MissingSourceError without one."""
    query = select(Vocabulary.pk).where(
        Vocabulary.source_pk == find_lvis_source(connection, "train")
    )
    return connection.execute(query).scalar_one()
