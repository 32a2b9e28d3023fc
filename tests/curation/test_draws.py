"""Draws with marks against a model in plain Python, and against the bytes of what is exported."""

import json
from collections import Counter
from itertools import cycle, islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ovmr_index import DrawOptions, ExemplarKey, Filters, Index
from ovmr_index.errors import ShortageError, UsageError
from ovmr_index.samples.options import METHODS, ON_SHORTAGE
from tests.support import draws

pytestmark = pytest.mark.slow

SOURCES = {"lvis": "lvis_v1_train", "imagenet21k": "imagenet21k", "visual_genome": "visual_genome"}
FILTERS = st.fixed_dictionaries(
    {"datasets": st.sets(st.sampled_from(draws.DATASETS), max_size=2).map(sorted).map(tuple)}
)
MARKS = st.lists(
    st.tuples(st.integers(1, 2), st.integers(0, 30), st.sampled_from(["pin", "exclude"])),
    max_size=12,
    unique_by=lambda mark: mark[:2],
)


@pytest.fixture(scope="module")
def pools(shared: Index) -> dict[int, draws.Pool]:
    """Return the pools, as SQL shows them."""
    return draws.read_pools(shared)


def _key(entry: draws.Entry) -> ExemplarKey:
    where = SOURCES[entry.dataset], entry.file_name, entry.region_id
    return ExemplarKey("lvis_v1_train", entry.category_id, *where)


def _restrained(pins: draws.Pool, order: draws.Pool, asked: dict[str, Any]) -> draws.Pool:
    """Return pins and then an order with its restraints, for which pins were drawn before."""
    wanted, best = {*asked["at_least_one"]} - {pin.dataset for pin in pins}, []
    for entry in order:
        if entry.dataset in wanted:
            wanted.remove(entry.dataset)
            best.append(entry)
    rest = best + [entry for entry in order if entry not in best]
    on_image, kept = Counter(pin.image for pin in pins), []
    for entry in rest:
        on_image[entry.image] += 1
        if asked["per_image"] is None or on_image[entry.image] <= asked["per_image"]:
            kept.append(entry)
    if asked["balanced"]:
        turns, of_dataset = [], Counter(pin.dataset for pin in pins)
        for rank, entry in enumerate(kept):
            turns.append((entry not in best, of_dataset[entry.dataset], rank, entry))
            of_dataset[entry.dataset] += 1
        kept = [entry for *_, entry in sorted(turns)]
    return pins + kept


def _model(
    pins: draws.Pool, left: draws.Pool, options: DrawOptions, restraints: dict[str, Any] | None
) -> draws.Pool | None:
    """Return what is drawn of a pool, None where it is short and that is an error."""
    k, pins = options.k, pins[: options.k]
    order = draws.ORDERS[options.method](left, options.seed) if left else []
    if restraints is None and options.method == "numpy":
        return _published(pins, left, options)
    found = pins + order if restraints is None else _restrained(pins, order, restraints)
    if len(found) >= k or options.on_shortage == "take-all":
        if len(found) < k and options.method == "numpy":
            rest = sorted(found[len(pins) :], key=lambda entry: entry.position)
            return found[: len(pins)] + rest
        return found[:k]
    again = found[len(pins) :] or found
    return (
        [*found, *islice(cycle(again), k - len(found))] if options.on_shortage == "repeat" else None
    )


def _published(pins: draws.Pool, left: draws.Pool, options: DrawOptions) -> draws.Pool | None:
    """Return numpy's draw of what pins leave of K."""
    size = options.k - len(pins)
    if size > len(left) and options.on_shortage == "error":
        return None
    if size > len(left) and options.on_shortage == "take-all":
        return pins + left
    if not left:
        return [*islice(cycle(pins), options.k)] if options.on_shortage == "repeat" else pins
    weights = np.array([entry.weight for entry in left])
    generator, is_short = np.random.default_rng(options.seed), size > len(left)
    chosen = generator.choice(
        len(left), size=size, p=weights / np.cumsum(weights)[-1], replace=is_short
    )
    return pins + [left[i] for i in chosen]


class Asked(NamedTuple):
    """What is marked, (category, place in the pool, kind), and how it is drawn from."""

    marks: list[tuple[int, int, str]]
    k: int
    seed: int
    method: str
    on_shortage: str
    before: dict[str, Any]
    restraints: dict[str, Any] | None


ASKED = st.builds(
    Asked,
    MARKS,
    st.integers(1, 26),
    st.integers(0, 9),
    st.sampled_from(METHODS),
    st.sampled_from(ON_SHORTAGE),
    FILTERS,
    st.none() | draws.RESTRAINTS,
)


def test_a_draw_is_as_the_model_has_it(
    shared: Index, pools: dict[int, draws.Pool], request: pytest.FixtureRequest
) -> None:
    @settings(max_examples=80 if request.config.getoption("--exhaustive") else 12)
    @given(asked=ASKED)
    def check(asked: Asked) -> None:
        _require_model(shared, pools, asked)

    check()


