"""Lists of records that become tables and frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ovmr_index.shown.records import Records, plain_values

if TYPE_CHECKING:
    import pandas

Record = TypeVar("Record")


class Rows(Records[Record]):
    """A list like any other, with a row of a frame for each record."""

    def to_pandas(self) -> pandas.DataFrame:
        """Return the records as a frame; raises OvmrIndexError where pandas is missing."""
        from ovmr_index.integrations.pandas import records_frame

        return records_frame([plain_values(one) for one in self])
