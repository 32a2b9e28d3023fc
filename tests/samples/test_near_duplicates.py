"""Draws without near-duplicates: none of them, nothing else is left out, and few are hashed."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, event, select

from ovmr_index import DrawOptions, Filters, Index
from ovmr_index.db.bulk import insert_rows
from ovmr_index.db.engine import reading, writing
from ovmr_index.db.models import Folder, Image, ImageHash
from ovmr_index.errors import ShortageError, UnwritableError
from ovmr_index.images.locations import file_name
from ovmr_index.samples.options import METHODS, WEIGHTS
from ovmr_index.samples.sampler import Sampler
from ovmr_index.vocabularies.partition_filter import PartitionFilter
from tests.support import draws
from tests.support.alike import ROOTS, SHOWN, are_near, plant, unlike
from tests.support.copied_tree import copied_builder
from tests.support.exhaustive import examples
from tests.support.tampering import forbid_writes
from tests.support.trees import APPLE, BASKET, TENCH, TENCH_WNID, TreeBuilder, picture

pytestmark = pytest.mark.slow

METHOD = pytest.mark.parametrize("method", METHODS)
UNLIKE = Filters(no_near_duplicates=True)
IMAGENET = "imagenet/imagenet21k_P/train"


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory, few_synsets: Path) -> TreeBuilder:
    """Return the tree with its index, of which no image was hashed: to be copied."""
    builder = TreeBuilder(tmp_path_factory.mktemp("near") / "datasets", few_synsets)
    plant(builder).close()
    return builder


@pytest.fixture
def index(planted: TreeBuilder, tmp_path: Path) -> Index:
    """Return an index for one test."""
    return copied_builder(planted, tmp_path).index()


@pytest.fixture(scope="module")
def shared(planted: TreeBuilder, tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Return an index that tests only draw from."""
    return copied_builder(planted, tmp_path_factory.mktemp("shared")).index()


def _options(method: str, k: int, filters: Filters = UNLIKE, **more: Any) -> DrawOptions:
    return DrawOptions(k, method=method, filters=filters, **({"on_shortage": "take-all"} | more))


def _hashed(index: Index) -> set[str]:
    """Return the paths of the images whose looks the index holds."""
    query = (
        select(file_name())
        .select_from(Image)
        .join(Folder, Folder.c.pk == Image.c.folder_pk)
        .join(ImageHash, ImageHash.c.image_pk == Image.c.pk)
    )
    with reading(index.engine) as connection:
        return set(connection.execute(query.where(ImageHash.c.perceptual.is_not(None))).scalars())


def _names(entries: Iterable[draws.Entry]) -> set[str]:
    return {entry.file_name for entry in entries}


@pytest.mark.slow
@examples(20, few=5)
@given(
    method=st.sampled_from(METHODS),
    seed=st.integers(0, 2**63 - 1),
    k=st.integers(1, 12),
    by=st.sampled_from(WEIGHTS),
    restraints=draws.RESTRAINTS,
)
def test_only_near_duplicates_of_what_is_kept_are_left_out(
    shared: Index,
    method: str,
    seed: int,
    k: int,
    by: str,
    restraints: dict[str, Any],
) -> None:
    # With a filter beside the restraints for half of the seeds.
    datasets = draws.DATASETS if seed % 2 else draws.DATASETS[:2]
    filters = Filters(datasets, no_near_duplicates=True, **restraints)
    report = shared.samples.draw(_options(method, k, filters, seed=seed, weight=by))
    picked = draws.picked(report.categories)
    assert report.unreadable == []
    for key, whole in draws.read_pools(shared).items():
        pool = [entry for entry in whole if entry.dataset in datasets]
        names = [one.names for one in unlike(draws.ORDERS[method](pool, seed, by), k, **restraints)]
        if len(names) == k or method == "stable":
            assert picked[key] == names
        else:
            assert sorted(map(str, picked[key])) == sorted(map(str, names))


