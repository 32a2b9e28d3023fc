"""Saved samples that are out of date: their categories have other ids, or sources have changed."""

import json

from sqlalchemy import Connection, select

from ovmr_index.curation.stored_marks import marks_fingerprint
from ovmr_index.db.models import Sample
from ovmr_index.pools.stored_recipe import source_generations
from ovmr_index.samples.options import METHODS
from ovmr_index.samples.stale_queries import named_sample_categories, sample_vocabulary
from ovmr_index.vocabularies.category_queries import named_categories
from ovmr_index.vocabularies.kept_categories import KeptCategory, follow
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.notes import listed

_SHOWN = 10


def stale_notes(connection: Connection, name: str, sample_pk: int) -> list[str]:
    """Return what has changed since a sample was saved: its category ids, and its sources."""
    found = []
    if (ids := renumbered(connection, sample_pk)) is not None:
        found.append(f"{name}: category ids have changed since: {ids}")
    if sources := changed_sources(connection, sample_pk):
        has = "has" if len(sources) == 1 else "have"
        found.append(f"{name}: {listed(sources, _SHOWN)} {has} changed since it was drawn")
    if has_other_marks(connection, sample_pk):
        found.append(f"{name}: other exemplars are excluded or pinned now than when it was drawn")
    return found


def changed_sources(connection: Connection, sample_pk: int) -> list[str]:
    """Return the sources whose records have changed since a sample was saved, or that are gone."""
    query = select(Sample.c.generations).where(Sample.c.pk == sample_pk)
    before = json.loads(connection.execute(query).scalar() or "{}")
    now = json.loads(source_generations(connection))
    return [name for name, generation in before.items() if now.get(name) != generation]


def has_other_marks(connection: Connection, sample_pk: int) -> bool:
    """Return whether a sample was drawn with other marks than there are now."""
    columns = (Sample.c.marks, Sample.c.vocabulary, Sample.c.method)
    query = select(*columns).where(Sample.c.pk == sample_pk)
    before, vocabulary, method = connection.execute(query).one()
    is_drawn = method in METHODS  # and was not imported
    return is_drawn and before != marks_fingerprint(connection, vocabulary or LVIS_TRAIN)


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
