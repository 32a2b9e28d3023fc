"""Synsets by their names, wnids and words."""

from collections.abc import Collection

from sqlalchemy import or_, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Synset

_MANY = 8  # words: to look for each of more takes longer than to read all lemmas


def synsets_named(names: Collection[str]) -> Query:
    """Return (pk, name, wnid) of the synsets with one of these names or wnids, by pk."""
    called = or_(Synset.c.name.in_(names), Synset.c.wnid.in_(names))
    return select(Synset.c.pk, Synset.c.name, Synset.c.wnid).where(called).order_by(Synset.c.pk)


def synsets_with(words: Collection[str]) -> Query:
    """Return (pk, name, wnid, lemmas) of WordNet's synsets by pk: at least of those with a word."""
    query = select(Synset.c.pk, Synset.c.name, Synset.c.wnid, Synset.c.lemmas)
    query = query.where(Synset.c.lemmas.is_not(None)).order_by(Synset.c.pk)
    if len(words) > _MANY:
        return query
    return query.where(or_(*(Synset.c.lemmas.icontains(word, autoescape=True) for word in words)))
