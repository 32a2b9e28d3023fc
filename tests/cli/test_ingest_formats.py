"""`ingest openimages`, `yolo` and `voc` as people type them."""

import json
from pathlib import Path

import pytest

from tests.support.runs import Run, call
from tests.support.split_trees import (
    IMAGE,
    OTHER,
    TORTOISE,
    box_row,
    openimages,
    usual_openimages,
    usual_voc,
    usual_yolo,
    yolo,
)
from tests.support.trees import TreeBuilder, picture

LARGE = (400, 300)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory, few_synsets: Path) -> Path:
    """Return the root of an index of all three datasets: read only."""
    builder = TreeBuilder(tmp_path_factory.mktemp("formats") / "datasets", few_synsets)
    builder.index().close()
    usual_openimages(builder)
    # Large enough for a pool, with crops to look at.
    builder.pictures(f"oi/train_0/{IMAGE}.jpg", f"oi/train_f/{OTHER}.jpg", size=LARGE)
    for command in (
        ("openimages", builder.root / "oi"),
        ("yolo", usual_yolo(builder), "--name", "mugs"),
        ("voc", usual_voc(builder), "--name", "voc", "--by-name"),
    ):
        done = call("ingest", *command, root=builder.root)
        assert done.code == 0, done.err
    return builder.root


def _json(run: Run) -> object:
    assert run.code == 0, run.err
    return json.loads(run.out)


@pytest.mark.slow
def test_all_are_read_again_by_a_plain_ingest(tree: Path) -> None:
    found = _json(call("ingest", "--json", "--dry-run", root=tree))
    assert isinstance(found, dict)
    assert [(one["name"], one["format"], one["unchanged"]) for one in found["sources"]] == [
        ("openimages_train", "openimages", 3),
        ("mugs_train", "yolo", 2),
        ("mugs_val", "yolo", 1),
        ("voc_train", "voc", 3),
    ]


@pytest.mark.slow
@pytest.mark.usefixtures("few_are_checked")
def test_the_index_is_sound_and_the_files_are_as_they_were(tree: Path) -> None:
    assert call("db", "check", root=tree).out == "the index is sound\n"
    assert _json(call("verify", "--json", root=tree)) == []


@pytest.mark.slow
def test_pools_and_crops_are_those_of_any_vocabulary(tree: Path, tmp_path: Path) -> None:
    vocabulary = ("--vocabulary", "openimages_train")
    assert call("collate", *vocabulary, root=tree).code == 0
    pools = _json(call("coverage", *vocabulary, "--json", root=tree))
    assert isinstance(pools, list)
    counts = {one["synset"]: one["openimages"] for one in pools}
    assert counts == {TORTOISE: 1, "/m/06m11": 0, "/m/01mzpv": 1}  # that of a group is none
    draw = ("-K", 1, "--on-shortage", "take-all", *vocabulary)
    done = call("export", "crops", "-o", tmp_path / "crops", *draw, root=tree)
    assert done.code == 0, done.err
    crops = sorted(path.name for path in (tmp_path / "crops" / "all").rglob("*.jpg"))
    assert len(crops) == 2


def test_a_vocabulary_is_exported_as_a_file_in_coco_s_format(tree: Path, tmp_path: Path) -> None:
    file = tmp_path / "mugs.json"
    done = call("export", "annotations", "--vocabulary", "mugs_train", "-o", file, root=tree)
    assert done.code == 0, done.err
    content = json.loads(file.read_text())
    images = {one["id"]: one["file_name"] for one in content["images"]}
    assert [images[one["image_id"]] for one in content["annotations"]] == [
        "images/train/a.jpg",
        "images/train/b.png",
    ]
    again = ("coco", file, "--name", "again", "--images", tree / "yolo")
    assert call("ingest", *again, "--dry-run", root=tree).code == 0


def test_status_lists_a_few_of_many_files(tree: Path, builder: TreeBuilder) -> None:
    labels = {f"train/{i}.jpg": "0 0.5 0.5 1 1\n" for i in range(12)}
    assert call("ingest", "yolo", yolo(builder, labels), "--name", "m", root=builder.root).code == 0
    shown = call("status", root=builder.root).out
    assert shown.count("labels/train") == 9
    assert "m_train: 3 more files; see --json" in shown
    assert "more file" not in call("status", root=tree).out


def test_images_that_are_not_there_are_counted_and_named(builder: TreeBuilder) -> None:
    folder = openimages(builder, box_row(), box_row(OTHER))
    builder.file(f"oi/train/{IMAGE}.jpg", picture())
    done = call("ingest", "openimages", folder, "--json", root=builder.root)
    found = _json(done)
    assert isinstance(found, dict)
    assert (found["sources"][0]["added"], found["sources"][0]["errors"]) == (1, 1)
    assert f"train/{OTHER}.jpg: its boxes cannot be made pixels: No such file" in done.err


REFUSED = {
    "holds no *-annotations-bbox.csv": "openimages {root}",
    "gone: No such file or directory; give the folder of the dataset": "openimages {root}/gone",
    "holds no data.yaml": "yolo {root} --name a",
    "holds no folder `Annotations`": "voc {root} --name a",
    "a.csv: is a file; give the folder of the dataset": "voc {root}/a.csv --name a",
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_is_no_dataset_is_one_line(tmp_path: Path, message: str) -> None:
    (tmp_path / "a.csv").touch()
    done = call("ingest", *REFUSED[message].format(root=tmp_path).split(), root=tmp_path)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert message in done.err


@pytest.mark.parametrize("command", ["yolo {root}", "voc {root}", "openimages"])
def test_what_is_missing_is_wrong_usage(tmp_path: Path, command: str) -> None:
    assert call("ingest", *command.format(root=tmp_path).split(), root=tmp_path).code == 2
