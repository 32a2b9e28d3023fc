"""Crops of images and names that are not as they should be, and crops that were spoilt."""

from pathlib import Path

import pytest
from PIL import Image

from ovmr_index.errors import Issue
from ovmr_index.export.crop_info import exemplar_info
from ovmr_index.export.crop_layouts import plan_ovmr, plan_published
from ovmr_index.export.crops import write_crops
from ovmr_index.export.report import WrittenImages
from ovmr_index.progress import silent
from tests.export.test_crops import category, draw, pick, written

UPRIGHT = {  # from what is shown to what is stored
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def _marked(path: Path, orientation: int, size: tuple[int, int] = (200, 100)) -> None:
    """Draw a blue image with a red spot in the upper left quarter of it as it is shown."""
    turned = orientation in (5, 6, 7, 8)
    shown = Image.new("RGB", size[::-1] if turned else size, "blue")
    shown.paste("red", (0, 0, shown.width // 2, shown.height // 2))
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = shown.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else shown
    stored.save(path, quality=95, exif=exif)
    with Image.open(path) as image:
        assert image.size == size


def _colour(path: Path) -> tuple[int, int, int]:
    """Return the mean colour of a crop."""
    with Image.open(path) as crop:
        r, g, b = crop.convert("RGB").resize((1, 1), Image.Resampling.BOX).tobytes()
        return r, g, b


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_a_box_for_the_image_as_shown_is_cut_out_of_that(tmp_path: Path, orientation: int) -> None:
    _marked(tmp_path / "a.jpg", orientation)
    crops = plan_published([category([pick(tmp_path, "a.jpg", (5, 5, 30, 60), (100, 200))])])
    report = write_crops(crops, tmp_path / "crops", silent)
    assert (report.written, report.problems, report.notes) == (1, [], ())
    path = tmp_path / "crops" / crops[0].targets[0]
    with Image.open(path) as crop:
        assert crop.size == (62, 77)
        assert not crop.getexif()
        assert _colour_at(crop, 0, 0) == "red"
        assert _colour_at(crop, 61, 0) == "blue"
        assert _colour_at(crop, 0, 76) == "red"


def _colour_at(image: Image.Image, x: int, y: int) -> str:
    pixel = image.getpixel((x, y))
    assert isinstance(pixel, tuple)
    return "red" if pixel[0] > pixel[2] else "blue"


@pytest.mark.parametrize(
    ("orientation", "size"),
    [(6, (200, 100)), (3, (200, 100)), (1, (200, 100)), (6, (None, None))],
)
def test_a_box_for_the_image_as_stored_is_cut_out_of_that(
    tmp_path: Path, orientation: int, size: tuple[int, int] | tuple[None, None]
) -> None:
    _marked(tmp_path / "a.jpg", orientation)
    crops = plan_published([category([pick(tmp_path, "a.jpg", (10, 10, 50, 50), size)])])
    assert write_crops(crops, tmp_path / "crops", silent) == WrittenImages(1, 0, [])
    with Image.open(tmp_path / "a.jpg") as image:
        wanted = image.crop((0, 0, 70, 70))
        wanted.info = {}
        wanted.save(tmp_path / "wanted.jpg", quality=95)
    written_bytes = (tmp_path / "crops" / crops[0].targets[0]).read_bytes()
    assert written_bytes == (tmp_path / "wanted.jpg").read_bytes()


@pytest.mark.parametrize(
    ("orientation", "annotated"), [(1, (400, 200)), (1, (100, 50)), (6, (200, 400))]
)
def test_a_box_of_an_image_that_was_made_smaller_is_scaled_and_that_is_said(
    tmp_path: Path, orientation: int, annotated: tuple[int, int]
) -> None:
    _marked(tmp_path / "a.jpg", orientation)
    w, h = annotated
    box = (w * 0.1, h * 0.1, w * 0.25, h * 0.25)
    crops = plan_published([category([pick(tmp_path, "a.jpg", box, annotated)])])
    report = write_crops(crops, tmp_path / "crops", silent)
    said = f"is 200 x 100 pixels, the annotation file says {w} x {h}; the box was scaled"
    assert report == (1, 0, [], (Issue("visual_genome", "a.jpg", reason=said),))
    red, _, blue = _colour(tmp_path / "crops" / crops[0].targets[0])
    assert red > 200
    assert blue < 60


def test_a_box_of_an_image_of_another_shape_is_named_and_not_written(tmp_path: Path) -> None:
    _marked(tmp_path / "a.jpg", 1)
    picks = [pick(tmp_path, "a.jpg", (10, 10, 50, 50), size) for size in ((100, 200), (640, 427))]
    report = write_crops(plan_published([category(picks)]), tmp_path / "crops", silent)
    assert (report.written, [issue.reason for issue in report.problems]) == (
        0,
        [
            "is 200 x 100 pixels, the annotation file says 100 x 200",
            "is 200 x 100 pixels, the annotation file says 640 x 427",
        ],
    )
    assert written(tmp_path / "crops") == {}


@pytest.mark.parametrize("content", [b"", b"garbage" * 99, None])
def test_a_crop_that_was_spoilt_is_written_again(tmp_path: Path, content: bytes | None) -> None:
    draw(tmp_path / "pictures", "a.JPEG")
    crops = plan_published([category([pick(tmp_path / "pictures", "a.JPEG")])])
    folder = tmp_path / "crops"
    write_crops(crops, folder, silent)
    assert write_crops(crops, folder, silent).kept == 1
    spoilt = folder / crops[0].targets[1]
    whole = spoilt.read_bytes()
    spoilt.write_bytes(whole[:-2] + b"\0\0" if content is None else content)
    spoilt.write_bytes(whole[: len(whole) // 2] if content is None else content)
    assert write_crops(crops, folder, silent) == WrittenImages(1, 0, [])
    assert [(folder / path).read_bytes() for path in crops[0].targets] == [whole, whole]


def test_a_name_that_is_too_long_for_a_file_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    root = tmp_path / "pictures"
    fits, too_long = f"{'a' * 228}.JPEG", f"{'a' * 240}.JPEG"
    draw(root, fits, too_long, "a.JPEG")
    crops = plan_ovmr([], [category([pick(root, name) for name in (fits, too_long, "a.JPEG")])])
    report = write_crops(crops, tmp_path / "crops", silent)
    wanted = Issue("imagenet21k", too_long, reason="File name too long")
    assert report == WrittenImages(2, 0, [wanted])
    assert max(len(Path(path).name) for path in written(tmp_path / "crops")) == 251
    assert len(exemplar_info(crops, tmp_path / "crops", [{"id": 3}])["images"]) == 2


@pytest.mark.parametrize("size", [(None, None), (40, 30), (80, 60)])
def test_a_box_beside_its_image_is_named_and_not_written(
    tmp_path: Path, size: tuple[int, int] | tuple[None, None]
) -> None:
    draw(tmp_path, "a.jpg")
    by = 2 if size == (80, 60) else 1
    boxes = [(40, 0, 20, 20), (43, 33, 20, 20), (0, 30, 20, 20), (-20, 0, 20, 20)]
    picks = [
        pick(tmp_path, "a.jpg", (x * by, y * by, w * by, h * by), size) for x, y, w, h in boxes
    ]
    crops = plan_published([category(picks)])
    report = write_crops(crops, tmp_path / "crops", silent)
    reason = "the box leaves nothing of the image"
    assert report == WrittenImages(
        0, 0, [Issue("visual_genome", "a.jpg", reason=reason)] * len(boxes)
    )
    assert written(tmp_path / "crops") == {}


@pytest.mark.parametrize("name", ["../a.JPEG", "/etc/a.JPEG", "b\\a.JPEG", "a\0.JPEG", "b//a.JPEG"])
def test_an_image_outside_its_folder_is_no_crop(tmp_path: Path, name: str) -> None:
    root = tmp_path / "pictures" / "below"
    draw(root, "a.JPEG", "../a.JPEG")
    crops = plan_published([category([pick(root, name), pick(root, "a.JPEG")])])
    report = write_crops(crops, tmp_path / "crops", silent)
    assert (report.written, [issue.file for issue in report.problems]) == (1, [name])
    assert write_crops(crops, tmp_path / "crops", silent).kept == 1
    strange = pick(root, "a.JPEG")._replace(dataset="../../x")
    crops = plan_published([category([strange])])
    assert write_crops(crops, tmp_path / "other", silent).written == 0
    assert {path.name for path in tmp_path.iterdir()} == {"pictures", "crops", "other"}
