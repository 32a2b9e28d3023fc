"""The rows of a batch of regions, some of which have a record and some none."""

import pytest

from ovmr_index.formats.records import RegionColumns
from ovmr_index.ingest.region_rows import read_rows


@pytest.mark.parametrize(
    ("texts", "rows"),
    [
        ((), []),
        ((None, None), []),
        (("{}", None), [(1, "{}", False)]),
        (("{}", '{"a":1}'), [(1, "{}", False), (2, '{"a":1}', True)]),
    ],
)
def test_a_region_without_a_record_has_no_row_of_it(
    texts: tuple[str | None, ...], rows: list[tuple[int, str, bool]]
) -> None:
    column = [0, 0]
    read = RegionColumns(
        2, column, column, column, [(), ()], column, column, column, column, column, texts
    )
    odd = read._replace(is_odd=[False, True]) if len(rows) == 2 else read
    found = read_rows(([1, 2],), odd, ())
    assert [*zip(*found.records, strict=True)] == rows
