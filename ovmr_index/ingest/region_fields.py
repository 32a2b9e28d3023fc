"""What regions say beyond their columns: each text is stored once for a source."""

from sqlalchemy import Connection, delete, select

from ovmr_index.db.bulk import insert_columns, next_pk, stream_rows
from ovmr_index.db.models import Region, RegionFields

_MOST_FIELDS = 100_000  # texts, of 100 bytes; objects of real files have fewer


class FieldsPks(dict[str, int]):
    """The rows of `region_fields` by their texts: one that is not known gets a new one.

    Of too many texts the first are forgotten, and may have two rows.
    """

    def __init__(self, connection: Connection, source_pk: int) -> None:
        mine = RegionFields.c.source_pk == source_pk
        known = select(RegionFields.c.fields, RegionFields.c.pk).where(mine).limit(_MOST_FIELDS)
        super().__init__(stream_rows(connection, known))
        self._connection, self._source_pk = connection, source_pk
        self._next_pk = next_pk(connection, RegionFields)
        self._new: list[str] = []

    def __missing__(self, text: str) -> int:
        if len(self) >= _MOST_FIELDS:
            self.clear()
        self[text] = pk = self._next_pk + len(self._new)
        self._new.append(text)
        return pk

    def write(self) -> None:
        """Store the rows that are new."""
        pks = range(self._next_pk, self._next_pk + len(self._new))
        sources = [self._source_pk] * len(self._new)
        names = ("pk", "source_pk", "fields")
        insert_columns(self._connection, RegionFields, names, (pks, sources, self._new))
        self._next_pk += len(self._new)
        self._new.clear()

    def remove_unused(self) -> None:
        """Remove the rows that no region of the source refers to."""
        mine = Region.c.source_pk + 0 == self._source_pk  # from end to end, by no index
        used = select(Region.c.fields_pk).where(mine, Region.c.fields_pk.is_not(None))
        unused = delete(RegionFields).where(RegionFields.c.source_pk == self._source_pk)
        self._connection.execute(unused.where(RegionFields.c.pk.not_in(used)))
