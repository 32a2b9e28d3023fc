"""What findings in pools depend on: as long as it is the same, so are they."""

from typing import NamedTuple

from sqlalchemy import Connection, Select, func, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Collation, ImageHash, Source


class FindingsState(NamedTuple):
    """What a vocabulary's pools were made from, the generations of sources, and hashes counted.

    Marks are no part of it.
    """

    pools: str
    sources: tuple[tuple[str, int], ...]
    contents: int
    looks: int


def findings_state(connection: Connection, vocabulary_pk: int) -> FindingsState:
    """Return the state that the findings in a vocabulary's pools are of."""
    pools = connection.execute(_pools(vocabulary_pk)).scalar() or ""
    sources = tuple((name, generation) for name, generation in connection.execute(_sources()))
    return FindingsState(pools, sources, *connection.execute(_hashes()).one())


def _pools(vocabulary_pk: int) -> Select[str]:
    made = Collation.c.recipe + Collation.c.generations
    return select(made).where(Collation.c.vocabulary_pk == vocabulary_pk)


def _sources() -> Query:
    return select(Source.c.name, Source.c.generation).order_by(Source.c.name)


def _hashes() -> Query:
    return select(func.count(ImageHash.c.sha256), func.count(ImageHash.c.perceptual))
