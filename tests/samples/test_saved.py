"""Saved samples: kept by what names an exemplar in any index, so that they outlive their rows."""

import shutil
from pathlib import Path

import pytest

from ovmr_index import Index, Recipe
from ovmr_index.errors import OvmrIndexError, ShortageError, UsageError
from ovmr_index.samples.options import DrawOptions
from ovmr_index.samples.sample_diff import SampleDiff
from ovmr_index.samples.saved_queries import SavedPick
from tests.support.copied_tree import copied_builder
from tests.support.oracle import load
from tests.support.tampering import forbid_writes
from tests.support.trees import (
    APPLE,
    APPLE_WNID,
    BASKET,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow

OPTIONS = DrawOptions(4, seed=7, on_shortage="take-all")
CATEGORIES = [category(7, APPLE), category(3, TENCH), category(5, BASKET)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, few_synsets: Path) -> TreeBuilder:
    """Return a tree with exemplars of every kind and its index: read only, or to be copied.

    It has three of each source, and none of a basket.
    """
    builder = TreeBuilder(tmp_path_factory.mktemp("whole") / "datasets", few_synsets)
    _lvis(builder, "train", [annotation(i, 1, 7) for i in (11, 12, 13)])
    _lvis(builder, "val", [annotation(i, 1, 3) for i in (11, 12, 13)])
    folder, flat = f"train/{TENCH_WNID}", f"imagenet21k_small_classes/{APPLE_WNID}"
    builder.imagenet({folder: ["b.JPEG", "a.JPEG", "c.JPEG"], flat: ["é 1.JPEG"]})
    builder.visual_genome(vg_objects(1, *(vg_object(i, TENCH, extra=i) for i in (11, 12, 13))))
    with builder.index() as index:
        index.ingest()
        index.collate()
    return builder


@pytest.fixture
def made(whole: TreeBuilder, tmp_path: Path) -> TreeBuilder:
    """Return a copy of that tree with its index."""
    return copied_builder(whole, tmp_path)


def _lvis(builder: TreeBuilder, split: str, annotations: list[dict[str, object]]) -> None:
    images = [image(1, f"{split}2017")]
    builder.lvis(split, categories=CATEGORIES, images=images, annotations=annotations)


@pytest.fixture
def index(made: TreeBuilder) -> Index:
    """Return the index of the copy."""
    return made.index()


def _bytes(index: Index, sample: DrawOptions | str) -> bytes:
    return index.exports.sample(sample, index.root / "out.json").path.read_bytes()


def test_a_sample_is_listed_as_it_was_drawn(index: Index) -> None:
    assert index.samples.list() == []
    index.sample(OPTIONS, name="z")
    index.sample(DrawOptions(1, on_shortage="repeat"), name="a")
    first, last = index.samples.list()
    assert first[:5] == ("a", 1, 42, "numpy", "repeat")
    assert last[:5] == ("z", 4, 7, "numpy", "take-all")
    assert (first.picks, last.picks) == (2, 8)
    assert last.created_at.endswith("+00:00")
    assert index.status().samples == 2


def test_picks_are_told_by_what_names_them_in_any_index(index: Index) -> None:
    index.sample(DrawOptions(9, on_shortage="take-all"), name="all")
    boxes = [SavedPick(7, i, "lvis", "train2017/000000000001.jpg", 11 + i) for i in range(3)]
    folder = f"train/{TENCH_WNID}"
    names = ("a.JPEG", "b.JPEG", "c.JPEG")
    files = [SavedPick(3, i, "imagenet21k", f"{folder}/{n}", None) for i, n in enumerate(names)]
    objects = [SavedPick(3, 3 + i, "visual_genome", "VG_100K/1.jpg", 11 + i) for i in range(3)]
    small = f"imagenet21k_small_classes/{APPLE_WNID}/é 1.JPEG"
    whole = SavedPick(7, 3, "imagenet21k", small, None)
    assert index.samples.show("all").picks == [*files, *objects, *boxes, whole]


@pytest.mark.parametrize(
    "options",
    [OPTIONS, DrawOptions(1, on_shortage="take-all"), DrawOptions(9, 3, "numpy", "repeat")],
)
def test_a_saved_sample_is_the_drawn_one(index: Index, options: DrawOptions) -> None:
    drawn = index.sample(options, name="one")
    assert index.samples.load("one") == drawn
    assert _bytes(index, "one") == _bytes(index, options)


def test_its_default_path_bears_its_name(index: Index) -> None:
    index.sample(OPTIONS, name="one é")
    written = index.exports.sample("one é")
    assert written.path == index.root / "metadata" / "one é.json"
    assert written.records == 8
    assert load(written.path)[1] == []


def test_two_samples_can_be_compared(index: Index) -> None:
    index.sample(DrawOptions(3, on_shortage="take-all"), name="a")
    index.sample(DrawOptions(3, on_shortage="take-all"), name="again")
    index.sample(DrawOptions(3, seed=1, on_shortage="take-all"), name="b")
    assert index.samples.diff("a", "again") == SampleDiff(6, True, [], [])
    other = index.samples.diff("a", "b")
    assert not other.same
    assert len(other.only_a) == len(other.only_b) == 6 - other.common > 0
    assert index.samples.show("a").picks == index.samples.show("again").picks
    assert set(index.samples.show("a").picks) ^ set(index.samples.show("b").picks)


def test_a_name_is_taken_once(index: Index) -> None:
    before = index.sample(OPTIONS, name="one")
    with pytest.raises(UsageError, match=r"^sample one is another draw, of \S+; give another"):
        index.sample(DrawOptions(1, on_shortage="take-all"), name="one")
    assert index.samples.load("one") == before


def test_the_same_draw_may_be_there_already(index: Index) -> None:
    assert index.samples.draw(OPTIONS, name="one").drawn_before is None
    (summary,) = index.samples.list()
    forbid_writes(index)
    again = index.samples.draw(OPTIONS, name="one")
    assert again.drawn_before == summary.created_at
    assert again.categories == index.samples.load("one")


def test_a_draw_from_other_pools_is_another_draw(index: Index) -> None:
    index.sample(OPTIONS, name="one")
    index.collate(Recipe(min_area=1e9))
    says = "is another draw, of .*, by the same options before the index changed; give"
    with pytest.raises(UsageError, match=says):
        index.sample(OPTIONS, name="one")


def test_the_saved_samples_are_named(index: Index) -> None:
    assert repr(index.samples) == "<Samples: none saved>"
    for name in ("b", "a"):
        index.sample(OPTIONS, name=name)
    assert repr(index.samples) == "<Samples: a, b>"


@pytest.mark.parametrize("name", ["", ".a", "a/b", "a\0b"])
def test_a_name_that_cannot_be_a_files_is_refused(whole: TreeBuilder, name: str) -> None:
    with whole.index() as index:
        with pytest.raises(UsageError, match="cannot name a sample; give a name with"):
            index.sample(OPTIONS, name=name)
        assert index.samples.list() == []


def test_a_draw_that_fails_saves_nothing(whole: TreeBuilder) -> None:
    with whole.index() as index:
        with pytest.raises(ShortageError):
            index.sample(DrawOptions(9), name="one")
        assert index.samples.list() == []


def test_a_removed_sample_is_gone_and_its_name_is_free(index: Index) -> None:
    index.sample(OPTIONS, name="one")
    index.sample(OPTIONS, name="two")
    index.samples.rm("one")
    assert [one.name for one in index.samples.list()] == ["two"]
    assert len(index.samples.show("two").picks) == 8
    index.sample(OPTIONS, name="one")


def test_an_unknown_name_is_wrong_usage(index: Index) -> None:
    for ask in (index.samples.show, index.samples.load, index.samples.rm, index.exports.sample):
        with pytest.raises(UsageError, match=r"there is no sample 'none'; see `index.samples"):
            ask("none")


def test_a_sample_outlives_an_ingest_that_gives_its_exemplars_new_rows(
    made: TreeBuilder, index: Index
) -> None:
    index.sample(OPTIONS, name="one")
    before = _bytes(index, "one")
    shutil.rmtree(made.root / "imagenet")
    _lvis(made, "train", [])
    made.visual_genome()
    index.ingest()
    _lvis(made, "train", [annotation(i, 1, 7) for i in (5, 13, 12, 11)])
    numbers = (9, 13, 12, 11)
    made.visual_genome(vg_objects(1, *(vg_object(i, TENCH, extra=i) for i in numbers)))
    made.imagenet(
        {
            f"train/{TENCH_WNID}": ["0.JPEG", "a.JPEG", "b.JPEG", "c.JPEG"],
            f"imagenet21k_small_classes/{APPLE_WNID}": ["é 1.JPEG"],
        }
    )
    index.ingest()
    assert _bytes(index, "one") == before
    assert _bytes(index, OPTIONS) != before


def test_exemplars_that_are_gone_are_counted_and_one_is_named(
    made: TreeBuilder, index: Index
) -> None:
    index.sample(DrawOptions(9, on_shortage="take-all"), name="all")
    held = index.samples.show("all").picks
    (made.root / "imagenet" / "imagenet21k_P" / "train" / TENCH_WNID / "b.JPEG").unlink()
    made.touch(made.root / "imagenet" / "imagenet21k_P" / "train" / TENCH_WNID)
    _lvis(made, "train", [annotation(i, 1, 7) for i in (11, 13)])
    index.ingest()
    gone = (
        rf"^sample all: 2 exemplars missing, .* now, first imagenet21k train/{TENCH_WNID}/b\.JPEG"
        " of category 3; ingest the files that it was drawn from, or draw it again under another"
    )
    path = made.root / "out.json"
    path.write_text("earlier")
    with pytest.raises(OvmrIndexError, match=gone):
        index.samples.load("all")
    with pytest.raises(OvmrIndexError, match=gone):
        index.exports.sample("all", path)
    assert path.read_text() == "earlier"
    shown = index.samples.show("all")
    assert shown.picks == held
    lost = [SavedPick(3, 1, "imagenet21k", f"train/{TENCH_WNID}/b.JPEG", None)]
    lost.append(SavedPick(7, 1, "lvis", "train2017/000000000001.jpg", 12))
    assert shown.missing == lost
    assert [(one.picks, one.gone) for one in index.samples.list()] == [(10, 2)]
    assert [pick["gone"] for pick in shown.as_json()["picks"]] == [one in lost for one in held]


def test_a_saved_sample_follows_the_folder_of_its_images(index: Index, tmp_path: Path) -> None:
    drawn = index.sample(OPTIONS, name="one")
    moved = index.root.rename(tmp_path / "elsewhere")
    loaded = Index.open(moved).samples.load("one")
    assert loaded != drawn
    roots = {pick.root for one in loaded for pick in one.exemplars}
    assert roots == {
        str(moved / name) for name in ("coco", "imagenet/imagenet21k_P", "VisualGenome")
    }
