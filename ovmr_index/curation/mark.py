"""What a mark is: of which exemplar of which category, by names that hold in any index."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple, Self, TypeAlias, get_args

from ovmr_index.errors import UsageError, shortened
from ovmr_index.pools.exemplars import Exemplar
from ovmr_index.vocabularies.names import LVIS_TRAIN

MarkKind = Literal["exclude", "pin"]
KINDS: tuple[MarkKind, ...] = get_args(MarkKind)


class ExemplarKey(NamedTuple):
    """An exemplar of a category of a vocabulary, by the ids and names of its source.

    `file_name` is the image's path below its dataset's root. `region_id` is None for a whole image.
    """

    vocabulary: str
    category_id: int
    source: str
    file_name: str
    region_id: int | None

    def describe(self) -> str:
        """Return the exemplar as messages name it."""
        box = "" if self.region_id is None else f", box {self.region_id}"
        return f"{self.source} {shortened(self.file_name)}{box}"


class Mark(NamedTuple):
    """A mark as it is stored: what it says of an exemplar, who made it and when (UTC).

    `rank` is the place of a pin among those of its category, from 0, and None otherwise. A mark is
    `missing` while the pool of its category does not hold its exemplar. `synset` is that of the
    category, as far as it had one.
    """

    kind: str
    vocabulary: str
    category_id: int
    category: str
    synset: str | None
    source: str
    file_name: str
    region_id: int | None
    note: str | None
    author: str | None
    at: str
    rank: int | None
    missing: bool = False

    @property
    def key(self) -> ExemplarKey:
        """What the mark is of."""
        return ExemplarKey(
            self.vocabulary, self.category_id, self.source, self.file_name, self.region_id
        )

    def as_json(self) -> dict[str, Any]:
        """Return the mark as `curate list --json` prints it."""
        return self._asdict()


class MarkCounts(NamedTuple):
    """How many exemplars are excluded and pinned, and how many of both are missing."""

    excluded: int
    pinned: int
    missing: int

    @classmethod
    def of(cls, marks: Sequence[Mark]) -> Self | None:
        """Count marks; None without any."""
        pinned = sum(one.kind == "pin" for one in marks)
        missing = sum(one.missing for one in marks)
        return cls(len(marks) - pinned, pinned, missing) if marks else None

    def describe(self) -> str:
        """Return the counts in words; what is missing only where something is."""
        gone = f", {self.missing:,} of them missing" if self.missing else ""
        return f"{self.excluded:,} excluded, {self.pinned:,} pinned{gone}"


class Change(NamedTuple):
    """What a step did: how many marks it changed, and how many were so before.

    `step` numbers it, and is None where nothing changed. `notes` name what was not done, and why.
    """

    kind: str
    changed: int
    unchanged: int = 0
    step: int | None = None
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the members that `curate --json` prints."""
        return self._asdict()


Marked: TypeAlias = ExemplarKey | Exemplar


def keys_of(
    exemplars: Marked | Iterable[Marked], vocabulary: str = LVIS_TRAIN
) -> list[ExemplarKey]:
    """Return the keys of one exemplar or of many, each once, in their order.

    `vocabulary` is that of each `Exemplar`, which does not say it itself. Raises UsageError for
    anything else than an exemplar or its key.
    """
    if isinstance(exemplars, ExemplarKey | Exemplar):
        exemplars = [exemplars]
    return list(dict.fromkeys(_key(one, vocabulary) for one in exemplars))


def _key(one: Marked, vocabulary: str) -> ExemplarKey:
    if isinstance(one, ExemplarKey):
        return one
    if isinstance(one, Exemplar):
        return ExemplarKey(vocabulary, one.category_id, one.source, one.file_name, one.region_id)
    raise UsageError(f"{shortened(repr(one))} is no exemplar; give an Exemplar or an ExemplarKey")