@pytest.mark.slow
@examples(12, few=3)
@given(
    seed=st.integers(0, 2**63 - 1),
    few=st.integers(1, 8),
    more=st.integers(0, 12),
    shortage=st.sampled_from(("repeat", "take-all")),
    balanced=st.booleans(),
)
def test_fewer_are_the_head_of_more(
    shared: Index, seed: int, few: int, more: int, shortage: str, balanced: bool
) -> None:
    filters = Filters(balanced=balanced, no_near_duplicates=True)
    small, large = (
        draws.picked(shared.sample(_options("stable", k, filters, seed=seed, on_shortage=shortage)))
        for k in (few, few + more)
    )
    assert small == {key: names[:few] for key, names in large.items()}


@pytest.mark.exhaustive  # `test_only_near_duplicates_of_what_is_kept_are_left_out` sees it, too
@METHOD
def test_planted_images_are_never_both_drawn(shared: Index, method: str) -> None:
    pools = draws.read_pools(shared)
    named = {key: {one.names: one for one in pool} for key, pool in pools.items()}
    met = 0
    for seed in range(4):
        plain = draws.picked(shared.sample(_options(method, 6, Filters(balanced=True), seed=seed)))
        picked = draws.picked(shared.sample(_options(method, 6, seed=seed)))
        for key in named:
            kept = [named[key][names] for names in picked[key]]
            assert not any(are_near(one, other) for one in kept for other in kept)
            before = [named[key][names] for names in plain[key]]
            met += any(are_near(one, other) for one in before for other in before)
    assert met > 0


@pytest.mark.exhaustive(but=["stable"])
@METHOD
def test_what_is_left_out_does_not_count_as_held(shared: Index, method: str) -> None:
    filters = Filters(datasets=("imagenet21k",), no_near_duplicates=True)
    report = shared.samples.draw(_options(method, 5, filters, on_shortage="repeat"))
    assert [(one.synset, one.held) for one in report.short] == [
        (TENCH, 3),
        (APPLE, 3),
        (BASKET, 0),
    ]
    for names in draws.picked(report.categories).values():
        assert names[3:] == names[:2]
    with pytest.raises(ShortageError, match=r"tench\.n\.01 \(3\), apple\.n\.01 \(3\)"):
        shared.sample(_options(method, 5, filters, on_shortage="error"))


@METHOD
def test_only_what_comes_among_the_first_is_hashed(index: Index, method: str) -> None:
    pools = draws.read_pools(index)
    assert index.pools.hash_images() == []  # the SHA-256 alone, of all
    for k in (1, 4):
        index.sample(_options(method, k))
        seen: set[str] = set()
        for pool in pools.values():
            order = draws.ORDERS[method](pool, 42)
            seen |= _names(order[: order.index(unlike(order, k)[-1]) + 1])
        assert _hashed(index) == seen


@pytest.mark.exhaustive(but=["stable"])
@METHOD
def test_a_second_draw_opens_no_image_and_writes_nothing(index: Index, method: str) -> None:
    options = _options(method, 4, Filters(per_image=1, no_near_duplicates=True))
    first = index.samples.draw(options)
    for dataset, name in SHOWN:
        (index.root / ROOTS[dataset] / name).unlink()
    forbid_writes(index)
    assert index.samples.draw(options) == first
    assert first.unreadable == []


def test_an_image_that_has_changed_since_is_hashed_again(builder: TreeBuilder) -> None:
    # Pictures that show nothing are near where their files are equal.
    builder.lvis(annotations=[])
    for name in "abc":
        content = picture((70 + ord(name), 50))
        builder.file(f"{IMAGENET}/{TENCH_WNID}/{name}.JPEG", content)
    index = builder.index()
    index.ingest()
    assert index.samples.draw(_options("stable", 3)).short == []
    folder = index.root / IMAGENET / TENCH_WNID
    (folder / "b.JPEG").write_bytes((folder / "a.JPEG").read_bytes())
    (short,) = index.samples.draw(_options("stable", 3)).short
    assert short.held == 2


