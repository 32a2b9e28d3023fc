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
            [pick(root, name, (50, 50, 540, 540)) for name in names[start : start + 10]], start
        )
        for start in range(0, len(names), 10)
    ]


def draw(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 30), "red").save(root / name, "JPEG")


def written(folder: Path) -> dict[str, int]:
    """Each crop that is there with the number of its file, which is another for another file."""
    return {
        path.relative_to(folder).as_posix(): path.stat().st_ino
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


@pytest.mark.parametrize("how", ["written over", "moved there"])
def test_a_crop_is_made_again_where_its_image_has_changed(tmp_path: Path, how: str) -> None:
    root, folder = tmp_path / "pictures", tmp_path / "crops"
    draw(root, "b.jpg")
    other = root / "b.jpg" if how == "written over" else tmp_path / "other.jpg"
    if how == "moved there":  # with a time of its own, before that of any crop
        Image.new("RGB", (40, 30), "blue").save(other, "JPEG")
        os.utime(other, (1_000_000_000, 1_000_000_000))
    crops = plan_published([category([pick(root, "b.jpg", (10, 10, 10, 10))])])
    assert write_crops(crops, folder, silent).written == 1
    assert write_crops(crops, folder, silent).kept == 1
    time.sleep(0.02)  # the clock of a file system may be coarse
    if how == "written over":
        Image.new("RGB", (40, 30), "blue").save(other, "JPEG")
    other.rename(root / "b.jpg")
    assert write_crops(crops, folder, silent) == WrittenImages(1, 0, [])
    with Image.open(folder / "all" / "3" / "0_visual_genome_b.jpg") as crop:
        assert crop.convert("RGB").tobytes()[-1] > 200
    assert write_crops(crops, folder, silent).kept == 1
    (root / "b.jpg").unlink()
    assert write_crops(crops, folder, silent).kept == 1


def test_other_crops_are_not_mixed_up(tmp_path: Path) -> None:
    draw(tmp_path / "pictures", "a.JPEG")
    folder = tmp_path / "crops"
    sample = [category([pick(tmp_path / "pictures", "a.JPEG")])]
    write_crops(plan_published(sample), folder, silent)
    with pytest.raises(OvmrIndexError, match="another sample or layout; give another folder"):
        write_crops(plan_ovmr(sample, sample), folder, silent)
    (tmp_path / "pictures").rename(tmp_path / "elsewhere")
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


@pytest.fixture(scope="module")
def large_pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fifty images that take some time to crop."""
    root = tmp_path_factory.mktemp("large")
    Image.effect_noise((900, 900), 90).convert("RGB").save(root / "00.jpg")
    for number in range(1, 50):
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
    while _count(folder) < 4 and process.poll() is None:
        time.sleep(0.005)
    return process


def _count(folder: Path) -> int:
    """Count files without a look at each, which may have another name by then."""
    return sum(len(files) for _, _, files in os.walk(folder))


def _finish(root: Path, folder: Path) -> None:
    """Go on after a stop: nothing is lost, nothing left over, nothing that was there made again."""
    before = {name: at for name, at in written(folder).items() if not name.endswith(".partial")}
    assert 0 < len(before) < 100
    crops = plan_published(sample_of(root))
    report = write_crops(crops, folder, silent, workers=2)
    assert report.written + report.kept == len(crops) == 50
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
        process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL
    _finish(large_pictures, tmp_path / "crops")


@pytest.mark.exhaustive  # `cli/test_signals.py` interrupts the command
@pytest.mark.slow
def test_ctrl_c_ends_all_processes_without_a_word(large_pictures: Path, tmp_path: Path) -> None:
    with _start(large_pictures, tmp_path / "crops") as process:
        os.killpg(process.pid, signal.SIGINT)
        output = process.communicate(timeout=120)
    assert (process.returncode, *output) == (130, "", "")
    _finish(large_pictures, tmp_path / "crops")
