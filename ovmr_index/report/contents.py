"""What a report tells: read from one state of an index."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection

from ovmr_index.curation.mark import Mark
from ovmr_index.curation.stored_marks import stored_marks
from ovmr_index.db.location import Location
from ovmr_index.errors import MissingSourceError
from ovmr_index.index.status import SourceStatus, read_status
from ovmr_index.ingest.run_queries import last_runs
from ovmr_index.ingest.stored_sources import has_imagenet
from ovmr_index.pools.audit import audit
from ovmr_index.pools.audit_summary import AuditSummary, summarize
from ovmr_index.pools.coverage import Coverage, count_exemplars, lost_categories
from ovmr_index.pools.leaks import require_val
from ovmr_index.pools.left_out import untaken
from ovmr_index.pools.recipe import Recipe
from ovmr_index.pools.shapes import BoxShapes, count_box_shapes
from ovmr_index.pools.shortfalls import Shortfall, read_shortfalls
from ovmr_index.pools.stored_recipe import stored_recipe
from ovmr_index.pools.substitute_queries import substitute_counts
from ovmr_index.pools.summaries import SubstituteCount
from ovmr_index.samples import saved
from ovmr_index.samples.saved_queries import SampleSummary
from ovmr_index.vocabularies.category_view import DefinedCategory, defined_categories

FEW, SHORT = 5, 30  # exemplars: the published draws take so many
_SHOWN = 100  # findings of the audit of each kind


@dataclass(frozen=True)
class Contents:
    """What a report tells of a vocabulary and of the index.

    `categories` and `coverage` are by category id. `last_read` is when (UTC, ISO) each source was
    read. `lost` is None where the index holds no ImageNet, and `audit` where it holds no LVIS val.
    """

    vocabulary: str
    sources: list[SourceStatus]
    last_read: dict[str, str]
    recipe: Recipe
    categories: list[DefinedCategory]
    coverage: list[Coverage]
    shapes: list[BoxShapes]
    shortfalls: list[Shortfall]
    untaken: list[str]
    lost: list[str] | None
    substitutes: list[SubstituteCount]
    audit: AuditSummary | None
    samples: list[SampleSummary]
    marks: list[Mark]

    @cached_property
    def datasets(self) -> list[str]:
        """The datasets that some exemplar is from, those of the published recipe first."""
        held = (one.by_dataset.items() for one in self.coverage)
        counts = [(name, count) for members in held for name, count in members]
        named = dict.fromkeys(name for name, _ in counts)
        return [name for name in named if any(count for other, count in counts if other == name)]

    @property
    def exemplars(self) -> int:
        """How many exemplars all pools hold."""
        return sum(one.total for one in self.coverage)

    @property
    def as_of(self) -> str:
        """The day of the last ingest, "" where none is known."""
        return max(self.last_read.values(), default="")[:10]

    def marked(self, kind: str) -> int:
        """Return how many exemplars are marked so: `exclude` or `pin`."""
        return sum(one.kind == kind for one in self.marks)

    def fewer_than(self, number: int) -> int:
        """Return how many categories have fewer exemplars."""
        return sum(one.total < number for one in self.coverage)


def read_contents(
    connection: Connection, vocabulary_pk: int, vocabulary: str, location: Location
) -> Contents:
    """Read what a report tells of a vocabulary, whose pools are fresh, of the index there."""
    categories = connection.execute(defined_categories(vocabulary))
    substitutes = connection.execute(substitute_counts(vocabulary_pk))
    has_releases = has_imagenet(connection)
    return Contents(
        vocabulary=vocabulary,
        sources=read_status(connection, location).sources,
        last_read=dict(connection.execute(last_runs()).all()),
        recipe=stored_recipe(connection, vocabulary_pk),
        categories=[DefinedCategory._make(row) for row in categories],
        coverage=count_exemplars(connection, vocabulary_pk),
        shapes=count_box_shapes(connection, vocabulary_pk),
        shortfalls=read_shortfalls(connection, vocabulary_pk, SHORT),
        untaken=untaken(connection, vocabulary_pk),
        lost=lost_categories(connection, vocabulary_pk) if has_releases else None,
        substitutes=[SubstituteCount._make(row) for row in substitutes],
        audit=_audit(connection, vocabulary_pk),
        samples=saved.summaries(connection),
        marks=stored_marks(connection, vocabulary, None, None),
    )


def _audit(connection: Connection, vocabulary_pk: int) -> AuditSummary | None:
    """Compare images by COCO id and the hashes that the index holds; no image is opened."""
    try:
        require_val(connection)
    except MissingSourceError:
        return None
    return summarize(audit(connection, vocabulary_pk), _SHOWN)


def by_frequency(contents: Contents) -> dict[str, Sequence[Coverage]]:
    """Return the coverage of the categories of each frequency, the rare ones first."""
    names = {"r": "rare", "c": "common", "f": "frequent"}
    groups: dict[str, list[Coverage]] = {name: [] for name in names.values()}
    for category, covered in zip(contents.categories, contents.coverage, strict=True):
        name = names.get(category.frequency or "", category.frequency or "no frequency")
        groups.setdefault(name, []).append(covered)
    return {name: group for name, group in groups.items() if group}
