"""A sample that was saved, without those of its exemplars that are excluded by now."""

from collections.abc import Sequence

from sqlalchemy import Connection

from ovmr_index.curation.stored_marks import excluded_keys
from ovmr_index.errors import counted
from ovmr_index.pools.exemplars import Exemplar
from ovmr_index.samples.exemplars import CategoryExemplars


def without_excluded(
    connection: Connection, vocabulary: str, sample: Sequence[CategoryExemplars]
) -> tuple[Sequence[CategoryExemplars], list[str]]:
    """Return a sample of a vocabulary without what is excluded, and a line of how many that are."""
    excluded = excluded_keys(connection, vocabulary)
    if not excluded:
        return sample, []
    left = [
        one._replace(exemplars=tuple(each for each in one.exemplars if _key(each) not in excluded))
        for one in sample
    ]
    gone = sum(len(one.exemplars) for one in sample) - sum(len(one.exemplars) for one in left)
    if not gone:
        return sample, []
    are = "is" if gone == 1 else "are"
    return left, [f"{counted(gone, 'exemplar')} of the sample {are} excluded and left out"]


def _key(one: Exemplar) -> tuple[int, str, str | int]:
    name = one.file_name if one.region_id is None else one.region_id
    return one.category_id, one.source, name
