"""Where a code base looks for its datasets, and where the index has them."""

import os
import shlex
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection

from ovmr_index.db.session import Session
from ovmr_index.errors import OvmrIndexError, UsageError, option
from ovmr_index.export.outputs import check_output_folder
from ovmr_index.export.training import dataset_queries as queries
from ovmr_index.export.training.dataset_root import DatasetRoot
from ovmr_index.export.training.listed_images import why_no_json
from ovmr_index.formats.table import format_of
from ovmr_index.ingest.stored_sources import find_lvis_source
from ovmr_index.storage.remote.path import RemotePath
from ovmr_index.storage.symbolic_links import is_same


@dataclass(frozen=True)
class Place:
    """A folder of datasets, as a code base has it, beside an index."""

    session: Session
    folder: Path

    @classmethod
    def at(cls, session: Session, folder: Path | None) -> "Place":
        """Return the place at a folder, or at the root of the index.

        Raises:
            UsageError: The folder is none.
            ProtectedPathError: It is among the images of a dataset.
        """
        if isinstance(session.root, RemotePath):
            raise UsageError(f"{session.root}: is remote, and links lead to files on a disk")
        if folder is None or is_same(folder, session.root):
            return cls(session, session.root)
        if os.path.lexists(folder) and not folder.is_dir():
            raise UsageError(f"{folder}: is no folder; give another {option('folder', flag='-o')}")
        check_output_folder(session, folder)
        return cls(session, folder)

    @property
    def is_root(self) -> bool:
        """Whether it is the root of the index."""
        return self.folder is self.session.root

    @cached_property
    def tops(self) -> tuple[Path, ...]:
        """The folders that are moved as a whole."""
        return (self.session.root,) if self.is_root else (self.folder, self.session.root)

    def dataset(self, connection: Connection, name: str) -> DatasetRoot | None:
        """Return where the images of a dataset are, None where the index does not hold it."""
        found = connection.execute(queries.dataset_root(name)).one_or_none()
        if found is None:
            return None
        pk, root, format_name = found
        parts = {
            (path.partition("/")[0], split): None
            for path, split in connection.execute(queries.image_folders(pk))
            if path
        }
        archives = (*connection.execute(queries.archive_paths(pk)).scalars(),)
        downloads = format_of(format_name).downloads
        return DatasetRoot(pk, self.session.root / root, (*parts,), archives, downloads)

    def lvis_file(self, connection: Connection, split: str) -> Path:
        """Return LVIS's annotation file of a split, which can be linked.

        Raises:
            MissingSourceError: The index does not hold the split.
            OvmrIndexError: It is no plain file of JSON.
        """
        found = connection.execute(queries.first_file(find_lvis_source(connection, split)))
        file = self.session.root / found.scalar_one()
        problem = why_no_json(file)
        if problem is None:
            return file
        usual = self.folder / f"lvis/lvis_v1_{split}.json"
        if file.suffix == ".gz" and file.is_file():
            packed, plain = shlex.quote(str(file)), shlex.quote(str(usual))
            raise OvmrIndexError(f"{file}: is packed; run `gunzip -c {packed} > {plain}`")
        raise OvmrIndexError(f"{file}: {problem.partition(';')[0]}; put it at {usual}")
