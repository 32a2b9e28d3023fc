"""The exemplars of a sample with the class index of each: what datasets of crops are made from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ovmr_index.integrations.label_names import distinct
from ovmr_index.pools.crop_task import exemplar_task
from ovmr_index.samples.options import DrawOptions
from ovmr_index.vocabularies.category_queries import categories
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.stored_vocabularies import find_vocabulary

if TYPE_CHECKING:
    from ovmr_index.images.crop import CropTask
    from ovmr_index.images.crop_shape import CropShape
    from ovmr_index.index.index import Index
    from ovmr_index.pools.exemplars import Exemplar
    from ovmr_index.samples.exemplars import CategoryExemplars

    Sample = DrawOptions | str | Sequence[CategoryExemplars]

_CROP = (Path("crop.jpg"),)


class LabelledExemplar(NamedTuple):
    """An exemplar and the place of its category among those of the sample, from 0."""

    label: int
    exemplar: Exemplar

    def task(self, shape: CropShape) -> CropTask:
        """Return what cuts its crop out of its image, as a JPEG."""
        return exemplar_task(self.exemplar, _CROP, shape)


class LabelledExemplars(NamedTuple):
    """The exemplars of a sample by category, as drawn, and the names of its categories.

    A name that two categories have is followed by the id of each.
    """

    label_names: tuple[str, ...]
    exemplars: tuple[LabelledExemplar, ...]


def labelled_exemplars(index: Index, sample: Sample, vocabulary: str | None) -> LabelledExemplars:
    """Return a sample by its name, by the options of its draw, or as `index.sample` returns it.

    Args:
        index: The index.
        sample: The sample.
        vocabulary: Whose categories it has, where that is a list; LVIS train's if None.

    Raises:
        UsageError: There is no sample or vocabulary of that name.
        ShortageError: Pools are too small for the draw.
        OvmrIndexError: An exemplar of the sample is not in the index any more.
    """
    found: Sequence[CategoryExemplars]
    if isinstance(sample, str):
        found = index.samples.load(sample)
        vocabulary = index.samples.show(sample).provenance.vocabulary
    elif isinstance(sample, DrawOptions):
        found, vocabulary = index.sample(sample), sample.vocabulary
    else:
        found = sample
    names = _category_names(index, vocabulary or LVIS_TRAIN)
    named = ((one.category_id, names.get(one.category_id, one.synset)) for one in found)
    return LabelledExemplars(
        tuple(distinct(named)),
        tuple(
            LabelledExemplar(label, exemplar)
            for label, one in enumerate(found)
            for exemplar in one.exemplars
        ),
    )


def _category_names(index: Index, vocabulary: str) -> dict[int, str]:
    from ovmr_index.db.engine import reading

    with reading(index.engine) as connection:
        rows = connection.execute(categories(find_vocabulary(connection, vocabulary)))
        return {key: name for _, key, _, name in rows}
