"""`ingest --dry-run` and `--remove`, and samples of which something is gone."""

import shutil
from pathlib import Path

import pytest

from ovmr_index import Index
from tests.support.contents import everything
from tests.support.runs import call

pytestmark = pytest.mark.slow

TREE = "imagenet/imagenet21k_P"


def test_dry_run_says_what_would_be(whole_small_tree: Path) -> None:
    (gone, *_) = sorted((whole_small_tree / TREE / "train").iterdir())
    count = len(list(gone.iterdir()))
    shutil.rmtree(gone)
    before = everything(Index.open(whole_small_tree))
    for arguments in ("ingest imagenet --dry-run", "ingest --dry-run imagenet"):
        done = call(*arguments.split(), root=whole_small_tree)
        assert done.code == 0
        assert f"{count} would vanish" in done.out
        assert done.err.endswith("a dry run: nothing was written\n")
        assert "exemplars of the pools go with what vanishes" in done.err
    shown = call("ingest", "--dry-run", "--json", root=whole_small_tree).data["sources"]
    assert [source["vanished"] for source in shown] == [0, 0, count, 0]
    assert everything(Index.open(whole_small_tree)) == before


@pytest.mark.slow
def test_dry_run_without_an_index(tree: Path) -> None:
    (tree / "ovmr.db").unlink()
    done = call("ingest", "lvis", "--dry-run", root=tree)
    assert "889 would be added" in done.out
    assert not (tree / "ovmr.db").exists()


def test_remove(small_tree: Path) -> None:
    dry = call("ingest", "--remove", "visual_genome", "--dry-run", root=small_tree)
    assert dry.out.startswith("visual_genome: 60 images and 451 regions would be removed, ")
    done = call("ingest", "--remove", "visual_genome", "--json", root=small_tree)
    assert done.code == 0
    assert list(done.data) == ["sources", "images", "regions", "exemplars", "rows"]
    assert done.data["exemplars"] > 0
    assert "the files are still there" in done.err
    again = call("ingest", "--remove", "visual_genome", root=small_tree)
    assert again.code == 2
    assert (
        "no dataset 'visual_genome'; give 'imagenet21k', 'lvis', 'lvis_v1_train' or 'lvis_v1_val'"
        in again.error
    )
    assert (
        call("ingest", "visual-genome", "--json", root=small_tree).data["sources"][0]["added"]
        == 451
    )


def test_remove_with_a_source_is_wrong_usage(small_tree: Path) -> None:
    done = call("ingest", "--remove", "lvis", "lvis", root=small_tree)
    assert done.code == 2
    assert "--remove reads nothing" in done.error
    assert call("status", "--json", root=small_tree).data["sources"][0]["name"] == "lvis_v1_train"


def test_a_sample_says_what_is_missing(small_tree: Path) -> None:
    call("sample", "-K", "5", "--name", "five", root=small_tree)
    whole = call("sample", "show", "five", "--json", root=small_tree).data
    assert not any(pick["gone"] for pick in whole["picks"])
    call("ingest", "--remove", "imagenet21k", root=small_tree)
    picks = call("sample", "show", "five", "--json", root=small_tree).data["picks"]
    gone = [pick for pick in picks if pick["gone"]]
    assert gone == [
        {**pick, "gone": True} for pick in whole["picks"] if pick["dataset"] == "imagenet21k"
    ]
    (listed,) = call("sample", "list", "--json", root=small_tree).data
    assert (listed["picks"], listed["gone"]) == (len(picks), len(gone))
    shown = call("sample", "show", "five", root=small_tree).err
    assert f"missing: imagenet21k {gone[0]['file_name']}\n" in shown
