"""A saved sample against the categories of its vocabulary, its K, and the same draw of now."""

from sqlalchemy import Select, and_, except_, func, or_, select, union_all

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, SampleCategory, SamplePick, Vocabulary
from ovmr_index.samples.drawn_queries import drawn_picks
from ovmr_index.samples.provenance import Provenance
from ovmr_index.samples.saving_queries import picks_to_save
from ovmr_index.vocabularies.category_queries import CategorySynset, category_synset


def other_categories(sample_pk: int, vocabulary: str) -> Query:
    """Return (id, synset) of a sample's categories that the vocabulary does not hold so, by id.

    Those of exemplars whose category the sample lacks are among them, without a synset.
    """
    known = (
        select(Category.c.pk)
        .join(Vocabulary, Vocabulary.c.pk == Category.c.vocabulary_pk)
        .outerjoin(CategorySynset, CategorySynset.c.pk == Category.c.synset_pk)
        .where(
            Vocabulary.c.name == vocabulary,
            Category.c.key == SampleCategory.c.category_key,
            category_synset() == SampleCategory.c.synset,
        )
        .correlate(SampleCategory)
        .exists()
    )
    changed = select(SampleCategory.c.category_key, SampleCategory.c.synset).where(
        SampleCategory.c.sample_pk == sample_pk, ~known
    )
    of_pick = and_(
        SampleCategory.c.sample_pk == SamplePick.c.sample_pk,
        SampleCategory.c.category_key == SamplePick.c.category_key,
    )
    without = (
        select(SamplePick.c.category_key, SampleCategory.c.synset)
        .outerjoin(SampleCategory, of_pick)
        .where(SamplePick.c.sample_pk == sample_pk, SampleCategory.c.sample_pk.is_(None))
        .distinct()
    )
    both = union_all(changed, without).subquery("both")
    return select(both.c.category_key, both.c.synset).order_by(both.c.category_key)


def wrong_numbers(sample_pk: int, origin: Provenance) -> Query:
    """Return (category id, exemplars) of the categories with another number than was drawn, by id.

    A sample that took what there was, or was imported, has K at most; another one has K, or none
    where a pool is empty and others are repeated or where a partition leaves a category out.
    """
    mine = and_(
        SamplePick.c.sample_pk == SampleCategory.c.sample_pk,
        SamplePick.c.category_key == SampleCategory.c.category_key,
    )
    count = func.count(SamplePick.c.position)
    wrong = count > origin.k
    if origin.on_shortage != "take-all":
        wrong = or_(wrong, and_(count > 0, count < origin.k))
        if origin.on_shortage == "error" and "partition" not in (origin.filters or {}):
            wrong = count != origin.k
    return (
        select(SampleCategory.c.category_key, count)
        .outerjoin(SamplePick, mine)
        .where(SampleCategory.c.sample_pk == sample_pk)
        .group_by(SampleCategory.c.category_key)
        .having(wrong)
        .order_by(SampleCategory.c.category_key)
    )


def redrawn_differences(sample_pk: int) -> Select[int, int]:
    """Return (category id, exemplars that differ) of a sample and what is in `DRAWN`, by id.

    Images may be numbered again: their ids do not count.
    """
    picks = SamplePick.c
    columns = [column for column in picks if column is not picks.image_key]
    stored = select(*columns).where(picks.sample_pk == sample_pk)
    drawn = picks_to_save(sample_pk, drawn_picks()).subquery("drawn")
    ordered = select(*(drawn.c[column.name] for column in columns))
    only_stored = except_(stored, ordered).subquery("only_stored")
    only_drawn = except_(ordered, stored).subquery("only_drawn")
    both = union_all(
        select(only_stored.c.category_key, only_stored.c.position),
        select(only_drawn.c.category_key, only_drawn.c.position),
    ).subquery("both")
    return (
        select(both.c.category_key, func.count(both.c.position.distinct()))
        .group_by(both.c.category_key)
        .order_by(both.c.category_key)
    )
