"""Saved samples after their source has numbered its categories again."""

from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.errors import OvmrIndexError, UsageError
from ovmr_index.samples.options import DrawOptions
from tests.support.coco_files import ingest_coco
from tests.support.contents import rows_of
from tests.support.copied_tree import fill
from tests.support.runs import call
from tests.support.trees import TreeBuilder

pytestmark = pytest.mark.slow

OPTIONS = DrawOptions(1, vocabulary="mine")


def _ingest(builder: TreeBuilder, *names: str) -> Index:
    return ingest_coco(builder, [{"id": key, "name": one} for key, one in enumerate(names, 1)])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, few_synsets: Path) -> TreeBuilder:
    """Return a tree whose index has a sample of a cat and a dog: to be copied."""
    builder = TreeBuilder(tmp_path_factory.mktemp("made") / "datasets", few_synsets)
    with _ingest(builder, "cat", "dog") as index:
        index.sample(OPTIONS, name="five")
    return builder


@pytest.fixture
def index(builder: TreeBuilder, made: TreeBuilder) -> Index:
    """Return an index with a sample of a cat and a dog."""
    fill(builder, made)
    return builder.index()


def _named(index: Index) -> list[tuple[object, ...]]:
    query = "SELECT category_id, category FROM sample_exemplars WHERE sample = 'five' ORDER BY 1"
    return rows_of(index, query)


def test_it_tells_what_it_was_drawn_for(index: Index, builder: TreeBuilder, tmp_path: Path) -> None:
    _ingest(builder, "dog", "cat")
    assert _named(index) == [(1, "cat"), (2, "dog")]
    says = "1 was 'cat' (cat) and is 'dog' (dog), 2 was 'dog' (dog) and is 'cat' (cat)"
    assert index.samples.show("five").renumbered == says
    assert index.samples.show("five").as_json()["renumbered"] == says
    assert says in call("sample", "show", "five", root=index.root).err
    with pytest.raises(OvmrIndexError, match="sample five was drawn when categories had other ids"):
        index.exports.sample("five", tmp_path / "out.json")
    with pytest.raises(OvmrIndexError, match="draw it again under another name=, or run"):
        index.samples.load("five")
    with pytest.raises(UsageError, match="sample five is another draw"):
        index.sample(OPTIONS, name="five")
    index.samples.rm("five")
    index.sample(OPTIONS, name="five")
    assert _named(index) == [(1, "dog"), (2, "cat")]
    assert index.exports.sample("five", tmp_path / "out.json").records == 2


def test_one_that_is_numbered_back_is_whole_again(index: Index, builder: TreeBuilder) -> None:
    before = index.samples.load("five")
    _ingest(builder, "dog", "cat")
    _ingest(builder, "cat", "dog")
    assert index.samples.show("five").renumbered is None
    assert index.samples.load("five") == before


def test_a_category_that_is_new_does_no_harm(index: Index, builder: TreeBuilder) -> None:
    _ingest(builder, "cat", "dog", "cow")
    assert index.samples.show("five").renumbered is None
    assert [one.category_id for one in index.samples.load("five")] == [1, 2]


def test_list_show_and_diff_tell_what_has_changed(index: Index, builder: TreeBuilder) -> None:
    index.sample(OPTIONS, name="six")
    given = (("list",), ("show", "five"), ("diff", "five", "six"))
    assert [call("sample", *one, root=index.root).err.count("since") for one in given] == [0, 0, 0]
    builder.file("elsewhere/mug/1.jpg", b"")
    index.ingest([index.sources.folder(builder.root / "elsewhere", "new")])
    assert call("sample", "list", root=index.root).err == ""
    _ingest(builder, "dog", "cat")
    ids = "five: category ids have changed since: 1 was 'cat' (cat) and is 'dog'"
    source = "mine has changed since it was drawn"
    for one in given:
        done = call("sample", *one, root=index.root)
        assert done.code == 0
        assert (ids in done.err, f"five: {source}" in done.err) == (True, True)
        assert (f"six: {source}" in done.err) == (one[0] != "show")
    index.sources.rm("mine")
    assert f"five: {source}" in call("sample", "list", "--json", root=index.root).err
