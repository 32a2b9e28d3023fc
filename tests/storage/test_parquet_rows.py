"""Images in Parquet files: read by row in any order, by several processes, as files change."""

import os
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ovmr_index.errors import OvmrIndexError
from ovmr_index.processes import in_processes
from ovmr_index.storage import parquet_rows
from ovmr_index.storage.members import file_content, file_size, member_content, sorted_by_offset
from ovmr_index.storage.parquet_rows import ParquetRow
from ovmr_index.storage.tar_members import ChangedTarError, DamagedMemberError
from tests.support.parquet import images, write_parquet

ROWS, GROUP = 100, 37


def content(row: int) -> bytes:
    return f"image {row}".encode() * (row + 1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file with three row groups of several batches each, the last one shorter."""
    rows = [(content(row), None) for row in range(ROWS)]
    return write_parquet(tmp_path / "a.parquet", {"image": images(*rows)}, group=GROUP)


def member(file: Path, row: int) -> ParquetRow:
    return ParquetRow(str(file), f"{row}.jpg", row, len(content(row)))


def test_in_order_each_row_group_is_begun_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    real = parquet_rows._OpenFile._start

    def noted(opened: parquet_rows._OpenFile, row: int) -> bool:
        begun.append(row)
        return real(opened, row)

    monkeypatch.setattr(parquet_rows._OpenFile, "_start", noted)
    mixed = [(row, member(file, row)) for row in sorted(range(ROWS), key=lambda one: one * 7 % 10)]
    ordered = sorted_by_offset([("a file", "a.jpg"), *mixed])
    assert [key for key, _ in ordered] == ["a file", *range(ROWS)]
    assert [file_content(one) for _, one in ordered[1:]] == [content(row) for row in range(ROWS)]
    assert begun == [0, 37, 74]


def test_rows_are_read_in_any_order(file: Path) -> None:
    for row in (0, 99, 36, 37, 37, 5, 6, 73, 74, 20, 4):
        assert file_content(member(file, row)) == content(row)
    assert member_content(member(file, 50), 7) == b"image 5"
    assert file_size(member(file, 50)) == len(content(50))


def test_other_processes_read_beside_this_one(file: Path) -> None:
    assert file_content(member(file, 3)) == content(3)
    rows = list(range(0, ROWS, 5))
    members = [member(file, row) for row in rows]
    found = in_processes(file_content, members, workers=2, chunk=2)
    assert list(found) == [content(row) for row in rows]
    assert file_content(member(file, 4)) == content(4)


def test_a_file_that_changes_is_opened_again(file: Path) -> None:
    assert file_content(member(file, 3)) == content(3)
    write_parquet(file, {"image": images((b"other", None), None)})
    assert file_content(ParquetRow(str(file), "0.jpg", 0, 5)) == b"other"
    for row, size in ((0, 6), (1, 5), (2, 5)):  # another size, no image, no row
        with pytest.raises(
            ChangedTarError, match=r"the Parquet file has changed; run `index\.ingest"
        ):
            file_content(ParquetRow(str(file), "0.jpg", row, size))


@pytest.mark.parametrize("columns", [(), ("image", "mask")])
def test_other_columns_than_before_are_a_change(file: Path, columns: tuple[str, ...]) -> None:
    write_parquet(file, {name: images((b"other", None)) for name in columns} | {"label": [1]})
    with pytest.raises(ChangedTarError):
        file_content(ParquetRow(str(file), "0.jpg", 0, 5))


def test_a_file_that_is_cut_short_has_changed(file: Path) -> None:
    os.truncate(file, 400)
    with pytest.raises(ChangedTarError):
        file_content(member(file, 3))


def test_bytes_that_cannot_be_unpacked_are_damaged(file: Path) -> None:
    found = bytearray(file.read_bytes())
    found[40:80] = b"\xff" * 40
    file.write_bytes(found)
    with pytest.raises(DamagedMemberError, match="is damaged at this image"):
        file_content(member(file, 3))
    assert file_content(member(file, 80)) == content(80)


def test_checksums_are_compared_where_the_file_has_them(file: Path) -> None:
    table = pq.read_table(file)
    pq.write_table(table, file, write_page_checksum=True, compression="none")
    found = file.read_bytes()
    file.write_bytes(found.replace(b"image 3", b"image 4", 1))
    with pytest.raises(DamagedMemberError, match="CRC checksum"):
        file_content(member(file, 3))


def test_a_file_that_is_missing_is_an_error_of_the_system(tmp_path: Path) -> None:
    for reads in (file_content, file_size):
        with pytest.raises(FileNotFoundError):
            reads(ParquetRow(str(tmp_path / "a.parquet"), "0.jpg", 0, 5))


def test_without_pyarrow_it_says_what_to_install(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(OvmrIndexError, match=r"run `pip install 'ovmr-index\[parquet\]'`"):
        file_content(member(file, 3))
