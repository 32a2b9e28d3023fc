"""The sources that an index holds."""

from sqlalchemy import Connection, select

from ovmr_index.db.models import Source, Vocabulary
from ovmr_index.errors import MissingSourceError
from ovmr_index.formats.table import IMAGENET_FORMATS
from ovmr_index.ingest.sources import lvis_name


def find_lvis_source(connection: Connection, split: str) -> int:
    """Return the row of LVIS's file of a split; raises MissingSourceError without one."""
    named = select(Source.pk).where(Source.name == lvis_name(split))
    found = connection.execute(named).scalar()
    if found is None:
        raise MissingSourceError(
            f"the index holds no LVIS {split} annotations; run `ovmr-index ingest lvis` first"
        )
    return found


def has_imagenet(connection: Connection) -> bool:
    """Return whether a tree of ImageNet is in the index."""
    query = select(Source.pk).where(Source.format.in_(IMAGENET_FORMATS)).limit(1)
    return connection.execute(query).scalar() is not None


def find_lvis_vocabulary(connection: Connection) -> int:
    """Return the vocabulary of LVIS's train file; raises MissingSourceError without one."""
    query = select(Vocabulary.pk).where(
        Vocabulary.source_pk == find_lvis_source(connection, "train")
    )
    return connection.execute(query).scalar_one()


def source_names(connection: Connection) -> list[str]:
    """Return the names of the sources in order of their first ingest."""
    return [*connection.execute(select(Source.name).order_by(Source.pk)).scalars()]
