"""Crops: the two layouts, what is kept and what is reported, a kill and Ctrl-C midway."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from ovmr_index.errors import Issue, OvmrIndexError
from ovmr_index.export.crop_info import exemplar_info
from ovmr_index.export.crop_layouts import Crop, plan_ovmr, plan_published
from ovmr_index.export.crops import FINGERPRINT, write_crops
from ovmr_index.export.report import WrittenImages
from ovmr_index.formats.records import Number
from ovmr_index.pools.exemplars import Exemplar
from ovmr_index.progress import silent
from ovmr_index.samples.exemplars import CategoryExemplars

UPRIGHT = {  # from what is shown to what is stored
    3: Image.Transpose.ROTATE_180,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}

# Writes a number of crops in two processes: python -c SCRIPT PICTURES CROPS
SCRIPT = """
import sys
from pathlib import Path
from ovmr_index.export.crop_layouts import plan_published
from ovmr_index.export.crops import write_crops
from ovmr_index.progress import silent
from tests.export.test_crops import sample_of
if __name__ == "__main__":
    try:
        crops = plan_published(sample_of(Path(sys.argv[1])))
        print(*write_crops(crops, Path(sys.argv[2]), silent, workers=2))
    except KeyboardInterrupt:
        sys.exit(130)
"""


def pick(
    root: Path,
    name: str,
    box: tuple[Number, Number, Number, Number] | None = None,
    size: tuple[int, int] | tuple[None, None] = (None, None),
) -> Exemplar:
    x, y, w, h = box or (None, None, None, None)
    dataset, form = ("visual_genome", "visual-genome") if box else ("imagenet21k", "imagenet")
    synset = "apple.n.01"
    where = (3, synset, synset, dataset, form, None, str(root), name)
    return Exemplar(*where, x, y, w, h, 1.0, None, None, None, *size)


def category(picks: Sequence[Exemplar], category_id: int = 3) -> CategoryExemplars:
    return CategoryExemplars(category_id, "apple.n.01", tuple(picks))


def sample_of(root: Path) -> list[CategoryExemplars]:
    """All images of a folder in categories of ten."""
    names = sorted(os.listdir(root))
    return [
        category(
            [pick(root, name, (50, 50, 900, 900)) for name in names[start : start + 10]], start
        )
        for start in range(0, len(names), 10)
    ]


def draw(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 30), "red").save(root / name, "JPEG")


def written(folder: Path) -> dict[str, int]:
    """Each crop that is there with the time that it was written, in nanoseconds."""
    return {
        path.relative_to(folder).as_posix(): path.stat().st_mtime_ns
        for path in folder.rglob("*")
        if path.is_file() and path.name != FINGERPRINT
    }


def test_published_has_ten_in_train_and_the_others_in_val(tmp_path: Path) -> None:
    names = [f"train/n1/n1_{i}.JPEG" for i in range(11)]
    picks = [pick(tmp_path, name) for name in [*names, names[0]]]
    crops = plan_published([category(picks), category([])])
    assert crops[0] == Crop(
        ("train/3/0_imagenet21k_n1_0.JPEG", "all/3/0_imagenet21k_n1_0.JPEG"), 3, 0, picks[0]
    )
    assert crops[9].targets[0] == "train/3/9_imagenet21k_n1_9.JPEG"
    assert crops[10].targets == (
        "val/3/10_imagenet21k_n1_10.JPEG",
        "all/3/10_imagenet21k_n1_10.JPEG",
    )
    assert crops[11].targets == ("all/3/11_imagenet21k_n1_0.JPEG",)
    assert len(crops) == 12


def test_ovmr_counts_categories_from_0_and_merges_the_same_picks(tmp_path: Path) -> None:
    a, b = pick(tmp_path, "n1/a.JPEG"), pick(tmp_path, "VG/b.jpg", (1, 1, 9, 9))
    crops = plan_ovmr([category([a, b])], [category([a, a])])
    assert [crop.targets for crop in crops] == [
        ("train/2/train_0_imagenet21k_a.JPEG", "val/2/val_0_imagenet21k_a.JPEG"),
        ("train/2/train_1_visual_genome_b.jpg",),
        ("val/2/val_1_imagenet21k_a.JPEG",),
    ]
    assert [crop.shot for crop in crops] == [0, 1, 1]


def test_crops_are_written_once_and_problems_are_said(tmp_path: Path) -> None:
    root, folder = tmp_path / "pictures", tmp_path / "crops"
    draw(root, "n1/a.JPEG", "VG/b.jpg")
    (root / "n1" / "bad.JPEG").write_bytes(b"bad")
    picks = [
        pick(root, "n1/a.JPEG"),
        pick(root, "n1/gone.JPEG"),
        pick(root, "n1/bad.JPEG"),
        pick(root, "VG/b.jpg", (10, 10, 10, 10)),
        pick(root, "VG/b.jpg", (90, 10, 10, 10)),
    ]
    crops = plan_published([category(picks)])
    report = write_crops(crops, folder, silent)
    assert report == WrittenImages(
        2,
        0,
        [
            Issue("imagenet21k", "n1/gone.JPEG", reason="No such file or directory"),
            Issue("imagenet21k", "n1/bad.JPEG", reason="not an image"),
            Issue("visual_genome", "VG/b.jpg", reason="the box leaves nothing of the image"),
        ],
    )
    names = ["0_imagenet21k_a.JPEG", "3_visual_genome_b.jpg"]
    first = written(folder)
    assert sorted(first) == [f"{split}/3/{name}" for split in ("all", "train") for name in names]
    with Image.open(folder / "all" / "3" / names[1]) as crop:
        assert crop.size == (14, 14)

    draw(root, "n1/gone.JPEG")
    (folder / "all" / "3" / names[0]).unlink()
    again = write_crops(crops, folder, silent)
    assert (again.written, again.kept, len(again.problems)) == (2, 1, 2)
    kept = [name for name, at in written(folder).items() if first.get(name) == at]
    assert sorted(kept) == [f"all/3/{names[1]}", f"train/3/{names[1]}"]


def test_other_crops_are_not_mixed_up(tmp_path: Path) -> None:
    draw(tmp_path / "pictures", "a.JPEG")
    draw(tmp_path / "elsewhere", "a.JPEG")
    folder = tmp_path / "crops"
    sample = [category([pick(tmp_path / "pictures", "a.JPEG")])]
    write_crops(plan_published(sample), folder, silent)
    with pytest.raises(OvmrIndexError, match="another sample or layout; give another folder"):
        write_crops(plan_ovmr(sample, sample), folder, silent)
    moved = [category([pick(tmp_path / "elsewhere", "a.JPEG")])]
    assert write_crops(plan_published(moved), folder, silent).kept == 1


def test_a_folder_of_unknown_images_is_left_alone(tmp_path: Path) -> None:
    draw(tmp_path, "a.JPEG")
    crops = plan_published([category([pick(tmp_path, "a.JPEG")])])
    (tmp_path / "crops" / "all").mkdir(parents=True)
    with pytest.raises(OvmrIndexError, match="all: is there already"):
        write_crops(crops, tmp_path / "crops", silent)
    with pytest.raises(OvmrIndexError, match="Not a directory; give another folder"):
        write_crops(crops, tmp_path / "a.JPEG", silent)
    (tmp_path / "odd" / FINGERPRINT).mkdir(parents=True)
    with pytest.raises(OvmrIndexError, match="Is a directory; give another folder"):
        write_crops(crops, tmp_path / "odd", silent)


def test_the_val_images_are_listed_by_category_and_name(tmp_path: Path) -> None:
    root, folder = tmp_path / "pictures", tmp_path / "crops"
    draw(root, "a.JPEG")
    boxed = [pick(root, "a.JPEG", (5, 5, 10, 5)) for _ in range(11)]
    whole = [pick(root, "a.JPEG"), pick(root, "gone.JPEG")]
    crops = plan_ovmr([category(boxed, 1)], [category(whole, 5), category(boxed, 3)])
    write_crops(crops, folder, silent)
    categories: list[dict[str, object]] = [
        {"id": 3, "name": "c", "image_count": 99},
        {"id": 4},
        {"id": 5, "synset": "e"},
    ]
    info = exemplar_info(crops, folder, categories)
    assert info["categories"] == [
        {"id": 3, "name": "c", "image_count": 11},
        {"id": 4, "image_count": 0},
        {"id": 5, "synset": "e", "image_count": 1},
    ]
    assert categories[0]["image_count"] == 99
    assert info["annotations"] == []
    assert [image["id"] for image in info["images"]] == list(range(1, 13))
    assert [image["file_name"] for image in info["images"][:3]] == [
        "2/val_0_visual_genome_a.JPEG",
        "2/val_10_visual_genome_a.JPEG",
        "2/val_1_visual_genome_a.JPEG",
    ]
    assert list(info["images"][-1].items()) == [
        ("id", 12),
        ("file_name", "4/val_0_imagenet21k_a.JPEG"),
        ("pos_category_ids", [5]),
        ("width", 40),
        ("height", 30),
    ]


def test_a_val_crop_that_was_spoilt_is_named(tmp_path: Path) -> None:
    draw(tmp_path / "pictures", "a.JPEG")
    crops = plan_ovmr([], [category([pick(tmp_path / "pictures", "a.JPEG")])])
    write_crops(crops, tmp_path / "crops", silent)
    (tmp_path / "crops" / crops[0].targets[0]).write_bytes(b"")
    with pytest.raises(OvmrIndexError, match=r"val_0.*not an image; delete it"):
        exemplar_info(crops, tmp_path / "crops", [{"id": 3}])


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


@pytest.fixture(scope="module")
def large_pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eighty images that take some time to crop."""
    root = tmp_path_factory.mktemp("large")
    Image.effect_noise((1_500, 1_500), 90).convert("RGB").save(root / "00.jpg")
    for number in range(1, 80):
        (root / f"{number:02}.jpg").hardlink_to(root / "00.jpg")
    return root


