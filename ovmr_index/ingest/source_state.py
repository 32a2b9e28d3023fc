"""What a source was when it was last read, against what it is now: read, compare, store.

That is how it was read (its options, its dataset's root), from which files (path, size, times,
number and SHA-256), and of these the blocks whose records are known by a fingerprint of their JSON.
"""

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from operator import attrgetter
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, select, update

from ovmr_index.db.bulk import insert_rows
from ovmr_index.db.models import Dataset, Source, SourceBlock, SourceFile
from ovmr_index.formats.stream import KnownBlocks
from ovmr_index.formats.table import find_format
from ovmr_index.ingest.file_state import digest, relative_path, stat_files
from ovmr_index.ingest.image_folders import ImageFolders
from ovmr_index.ingest.sources import SourceSpec

_FILE = ("source_pk", "path", "size", "mtime_ns", "sha256", "ctime_ns", "inode")
_STATE = attrgetter("path", "size", "mtime_ns", "ctime_ns", "inode")
_BLOCK = ("source_pk", "position", "regions", "fingerprint")


class SourceState:
    """A source as its spec and its files are now, to compare with what the index last read of it.

    A tree of images has no files here: each of its folders has a time of its own.
    """

    def __init__(self, spec: SourceSpec, root: Path) -> None:
        """Read sizes and times of the files; raises RecordError for one that is not there."""
        self._spec = spec
        self._options = spec.options.as_json(root)
        self._dataset_root = relative_path(spec.images, root)
        self._folders = ImageFolders(spec)
        self._files = stat_files(_files(spec), root)
        self._digests: list[Future[str]] = []

    def is_unchanged(self, connection: Connection) -> bool:
        """Return whether options, root, and paths and states of files are those last read.

        The state of a folder of images is one of these where what is in it decides what is read.
        """
        query = select(Source.c.options, Dataset.c.root).join(Dataset).where(self._is_source)
        stored = connection.execute(query).one_or_none()
        if stored is None or tuple(stored) != (self._options, self._dataset_root):
            return False
        files = self._stored_files(connection)
        known = {_STATE(one) for one in files if one.mtime_ns is not None}
        is_same = known == {_STATE(one) for one in self._files}
        return is_same and self._folders.are_unchanged(connection)

    @contextmanager
    def hashing(self) -> Iterator[None]:
        """Hash the files in a thread, beside the parsing, which it outruns."""
        with ThreadPoolExecutor(1) as pool:
            self._digests = [pool.submit(digest, one.file) for one in self._files]
            yield

    def has_same_content(self, connection: Connection) -> bool:
        """Return whether options and contents are those last read, within `hashing`.

        Where a size differs it does not wait for the hashes.
        """
        files = self._stored_files(connection)
        return (
            self.has_same_options(connection)
            and sorted(one.size for one in files) == sorted(one.size for one in self._files)
            and sorted(one.sha256 for one in files) == sorted(one.result() for one in self._digests)
            and self._has_same_parts(files)
            and self._folders.are_unchanged(connection)
        )

    def _has_same_parts(self, files: Sequence[Row[Any]]) -> bool:
        """Return whether each of several files holds what it held, and not another one of them."""
        if find_format(self._spec.format).parts is None:
            return True
        now = zip(self._files, self._digests, strict=True)
        found = {(file.path, sha256.result()) for file, sha256 in now}
        return {(one.path, one.sha256) for one in files} == found

    def replaced_file(self, connection: Connection) -> str | None:
        """Return the path of the file that the source was last read from, if it is another one.

        It is the same where only its path has changed, or only what it holds. Within `hashing`.
        """
        files = sorted(self._stored_files(connection), key=attrgetter("pk"))
        has_file = bool(find_format(self._spec.format).files(self._spec.path))
        if not has_file or not files or files[0].path == self._files[0].path:
            return None
        is_moved = files[0].sha256 == self._digests[0].result()
        return None if is_moved else str(files[0].path)

    def has_same_options(self, connection: Connection) -> bool:
        """Return whether the source was last read with the options of now."""
        options = connection.execute(select(Source.c.options).where(self._is_source)).scalar()
        return options == self._options

    def known_blocks(self, connection: Connection, source_pk: int) -> KnownBlocks:
        """Return what was read of the files, if it was read with the options of now."""
        query = (
            select(SourceBlock.c.regions, SourceBlock.c.fingerprint)
            .where(SourceBlock.c.source_pk == source_pk)
            .order_by(SourceBlock.c.position)
        )
        found = [(regions, fingerprint) for regions, fingerprint in connection.execute(query)]
        images, _, options = found[0][1].partition(" ") if found else ("", "", "")
        if options != self._options_hash:
            return KnownBlocks()
        return KnownBlocks(images, tuple(found[1:]))

    def store(
        self, connection: Connection, source_pk: int, blocks: KnownBlocks | None = None
    ) -> None:
        """Store options and files, within `hashing`, and what was read; without it that stays.

        `blocks` of a reader that has no fingerprints are empty.
        """
        options = update(Source).where(Source.c.pk == source_pk).values(options=self._options)
        connection.execute(options)
        connection.execute(delete(SourceFile).where(SourceFile.c.source_pk == source_pk))
        files = [
            (
                *(source_pk, one.path, one.size, one.mtime_ns),
                *(sha256.result(), one.ctime_ns, one.inode),
            )
            for one, sha256 in zip(self._files, self._digests, strict=True)
        ]
        insert_rows(connection, SourceFile, _FILE, files)
        self._folders.store(connection, source_pk)
        if blocks is not None:
            self._store_blocks(connection, source_pk, blocks)

    def _store_blocks(self, connection: Connection, source_pk: int, blocks: KnownBlocks) -> None:
        connection.execute(delete(SourceBlock).where(SourceBlock.c.source_pk == source_pk))
        if blocks.images is None:
            return
        rows = [(0, f"{blocks.images} {self._options_hash}"), *blocks.blocks]
        numbered = [(source_pk, position, *row) for position, row in enumerate(rows)]
        insert_rows(connection, SourceBlock, _BLOCK, numbered)

    @property
    def _is_source(self) -> ColumnElement[bool]:
        return Source.c.name == self._spec.name

    @property
    def _options_hash(self) -> str:
        """The SHA-256 of all that a spec says of how its files are to be read."""
        how = (self._spec.split, self._spec.options)
        return hashlib.sha256(repr(how).encode()).hexdigest()

    def _stored_files(self, connection: Connection) -> Sequence[Row[Any]]:
        """Return the rows of the files that the source was last read from."""
        query = select(SourceFile).join(Source, Source.c.pk == SourceFile.c.source_pk)
        return connection.execute(query.where(self._is_source)).all()


def _files(spec: SourceSpec) -> tuple[Path, ...]:
    """Return the files that a source is read from, with the mapping of its categories."""
    source_format = find_format(spec.format)
    if source_format.is_tree:
        return ()
    synsets = spec.options.synsets
    mapping = (synsets,) if isinstance(synsets, Path) else ()
    parts = source_format.parts(spec.path, spec.split) if source_format.parts else ()
    return (*source_format.files(spec.path), *parts, *mapping)