def _require_model(shared: Index, pools: dict[int, draws.Pool], asked: Asked) -> None:
    """Mark exemplars, draw, and take the marks back."""
    marks, k, seed, method, on_shortage, before, restraints = asked
    index = shared
    marked = [(pools[key][i % len(pools[key])], kind) for key, i, kind in marks]
    marked = list({entry: (entry, kind) for entry, kind in marked}.values())
    filters = Filters(**before, **(restraints or {}))
    options = DrawOptions(k, seed, method, on_shortage, filters=filters)
    if filters == Filters(**before) and restraints is not None:
        restraints = None  # none was asked for
    for kind, mark in (("pin", index.curation.pin), ("exclude", index.curation.exclude)):
        mark([_key(entry) for entry, as_what in marked if as_what == kind])
    try:
        expected = {}
        for key, pool in pools.items():
            may = [one for one in pool if not filters.datasets or one.dataset in filters.datasets]
            pins = [one for one, kind in marked if kind == "pin" and one in may]
            left = [one for one in may if one not in {entry for entry, _ in marked}]
            expected[key] = _model(pins, left, options, restraints)
        if None in expected.values():
            with pytest.raises(ShortageError):
                index.sample(options)
        else:
            drawn = {key: [one.names for one in found or []] for key, found in expected.items()}
            assert draws.picked(index.sample(options)) == drawn
    finally:
        index.curation.clear([_key(entry) for entry, _ in marked])


def test_near_duplicates_of_a_pin_are_left_out_and_the_pin_never(index: Index) -> None:
    pictures = [one for one in index.exemplars(1) if one.dataset == "imagenet21k"]
    assert len(pictures) == 6  # all of them the same picture
    index.curation.pin(pictures[3:5])
    filters = Filters(datasets=("imagenet21k",), no_near_duplicates=True)
    options = DrawOptions(6, on_shortage="take-all", filters=filters)
    for method in ("numpy", "stable"):
        wanted = DrawOptions(**{**_fields(options), "method": method})
        (tench, *_) = index.sample(wanted)
        names = [one.file_name for one in tench.exemplars]
        assert names == [one.file_name for one in pictures[3:5]]


def _fields(options: DrawOptions) -> dict[str, Any]:
    return {name: getattr(options, name) for name in DrawOptions.__dataclass_fields__}


def _exported(index: Index, *, ignore_curation: bool = False) -> dict[str, bytes]:
    report = index.export(ignore_curation=ignore_curation)
    assert report.failed == []
    return {
        target + written.path.name: written.path.read_bytes() for target, written in report.written
    }


def test_five_exclusions_of_a_category_change_its_entries_and_no_other_byte(
    index: Index, tmp_path: Path
) -> None:
    before = _exported(index)
    pool = index.exemplars("apple")
    five = [pool[i] for i in (0, 3, 4, 8, len(pool) - 1)]
    index.curation.exclude(five, note="bad", author="ann")
    after = _exported(index)
    assert before.keys() == after.keys()
    listed = "exemplarsexemplar_dict.json"
    for name in before.keys() - {listed}:
        if not name.startswith("sample"):
            assert before[name] == after[name]
            continue
        one, other = (json.loads(files[name]) for files in (before, after))
        assert [i for i, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]] == [
            1
        ]
    one, other = (json.loads(files[listed]) for files in (before, after))
    gone = [{**each, "n": 0} for each in one["apple.n.01"] if each not in other["apple.n.01"]]
    assert len(gone) == 5
    kept = [each for each in one["apple.n.01"] if each in other["apple.n.01"]]
    assert kept == other["apple.n.01"]
    del one["apple.n.01"], other["apple.n.01"]
    assert one == other
    assert _exported(index, ignore_curation=True) == before

    # The marks in another index over the same files: the same draw, and the same files.
    index.curation.export(tmp_path / "marks.json")
    with Index.open(index.root, tmp_path / "other.db") as second:
        second.ingest()
        second.curation.import_(tmp_path / "marks.json")
        assert second.sample() == index.sample()
        assert _exported(second) == after
        second.curation.export(tmp_path / "again.json")
        assert second.curation.fingerprint() == index.curation.fingerprint()
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "marks.json").read_bytes()


def test_a_saved_sample_keeps_what_marks_it_was_drawn_by(index: Index) -> None:
    options = DrawOptions(4)
    index.sample(options, name="before")
    pool = index.exemplars("tench")
    index.curation.exclude(pool[:3])
    index.sample(options, name="after")
    samples = index.samples
    assert samples.show("before").provenance.marks is None
    assert samples.show("after").provenance.marks == index.curation.fingerprint()
    assert "marks" not in samples.show("before").as_json()
    with pytest.raises(UsageError, match="sample before is another draw"):
        index.sample(options, name="before")
    index.sample(options, name="after")  # the very same
    ignoring = DrawOptions(4, ignore_curation=True)
    index.sample(ignoring, name="before")
    assert ignoring.made_name() == "K-004_seed-42_numpy_ignore_curation"
    assert samples.stale("after") == []
    assert samples.stale("before") == [
        "before: other exemplars are excluded or pinned now than when it was drawn"
    ]


def test_crops_of_a_sample_that_was_saved_before_lack_what_is_excluded(
    index: Index, tmp_path: Path
) -> None:
    pool = [one for one in index.exemplars("tench") if one.dataset == "imagenet21k"]
    index.sample(
        DrawOptions(3, filters=Filters(datasets=("imagenet21k",)), on_shortage="take-all"), name="a"
    )
    held = index.samples.load("a")
    drawn = [one for one in pool if one in held[0].exemplars]
    index.curation.exclude(drawn[0])
    written = index.exports.imagefolder("a", tmp_path / "crops")
    left = "1 exemplar of the sample is excluded and left out"
    assert [note.describe() for note in written.images.notes] == [left]
    assert written.images.written == sum(len(one.exemplars) for one in held) - 1
    again = index.exports.imagefolder("a", tmp_path / "all", ignore_curation=True)
    assert (again.images.written, again.images.notes) == (written.images.written + 1, [])
    crops = index.exports.crops(held, held, tmp_path / "ovmr")
    assert [note.describe() for note in crops.notes] == [left]
    assert index.exports.prompts("a", tmp_path / "a.json").notes[0] == left
    saved = index.exports.sample("a", tmp_path / "a_sample.json")
    assert saved.records == written.images.written + 1
