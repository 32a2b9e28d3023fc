"""Sizes and hashes of images, read ahead of what needs them, by any number of processes."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ovmr_index.arguments import naming_arguments
from ovmr_index.errors import Issue, UsageError, command, counted, unknown
from ovmr_index.index.by_category import ByCategory
from ovmr_index.shown.readable import Readable, ShownTable, Summary
from ovmr_index.vocabularies.names import LVIS_TRAIN, LVIS_VAL

if TYPE_CHECKING:
    from sqlalchemy import Select

    from ovmr_index.db.session import Session
    from ovmr_index.images.hash_queries import Images

_MOST_WORKERS = 1_024


@dataclass(frozen=True, slots=True, repr=False)
class MeasureReport(Readable):
    """What was read of images, by whichever process.

    Attributes:
        sizes: How many images had no size, and have one now.
        hashes: How many images lacked a hash, and have it now.
        unreadable: The images that cannot be read, with the reason. They are tried again the next
            time.
    """

    sizes: int
    hashes: int
    unreadable: list[Issue]

    def summary(self) -> Summary:
        """Return how many images were read, and which cannot be."""
        line = f"sizes of {counted(self.sizes, 'image')}, hashes of {self.hashes:,}"
        rows = [(one.dataset, one.file, one.reason) for one in self.unreadable]
        columns = ("dataset", "file_name", "reason")
        return Summary(f"{line}, {len(rows):,} unreadable", (ShownTable("images", columns, rows),))


@naming_arguments
class Measuring(ByCategory):
    """What reads images themselves: `index.measure`."""

    def measure(
        self,
        *,
        sizes: bool = True,
        hashes: bool = True,
        near: bool = False,
        vocabulary: str = LVIS_TRAIN,
        source: str | None = None,
        workers: int | None = None,
    ) -> MeasureReport:
        """Read the sizes and hashes that images lack, ahead of `audit` and `export imagenet-lvis`.

        Any number of processes may do it at once, on any machines that reach the index: they share
        the images, and each returns when the last one is read. What one that was killed had begun
        is done by another.

        Args:
            sizes: Read the header of each image whose size no annotation file says: of a
                vocabulary, those of ImageNet that `export imagenet-lvis` lists.
            hashes: Hash each file: of a vocabulary, the images of its pools and of LVIS val, which
                `audit --content` compares.
            near: Hash what each image looks like too, as for `audit --near`.
            vocabulary: Whose images.
            source: All images of a source, in the place of those of a vocabulary.
            workers: How many processes this one starts; one a processor if None, at most 16.

        Raises:
            UsageError: There is no such vocabulary or source, or nothing is asked for.
            UnwritableError: The index cannot be written.
        """
        from ovmr_index.processes import using_workers

        if not (sizes or hashes or near):
            raise UsageError("there is nothing to read; ask for sizes, for hashes, or for both")
        if workers is not None and not 1 <= workers <= _MOST_WORKERS:
            raise UsageError(f"workers: give 1 to {_MOST_WORKERS:,} processes, not {workers}")
        found = _Asked(self._session, vocabulary, source)
        held: AbstractContextManager[None] = nullcontext()
        with held if workers is None else using_workers(workers):
            of_sizes, unsized = found.measure() if sizes else (0, [])
            of_hashes, unhashed = found.hash(near=near) if hashes or near else (0, [])
        return MeasureReport(of_sizes, of_hashes, list(dict.fromkeys([*unsized, *unhashed])))


class _Asked:
    """The images that are asked for: those of a source, or of a vocabulary."""

    def __init__(self, session: Session, vocabulary: str, source: str | None) -> None:
        """Find the source; raises UsageError where there is none of that name."""
        self._session, self._vocabulary, self._source = session, vocabulary, source
        self._source_pk = None if source is None else _source_pk(session, source)

    def measure(self) -> tuple[int, list[Issue]]:
        """Return how many images have got a size, and those that cannot be read."""
        from ovmr_index.images.size_queries import unreadable_among
        from ovmr_index.images.stored_sizes import measure_images

        images, scope = self._sized()
        count = measure_images(self._session, images, scope)
        with self._session.read() as connection:
            rows = connection.execute(unreadable_among(images)).all()
        issues = [Issue(dataset, file, reason=reason) for dataset, file, reason in rows]
        return max(0, count - len(issues)), issues

    def hash(self, *, near: bool) -> tuple[int, list[Issue]]:
        """Return how many images have got a hash, and those that cannot be read."""
        from ovmr_index.images.shared_hashes import share_hashes

        images, scope = self._hashed()
        count, issues = share_hashes(self._session, images, scope, perceptual=near)
        return max(0, count - len(issues)), issues

    def _sized(self) -> tuple[Select[int], str]:
        from ovmr_index.images.size_queries import of_source, of_vocabulary
        from ovmr_index.vocabularies.stored_vocabularies import find_vocabulary, has_vocabulary

        if self._source_pk is not None:
            return of_source(self._source_pk), f"source {self._source}"
        name = self._vocabulary
        with self._session.read() as connection:
            if name == LVIS_TRAIN and has_vocabulary(connection, LVIS_VAL):
                name = LVIS_VAL  # whose images `export imagenet-lvis` lists: those of train
            return of_vocabulary(find_vocabulary(connection, name)), f"vocabulary {name}"

    def _hashed(self) -> tuple[Images, str]:
        from ovmr_index.images.hash_queries import source_images
        from ovmr_index.pools.collate import ensure_collated
        from ovmr_index.pools.hash_queries import images_to_compare

        if self._source_pk is not None:
            return source_images(self._source_pk), f"source {self._source}"
        vocabulary_pk = ensure_collated(self._session, self._vocabulary)
        return images_to_compare(vocabulary_pk), f"vocabulary {self._vocabulary}"


def _source_pk(session: Session, name: str) -> int:
    from ovmr_index.ingest.stored_sources import source_names, source_pk_of

    with session.read() as connection:
        found = source_pk_of(connection, name)
        if found is None:
            known = source_names(connection)
            raise unknown("source", name, known, see=f"see {command('status')}")
    return found
