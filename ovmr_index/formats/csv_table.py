"""CSV files of any size with a line of names: read row by row."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from ovmr_index.errors import RecordError, shortened
from ovmr_index.formats.json_bytes import AS_UTF8
from ovmr_index.formats.text_file import opened_text

UNIT = "kB"
_SAMPLE = 1 << 20  # bytes in which lines are counted
_BUFFER = 1 << 20

Row = tuple[int, list[str]]


class CsvTable:
    """A CSV file whose first line names the columns.

    `done` of `total` kB are read; it has about `row_count` rows.
    """

    def __init__(self, path: Path, needed: Sequence[str]) -> None:
        """Read the names of the columns; raises RecordError where one of those `needed` lacks."""
        self.path = path
        self.done = 0
        with opened_text(path) as file:
            begin = file.tell()
            start = file.read(_SAMPLE)
            size = file.seek(0, io.SEEK_END)
        self.total = _kilobytes(size)
        lines = sum(1 for line in start.splitlines() if line.strip())
        if not lines:
            raise RecordError(path, "", "the file is empty", "download it again")
        is_whole = begin + len(start) == size
        self.row_count = (lines if is_whole else lines * size // len(start)) - 1
        self.columns = [name.strip() for name in next(self._lines())[1]]
        for name in needed:
            if name not in self.columns:
                raise RecordError(
                    path, "", f"has no column `{name}`", "is it another kind of file?"
                )
        if twice := [name for name, times in Counter(self.columns).items() if times > 1]:
            raise RecordError(path, "", f"has the column `{twice[0]}` twice", "remove one of them")

    def at(self, name: str) -> int:
        """Return the place of a column."""
        return self.columns.index(name)

    def rows(self) -> Iterator[Row]:
        """Yield each row with the number of its line; blank lines are passed over.

        Raises RecordError for what is no CSV.
        """
        following = self._lines()
        next(following)
        yield from following

    def error(self, line: int, problem: str, remedy: str = "fix or remove the line") -> RecordError:
        """Return the error of a row."""
        return RecordError(self.path, f"line {line}", problem, remedy)

    def _lines(self) -> Iterator[Row]:
        self.done = 0
        with opened_text(self.path) as file:
            text = io.TextIOWrapper(file, "utf-8", newline="")
            reader = csv.reader(text, strict=True)
            try:
                for row in reader:
                    if len(row) > 1 or "".join(row).strip():
                        self.done = _kilobytes(file.tell())
                        yield reader.line_num, row
            except csv.Error as error:
                raise self.error(reader.line_num, f"is no CSV: {error}", "fix the file") from None
            except UnicodeDecodeError as error:
                given = shortened(repr(error.object[error.start : error.start + 20]))
                problem = f"is followed by bytes that are not UTF-8: {given}"
                raise self.error(reader.line_num, problem, AS_UTF8) from None
        self.done = self.total


def _kilobytes(size: int) -> int:
    return -(-size // 1024)
