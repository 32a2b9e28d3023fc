"""The part of `Index` that tells what its pools should not hold."""

from collections.abc import Iterator
from warnings import warn

from ovmr_index.db.engine import reading
from ovmr_index.errors import Problem, UnwritableError
from ovmr_index.index.base import IndexBase
from ovmr_index.pools import audit
from ovmr_index.pools.audit import AuditFinding
from ovmr_index.vocabularies.names import LVIS


class Auditing(IndexBase):
    """Exemplars that show pictures of LVIS val, and notes on others."""

    def audit(self, *, vocabulary: str = LVIS, ids_only: bool = False) -> Iterator[AuditFinding]:
        """Yield the exemplars that show a picture of LVIS val, then notes, as rows are read.

        Pictures are the same by COCO id, by content as `hash_equal_sizes` finds it first unless
        `ids_only`, and by all hashes that the index holds. What cannot be read, and an index that
        cannot keep hashes, are told as warnings. Raises MissingSourceError where the index holds no
        LVIS val, before anything is yielded.
        """
        with reading(self.engine) as connection:
            audit.require_val(connection)
        if not ids_only:
            self._hash_or_warn(vocabulary)
        with self._collated(vocabulary) as (connection, vocabulary_id):
            yield from audit.audit(connection, vocabulary_id)

    def hash_equal_sizes(self, *, vocabulary: str = LVIS) -> list[Problem]:
        """Compute the SHA-256 of pictures of the pools and of LVIS val that may be the same file.

        Only of those whose size in bytes occurs on both sides; nothing is written where that is
        known. Returns what `hash_pictures` does, and raises UnwritableError where the index cannot
        keep them.
        """
        from ovmr_index.pools.equal_sizes import hash_equal_sizes

        vocabulary_id = self._ensure_collated(vocabulary)
        return hash_equal_sizes(self.engine, self.root, vocabulary_id, self._progress)

    def _hash_or_warn(self, vocabulary: str) -> None:
        try:
            problems = self.hash_equal_sizes(vocabulary=vocabulary)
        except UnwritableError as error:
            warn(f"{error}; pictures are compared by id and by known hashes", stacklevel=3)
            return
        if problems:
            first = "{} {}: {}".format(*problems[0])
            warn(f"{len(problems):,} pictures cannot be read, the first is {first}", stacklevel=3)

    def hash_pictures(self, *, perceptual: bool = False, vocabulary: str = LVIS) -> list[Problem]:
        """Compute the hashes that the pictures of a vocabulary's pools and of LVIS val lack.

        The SHA-256 of each file, and a perceptual hash if asked; they are kept for `audit`, and
        for pools made without pictures of LVIS val. Returns (dataset, file name, reason) of the
        pictures that cannot be read; raises UnwritableError where the index cannot keep them.
        """
        from ovmr_index.images.hashes import hash_pictures
        from ovmr_index.pools.hash_queries import pictures_to_compare

        vocabulary_id = self._ensure_collated(vocabulary)
        pictures = pictures_to_compare(vocabulary_id)
        return hash_pictures(
            self.engine, self.root, pictures, self._progress, perceptual=perceptual
        )
