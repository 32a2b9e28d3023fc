"""A tree of ImageNet that is read in shards, one after another: what it holds, and what is said."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ovmr_index import Index, UsageError, VanishedError
from tests.support.checked import problems_but_wordnet
from tests.support.contents import assert_as_fresh, contents, rows_of
from tests.support.runs import Run, call
from tests.support.tars import tar_of, to_class_tars
from tests.support.trees import APPLE_WNID, BASKET_WNID, TENCH_WNID, TreeBuilder, picture

SHARD = {TENCH_WNID: "3/3", APPLE_WNID: "2/3", BASKET_WNID: "1/3"}
PROBLEMS = "SELECT record, reason FROM ingest_problems ORDER BY 1, 2"
UNITS = "SELECT count(*) FROM work_units"


@pytest.fixture
def tree(builder: TreeBuilder) -> TreeBuilder:
    """Return a tree of three classes, each with an odd file, and what is of no class."""
    builder.imagenet(
        {
            f"train/{TENCH_WNID}": ["a.JPEG", "b.JPEG"],
            f"val/{TENCH_WNID}": ["c.JPEG"],
            f"train/{APPLE_WNID}": ["a.JPEG"],
            f"imagenet21k_small_classes/{BASKET_WNID}": ["a.JPEG", "d.JPEG"],
        }
    )
    top = "imagenet/imagenet21k_P"
    for path in (f"train/{TENCH_WNID}/x.heic", f"train/{APPLE_WNID}/y.heic", "train/alone.JPEG"):
        builder.file(f"{top}/{path}", picture())
    builder.file(f"{top}/test/{APPLE_WNID}/a.JPEG", picture())
    builder.file(f"{top}/train/n99999999/a.JPEG", picture())
    return builder


def _read(index: Index, *shards: str, allow_vanished: bool = False) -> list[int]:
    """Read shards; return how many files each added, changed and lost."""
    found = []
    for shard in shards:
        spec = index.sources.imagenet(shard=shard)
        (source,) = index.ingest([spec], allow_vanished=allow_vanished).sources
        found += [source.counts.added, source.counts.changed, source.counts.vanished]
    return found


def _ingest(tree: TreeBuilder, *arguments: str) -> Run:
    return call("ingest", "imagenet", *arguments, root=tree.root)


@pytest.mark.slow
@pytest.mark.exhaustive(but=["tars-order1"])
@pytest.mark.parametrize("order", [("1/3", "2/3", "3/3"), ("3/3", "1/3", "2/3")])
@pytest.mark.parametrize("change", [None, to_class_tars], ids=["folders", "tars"])
def test_all_shards_are_the_whole(
    tree: TreeBuilder,
    empty_index: Path,
    order: tuple[str, ...],
    change: Callable[[Path], None] | None,
) -> None:
    if change is not None:
        change(tree.root)
        for tar in tree.root.rglob("*.tar"):
            tree.touch(tar)
    index = tree.index()
    _read(index, *order)
    problems = rows_of(index, PROBLEMS)
    assert index.sources.missing_shards() == {}
    assert rows_of(index, UNITS) == [(0,)]
    assert problems_but_wordnet(index) == []
    assert_as_fresh(tree, index, empty_index)
    (source,) = index.ingest([index.sources.imagenet()]).sources
    assert not source.did_work
    assert sorted((one.record, one.reason) for one in source.problems) == problems
    assert _read(index, *order) == [0] * 9
    assert rows_of(index, PROBLEMS) == problems


@pytest.mark.slow
def test_which_shards_are_missing_is_said(tree: TreeBuilder) -> None:
    index = tree.index()
    assert "1 of 3 shards read; still to be read: 1/3, 2/3" in _ingest(tree, "--shard", "3/3").err
    assert index.sources.missing_shards() == {"imagenet21k": ["1/3", "2/3"]}
    (source,) = index.status().sources
    assert (source.images, source.missing_shards) == (3, ["1/3", "2/3"])
    said = "imagenet21k: 1 of 3 shards read; still to be read: 1/3, 2/3"
    assert said in call("status", root=tree.root).out
    assert call("status", "--json", root=tree.root).data["sources"][0]["missing_shards"] == [
        "1/3",
        "2/3",
    ]
    assert "nothing has changed, 3 files" in _ingest(tree, "--shard", "3/3").out
    assert index.sources.missing_shards() == {"imagenet21k": ["1/3", "2/3"]}
    tree.lvis()
    index.ingest([index.sources.lvis()[0][0]])
    assert "2/3: it is not whole yet" in call("collate", root=tree.root).err


def test_an_ingest_without_shards_reads_what_is_missing(
    tree: TreeBuilder, empty_index: Path
) -> None:
    index = tree.index()
    _read(index, "2/3")
    (source,) = index.ingest([index.sources.imagenet()]).sources
    assert (source.counts.added, source.counts.unchanged) == (5, 1)
    assert index.sources.missing_shards() == {}
    assert_as_fresh(tree, index, empty_index)
    assert _read(index, "1/2", "2/2") == [0] * 6


def test_shards_of_another_number_are_refused_until_all_are_read(tree: TreeBuilder) -> None:
    _ingest(tree, "--shard", "2/3")
    refused = _ingest(tree, "--shard", "1/2")
    assert refused.code == 2
    assert refused.error == (
        "ovmr-index: error: imagenet21k: 1 of 3 shards read; still to be read: 1/3, 3/3; read"
        " these first, or all of it by `ovmr-index ingest imagenet`, and then in 2"
    )


@pytest.mark.slow
def test_a_shard_sees_the_changes_of_its_classes_alone(
    tree: TreeBuilder, empty_index: Path
) -> None:
    index = tree.index()
    _read(index, "1/3", "2/3", "3/3")
    top = tree.root / "imagenet/imagenet21k_P"
    (top / f"train/{TENCH_WNID}/a.JPEG").unlink()
    tree.touch(top / f"train/{TENCH_WNID}")
    tree.file(f"imagenet/imagenet21k_P/train/{APPLE_WNID}/e.JPEG", picture())
    assert _read(index, "1/3", SHARD[APPLE_WNID], SHARD[TENCH_WNID]) == [0, 0, 0, 1, 0, 0, 0, 0, 1]
    assert problems_but_wordnet(index) == []
    assert_as_fresh(tree, index, empty_index)


def test_most_of_a_shard_does_not_vanish_unasked(tree: TreeBuilder) -> None:
    names = [f"{number}.JPEG" for number in range(60)]
    tree.imagenet({f"train/{TENCH_WNID}": names, f"train/{APPLE_WNID}": names})
    index = tree.index()
    _read(index, "1/3", "2/3", "3/3")
    top = tree.root / "imagenet/imagenet21k_P/train"
    (top / TENCH_WNID).rename(tree.root / "elsewhere")
    before = contents(index)
    with pytest.raises(VanishedError, match="62 of 63 files would vanish"):
        _read(index, SHARD[TENCH_WNID])
    assert contents(index) == before
    assert _read(index, "1/3", SHARD[APPLE_WNID]) == [0] * 6
    assert _read(index, SHARD[TENCH_WNID], allow_vanished=True) == [0, 0, 62]


def test_options_of_another_reading_begin_it_again(tree: TreeBuilder, empty_index: Path) -> None:
    index = tree.index()
    _read(index, "1/3", "2/3", "3/3")
    source = index.sources.imagenet(shard="2/3", follow_links=True)
    index.ingest([source])
    assert index.sources.missing_shards() == {"imagenet21k": ["1/3", "3/3"]}
    index.sources.rm("imagenet21k")
    assert rows_of(index, UNITS) == [(0,)]


def test_a_tree_without_classes_says_so_once(builder: TreeBuilder) -> None:
    (builder.root / "imagenet").mkdir()
    index = builder.index()
    _read(index, "1/2", "2/2")
    assert len(rows_of(index, PROBLEMS)) == 1
    builder.imagenet({TENCH_WNID: ["a.JPEG"]}, flat=True)
    _read(index, "1/2", "2/2")
    assert rows_of(index, PROBLEMS) == []


@pytest.mark.parametrize("shard", ["0/3", "4/3", "/3", "x"])
def test_a_wrong_shard_is_one_line(tree: TreeBuilder, shard: str) -> None:
    refused = _ingest(tree, "--shard", shard)
    assert refused.code == 2
    assert f"{shard!r} is no shard" in refused.error


def test_what_is_about_a_whole_source_is_refused(tree: TreeBuilder) -> None:
    for option in ("--dry-run", "--rehash"):
        refused = _ingest(tree, "--shard", "1/3", option)
        assert refused.code == 2
        assert f"{option} is for a whole source; leave it out, or --shard" in refused.error
    whole = tree.file("whole.tar", tar_of({f"{TENCH_WNID}.tar": tar_of({"a.JPEG": picture()})}))
    refused = _ingest(tree, str(whole), "--shard", "1/3")
    assert refused.code == 2
    assert "one tar holds all classes, and is read in one go; leave out --shard" in refused.error
    index = tree.index()
    folder = index.sources.folder(tree.root / "imagenet", "mine")
    with pytest.raises(UsageError, match="has no shards"):
        index.ingest([folder._replace(share=index.sources.imagenet(shard="1/2").share)])
    assert rows_of(index, UNITS) == [(0,)]
