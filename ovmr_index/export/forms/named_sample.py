"""The sample that a form is made of: saved under a name, or drawn now."""

from collections.abc import Sequence
from typing import NamedTuple

from ovmr_index.db.session import Session
from ovmr_index.errors import OvmrIndexError, option
from ovmr_index.export.crop_records import ClassRecord, class_records
from ovmr_index.samples import saved
from ovmr_index.samples.api import Samples
from ovmr_index.samples.curated import without_excluded
from ovmr_index.samples.exemplars import CategoryExemplars
from ovmr_index.samples.options import DrawOptions
from ovmr_index.samples.provenance import Provenance, provenance
from ovmr_index.storage.paths import check_name
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.stored_vocabularies import find_vocabulary


class NamedSample(NamedTuple):
    """A sample: its name, the vocabulary that it is of, its exemplars and their classes.

    A draw that was not saved is called by its options. `classes` are by the ids of categories.
    `notes` say what was left out.
    """

    name: str
    vocabulary: str
    categories: Sequence[CategoryExemplars]
    classes: dict[int, ClassRecord]
    notes: Sequence[str] = ()


def open_sample(
    session: Session, sample: DrawOptions | str, *, ignore_curation: bool = False
) -> NamedSample:
    """Draw a sample by its options, or load the one that is saved under a name.

    What is excluded is left out of both, unless marks are to be ignored.

    Raises:
        UsageError: There is no sample of that name, or it cannot be a file's.
        ShortageError: Pools are too small.
        OvmrIndexError: The index no longer holds an exemplar or a category of it.
    """
    name = sample if isinstance(sample, str) else sample.made_name()
    check_name("sample", name)
    samples = Samples(session)
    if isinstance(sample, str):
        categories: Sequence[CategoryExemplars] = samples.load(sample)
    else:
        categories = samples.draw(sample).categories
    vocabulary, notes = _vocabulary(session, sample), list[str]()
    with session.read() as connection:
        classes = class_records(connection, vocabulary)
        if isinstance(sample, str) and not ignore_curation:
            categories, notes = without_excluded(connection, vocabulary, categories)
    for one in categories:
        known = classes.get(one.category_id)
        if known is None or known.synset != one.synset:
            raise OvmrIndexError(
                f"category {one.category_id} of sample {name} is not that of {vocabulary} now;"
                f" draw the sample again under another {option('name')}"
            )
    return NamedSample(name, vocabulary, categories, classes, notes)


def origin_of(session: Session, sample: DrawOptions | str) -> Provenance:
    """Return where a sample comes from, which is saved or was drawn by options.

    Raises:
        UsageError: There is no sample of that name.
    """
    with session.read() as connection:
        if isinstance(sample, str):
            return saved.find_provenance(connection, sample)
        vocabulary_pk = find_vocabulary(connection, sample.vocabulary)
        return provenance(connection, vocabulary_pk, sample)


def _vocabulary(session: Session, sample: DrawOptions | str) -> str:
    if not isinstance(sample, str):
        return sample.vocabulary
    with session.read() as connection:
        return saved.find_provenance(connection, sample).vocabulary or LVIS_TRAIN
