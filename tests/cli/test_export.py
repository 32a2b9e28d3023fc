"""`export`: all files, one of them, crops."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.copied_tree import copied_tree
from tests.support.runs import call
from tests.support.trees import TreeBuilder

pytestmark = pytest.mark.slow

FILES = {
    "metadata/exemplar_dict.json",
    "metadata/lvis_image_exemplar_dict_K-005_own.json",
    "metadata/lvis_image_exemplar_dict_K-030_own.json",
    "lvis/lvis_v1_train_norare.json",
    "metadata/lvis_v1_train_cat_info.json",
    "imagenet/annotations/imagenet_lvis_image_info.json",
}


def _read(path: Path) -> Any:
    return json.loads(path.read_text())


@pytest.fixture(scope="module")
def written_to(small_shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of a tree that files are exported to, and which is else as it was."""
    return copied_tree(small_shared, tmp_path_factory.mktemp("written") / "tree")


def test_all_files(small_tree: Path) -> None:
    done = call("export", "--json", root=small_tree)
    assert done.code == 0
    assert {one["file"] for one in done.data["written"]} == {
        str(small_tree / name) for name in FILES
    }
    assert list(done.data["written"][0]) == ["target", "file", "records", "problems"]
    assert (done.data["left_out"], done.data["failed"]) == ([], [])
    assert all(_read(small_tree / name) for name in FILES)
    assert len(call("export", root=small_tree).out.splitlines()) == 6


@pytest.mark.slow
def test_target_without_its_source(small_tree: Path) -> None:
    (small_tree / "ovmr.db").unlink()
    call("ingest", "lvis", "--split", "train", root=small_tree)
    every = call("export", "--json", root=small_tree)
    assert every.code == 0
    assert [one["target"] for one in every.data["left_out"]] == ["imagenet-lvis"]
    assert every.err.startswith("imagenet-lvis: left out: ")
    named = call("export", "imagenet-lvis", root=small_tree)
    assert named.code == 1
    assert named.error


@pytest.mark.slow
def test_a_file_of_lvis_that_is_not_there_is_named(small_tree: Path) -> None:
    file = small_tree / "lvis" / "lvis_v1_val.json"
    kept = file.rename(small_tree / "kept.json")
    call("ingest", "--remove", "lvis_v1_val", root=small_tree)
    done = call("export", "imagenet-lvis", root=small_tree)
    said = f"no LVIS val annotations, and {file} is not there; unpack {file.name}.zip of https://"
    assert (done.code, said in done.error) == (1, True)
    kept.rename(file)
    done = call("export", "imagenet-lvis", root=small_tree)
    assert done.error.endswith("no LVIS val annotations; run `ovmr-index ingest lvis` first")


@pytest.mark.slow
@pytest.mark.parametrize("quiet", [(), ("--quiet",)])
def test_nothing_to_write_is_an_error(builder: TreeBuilder, quiet: tuple[str, ...]) -> None:
    builder.index()
    done = call(*quiet, "export", root=builder.root)
    *lines, last = done.err.splitlines()
    assert (done.code, done.out, last) == (1, "", "nothing was written")
    assert len({*lines}) == len(lines) == 2
    assert lines[0].startswith("exemplars, sample, norare, cat-info: left out: the index holds no")


def test_shortage_leaves_out_one_file(small_tree: Path) -> None:
    call("collate", "--min-area", 100_000, "--enough", 0, root=small_tree)
    done = call("export", root=small_tree)
    assert done.code == 1
    assert "sample: failed: " in done.err
    assert len(done.out.splitlines()) == 5


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        ("norare --split val", "lvis/lvis_v1_val_norare.json"),
        ("rareonly", "lvis/lvis_v1_train_rare_only.json"),
        ("cat-info --split val", "metadata/lvis_v1_val_cat_info.json"),
        ("sample -K 3", "metadata/lvis_image_exemplar_dict_K-003_own.json"),
        *(  # files of `test_all_files`
            pytest.param(target, file, marks=pytest.mark.exhaustive)
            for target, file in (
                ("exemplars", "metadata/exemplar_dict.json"),
                ("norare", "lvis/lvis_v1_train_norare.json"),
                ("imagenet-lvis", "imagenet/annotations/imagenet_lvis_image_info.json"),
                ("sample", "metadata/lvis_image_exemplar_dict_K-005_own.json"),
            )
        ),
    ],
)
def test_one_target(arguments: str, file: str, written_to: Path, tmp_path: Path) -> None:
    done = call("export", *arguments.split(), "--json", root=written_to)
    (written,) = done.data["written"]
    assert (done.code, written["file"]) == (0, str(written_to / file))
    elsewhere = tmp_path / "new" / "file.json"
    call("export", *arguments.split(), "-o", elsewhere, root=written_to)
    assert elsewhere.read_bytes() == (written_to / file).read_bytes()


