"""What a saved sample was drawn for: its vocabulary, and how its categories were called."""

from sqlalchemy import Select, func, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Sample, SampleCategory, Vocabulary
from ovmr_index.vocabularies.names import LVIS_TRAIN


def named_sample_categories(sample_pk: int) -> Query:
    """Return (category id, name, synset) of the categories of a sample, as they were called."""
    return (
        select(SampleCategory.c.category_key, SampleCategory.c.name, SampleCategory.c.synset)
        .where(SampleCategory.c.sample_pk == sample_pk)
        .order_by(SampleCategory.c.position)
    )


def sample_vocabulary(sample_pk: int) -> Select[int]:
    """Return the pk of the vocabulary that a sample was drawn for, if it is still there."""
    name = func.coalesce(Sample.c.vocabulary, LVIS_TRAIN)
    return (
        select(Vocabulary.c.pk)
        .join(Sample, Vocabulary.c.name == name)
        .where(Sample.c.pk == sample_pk)
    )
