"""The nouns of an index, each imported when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ovmr_index.db.session import Session
from ovmr_index.errors import UsageError, shortened

if TYPE_CHECKING:
    from ovmr_index.export.api import Exports
    from ovmr_index.index.curation import IndexCuration
    from ovmr_index.index.database import Database
    from ovmr_index.index.listed import IndexPartitions, IndexSamples, IndexVocabularies
    from ovmr_index.ingest.api import Sources
    from ovmr_index.pools.api import Pools


class Namespaces:
    """What `index.samples`, `index.exports` and so on are, as on the command line."""

    def __init__(self, session: Session) -> None:
        """Use `Index.open`, which checks what is there; raises UsageError for a folder."""
        if not isinstance(session, Session):
            raise UsageError(
                f"Index takes no {type(session).__name__}; open a folder with"
                f" Index.open({shortened(repr(session))})"
            )
        self._session = session

    @cached_property
    def sources(self) -> Sources:
        """What to read, and what was read."""
        from ovmr_index.ingest.api import Sources

        return Sources(self._session)

    @cached_property
    def vocabularies(self) -> IndexVocabularies:
        """Lists of categories."""
        from ovmr_index.index.listed import IndexVocabularies

        return IndexVocabularies(self._session)

    @cached_property
    def partitions(self) -> IndexPartitions:
        """Base and novel categories of vocabularies."""
        from ovmr_index.index.listed import IndexPartitions

        return IndexPartitions(self._session)

    @cached_property
    def pools(self) -> Pools:
        """The exemplars of each category."""
        from ovmr_index.pools.api import Pools

        return Pools(self._session)

    @cached_property
    def curation(self) -> IndexCuration:
        """Exemplars that are left out of draws, or come first in them."""
        from ovmr_index.index.curation import IndexCuration

        return IndexCuration(self._session)

    @cached_property
    def samples(self) -> IndexSamples:
        """Draws of K exemplars a category."""
        from ovmr_index.index.listed import IndexSamples

        return IndexSamples(self._session)

    @cached_property
    def exports(self) -> Exports:
        """Files for the trainers."""
        from ovmr_index.export.api import Exports

        return Exports(self._session)

    @cached_property
    def db(self) -> Database:
        """The file of the index."""
        from ovmr_index.index.database import Database

        return Database(self._session)
