"""The part of `Index` that tells what the release of ImageNet at hand lacks."""

from ovmr_index.db.engine import reading
from ovmr_index.formats.imagenet_releases import wnids_of_lvis
from ovmr_index.index.base import IndexBase
from ovmr_index.ingest.stored_sources import has_format
from ovmr_index.pools.coverage_queries import without_pictures
from ovmr_index.vocabularies.names import LVIS
from ovmr_index.vocabularies.vocabularies import vocabulary_row


class Releases(IndexBase):
    """Releases of ImageNet."""

    def lost_categories(self, *, vocabulary: str = LVIS) -> list[str]:
        """Return the synsets of categories that Fall 2011 shows, and the ImageNet here does not.

        By the id of the category; none where the index holds no ImageNet. Raises MissingSourceError
        without LVIS's train file, UsageError without another vocabulary.
        """
        with reading(self.engine) as connection:
            if not has_format(connection, "imagenet"):
                return []
            vocabulary_id = vocabulary_row(connection, vocabulary)
            rows = connection.execute(without_pictures(vocabulary_id)).all()
        of_fall_2011 = wnids_of_lvis()
        return [synset for synset, wnid in rows if wnid in of_fall_2011]
