"""`export coco`: what it prints, what it refuses."""

import json
from pathlib import Path

import pytest

from tests.support.runs import call
from tests.support.warm import warm_start

pytestmark = pytest.mark.slow


def test_one_file(shared: Path, tmp_path: Path) -> None:
    file = tmp_path / "file.json"
    options = ("--split", "val", "--map", "coco80", "--images", "minival", "--renumber")
    done = call("export", "coco", *options, "-o", file, root=shared)
    assert (done.code, done.out) == (
        0,
        f"{file}: 34 annotations of 80 categories on 10 images below {shared}/coco\n",
    )
    assert done.err == "the map leaves out 26 categories of 40 of lvis_v1_val\n"
    content = json.loads(file.read_bytes())
    assert [one["id"] for one in content["images"]] == [*range(1, 11)]
    assert call("--quiet", "export", "coco", *options, "-o", file, root=shared).err == ""


def test_as_json(shared: Path, tmp_path: Path) -> None:
    file = tmp_path / "file.json"
    done = call("export", "coco", "--only", "novel", "-o", file, "--json", root=shared)
    (written,) = done.data["written"]
    assert (done.data["left_out"], done.data["failed"]) == ([], [])
    assert written == {
        "target": "coco",
        "file": str(file),
        "records": 79,
        "problems": [],
        "images": 150,
        "categories": 10,
        "image_root": f"{shared}/coco",
        "notes": [],
    }


def test_to_standard_output(shared: Path) -> None:
    done = warm_start().run("--root", shared, "export", "coco", "--shots", 1, "-o", "-")
    assert done.code == 0
    assert len(done.data["annotations"]) == 40
    assert "40 annotations of 40 categories on " in done.err


def test_a_file_a_seed(shared: Path, tmp_path: Path) -> None:
    options = ("--shots", 9, "--seeds", "3-5", "--count", "images", "-o", tmp_path / "few")
    done = call("export", "coco", *options, root=shared)
    assert done.code == 0
    assert [line.partition(":")[0] for line in done.out.splitlines()] == [
        f"{tmp_path}/few/lvis_v1_train_K-009_seed-00{seed}_images.json" for seed in (3, 4, 5)
    ]
    (note,) = done.err.splitlines()
    assert note.startswith("13 categories have fewer than 9 images, all of which are taken: ")
    file = tmp_path / "file.json"
    call("export", "coco", *options[:2], "--seed", 4, *options[4:6], "-o", file, root=shared)
    of_seed = tmp_path / "few/lvis_v1_train_K-009_seed-004_images.json"
    assert file.read_bytes() == of_seed.read_bytes()


@pytest.mark.parametrize(
    ("options", "message", "code"),
    [
        ("--split val --source x", "--split and --source are both given", 2),
        ("--source lvis_v1_tran", "did you mean 'lvis_v1_train'", 2),
        ("--source imagenet21k", "is a tree of images, which have no boxes", 1),
        ("--source visual_genome", "give --vocabulary", 2),
        ("--shots 0", "--shots is 0; give 1 to", 2),
        ("--shots -1", "--shots is -1", 2),
        ("--seed 3", "--seed: give --shots with it", 2),
        ("--seeds 0-3", "--seeds: give --shots with it", 2),
        ("--count images", "--count: give --shots with it", 2),
        ("--shots 2 --seed 1 --seeds 0-2", "--seed and --seeds are both given", 2),
        ("--shots 2 --seed -1", "--seed is -1; give 0 to", 2),
        ("--shots 2 --seeds 5", "--seeds is 5; give the first and the last", 2),
        ("--shots 2 --seeds 5-3", "--seeds is 5-3; give the first and the last", 2),
        ("--shots 2 --seeds 0-99999", "give at most 10,000 seeds", 2),
        ("--shots 2 --seeds 0-2 -o -", "-o: names a folder with --seeds", 2),
        ("--map coc80", "there is no map 'coc80'; did you mean 'coco80'", 2),
        ("--map absent.json", "absent.json: No such file or directory", 1),
        ("--map coco80 --vocabulary lvis_v1_train", "leave out --vocabulary", 2),
        ("--images minval", "minval: there is no such file", 2),
        ("--only base --without novel", "--only and --without are both given", 2),
        ("--only base --partition absent", "there is no partition 'absent'", 2),
        ("-o lvis/lvis_v1_val.json", "is what lvis_v1_val was read from", 2),
        ("-o coco", "Is a directory", 1),
        ("-o file.json.gz", "leave out .gz", 2),
    ],
)
def test_wrong_usage(
    shared: Path, options: str, message: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shared)
    done = call("export", "coco", *options.split(), root=shared)
    assert message in done.error
    assert done.code == code
    assert not (shared / "exports").exists()