def test_frequencies_of_cat_info(small_tree: Path, tmp_path: Path) -> None:
    call("export", "cat-info", "-o", tmp_path / "kept", root=small_tree)
    call("export", "cat-info", "--add-freq", "-o", tmp_path / "counted", root=small_tree)
    kept = {one["id"]: one["frequency"] for one in _read(tmp_path / "kept")}
    for one in _read(tmp_path / "counted"):
        assert one["frequency"] == ("r" if one["image_count"] < 10 else "c")
        assert one["id"] in kept


def test_saved_sample(small_tree: Path) -> None:
    call("sample", "--name", "mine", "--seed", 7, root=small_tree)
    done = call("export", "sample", "--name", "mine", "--json", root=small_tree)
    assert done.data["written"][0]["file"] == str(small_tree / "metadata" / "mine.json")
    call("export", "sample", "--seed", 7, "-o", small_tree / "drawn.json", root=small_tree)
    assert _read(small_tree / "drawn.json") == _read(small_tree / "metadata" / "mine.json")
    both = call("export", "sample", "--name", "mine", "-K", 5, root=small_tree)
    assert both.code == 2
    assert "is not drawn again" in both.error


def test_file_that_cannot_be_written(small_tree: Path) -> None:
    done = call("export", "exemplars", "-o", small_tree / "ovmr.db" / "file", root=small_tree)
    assert done.code == 1
    assert "nothing was written there" in done.error


def test_crops_as_published(small_tree: Path) -> None:
    first = call("export", "crops", "-K", 2, "--json", root=small_tree)
    assert first.code == 0
    assert first.data == {
        "folder": str(small_tree / "crops"),
        "written": 24,
        "kept": 0,
        "problems": [],
    }
    assert len(list((small_tree / "crops" / "all").rglob("*.*"))) == 24
    again = call("export", "crops", "-K", 2, root=small_tree)
    assert again.out == f"{small_tree / 'crops'}: 0 crops written, 24 kept\n"
    other = call("export", "crops", "-K", 3, root=small_tree)
    assert other.code == 1
    assert "holds crops of another sample" in other.error


@pytest.mark.slow
def test_crops_for_ovmr(small_tree: Path, tmp_path: Path) -> None:
    call("sample", "--name", "train", "-K", 2, root=small_tree)
    call("sample", "--name", "val", "-K", 1, root=small_tree)
    crops = ("export", "crops", "--layout", "ovmr")
    done = call(
        *crops, "--name", "val", "--train-name", "train", "-o", tmp_path / "c", root=small_tree
    )
    assert done.code == 0
    assert len(list((tmp_path / "c" / "train").rglob("*.*"))) == 24
    assert len(list((tmp_path / "c" / "val").rglob("*.*"))) == 12
    assert _read(tmp_path / "c" / "annotations" / "lvis_exemplar_info.json")["images"]
    one = call(*crops, "--name", "val", "-o", tmp_path / "one", root=small_tree)
    assert one.code == 0
    assert len(list((tmp_path / "one" / "train").rglob("*.*"))) == 12
    wrong = call("export", "crops", "--train-name", "train", root=small_tree)
    assert wrong.code == 2
    assert "give --layout ovmr" in wrong.error


def test_images_that_cannot_be_read(whole_tree: Path) -> None:
    for picture in (whole_tree / "VisualGenome").rglob("*.jpg"):
        picture.unlink()
    done = call("export", "crops", root=whole_tree)
    assert done.code == 1
    assert " crops written, 0 kept" in done.out
    lines = done.err.splitlines()
    assert lines[0].startswith("visual_genome: VG_100K")
    assert len(lines) == 11
