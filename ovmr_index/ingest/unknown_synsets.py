"""Synsets of objects that WordNet does not have."""

from sqlalchemy import Connection, func, select, union_all

from ovmr_index.db.models import Region, RegionSynset, Synset
from ovmr_index.errors import counted
from ovmr_index.vocabularies.notes import listed
from ovmr_index.vocabularies.synsets import OF_LVIS_ALONE

_SHOWN = 5


def unknown_synsets(connection: Connection, source_pk: int) -> list[str]:
    """Return a line of the synsets of a source's regions that are not in WordNet, if there are any.

    Those of most regions come first. The sums keep SQLite from the index of sources: these synsets
    are few, and are found by their own.
    """
    unknown = select(Synset.c.pk).where(
        Synset.c.wnid.is_(None), Synset.c.name.not_in(OF_LVIS_ALONE)
    )
    one = select(Region.c.synset_pk, Region.c.pk.label("region_pk")).where(
        Region.c.source_pk + 0 == source_pk, Region.c.synset_pk.in_(unknown)
    )
    several = (
        select(RegionSynset.c.synset_pk, RegionSynset.c.region_pk)
        .join(Region, Region.c.pk == RegionSynset.c.region_pk)
        .where(Region.c.source_pk + 0 == source_pk, RegionSynset.c.synset_pk.in_(unknown))
    )
    labels = union_all(one, several).subquery()
    number = func.count(labels.c.region_pk.distinct())
    query = (
        select(Synset.c.name, number)
        .join(labels, labels.c.synset_pk == Synset.c.pk)
        .group_by(Synset.c.pk)
        .order_by(number.desc(), Synset.c.name)
    )
    found = [f"{name} ({counted(count, 'object')})" for name, count in connection.execute(query)]
    if not found:
        return []
    are = "synset of objects is" if len(found) == 1 else "synsets of objects are"
    return [f"{len(found):,} {are} not in WordNet 3.0: {listed(found, _SHOWN)}"]
