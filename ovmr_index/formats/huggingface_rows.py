"""The rows of a Parquet file of images: the name, the size and the label of each image."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ovmr_index.errors import Issue, RecordError, os_reason
from ovmr_index.formats.class_folder import why_no_name
from ovmr_index.formats.huggingface_columns import ImageColumns, Row, find_columns
from ovmr_index.formats.image_labels import Label
from ovmr_index.formats.left_out import LeftOut
from ovmr_index.storage.image_names import HEAD, begins_as_image, has_image_suffix
from ovmr_index.storage.parquet_files import (
    BYTES,
    PATH,
    UnsoundParquetError,
    open_parquet,
    unsound_named,
)
from ovmr_index.storage.reading import read_part

if TYPE_CHECKING:
    import pyarrow.parquet as pq

_IMAGES, _ROWS = 16, 8_192  # that are in memory at once: with images, and without
_LONGEST_NAME = 200  # characters
_PATH_ALONE = (
    "holds the path of an image, and not the image; `datasets.table.embed_table_storage` puts it in"
)
_LFS = b"version https://git-lfs"
_SUFFIXES = {
    b"\xff\xd8\xff": ".jpg",
    b"\x89PNG": ".png",
    b"GIF8": ".gif",
    b"RIFF": ".webp",
    b"BM": ".bmp",
    b"II*\0": ".tif",
    b"MM\0*": ".tif",
}


class RowImage(NamedTuple):
    """An image of a Parquet file: `size` bytes in a row, counted from 0, and its label.

    `done` is how many bytes of the file were read about.
    """

    name: str
    row: int
    size: int
    label: Label
    done: int


class ParquetImages:
    """The labelled images of one Parquet file in its order; what is left out is a problem."""

    def __init__(self, file: Path, problems: list[Issue]) -> None:
        """Read nothing yet."""
        self._file, self._problems = file, problems
        self._left_out = LeftOut(file, problems)
        self._unlabelled = 0

    def __iter__(self) -> Iterator[RowImage]:
        """Yield the images that have a label.

        Raises:
            OvmrIndexError: pyarrow cannot be imported.
            RecordError: The file cannot be read, or has other columns than are read.
        """
        with self._opened() as (file, columns):
            names = self._names(file, columns)
            total, size = max(file.metadata.num_rows, 1), self._file.stat().st_size
            wanted = [columns.image, columns.label, columns.synset]
            for row, values in enumerate(self._rows(file, wanted, _IMAGES)):
                label = self._label(row, columns.label_of(values))
                content = self._content(row, values[columns.image])
                if label is None or content is None:
                    continue
                name = _safe_name(values[columns.image])
                if name is None or names[label.name, name] > 1:
                    name = f"{self._file.stem}_{row}{_suffix(content)}"
                if not has_image_suffix(name) and not begins_as_image(content[:HEAD]):
                    self._left_out.add(f"row {row}", "does not begin as an image")
                    continue
                yield RowImage(name, row, len(content), label, size * (row + 1) // total)
        if self._unlabelled:
            reason = f"images without a label in the column {columns.label}: {self._unlabelled:,}"
            self._problems.append(Issue(file=str(self._file), reason=reason))

    def labels(self) -> Iterator[Label]:
        """Yield the label of each row that has one; raises as an iteration does."""
        with self._opened() as (file, columns):
            for row, values in enumerate(self._rows(file, [columns.label, columns.synset], _ROWS)):
                label = self._label(row, columns.label_of(values))
                if label is not None:
                    yield label

    @contextmanager
    def _opened(self) -> Iterator[tuple["pq.ParquetFile", ImageColumns]]:
        try:
            with open_parquet(self._file) as file:
                yield file, find_columns(self._file, file.schema_arrow)
        except OSError as error:
            raise RecordError(self._file, "", os_reason(error), "check the file") from None
        except UnicodeDecodeError:
            problem = "a label or the path of an image is not UTF-8"
            raise RecordError(self._file, "", problem, "write the file again") from None
        except UnsoundParquetError as error:
            raise self._unsound(error) from None

    def _unsound(self, error: UnsoundParquetError) -> RecordError:
        if read_part(str(self._file), 0, len(_LFS)) == _LFS:
            return RecordError(
                self._file, "", "is a pointer of Git LFS, not the file", "run `git lfs pull`"
            )
        problem = f"is no Parquet file, or is cut short or damaged ({error})"
        return RecordError(self._file, "", problem, "copy or download it again")

    def _rows(self, file: "pq.ParquetFile", columns: list[str | None], count: int) -> Iterator[Row]:
        """Yield some columns of each row, `count` of which are in memory at once."""
        wanted = [one for one in columns if one is not None]
        batches = file.iter_batches(count, columns=wanted, use_threads=False)
        while True:
            with unsound_named():
                batch = next(batches, None)
            if batch is None:
                return
            yield from batch.to_pylist()

    def _names(self, file: "pq.ParquetFile", columns: ImageColumns) -> Counter[tuple[str, str]]:
        """Count the names that the images of each label have by their paths."""
        found = Counter[tuple[str, str]]()
        if not columns.has_path:
            return found
        wanted = [f"{columns.image}.{PATH}", columns.label, columns.synset]
        for values in self._rows(file, wanted, _ROWS):
            label, name = columns.label_of(values), _safe_name(values[columns.image])
            if isinstance(label, Label) and name is not None:
                found[label.name, name] += 1
        return found

    def _content(self, row: int, image: Row | None) -> bytes | None:
        """Return the bytes of an image; None where there are none, which is said."""
        if image is not None and image[BYTES]:
            return bytes(image[BYTES])
        has_path = image is not None and image.get(PATH) is not None
        self._left_out.add(f"row {row}", _PATH_ALONE if has_path else "has no image")
        return None

    def _label(self, row: int, label: Label | str) -> Label | None:
        """Return the label of a row, None without one, which is said."""
        if isinstance(label, Label):
            return label
        if label:
            self._left_out.add(f"row {row}", label)
        else:
            self._unlabelled += 1
        return None


def _safe_name(image: Row | None) -> str | None:
    """Return the name of an image by its path, None where a file cannot be called so."""
    name = ((image or {}).get(PATH) or "").rpartition("/")[2]
    is_safe = (
        has_image_suffix(name)
        and not name.startswith(".")
        and name.isprintable()
        and len(name) <= _LONGEST_NAME
        and why_no_name(name) is None
    )
    return name if is_safe else None


def _suffix(content: bytes) -> str:
    """Return the suffix of a file by its first bytes, "" for one of another kind."""
    return next((suffix for sign, suffix in _SUFFIXES.items() if content.startswith(sign)), "")