def test_an_index_that_cannot_keep_hashes_says_so(index: Index) -> None:
    forbid_writes(index)
    with pytest.raises(UnwritableError, match=r"read-?only \w+; get the permission to write"):
        index.sample(_options("stable", 4))
    assert index.sample(_options("stable", 4, Filters()))


@pytest.mark.exhaustive(but=["numpy"])
@METHOD
def test_an_image_that_cannot_be_read_is_like_no_other(index: Index, method: str) -> None:
    torn = index.root / IMAGENET / TENCH_WNID / "b.JPEG"
    torn.write_bytes(torn.read_bytes()[:900])
    (index.root / IMAGENET / TENCH_WNID / "c.JPEG").unlink()
    filters = Filters(datasets=("imagenet21k",), no_near_duplicates=True)
    for _ in range(2):
        report = index.samples.draw(_options(method, 5, filters))
        torn_issue, gone_issue = sorted(report.unreadable)
        assert (torn_issue.file, gone_issue.file) == (
            f"train/{TENCH_WNID}/b.JPEG",
            f"train/{TENCH_WNID}/c.JPEG",
        )
        assert "truncated" in torn_issue.reason
        assert gone_issue.reason == "No such file or directory"
        assert [one.held for one in report.short] == [3, 0]


def _set_hashes(index: Index, hashes: dict[str, int]) -> None:
    with writing(index.engine) as connection:
        connection.execute(delete(ImageHash))
        images = connection.execute(select(Image.c.pk, Image.c.file_name)).all()
        rows = [(row, f"{row}", hashes.get(Path(name).stem, 0)) for row, name in images]
        insert_rows(connection, ImageHash, ("image_pk", "sha256", "perceptual"), rows)


@pytest.mark.slow
def test_images_are_near_as_audit_has_it(builder: TreeBuilder) -> None:
    builder.lvis(annotations=[])
    builder.imagenet({f"train/{TENCH_WNID}": [f"{name}.JPEG" for name in "abc"]})
    index = builder.index()
    index.ingest()
    for hashes, kept in (
        ({"a": 0b1, "b": 0b1111, "c": 0b11111}, {"a", "c"}),
        ({"a": -1, "b": -8, "c": -16}, {"a", "c"}),
        ({"a": 0, "b": 0, "c": 0b1}, {"a", "b", "c"}),
    ):
        _set_hashes(index, hashes)
        for seed in (0, 6):  # which draw `a` first, and then `b` or `c`
            drawn = draws.picked(index.sample(_options("stable", 3, seed=seed)))[1]
            first, *others = [Path(name).stem for _, name, _ in drawn]
            assert (first, {first, *others}) == ("a", kept), (hashes, seed)


@pytest.mark.exhaustive(but=["stable"])
@METHOD
def test_images_of_categories_that_are_left_out_are_not_hashed(index: Index, method: str) -> None:
    order = draws.ORDERS[method](draws.read_pools(index)[3], 42)
    index.sample(_options(method, 1, partition_filter=PartitionFilter("rare", "novel", only=False)))
    assert _hashed(index) == _names(order[:1])


def test_a_round_draws_only_categories_again_that_had_one(shared: Index) -> None:
    shared.sample(_options("stable", 12))
    rounds: list[str] = []

    def listen(connection: object, cursor: object, statement: str, *_: object) -> None:
        rounds.extend([statement] if "INTO tmp_draw_first" in statement else [])

    with reading(shared.engine) as connection:
        event.listen(connection, "before_cursor_execute", listen)
        Sampler(connection).draw(1, _options("stable", 12))
    first, *others = rounds
    assert len(others) > 1
    assert "tmp_draw_left_out.round" not in first
    assert all("tmp_draw_left_out.round" in statement for statement in others)
