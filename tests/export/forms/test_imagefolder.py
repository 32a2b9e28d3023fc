"""`export imagefolder`: folders, names and the lines of metadata."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from ovmr_index import CropShape, DrawOptions, Index
from ovmr_index.errors import OvmrIndexError, ProtectedPathError, ShortageError, UsageError
from ovmr_index.export.crop_records import CropRecord
from tests.support.copied_tree import copied_tree
from tests.support.small_samples import DRAW, LICENCE, LICENCE_URL, PNG, metadata_lines, small_index


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Index:
    """Return an index with the sample `three`: read only."""
    return small_index(tmp_path_factory.mktemp("sampled") / "datasets", empty_index)


def _files(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


@pytest.mark.slow
def test_a_folder_a_class_and_a_line_a_crop(index: Index, tmp_path: Path) -> None:
    folder, images = index.exports.imagefolder("three", tmp_path / "out")
    assert (folder, images.written, images.kept, images.problems) == (tmp_path / "out", 9, 0, [])
    names = [f"{name}/{rank}.jpg" for name in ("A_b_2", "a_b_1", "bullet_Train") for rank in "012"]
    assert _files(folder) == sorted([".ovmr-crops", "metadata.jsonl", *names])
    lines = metadata_lines(folder)
    assert sorted(line["file_name"] for line in lines) == names
    assert [tuple(line) for line in lines] == [CropRecord._fields] * 9
    assert [(line["label"], line["category"], line["rank"]) for line in lines] == [
        (label, name, rank)
        for label, name in ((0, "a/b"), (1, "A_b"), (4, "bullet_train"))
        for rank in range(3)
    ]


def test_what_a_line_says(index: Index, tmp_path: Path) -> None:
    lines = metadata_lines(index.exports.imagefolder("three", tmp_path / "out").folder)
    boxed = next(line for line in lines if line["image_id"] == 7)
    assert boxed == {
        "file_name": f"a_b_1/{boxed['rank']}.jpg",
        "label": 0,
        "category": "a/b",
        "category_id": 1,
        "synset": "tench.n.01",
        "category_synset": "tench.n.01",
        "wnid": "n01440764",
        "source": "lvis_v1_train",
        "dataset": "lvis",
        "split": "train",
        "source_image": "train2017/000000000007.jpg",
        "image_id": 7,
        "region_id": 70,
        "bbox": [4.0, 4.0, 40.5, 36.0],
        "weight": 1458.0,
        "rank": boxed["rank"],
        "licence": "annotations: CC BY 4.0; images: those of COCO, by the Flickr terms of use",
        "image_licence": LICENCE,
        "image_licence_url": LICENCE_URL,
    }
    other = next(line for line in lines if line["image_id"] == 8)  # of a licence not listed
    assert (other["image_licence"], other["image_licence_url"]) == (None, None)
    whole = next(line for line in lines if line["category_id"] == 2)
    assert [whole[name] for name in ("source", "image_id", "region_id", "bbox")] == [
        "imagenet21k",
        None,
        None,
        None,
    ]
    assert "ImageNet's terms of access" in whole["licence"]
    assert {line["dataset"] for line in lines} == {"lvis", "visual_genome", "imagenet21k"}


def test_a_second_run_keeps_every_byte(index: Index, tmp_path: Path) -> None:
    folder = index.exports.imagefolder("three", tmp_path / "out").folder
    before = {name: (folder / name).read_bytes() for name in _files(folder)}
    (folder / "A_b_2/1.jpg").unlink()
    (folder / "metadata.jsonl").unlink()
    assert index.exports.imagefolder("three", folder).images[:2] == (1, 8)
    assert {name: (folder / name).read_bytes() for name in _files(folder)} == before


def test_the_usual_folder_and_a_draw(index: Index) -> None:
    drawn = index.exports.imagefolder(DRAW)
    assert drawn.folder == index.root / "exports/imagefolder" / DRAW.made_name()
    saved = index.exports.imagefolder("three")
    assert saved.folder == index.root / "exports/imagefolder/three"
    assert metadata_lines(drawn.folder) == metadata_lines(saved.folder)
    shutil.rmtree(index.root / "exports")


def test_crops_of_a_shape_are_other_crops(index: Index, tmp_path: Path) -> None:
    shape = CropShape(square=True, size=32)
    folder = index.exports.imagefolder("three", tmp_path / "out", shape=shape).folder
    for path in folder.glob("*/*.jpg"):
        with Image.open(path) as crop:
            assert crop.size == (32, 32)
    for other in (CropShape(), CropShape(square=True), CropShape(context=0, square=True, size=32)):
        with pytest.raises(OvmrIndexError, match="holds crops of another"):
            index.exports.imagefolder("three", folder, shape=other)


@pytest.mark.slow
def test_a_missing_image_is_named_and_has_no_line(index: Index, tmp_path: Path) -> None:
    index = Index.open(copied_tree(index.root, tmp_path / "datasets"))
    (index.root / "coco/train2017/000000000008.jpg").unlink()
    folder, images = index.exports.imagefolder("three", tmp_path / "out")
    assert images.written == 8
    assert [(one.file, one.reason) for one in images.problems] == [
        ("train2017/000000000008.jpg", "No such file or directory")
    ]
    lines = metadata_lines(folder)
    assert len(lines) == 8
    assert all((folder / line["file_name"]).is_file() for line in lines)


@pytest.mark.slow
def test_pngs_stay_pngs(index: Index, tmp_path: Path) -> None:
    index = Index.open(copied_tree(index.root, tmp_path / "datasets"))
    for name in ("1.png", "2.PNG", "3.webp"):
        path = tmp_path / "mine/my test" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PNG)
    index.ingest([index.sources.folder(tmp_path / "mine", "mine")])
    draw = DrawOptions(k=3, on_shortage="take-all", vocabulary="mine")
    folder = index.exports.imagefolder(draw, tmp_path / "out").folder
    assert {Path(name).suffix for name in _files(folder) if "/" in name} == {".png", ".jpg"}
    assert {line["category"] for line in metadata_lines(folder)} == {"my test"}
    assert {Path(name).parts[0] for name in _files(folder) if "/" in name} == {"my Test"}
    assert {line["licence"] for line in metadata_lines(folder)} == {None}


def test_what_is_refused(index: Index, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no sample 'four'"):
        index.exports.imagefolder("four", tmp_path / "out")
    with pytest.raises(ShortageError, match="fewer than 9 exemplars"):
        index.exports.imagefolder(DrawOptions(k=9), tmp_path / "out")
    with pytest.raises(ProtectedPathError, match="among the images of lvis"):
        index.exports.imagefolder("three", index.root / "coco/train2017/crops")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OvmrIndexError, match="Not a directory; give another folder"):
        index.exports.imagefolder("three", tmp_path / "file")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["metadata.jsonl", "bullet_Train"])
def test_what_somebody_else_wrote_is_left_alone(index: Index, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"mine")
    with pytest.raises(OvmrIndexError, match=f"{name}: is there already, and not from an export"):
        index.exports.imagefolder("three", tmp_path)
    assert (tmp_path / name).read_bytes() == b"mine"
