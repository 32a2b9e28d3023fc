"""Images copied out of datasets: none leaves its folder, and what is kept is whole."""

import json
import time
from pathlib import Path

import pytest

from ovmr_index import CategoryExemplars, DrawOptions
from ovmr_index.export.images import write_images
from ovmr_index.export.required_images import RequiredImage
from ovmr_index.progress import silent
from tests.support.contents import run_on
from tests.support.runs import call
from tests.support.trees import TreeBuilder, annotation, image

TRAIN = "coco/train2017/{:012}.jpg"


@pytest.mark.slow
@pytest.mark.exhaustive(beyond=2)
@pytest.mark.parametrize("name", ["../../out.jpg", "/out.jpg", "a\\out.jpg", "a/../../../out.jpg"])
def test_names_that_leave_their_folder_are_named_and_left_out(
    builder: TreeBuilder, tmp_path: Path, name: str
) -> None:
    builder.lvis(images=[image(1), image(2)], annotations=[annotation(1), annotation(2, 2)])
    builder.pictures(*map(TRAIN.format, (1, 2)), "out.jpg")
    index = builder.index()
    index.ingest()
    ((category_id, synset, (first, second)),) = index.sample(DrawOptions(k=2))
    sample = [CategoryExemplars(category_id, synset, (first._replace(file_name=name), second))]
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    report = index.exports.images(sample, tmp_path / "out" / "images")
    assert [(one.file, one.reason[:27]) for one in report.problems] == [
        (name, "the name would leave its fo")
    ]
    assert report.written == 1
    written = index.exports.manifest((), [sample], tmp_path / "files.json")
    (problem,) = written.problems
    assert problem.startswith(f"lvis: {name}: the name would leave its folder")
    listed = json.loads((tmp_path / "files.json").read_bytes())
    assert [one["file_name"] for one in listed] == [second.file_name]
    after = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.name for path in after - before} == {Path(second.file_name).name, "files.json"}


def test_a_name_with_a_backslash_is_refused_as_that_and_not_as_damage(tmp_path: Path) -> None:
    images = [
        RequiredImage("mine", name, f"{tmp_path}/{name}") for name in ("a\\b.jpg", "..\\b.jpg")
    ]
    report = write_images(images, tmp_path / "out", silent)
    assert [one.reason for one in report.problems] == [
        "the name would leave its folder where a backslash is a slash; rename the file, and ingest"
        " it again"
    ] * 2


@pytest.mark.slow
def test_an_image_that_was_not_copied_to_its_end_is_copied_again(
    builder: TreeBuilder, tmp_path: Path
) -> None:
    builder.lvis()
    builder.pictures(TRAIN.format(1))
    index = builder.index()
    index.ingest()
    sample = index.sample(DrawOptions(k=1))
    copy = tmp_path / "out" / "lvis" / "train2017" / "000000000001.jpg"
    assert index.exports.images(sample, tmp_path / "out") == (1, 0, [], ())
    whole = copy.read_bytes()
    for spoilt in (b"", bytes(len(whole))):
        copy.write_bytes(spoilt)
        assert index.exports.images(sample, tmp_path / "out") == (1, 0, [], ())
        assert copy.read_bytes() == whole
    assert index.exports.images(sample, tmp_path / "out") == (0, 1, [], ())


def test_an_image_that_has_changed_since_is_copied_again(
    builder: TreeBuilder, tmp_path: Path
) -> None:
    builder.lvis()
    builder.pictures(TRAIN.format(1))
    index = builder.index()
    index.ingest()
    sample = index.sample(DrawOptions(k=1))
    copy = tmp_path / "out" / "lvis" / "train2017" / "000000000001.jpg"
    assert index.exports.images(sample, tmp_path / "out") == (1, 0, [], ())
    time.sleep(0.02)  # the clock of a file system may be coarse
    changed = bytearray(copy.read_bytes())
    changed[len(changed) // 2] ^= 1
    (builder.root / TRAIN.format(1)).write_bytes(changed)
    assert index.exports.images(sample, tmp_path / "out") == (1, 0, [], ())
    assert copy.read_bytes() == changed


@pytest.mark.slow
def test_an_index_whose_folders_lead_elsewhere_writes_nothing_there(
    builder: TreeBuilder, tmp_path: Path
) -> None:
    builder.lvis()
    index = builder.index()
    index.ingest()
    builder.pictures("000000000001.jpg")
    run_on(
        index, "UPDATE folders SET path = '..'; UPDATE images SET file_name = '../' || file_name"
    )
    drawing = ("-K", 1, "--on-shortage", "take-all", "--name", "one")
    assert call("sample", *drawing, root=builder.root).code == 0
    out = tmp_path / "a" / "out"
    for arguments in (
        ("export", "images", "--name", "one", "-o", out),
        ("export", "crops", *drawing[:4], "-o", out),
    ):
        done = call(*arguments, root=builder.root)
        assert done.code == 1, done.err
        assert "the name would leave its folder" in done.err
    assert [path.name for path in (tmp_path / "a").rglob("*") if path.is_file()] == [".ovmr-crops"]
    done = call("export", "manifest", "--name", "one", root=builder.root)
    assert "the name would leave its folder" in done.err
