"""The guard of an ingest: what a source held does not vanish in masses without being asked."""

import os
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, select

from ovmr_index.db.models import Archive, Dataset, Folder, Source, SourceFile
from ovmr_index.db.session import Session
from ovmr_index.errors import counted, option
from ovmr_index.formats.table import find_format
from ovmr_index.ingest.report import VanishedError
from ovmr_index.ingest.sources import SourceSpec, first_file
from ovmr_index.ingest.stored_sources import held_counts, stored_specs

PUT_BACK = "put its files back"
MOST = 100  # records or files that may vanish unasked, however large their share is


class VanishLimit:
    """How much of a source may vanish, and what its files looked like when it was read.

    It is made before an ingest stores anything, in the same transaction.
    """

    def __init__(
        self, connection: Connection, spec: SourceSpec, root: Path, *, allowed: bool
    ) -> None:
        """Read where the source was; with `allowed` everything may vanish.

        Of a share of it as large a share of 100 may vanish, too.
        """
        self._connection, self._spec, self._root = connection, spec, root
        self.allowed = allowed
        self._most = MOST if spec.share is None else MOST // spec.share.of
        dataset_root = select(Dataset.c.root).join(Source).where(Source.c.name == spec.name)
        self._root_before = connection.execute(dataset_root).scalar()
        self._files_before: list[tuple[str, int]] = []
        self._tars_before: Sequence[str] = []
        if self._root_before is None:
            return  # it was never read
        files = (
            select(SourceFile.c.path, SourceFile.c.size)
            .join(Source, Source.c.pk == SourceFile.c.source_pk)
            .where(Source.c.name == spec.name)
            .order_by(SourceFile.c.pk)
        )
        self._files_before = [(path, size) for path, size in connection.execute(files)]
        tars = select(Archive.c.path).join(Source).where(Source.c.name == spec.name)
        self._tars_before = connection.execute(tars.order_by(Archive.c.path)).scalars().all()

    def require(
        self,
        noun: str,
        vanishing: int,
        held: int,
        advice: str = PUT_BACK,
        many: str | None = None,
    ) -> None:
        """Raise VanishedError if too many of those `held` would vanish.

        `noun` names one, `many` several; `advice` says what to do if they should not.
        """
        if self.allowed or vanishing <= self._most or 2 * vanishing <= held:
            return
        what = f"{vanishing:,} of {counted(held, noun, many)}"
        raise refused(self._spec.name, what, self._appearance(), advice)

    def _appearance(self) -> str:
        """Return what the source looks like now, beside what it was."""
        if find_format(self._spec.format).is_tree:
            return self._tree_appearance()
        files = find_format(self._spec.format).files(self._spec.path)
        for file, (path, size) in zip(files, self._files_before, strict=False):
            now = file.stat().st_size
            if now < size and self._root / path == file:
                return f"{file} is shorter: {now:,} bytes, it had {size:,}"
            if self._root / path != file:
                return f"{file} is another file ({now:,} bytes) than {path} ({size:,} bytes)"
        return f"{first_file(self._spec)} holds other records than before"

    def _tree_appearance(self) -> str:
        root = self._root / (self._root_before or self._spec.images)
        mine = select(Source.c.pk).where(Source.c.name == self._spec.name).scalar_subquery()
        folders = select(Folder.c.path).where(Folder.c.source_pk == mine).order_by(Folder.c.path)
        paths = [path for path in self._connection.execute(folders).scalars() if path]
        tops = dict.fromkeys(path.partition("/")[0] for path in paths if "/" in path)
        now = self._spec.images
        if not state_of(root) and os.path.abspath(root) != os.path.abspath(now):
            return f"{self._spec.path} is read now, in the place of {root}"
        for folder in (root, *(root / top for top in tops)):
            if wrong := state_of(folder):
                return f"{folder} {wrong}"
        return (
            _absent("tar", root, self._tars_before)
            or _absent("class folder", root, paths)
            or f"most of the files below {root} are gone"
        )


def refused(name: str, what: str, appearance: str, advice: str = PUT_BACK) -> VanishedError:
    """Return the error of a source that would lose `what`: so many of what it held."""
    return VanishedError(
        f"{name}: {what} would vanish: {appearance}; nothing of it was changed: {advice}, or give"
        f" {option('allow_vanished', value=True)}"
    )


def state_of(folder: Path) -> str:
    """Return what is wrong with a folder: a dead link, not there, or empty; "" for nothing."""
    for path in (folder, *folder.parents):
        if path.is_symlink() and not path.exists():
            return "is a dead link" if path == folder else f"is behind the dead link {path}"
    if not folder.exists():
        return "is not there"
    if folder.is_dir() and next(folder.iterdir(), None) is None:
        return "is an empty folder"
    return ""


def behind_dead_links(session: Session, missing: Sequence[str]) -> list[str]:
    """Return what to say of sources that are missing because a link to them is dead."""
    states = {path: state_of(Path(path)) for path in missing}
    dead = {path: state for path, state in states.items() if "dead link" in state}
    if not dead or not session.exists:
        return []
    said = []
    with session.read() as connection:
        for spec in stored_specs(connection, session.root):
            file = first_file(spec)
            if (state := dead.get(str(file))) is None:
                continue
            regions, images = held_counts(connection, spec.name)
            if max(regions, images) > MOST:
                noun, held = ("image", images) if images > regions else ("region", regions)
                what = f"{held:,} of {counted(held, noun)}"
                said.append(str(refused(spec.name, what, f"{file} {state}")))
    return said


def _absent(noun: str, root: Path, paths: Sequence[str]) -> str:
    gone = [path for path in paths if not (root / path).exists()]
    if not gone:
        return ""
    are = "is" if len(gone) == 1 else "are"
    return f"{len(gone):,} of {counted(len(paths), noun)} {are} gone, {root / gone[0]} first"
