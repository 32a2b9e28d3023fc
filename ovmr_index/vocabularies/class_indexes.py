"""The class index of each category: what classifiers count from 0 without gaps."""

from sqlalchemy import Connection

from ovmr_index.vocabularies.category_queries import categories
from ovmr_index.vocabularies.names import LVIS_VOCABULARIES
from ovmr_index.vocabularies.stored_vocabularies import find_vocabulary


def class_indexes(connection: Connection, vocabulary: str) -> dict[int, int]:
    """Return the class index of each category of a vocabulary by its id.

    It is the category's place, 0-based. Of LVIS, whose ids count from 1 in order, it is the id - 1,
    also where a file has only some of the categories.

    Raises:
        UsageError: There is no such vocabulary.
    """
    listed = connection.execute(categories(find_vocabulary(connection, vocabulary)))
    ids = [category_id for _, category_id, *_ in listed]
    if vocabulary in LVIS_VOCABULARIES and min(ids, default=1) > 0:
        return {category_id: category_id - 1 for category_id in ids}
    return {category_id: place for place, category_id in enumerate(ids)}
