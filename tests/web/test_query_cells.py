"""Cells of the table of a query: what they show, and where they lead."""

from typing import Any

import pytest

from ovmr_index.web.query_cells import SHOWN_CHARACTERS, Cell, CellMaker, cell, table_columns

EXEMPLAR = {
    "category_id": 12,
    "source": "visual_genome",
    "file_name": "VG_100K/1.jpg",
    "region_id": 7,
}
WHOLE = {"category_id": 12, "source": "imagenet21k", "file_name": "train/a&b?.JPEG"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, Cell("NULL", "null")),
        (7, Cell("7", "number")),
        (0.5, Cell("0.5", "number")),
        (float("inf"), Cell("inf", "number")),
        ("<script>", Cell("<script>", "text")),
        (b"\x00\xff", Cell("X'00FF'", "bytes")),
        ("x" * 5000, Cell("x" * SHOWN_CHARACTERS, "text", length=5000)),
        (b"x" * 5000, Cell(f"X'{'78' * (SHOWN_CHARACTERS // 2)}'", "bytes", length=5000)),
    ],
)
def test_values(value: Any, expected: Cell) -> None:
    assert cell(value) == expected


@pytest.mark.parametrize(
    ("row", "addresses"),
    [
        (EXEMPLAR, {"category_id": "/categories/12", "region_id": "/exemplars/12/visual_genome/7"}),
        (
            WHOLE | {"region_id": None},
            {
                "category_id": "/categories/12",
                "file_name": "/exemplars/12/imagenet21k/-?file=train%2Fa%26b%3F.JPEG",
            },
        ),
        (WHOLE, {"category_id": "/categories/12"}),
        (
            EXEMPLAR | {"vocabulary": "mine & yours"},
            {
                "category_id": "/categories/12?vocabulary=mine+%26+yours",
                "region_id": "/exemplars/12/visual_genome/7?vocabulary=mine+%26+yours",
            },
        ),
        ({"category_id": 1, "vocabulary": "lvis_v1_train"}, {"category_id": "/categories/1"}),
        ({"category_id": None, "source": "x", "region_id": 1}, {}),
        ({"category_id": "12", "source": 3, "region_id": 1}, {}),
        ({"sample": "a/../b"}, {"sample": "/samples/a%2F..%2Fb"}),
        ({"sample": None, "region_id": 7}, {}),
    ],
)
def test_addresses(row: dict[str, Any], addresses: dict[str, str]) -> None:
    (cells,) = CellMaker(tuple(row)).rows([tuple(row.values())])
    found = dict(zip(row, cells, strict=True))
    assert {name: one.address for name, one in found.items() if one.address} == addresses


def test_a_column_is_of_numbers_where_all_its_values_are() -> None:
    rows = [(1, None, "a", None), (2.5, 3, 4, None)]
    assert [one.is_number for one in table_columns(("a", "b", "c", "d"), rows)] == [
        True,
        True,
        False,
        False,
    ]
    assert [one.is_number for one in table_columns(("a",), [])] == [False]
