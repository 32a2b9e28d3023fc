"""The marks of a vocabulary, found in the pools as they are now."""

from sqlalchemy import Connection, select

from ovmr_index.curation.mark_queries import marked_categories
from ovmr_index.curation.marked_queries import MARKED, MARKED_CATEGORIES, put_marked
from ovmr_index.db.bulk import insert_rows, recreate
from ovmr_index.db.models import Vocabulary
from ovmr_index.vocabularies.category_queries import categories, named_categories
from ovmr_index.vocabularies.kept_categories import KeptCategory, follow


def find_marked(connection: Connection, vocabulary_pk: int) -> bool:
    """Put into the table `MARKED` what is marked of a vocabulary's pools.

    Returns whether the vocabulary has any mark: without one there is no such table. A category
    that its source has numbered again since is followed.
    """
    name = connection.execute(
        select(Vocabulary.c.name).where(Vocabulary.c.pk == vocabulary_pk)
    ).scalar_one()
    kept = [KeptCategory._make(row) for row in connection.execute(marked_categories(name))]
    if not kept:
        return False
    recreate(connection, MARKED_CATEGORIES)
    rows = _categories_now(connection, vocabulary_pk, kept)
    insert_rows(connection, MARKED_CATEGORIES, MARKED_CATEGORIES.c.keys(), rows)
    recreate(connection, MARKED)
    connection.execute(put_marked(name))
    return True


def _categories_now(
    connection: Connection, vocabulary_pk: int, kept: list[KeptCategory]
) -> list[tuple[int, int]]:
    """Return the key that each kept category had, and the pk of the category that it is now."""
    now = [KeptCategory._make(row) for row in connection.execute(named_categories(vocabulary_pk))]
    ids = follow(kept, now).ids
    pks = {key: pk for pk, key, _, _ in connection.execute(categories(vocabulary_pk))}
    return [(before, pks[key]) for before, key in ids.items()]
