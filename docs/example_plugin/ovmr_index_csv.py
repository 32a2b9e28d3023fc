"""Boxes from a table `picture,width,height,category,synset,x,y,w,h`, and exemplars into one."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from ovmr_index.errors import Issue
from ovmr_index.export.context import ExportContext
from ovmr_index.export.target import Target, WrittenFile
from ovmr_index.formats.base import Format
from ovmr_index.formats.records import CategoryRecord, ImageRecord, RegionRecord
from ovmr_index.storage.atomic import whole_file

_COLUMNS = ("category", "dataset", "file_name", "x", "y", "w", "h")
_QUERY = """
SELECT category, dataset, file_name, x, y, w, h FROM exemplars ORDER BY category_id, position"""


class BoxesReader:
    """A table with a box a row; its images and categories are numbered as they come."""

    region_name, unit = "row", "rows"

    def __init__(self, path: Path) -> None:
        self.files, self.problems = (path,), list[Issue]()
        with path.open(newline="", encoding="utf-8") as file:
            self._rows = list(csv.DictReader(file))
        self.total, self.done = len(self._rows), 0
        self._images, self._names = dict[str, int](), dict[str, int]()

    def header(self) -> str:
        return "{}"

    def region_count(self) -> int:
        return self.total

    def categories(self) -> Iterator[CategoryRecord]:
        for row in self._rows:
            if (name := row["category"]) not in self._names:
                key = self._names[name] = len(self._names) + 1
                record = {"id": key, "name": name, "synset": row["synset"]}
                yield CategoryRecord(key, name, row["synset"] or None, None, json.dumps(record))

    def images(self) -> Iterator[ImageRecord]:
        for row in self._rows:
            if (name := row["picture"]) not in self._images:
                key = self._images[name] = len(self._images) + 1
                path, size = PurePosixPath(name), (int(row["width"]), int(row["height"]))
                folder = "" if len(path.parts) == 1 else str(path.parent)
                yield ImageRecord(key, folder, path.name, *size, None, (), (), "{}")

    def regions(self) -> Iterator[RegionRecord]:
        for key, row in enumerate(self._rows, 1):
            self.done = key
            of = self._images[row["picture"]], self._names[row["category"]]
            box = (float(row[side]) for side in "xywh")
            yield RegionRecord(key, *of, (), *box, None, None)


FORMAT = Format("boxes-csv", reader=BoxesReader, counted="rows")


def _write(context: ExportContext, path: Path) -> WrittenFile:
    with context.engine.connect() as connection, whole_file(path) as file:
        rows = connection.exec_driver_sql(_QUERY).all()
        table = io.StringIO()
        csv.writer(table).writerows([_COLUMNS, *rows])
        file.write(table.getvalue().encode())
    return WrittenFile(path, len(rows))


EXEMPLARS = Target("exemplars-csv", "metadata/exemplars.csv", "exemplars.csv", _write, True)
