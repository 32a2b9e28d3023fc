"""`export crops` of images that are not as their annotation file says: what is said."""

import re
from pathlib import Path

import pytest
from PIL import Image

from tests.support.runs import call
from tests.support.trees import TreeBuilder

pytestmark = pytest.mark.slow

DRAW = ("-K", 9, "--on-shortage", "take-all", "--vocabulary", "mine")


def _save(path: Path, size: tuple[int, int], orientation: int = 1) -> None:
    """Draw a blue image, red in the upper left quarter of what is shown of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    turned = orientation == 6
    image = Image.new("RGB", size[::-1] if turned else size, "blue")
    image.paste("red", (0, 0, image.width // 2, image.height // 2))
    exif = Image.Exif()
    exif[0x0112] = orientation
    (image.transpose(Image.Transpose.ROTATE_90) if turned else image).save(path, exif=exif)


def _ingest(builder: TreeBuilder, *sizes: tuple[int, int]) -> None:
    """Ingest an annotation file that says these sizes of images a.jpg, b.jpg and so on."""
    images = [
        {"id": i, "file_name": f"{'abcdef'[i]}.jpg", "width": w, "height": h}
        for i, (w, h) in enumerate(sizes)
    ]
    boxes = [
        {
            "id": i,
            "image_id": i,
            "category_id": 1,
            "bbox": [w * 0.1, h * 0.1, w * 0.25, h * 0.25],
            "area": 5_000,
        }
        for i, (w, h) in enumerate(sizes)
    ]
    categories = [{"id": 1, "name": "mug", "synset": "mug.n.04"}]
    content = {"images": images, "annotations": boxes, "categories": categories}
    file = builder.json("ann.json", content)
    options = ("--name", "mine", "--images", builder.root / "img")
    done = call("ingest", "coco", file, *options, root=builder.root)
    assert done.code == 0, done.err


def _is_red(path: Path) -> bool:
    with Image.open(path) as crop:
        r, _, b = crop.convert("RGB").resize((1, 1), Image.Resampling.BOX).tobytes()
    return r > 2 * b


def test_turned_smaller_and_other_images(builder: TreeBuilder) -> None:
    builder.index()
    folder = builder.root / "img"
    _save(folder / "a.jpg", (200, 100))
    _save(folder / "b.jpg", (200, 100), orientation=6)
    _save(folder / "c.jpg", (200, 100))
    _ingest(builder, (200, 100), (100, 200), (400, 200))
    assert call("sample", *DRAW, "--name", "all", root=builder.root).code == 0
    done = call("export", "crops", "--name", "all", root=builder.root)
    assert done.code == 0, done.err
    said = "is 200 x 100 pixels, the annotation file says 400 x 200; the box was scaled"
    assert f"mine: c.jpg: {said}\n" in done.err
    crops = sorted((builder.root / "crops_mine" / "all").rglob("*.jpg"))
    assert len(crops) == 3
    assert all(map(_is_red, crops))
    assert call("verify", root=builder.root).code == 0

    other = builder.root / "other"
    done = call("export", "crops", *DRAW, "-o", other, "--json", root=builder.root)
    assert done.data["notes"] == [f"mine: c.jpg: {said}"]
    quiet = call("--quiet", "export", "crops", *DRAW, "-o", builder.root / "q", root=builder.root)
    assert (quiet.code, quiet.err) == (0, "")


def test_an_image_of_another_shape_gives_no_crop_and_exit_code_1(builder: TreeBuilder) -> None:
    builder.index()
    _save(builder.root / "img" / "a.jpg", (200, 100))
    _save(builder.root / "img" / "b.jpg", (200, 100))
    _ingest(builder, (200, 100), (100, 200))
    done = call("export", "crops", *DRAW, root=builder.root)
    assert done.code == 1
    said = "is 200 x 100 pixels, the annotation file says 100 x 200"
    assert done.err == f"mine: b.jpg: {said}\n"
    assert len(list((builder.root / "crops_mine" / "all").rglob("*.jpg"))) == 1
    verified = call("verify", "--json", root=builder.root)
    assert verified.code == 1
    assert [(one["kind"], one["file_name"]) for one in verified.data] == [("changed", "b.jpg")]


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("train2017", "coco/train2017: there is no such folder; unpack train2017.zip of COCO, or"),
        (".", "coco/train2017: there is no such folder; unpack train2017.zip of COCO, or make a"),
    ],
)
def test_a_folder_that_is_not_there_is_said_once(
    small_tree: Path, tmp_path: Path, gone: str, said: str
) -> None:
    (small_tree / "coco").unlink()
    if gone == "train2017":
        (small_tree / "coco" / "val2017").mkdir(parents=True)
    done = call("export", "crops", "-K", 2, "-o", tmp_path / "crops", root=small_tree)
    lines = [line for line in done.err.splitlines() if "coco" in line]
    assert (done.code, len(lines)) == (1, 1)
    assert re.fullmatch(
        rf"\d+ crops not written: {re.escape(f'{small_tree}/{said}')}.* link", lines[0]
    )


@pytest.mark.parametrize("form", ["images", "imagefolder", "webdataset"])
def test_other_forms_say_it_once_too(small_tree: Path, tmp_path: Path, form: str) -> None:
    (small_tree / "coco").unlink()
    sample = ("--name", "two") if form == "images" else ("-K", "2")
    call("sample", "-K", 2, "--name", "two", root=small_tree)
    done = call("export", form, *sample, "-o", tmp_path / "out", root=small_tree)
    lines = [line for line in done.err.splitlines() if "there is no such folder" in line]
    assert (done.code, len(lines)) == (1, 1)
