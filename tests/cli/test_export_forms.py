"""`export odvg`, `export prompts`, `export texts` and `export yolo`: what they print and refuse."""

from pathlib import Path

import pytest

from tests.support.runs import call
from tests.support.warm import warm_start

pytestmark = pytest.mark.slow


@pytest.fixture
def root(shared: Path) -> Path:
    """Return the root of the demo's tree and index, to which files are written elsewhere."""
    return shared


def test_what_is_printed(root: Path, tmp_path: Path) -> None:
    odvg = call("export", "odvg", "--split", "val", "-o", tmp_path / "val.jsonl", root=root)
    assert odvg.out == f"{tmp_path}/val.jsonl: 213 boxes on 40 images below {root}/coco\n"
    prompts = call("export", "prompts", "-K", 2, "-o", tmp_path / "prompts.json", root=root)
    assert prompts.out == f"{tmp_path}/prompts.json: 80 records\n"
    texts = call("export", "texts", "--only", "base", "-o", tmp_path / "texts.json", root=root)
    assert texts.out == f"{tmp_path}/texts.json: 30 records\n"
    yolo = call("export", "yolo", "--split", "val", "-o", tmp_path / "yolo", root=root)
    assert yolo.out == f"{tmp_path}/yolo: val: 40 images, 213 boxes\n"
    assert yolo.err == "there is no train in it yet; export it to the same folder\n"


def test_json(root: Path, tmp_path: Path) -> None:
    odvg = call("export", "odvg", "--json", "-o", tmp_path / "train.jsonl", root=root)
    (written,) = odvg.data["written"]
    assert (written["records"], written["images"], written["problems"]) == (889, 150, [])
    assert written["label_map"] == str(tmp_path / "train_label_map.json")
    assert written["image_root"] == str(root / "coco")
    yolo = call("--json", "export", "yolo", "--as", "test", "-o", tmp_path / "yolo", root=root)
    assert yolo.data["split"] == "test"
    assert (yolo.data["images"], yolo.data["boxes"], yolo.data["problems"]) == (150, 889, [])


def test_texts_and_prompts_go_to_standard_output(root: Path) -> None:
    texts = warm_start().run("--root", root, "export", "texts", "-o", "-")
    assert len(texts.data) == 40
    prompts = warm_start().run(
        "--root", root, "export", "prompts", "-K", 1, "--only", "novel", "-o", "-"
    )
    assert [one["index"] for one in prompts.data] == [*range(10)]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("yolo", "--split", "val", "--source", "x"), 2, "--split and --source are both given"),
        (("yolo", "--source", "visual_genom"), 2, "did you mean 'visual_genome'?"),
        (("yolo", "--source", "visual_genome"), 2, "has no categories of its own; give --vocab"),
        (("yolo", "--source", "imagenet21k"), 1, "is a tree of images, which have no boxes"),
        (("yolo", "--images", "absent.txt"), 2, "absent.txt: there is no such file"),
        (("yolo", "--images", ""), 2, "--images: is empty; give a value, or leave the option out"),
        (("yolo", "--source", ""), 2, "--source: is empty; give a value, or leave the option out"),
        (("yolo", "--vocabulary", ""), 2, "--vocabulary: is empty; give a value"),
        (("yolo", "--map", "coco8"), 2, "coco8"),
        (("yolo", "-o", "-"), 2, "-o -: names a folder here; give one"),
        (("odvg", "-o", "-"), 2, "two files are written; give the path of the first"),
        (("odvg", "--partition", "rare"), 2, "--partition: give --only or --without with it"),
        (("texts", "--vocabulary", "absent"), 2, "there is no vocabulary 'absent'"),
        (("texts", "--images", "minival"), 2, "--images"),
        (("prompts", "-K", "16"), 1, "3 categories have fewer than 16 exemplars"),
        (("prompts", "-K", "0"), 2, "-K is 0; give 1 or more"),
        (("prompts", "--name", "absent"), 2, "there is no sample 'absent'"),
        (("prompts", "--name", "absent", "-K", "2"), 2, "a saved sample is not drawn again"),
    ],
)
def test_wrong_input(root: Path, arguments: tuple[str, ...], code: int, message: str) -> None:
    done = call("export", *arguments, root=root)
    assert (done.code, message in done.err) == (code, True), done.err
