"""What the ingest before left out of folders and tars that have not changed, and are not read."""

from collections.abc import Iterable
from pathlib import Path

from ovmr_index.errors import Issue
from ovmr_index.formats.left_out import REST
from ovmr_index.storage.compression import is_archive_name
from ovmr_index.storage.parquet_files import is_parquet_name


class LeftBefore:
    """The problems of the ingest before, by the folder or the tar that they are of.

    They stay those of the source for as long as the folder or the tar is as it was.
    """

    def __init__(self, problems: Iterable[Issue] = ()) -> None:
        """Sort the problems."""
        self._by_folder: dict[str, list[Issue]] = {}
        self._by_archive: dict[str, list[Issue]] = {}
        self._by_record: dict[str, list[Issue]] = {}
        self._rest: list[Issue] = []
        for one in problems:
            self._by_record.setdefault(one.record, []).append(one)
            archive = one.file or one.record
            if is_archive_name(archive) or is_parquet_name(archive):
                self._by_archive.setdefault(Path(archive).name, []).append(one)
            elif one.record:
                self._by_folder.setdefault(one.record.rpartition("/")[0], []).append(one)
            elif REST.fullmatch(one.reason):
                self._rest.append(one)

    def of_folder(self, path: str) -> list[Issue]:
        """Return the problems of the files in a class folder."""
        return self._by_folder.get(path, [])

    def of_archive(self, path: str) -> list[Issue]:
        """Return the problems of what is in the tar at a path below the root.

        The root may have been spelled otherwise then.
        """
        named = self._by_archive.get(Path(path).name, [])
        return [one for one in named if f"/{one.file or one.record}".endswith(f"/{path}")]

    def of_comparison(self, folder: str, archive: str) -> list[Issue]:
        """Return what was said of a class folder and the archive beside it, which was not read."""
        of_folder = self._by_record.get(folder, [])
        return [
            *(one for one in of_folder if archive in one.reason),
            *self._by_record.get(archive, []),
        ]

    def rest(self, problems: Iterable[Issue]) -> list[Issue]:
        """Return the counts of files of which only the first ones were named.

        Where some of the same kind are among the `problems` of now, those count.
        """
        now = {found[1] for one in problems if (found := REST.fullmatch(one.reason))}
        kinds = ((one, REST.fullmatch(one.reason)) for one in self._rest)
        return [one for one, found in kinds if found and found[1] not in now]
