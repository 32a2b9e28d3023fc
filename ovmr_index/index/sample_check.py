"""The saved samples against what is kept of where they come from."""

from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property

from sqlalchemy import Connection, select

from ovmr_index.curation.stored_marks import marks_fingerprint
from ovmr_index.db.models import Sample
from ovmr_index.db.stored_json import read_again
from ovmr_index.errors import DamagedError, OvmrIndexError, command, counted
from ovmr_index.index.finding import Finding, named, note
from ovmr_index.pools.recipe import Recipe
from ovmr_index.pools.stored_recipe import source_generations
from ovmr_index.samples import saved
from ovmr_index.samples.provenance import Provenance, fingerprints_of
from ovmr_index.samples.redrawn import other_categories, redrawn_differences, wrong_numbers
from ovmr_index.samples.sampler import Sampler
from ovmr_index.samples.stale import renumbered
from ovmr_index.vocabularies.names import LVIS_TRAIN


class SampleCheck:
    """The samples of an index, checked vocabulary by vocabulary, each once."""

    def __init__(self, connection: Connection) -> None:
        """Take a connection within a transaction, which all is read in."""
        self._connection = connection
        self._sampler = Sampler(connection)
        names = connection.execute(select(Sample.c.name).order_by(Sample.c.name)).scalars()
        self._todo: dict[str, Provenance] = {}
        for name in names:
            with suppress(DamagedError):  # which is said where JSON is checked
                self._todo[name] = saved.find_provenance(connection, name)

    def of(self, vocabulary_pk: int, vocabulary: str, recipe: Recipe) -> Iterator[Finding]:
        """Check the samples of a vocabulary, within `remade_pools`, and draw them again."""
        for name, origin in self._todo.copy().items():
            if (origin.vocabulary or LVIS_TRAIN) == vocabulary:
                del self._todo[name]
                yield from self._held(name, origin)
                why_not = self._why_not_drawn(origin, recipe)
                if why_not is None:
                    yield from self._drawn(name, origin, vocabulary_pk)
                else:
                    yield _not_drawn(name, why_not)

    def rest(self) -> Iterator[Finding]:
        """Check the other samples, whose pools are stale or not there."""
        for name, origin in self._todo.items():
            yield from self._held(name, origin)
            why = self._why_not_drawn(origin, None) or "its pools are stale or were not made"
            yield _not_drawn(name, why)

    @cached_property
    def _fingerprints(self) -> dict[str, dict[str, str]]:
        return fingerprints_of(self._connection)

    def _is_as_it_was(self, name: str, origin: Provenance) -> bool:
        """Return whether the rows that a sample was drawn from are those of now, if undamaged."""
        query = select(Sample.c.generations).where(Sample.c.name == name)
        generations = self._connection.execute(query).scalar_one()
        is_same = generations == source_generations(self._connection)
        return is_same and not origin.changed_sources(self._fingerprints)

    def _held(self, name: str, origin: Provenance) -> Iterator[Finding]:
        """Check what a sample holds: that it is all in the index, and as much as was drawn."""
        sample_pk = saved.find_sample(self._connection, name)
        as_it_was = self._is_as_it_was(name, origin)
        missing = saved.missing_of(self._connection, name)
        if missing:
            first = f"{missing[0].describe()} of {missing[0].category_id}"
            gone = f"{counted(len(missing), 'exemplar')} not in the index as it was, first {first}"
            todo = read_again() if as_it_was else _show(name)
            yield Finding(f"sample {name}: {gone}; {todo}", is_note=not as_it_was)
        if (ids := renumbered(self._connection, sample_pk)) is not None:
            text = f"sample {name}: category ids have changed since: {ids}; {_show(name)}"
            yield Finding(text, is_note=not as_it_was)
        vocabulary = origin.vocabulary or LVIS_TRAIN
        others = self._connection.execute(other_categories(sample_pk, vocabulary)).all()
        if others:
            first = named([f"{key} ({synset})" for key, synset in others])
            text = f"sample {name}: categories that {vocabulary} does not hold so: {first}"
            yield Finding(f"{text}; {_show(name)}", is_note=not as_it_was)
        if wrong := self._connection.execute(wrong_numbers(sample_pk, origin)).all():
            first = named([f"{count:,} of category {key}" for key, count in wrong])
            yield Finding(f"sample {name}: K is {origin.k}, but it holds {first}; {_again(name)}")

    def _why_not_drawn(self, origin: Provenance, recipe: Recipe | None) -> str | None:
        """Return why a sample cannot be drawn again, None where it can."""
        if origin.is_imported:
            return "it was imported: its exemplars and categories were looked up"
        if origin.fingerprints is None or origin.recipe is None:
            return "an older version drew it, and kept no fingerprints"
        if changed := origin.changed_sources(self._fingerprints):
            return f"sources have changed since: {named(changed)}"
        if recipe is not None and origin.recipe != recipe.provenance():
            return "pools are made by another recipe now"
        if origin.marks is not None and origin.marks != self._marks_now(origin):
            return "other exemplars are excluded or pinned now"
        return None

    def _marks_now(self, origin: Provenance) -> str | None:
        return marks_fingerprint(self._connection, origin.vocabulary or LVIS_TRAIN)

    def _drawn(self, name: str, origin: Provenance, vocabulary_pk: int) -> Iterator[Finding]:
        """Draw a sample again, and compare."""
        try:
            options = origin.draw_options()
            self._sampler.draw(vocabulary_pk, options)
        except OvmrIndexError as error:
            yield _not_drawn(name, str(error))
            return
        if self._sampler.unhashed(options):
            yield _not_drawn(name, "hashes of images are missing now")
            return
        sample_pk = saved.find_sample(self._connection, name)
        rows = self._connection.execute(redrawn_differences(sample_pk)).all()
        if not rows:
            return
        first = named([f"{key} ({counted(count, 'exemplar')})" for key, count in rows])
        categories = counted(len(rows), "category", "categories")
        text = f"sample {name}: {categories} differ from the same draw of now: {first}"
        filters = options.filters
        may_have_changed = (
            options.partition_filter is not None
            or filters.exclude_val
            or filters.no_near_duplicates
            or not self._is_as_it_was(name, origin)
        )
        if may_have_changed:
            text += " (what it was drawn by may have changed since: partitions, hashes, options)"
        yield Finding(f"{text}; {_again(name)}", is_note=may_have_changed)


def _not_drawn(name: str, why: str) -> Finding:
    return note(f"sample {name} was not drawn again: {why}")


def _show(name: str) -> str:
    return f"{command('sample show', name)} names them"


def _again(name: str) -> str:
    return f"draw it under another name, and run {command('sample diff', name, 'OTHER')}"
