"""`ingest`: reports, sources by name, problems."""

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.support.formats import objects365_v2
from tests.support.runs import call

pytestmark = pytest.mark.slow

KEYS = ["name", "format", "added", "changed", "unchanged", "vanished", "errors", "seconds"]


@pytest.mark.slow
def test_json_has_the_promised_keys(small_tree: Path) -> None:
    (small_tree / "ovmr.db").unlink()
    first = call("ingest", "--json", root=small_tree)
    assert first.code == 0
    assert list(first.data) == ["sources"]
    assert [list(source) for source in first.data["sources"]] == [KEYS] * 4
    named = [(source["name"], source["format"]) for source in first.data["sources"]]
    assert named == [
        ("lvis_v1_train", "lvis"),
        ("lvis_v1_val", "lvis"),
        ("imagenet21k", "imagenet"),
        ("visual_genome", "visual-genome"),
    ]
    again = call("ingest", "--json", root=small_tree).data["sources"]
    assert [source["unchanged"] for source in again] == [
        source["added"] for source in first.data["sources"]
    ]
    assert not any(source["added"] or source["changed"] for source in again)


def test_a_file_some_folders_off_is_seen(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for place in ("", "data", "data/annotations"):
        off = root / place / "lvis_v1_train.json"
        off.parent.mkdir(parents=True, exist_ok=True)
        off.write_text("{}")
        usual = root / "lvis" / "lvis_v1_train.json"
        said = f"{usual}; it is at {off}: move it there, or make a link"
        assert f"holds no dataset; looked for {said}, {root}/lvis/" in call("ingest", root=root).err
        off.unlink()


def test_what_is_read_does_not_hide_a_file_some_folders_off(small_tree: Path) -> None:
    usual, off = small_tree / "lvis" / "lvis_v1_val.json", small_tree / "data" / "lvis_v1_val.json"
    (small_tree / "ovmr.db").unlink()
    off.parent.mkdir()
    usual.rename(off)
    done = call("ingest", root=small_tree)
    assert done.code == 0
    assert f"not there: {usual}; it is at {off}: move it there, or make a link\n" in done.err


def test_second_run_says_that_nothing_has_changed(small_tree: Path) -> None:
    done = call("ingest", root=small_tree)
    lines = done.out.splitlines()
    assert len(lines) == 4
    assert all("nothing has changed" in line for line in lines)
    assert done.err == ""


@pytest.mark.slow
def test_what_is_missing_is_said(small_tree: Path, few_synsets: Path) -> None:
    (small_tree / "VisualGenome").rename(small_tree.with_name("gone"))
    shutil.copyfile(few_synsets, small_tree / "ovmr.db")
    done = call("ingest", "--json", root=small_tree)
    assert done.code == 0
    assert len(done.data["sources"]) == 3
    genome = "objects.json.zip of Visual Genome"
    assert (
        done.err == f"not there: {small_tree}/VisualGenome/objects.json (it comes with {genome})\n"
    )


@pytest.mark.slow
@pytest.mark.parametrize("was_read", [True, False])
def test_one_of_two_files_is_missing(small_tree: Path, few_synsets: Path, was_read: bool) -> None:
    if not was_read:
        shutil.copyfile(few_synsets, small_tree / "ovmr.db")
    (small_tree / "VisualGenome" / "image_data.json").unlink()
    done = call("ingest", "--json", root=small_tree)
    assert (done.code, len(done.data["sources"])) == (0, 3)
    genome = "image_data.json.zip of Visual Genome"
    assert (
        done.err
        == f"not there: {small_tree}/VisualGenome/image_data.json (it comes with {genome})\n"
    )


def test_empty_root(tmp_path: Path) -> None:
    done = call("ingest", root=tmp_path)
    assert done.code == 1
    assert "holds no dataset" in done.error


@pytest.mark.slow
def test_lvis_file_elsewhere_with_its_split(small_tree: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    file = (small_tree / "lvis" / "lvis_v1_val.json").rename(tmp_path / "annotations.json")
    assert "give --split train or --split val" in call("ingest", "lvis", file, root=root).error
    done = call("ingest", "lvis", file, "--split", "val", "--json", root=root)
    assert [source["name"] for source in done.data["sources"]] == ["lvis_v1_val"]


def test_split_is_taken_from_the_name(small_tree: Path, tmp_path: Path) -> None:
    file = (small_tree / "lvis" / "lvis_v1_val.json").rename(tmp_path / "lvis_v0.5_val_100.json")
    done = call("ingest", "lvis", file, "--json", root=small_tree)
    assert [source["name"] for source in done.data["sources"]] == ["lvis_v1_val"]


def test_lvis_at_its_usual_paths(small_tree: Path) -> None:
    both = call("ingest", "lvis", "--json", root=small_tree)
    assert [source["name"] for source in both.data["sources"]] == ["lvis_v1_train", "lvis_v1_val"]
    one = call("ingest", "lvis", "--split", "train", "--json", root=small_tree)
    assert [source["name"] for source in one.data["sources"]] == ["lvis_v1_train"]
    (small_tree / "lvis" / "lvis_v1_train.json").unlink()
    rest = call("ingest", "lvis", "--json", root=small_tree)
    assert [source["name"] for source in rest.data["sources"]] == ["lvis_v1_val"]
    lvis = "lvis_v1_train.json.zip of LVIS"
    assert rest.err == f"not there: {small_tree}/lvis/lvis_v1_train.json (it comes with {lvis})\n"
    named = call("ingest", "lvis", "--split", "train", root=small_tree)
    assert named.code == 1
    assert str(small_tree / "lvis" / "lvis_v1_train.json") in named.error
    (small_tree / "lvis" / "lvis_v1_val.json").unlink()
    assert "there is no LVIS file" in call("ingest", "lvis", root=small_tree).error


@pytest.mark.slow
def test_folders_elsewhere(shared: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    imagenet = call(
        "ingest", "imagenet", shared / "imagenet" / "imagenet21k_P", "--json", root=root
    )
    assert imagenet.data["sources"][0]["added"] == 533
    genome = call("ingest", "visual-genome", shared / "VisualGenome", "--json", root=root)
    assert genome.data["sources"][0]["added"] == 451


@pytest.mark.slow
def test_usual_folders(tree: Path, few_synsets: Path) -> None:
    shutil.copyfile(few_synsets, tree / "ovmr.db")
    for name, added in (("imagenet", 533), ("visual-genome", 451)):
        done = call("ingest", name, "--json", root=tree)
        assert [source["added"] for source in done.data["sources"]] == [added]


@pytest.mark.slow
def test_source_that_is_not_there_is_named(tmp_path: Path) -> None:
    for name, path in (
        ("lvis", tmp_path / "none_val.json"),
        ("imagenet", tmp_path / "none"),
        ("visual-genome", tmp_path / "none"),
    ):
        done = call("ingest", name, path, root=tmp_path)
        assert done.code == 1
        assert str(path) in done.error


def test_ten_problems_are_shown(whole_small_tree: Path) -> None:
    train = whole_small_tree / "imagenet" / "imagenet21k_P" / "train"
    for i in range(12):
        (train / f"folder{i:02}").mkdir()
    done = call("ingest", "imagenet", root=whole_small_tree)
    assert done.code == 0
    assert "12 left out" in done.out
    lines = done.err.splitlines()
    assert len(lines) == 11
    assert "folder00" in lines[0]
    assert lines[-1] == "and 2 more"
    assert (
        call("ingest", "imagenet", "--json", root=whole_small_tree).data["sources"][0]["errors"]
        == 12
    )


@pytest.mark.slow
def test_wrong_source_leaves_those_before_it(small_tree: Path, few_synsets: Path) -> None:
    shutil.copyfile(few_synsets, small_tree / "ovmr.db")
    objects = small_tree / "VisualGenome" / "objects.json"
    objects.write_text(objects.read_text()[:-100])
    done = call("ingest", root=small_tree)
    assert done.code == 1
    assert str(objects) in done.error
    held = call("status", "--json", root=small_tree).data["sources"]
    assert [source["name"] for source in held] == ["lvis_v1_train", "lvis_v1_val", "imagenet21k"]


def test_name_with_control_characters_stays_in_one_line(whole_small_tree: Path) -> None:
    (whole_small_tree / "imagenet" / "imagenet21k_P" / "train" / "a\nb\x1b[31m").mkdir()
    done = call("ingest", "imagenet", root=whole_small_tree)
    assert done.code == 0
    (line,) = done.err.splitlines()
    assert "a\\nb\\x1b[31m" in line


def test_relative_paths_are_those_of_the_working_folder(small_tree: Path) -> None:
    train = json.loads((small_tree / "lvis" / "lvis_v1_train.json").read_text())
    relative = os.path.relpath(small_tree / "lvis" / "lvis_v1_train.json")
    done = call("ingest", "lvis", relative, "--json", root=small_tree)
    assert done.data["sources"][0]["unchanged"] == len(train["annotations"])


@pytest.mark.slow
def test_files_in_coco_format_and_folders(small_tree: Path, tmp_path: Path) -> None:
    file = tmp_path / "zhiyuan_objv2_val.json"
    file.write_text(json.dumps(objects365_v2()))
    (tmp_path / "mine" / "sneakers").mkdir(parents=True)
    (tmp_path / "mine" / "sneakers" / "a.jpg").touch()
    options = ["--images", tmp_path / "pictures", "--split", "val", "--strip", "2", "--by-name"]
    done = call(
        "ingest", "coco", file, "--name", "o365", *options, "--below", "val", root=small_tree
    )
    assert done.code == 0
    assert done.out.startswith("o365_val: annotations: 1 added (")
    assert done.err == (
        "o365_val: found by a part of the name alone: 'Trash bin/Can' is ashcan.n.01\n"
        "o365_val: the first image is not there: "
        f"{tmp_path}/pictures/val/patch8/objects365_v1_00420917.jpg; see --strip and --below\n"
    )
    mine = call("ingest", "folder", tmp_path / "mine", "--name", "mine", "--json", root=small_tree)
    assert [list(source) for source in mine.data["sources"]] == [KEYS]
    assert mine.err == "mine: 0 of 1 categories have a synset; without one: sneakers\n"
    again = call("ingest", "--json", root=small_tree).data["sources"]
    named = [(source["name"], source["format"], source["unchanged"]) for source in again]
    assert named[4:] == [("o365_val", "coco", 1), ("mine", "folder", 1)]
    file.unlink()
    assert call("ingest", root=small_tree).err == f"not there: {file}\n"
    quiet = call("--quiet", "ingest", "folder", tmp_path / "mine", "--name", "own", root=small_tree)
    assert (quiet.code, quiet.err) == (0, "")


def test_wrong_names_and_options_of_a_file_are_wrong_usage(
    small_tree: Path, tmp_path: Path
) -> None:
    spec = ["ingest", "coco", tmp_path / "a.json", "--images", tmp_path]
    for options in (
        ["--name", "lvis"],
        ["--name", "a/b"],
        ["--name", "own", "--split", "a/b"],
        ["--name", "own", "--strip", "-1"],
        ["--name", "own", "--below", "../elsewhere"],
    ):
        done = call(*spec, *options, root=small_tree)
        assert done.code == 2
        assert done.error
    assert call(*spec, root=small_tree).code == 2
    assert call("ingest", "folder", tmp_path, root=small_tree).code == 2
