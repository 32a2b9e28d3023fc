"""Shards of labelled images to tables: images stay in them, and their labels are a vocabulary."""

import json
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select

from ovmr_index.db.bulk import insert_rows, recreate
from ovmr_index.db.models import Archive, Folder, FolderArchive
from ovmr_index.errors import counted
from ovmr_index.formats.base import ShardReader
from ovmr_index.formats.image_labels import label_folder
from ovmr_index.formats.tree_records import ArchiveRecord, FolderRecord
from ovmr_index.ingest.folders import FOLDER_SYNSETS, FolderLoad
from ovmr_index.ingest.sources import SourceSpec
from ovmr_index.progress import Progress
from ovmr_index.vocabularies.notes import listed

_State = tuple[int, int | None, int | None]


class ShardLoad(FolderLoad):
    """One ingest of shards of labelled images, within the transaction of `connection`.

    The categories of its vocabulary are the labels, numbered from 1 by name, numbers by what they
    count. A shard that has changed is read twice: first for its labels, whose synsets are found
    together.
    """

    def __init__(
        self, connection: Connection, source_pk: int, spec: SourceSpec, reader: ShardReader
    ) -> None:
        """Read the mapping, if there is one; raises RecordError for one that is wrong."""
        super().__init__(connection, source_pk, spec, reader)
        self._shards = reader
        self._contested: list[str] = []

    def notes(self) -> list[str]:
        """Return what is good to know of the labels' synsets."""
        notes = super().notes()
        if self._contested:
            labels = counted(len(self._contested), "label")
            first = f"{labels} with several synsets, the first of which counts"
            notes.append(f"{first}: {listed(sorted(self._contested))}")
        return notes

    def _folders(self) -> list[FolderRecord]:
        """Find the synsets of all labels; there are no folders."""
        given = self._given_synsets()
        self._find_synsets({name: given[name] for name in sorted(given, key=_by_number)})
        self._synsets = self._synset_of
        return list(self._reader.folders())

    def _load_archives(self, progress: Progress, name: str) -> set[str]:
        present = super()._load_archives(progress, name)
        self.found = ""
        return present

    def _store_labels(self) -> None:
        """Put the synsets of what images are as if in into a temporary table, to join with.

        Labels of what turned out to be no image are no categories.
        """
        recreate(self._connection, FOLDER_SYNSETS)
        mine = select(Folder.c.path).where(Folder.c.source_pk == self._source_pk)
        labels = {path: _label_of(path) for path in self._connection.execute(mine).scalars()}
        held = {*labels.values()}
        self._synset_of = {name: pk for name, pk in self._synset_of.items() if name in held}
        rows = [(path, self._synset_of[label]) for path, label in labels.items()]
        insert_rows(self._connection, FOLDER_SYNSETS, ("path", "synset_pk"), rows)

    def _given_synsets(self) -> dict[str, str | None]:
        """Return the labels of all shards with the synset that their samples give, if any."""
        found: dict[str, str | None] = {}
        shards = list(self._shards.archives())
        self._shards.problems.clear()  # they are listed again when they are loaded
        stored, held = self._stored_synsets(), self._held_labels(shards)
        for shard in shards:
            if shard.path in held:
                found |= {name: found.get(name) or stored.get(name) for name in held[shard.path]}
                continue
            for name, synset in self._read_labels(shard):
                before = found.setdefault(name, synset)
                if before is None:
                    found[name] = synset
                elif synset not in (None, before) and name not in self._contested:
                    self._contested.append(name)
        return found

    def _read_labels(self, shard: ArchiveRecord) -> Iterator[tuple[str, str | None]]:
        """Yield the labels of a shard with their synsets, each pair once."""
        for label in dict.fromkeys(self._shards.labels(shard)):
            yield _label_of(label_folder(shard.path, label)), label.synset

    def _held_labels(self, shards: Sequence[ArchiveRecord]) -> dict[str, list[str]]:
        """Return the labels of the shards that the index knows and that are as they were."""
        states = (Archive.c.size, Archive.c.mtime_ns, Archive.c.ctime_ns)
        query = (
            select(Archive.c.path, Folder.c.path, *states)
            .join(FolderArchive, FolderArchive.c.archive_pk == Archive.c.pk)
            .join(Folder, Folder.c.pk == FolderArchive.c.folder_pk)
            .where(Archive.c.source_pk == self._source_pk)
            .order_by(Archive.c.path, Folder.c.path)
        )
        now: dict[str, _State] = {one.path: one[1:4] for one in shards}
        held: dict[str, list[str]] = {}
        for shard, folder, *state in self._connection.execute(query):
            if now.get(shard) == tuple(state) and state[1] is not None:
                held.setdefault(shard, []).append(_label_of(folder))
        return held

    def _stored_synsets(self) -> dict[str, str]:
        """Return the synsets of the labels that the index holds."""
        records = (json.loads(record) for _, record in self._stored_categories())
        return {one["name"]: one["synset"] for one in records if one["synset"] != one["name"]}


def _label_of(path: str) -> str:
    return path.rpartition("/")[2]


def _by_number(name: str) -> tuple[int, str]:
    is_number = name.isascii() and name.isdigit()
    return int(name) if is_number else -1, name
