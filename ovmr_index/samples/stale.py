"""Saved samples whose categories have other ids by now: what they say of ids holds no more."""

from sqlalchemy import Connection

from ovmr_index.samples.stale_queries import named_sample_categories, sample_vocabulary
from ovmr_index.vocabularies.category_queries import named_categories
from ovmr_index.vocabularies.kept_categories import KeptCategory, follow
from ovmr_index.vocabularies.notes import listed

_SHOWN = 10


def renumbered(connection: Connection, sample_pk: int) -> str | None:
    """Return a line of the ids of a sample that stand for other categories now, None without any.

    A category that left its vocabulary, or that is only called otherwise, does no harm.
    """
    vocabulary_pk = connection.execute(sample_vocabulary(sample_pk)).scalar()
    if vocabulary_pk is None:
        return None
    rows = connection.execute(named_categories(vocabulary_pk))
    now = [KeptCategory(key, name, synset or name) for key, name, synset in rows]
    drawn_for = connection.execute(named_sample_categories(sample_pk))
    kept = {one.category_id: one for one in map(KeptCategory._make, drawn_for)}
    found = follow(kept.values(), now)
    others = {one.category_id: one for one in now}
    taken = [kept[key] for key in found.moved]
    taken += [one for one in found.gone if one.category_id in others]
    said = [
        f"{one.category_id} was {one.called()}"
        + (f" and is {others[one.category_id].called()}" if one.category_id in others else "")
        for one in (*taken, *(one for one, _ in found.unclear))
    ]
    return listed(said, _SHOWN) if said else None
