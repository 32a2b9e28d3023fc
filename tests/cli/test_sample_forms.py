"""`export imagefolder`, `webdataset`, `croissant` and the shapes of `export crops`, as typed."""

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.support.copied_tree import copied_tree
from tests.support.runs import call
from tests.support.small_samples import small_index


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, few_synsets: Path) -> Path:
    """Return the root of an index with the sample `three`: read only."""
    return small_index(tmp_path_factory.mktemp("sampled") / "datasets", few_synsets).root


@pytest.mark.slow
def test_imagefolder(root: Path, tmp_path: Path) -> None:
    options = ("--name", "three", "-o", tmp_path / "out")
    done = call("export", "imagefolder", *options, "--folders", "id", "--size", 16, root=root)
    assert (done.code, done.err) == (0, "")
    assert done.out == f"{tmp_path / 'out'}: 9 crops written, 0 kept\n"
    folders = {path.name for path in (tmp_path / "out").iterdir() if path.is_dir()}
    assert folders == {"1", "2", "5"}
    with Image.open(tmp_path / "out/2/0.jpg") as crop:
        assert crop.size == (16, 12)
    done = call("export", "imagefolder", *options, "--folders", "index", root=root)
    assert "holds crops of another sample or layout" in done.error


@pytest.mark.parametrize(
    ("folders", "expected"),
    [
        ("index", {"0", "1", "4"}),
        ("wnid", {"n01440764", "n07739125", "n02801938"}),
        ("name", {"a_b_1", "A_b_2", "bullet_Train"}),
    ],
)
def test_names_of_folders(root: Path, tmp_path: Path, folders: str, expected: set[str]) -> None:
    draw = ("-K", 1, "--on-shortage", "take-all", "--folders", folders, "--json")
    done = call("export", "imagefolder", *draw, "-o", tmp_path, root=root)
    assert done.data == {"folder": str(tmp_path), "written": 3, "kept": 0, "problems": []}
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == expected


def test_webdataset(root: Path, tmp_path: Path) -> None:
    options = ("--name", "three", "-o", tmp_path, "--shard-size", 5, "--images", "whole")
    done = call("export", "webdataset", *options, root=root)
    assert (done.code, done.out) == (0, f"{tmp_path}: 9 samples written, 0 kept\n")
    done = call("export", "webdataset", *options, "--json", root=root)
    assert done.data == {"folder": str(tmp_path), "written": 0, "kept": 9, "problems": []}
    assert len(list(tmp_path.glob("three-*.tar"))) == 2


def test_croissant(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "three.json"
    done = call("export", "croissant", "--name", "three", "-o", path, root=root)
    assert (done.code, done.out) == (0, f"{path}: 9 records\n")
    assert json.loads(path.read_bytes())["name"] == "three"
    call("export", "webdataset", "--name", "three", "-o", tmp_path / "shards", root=root)
    options = ("--folder", tmp_path / "shards", "--date", "2026-01-31", "--json")
    done = call("export", "croissant", "--name", "three", *options, root=root)
    assert done.data["written"][0]["file"] == str(tmp_path / "shards.json")
    assert json.loads((tmp_path / "shards.json").read_bytes())["datePublished"] == "2026-01-31"


@pytest.mark.parametrize("layout", ["published", "ovmr"])
def test_crops_of_a_shape(root: Path, tmp_path: Path, layout: str) -> None:
    options = ("--name", "three", "--layout", layout, "--square", "--size", 24, "--context", 0)
    done = call("export", "crops", *options, "-o", tmp_path, root=root)
    assert (done.code, done.err) == (0, "")
    crops = [*tmp_path.glob("*/*/*.jpg"), *tmp_path.glob("*/*/*.JPEG")]
    assert len(crops) == 18
    for path in crops:
        with Image.open(path) as crop:
            assert crop.size == (24, 24)
    lines = (tmp_path / "metadata.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 18


@pytest.mark.slow
def test_a_missing_image_is_named_and_the_rest_goes_on(root: Path, tmp_path: Path) -> None:
    root = copied_tree(root, tmp_path / "datasets")
    (root / "coco/train2017/000000000007.jpg").unlink()
    for form in ("imagefolder", "webdataset"):
        done = call("export", form, "--name", "three", root=root)
        assert done.code == 1
        assert done.err == "lvis: train2017/000000000007.jpg: No such file or directory\n"
        assert f"{root}/exports/{form}/three: 8 " in done.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("imagefolder --name four", "there is no sample 'four'"),
        ("imagefolder --name three -K 2", "a saved sample is not drawn again"),
        ("imagefolder --name three --size 0", "--size is 0; give 1 to 8,192 pixels"),
        ("imagefolder --name three --context -1", "-1.0 is not in the range 0"),
        ("imagefolder --name three --context nan", "nan is not in the range 0"),
        ("imagefolder --name three --folders names", "is not one of 'id', 'name', 'index'"),
        ("imagefolder --name three -o -", "names a folder here; give one"),
        ("webdataset --name three --shard-size 0", "--shard-size is 0; give 1 or more"),
        ("webdataset --name three --images whole --square", "leave out --context, --square"),
        ("croissant --name three --date soon", "--date is soon; give a day"),
        ("croissant --name three --folder absent", "absent: holds no metadata.jsonl"),
        ("croissant --name three -o -", "is found from beside the file"),
        ("crops --name three --size 9000", "--size is 9000; give 1 to 8,192 pixels"),
    ],
)
def test_wrong_usage(root: Path, arguments: str, message: str) -> None:
    done = call("export", *arguments.split(), root=root)
    assert done.code == 2
    assert message in done.err