def _start(root: Path, folder: Path) -> subprocess.Popen[str]:
    """Start to write the crops in a session of its own, and wait until some are there."""
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(root), str(folder)],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while len(written(folder)) < 4 and process.poll() is None:
        time.sleep(0.005)
    return process


def _finish(root: Path, folder: Path) -> None:
    """Go on after a stop: nothing is lost, nothing left over, nothing that was there made again."""
    before = {name: at for name, at in written(folder).items() if not name.endswith(".partial")}
    assert 0 < len(before) < 160
    crops = plan_published(sample_of(root))
    report = write_crops(crops, folder, silent, workers=2)
    assert report.written + report.kept == len(crops) == 80
    assert report.kept > 0
    after = written(folder)
    assert sorted(after) == sorted(path for crop in crops for path in crop.targets)
    whole = [crop for crop in crops if all(path in before for path in crop.targets)]
    assert len(whole) == report.kept
    assert all(after[path] == before[path] for crop in whole for path in crop.targets)
    for path in after:
        with Image.open(folder / path) as picture:
            picture.load()


@pytest.mark.slow
def test_a_kill_leaves_no_process_and_the_rest_is_made_later(
    large_pictures: Path, tmp_path: Path
) -> None:
    with _start(large_pictures, tmp_path / "crops") as process:
        process.kill()
        # Its output ends when the last process that could write there has ended.
        process.communicate(timeout=30)
    assert process.returncode == -signal.SIGKILL
    _finish(large_pictures, tmp_path / "crops")


@pytest.mark.slow
def test_ctrl_c_ends_all_processes_without_a_word(large_pictures: Path, tmp_path: Path) -> None:
    with _start(large_pictures, tmp_path / "crops") as process:
        os.killpg(process.pid, signal.SIGINT)
        output = process.communicate(timeout=30)
    assert (process.returncode, *output) == (130, "", "")
    _finish(large_pictures, tmp_path / "crops")
