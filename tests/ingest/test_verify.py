"""`verify`: every kind of difference between index and disk is named, and nothing else is."""

import shutil
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image as Picture

from ovmr_index import Index
from ovmr_index.errors import Issue
from ovmr_index.ingest.verify import Depth
from tests.support.copied_tree import fill
from tests.support.tars import TAR_LAYOUTS
from tests.support.trees import (
    APPLE_WNID,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    image,
    picture,
    vg_image,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow

TRAIN = "coco/train2017/{:012}.jpg"
IMAGENET = "imagenet/imagenet21k_P"
FOLDER = f"train/{TENCH_WNID}"
GENOME = "VisualGenome/objects.json"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> TreeBuilder:
    """Return a tree with an index of four sources: to be copied."""
    builder = TreeBuilder(tmp_path_factory.mktemp("made") / "datasets", empty_index)
    builder.lvis(images=[image(1), image(2)])
    builder.lvis("val", images=[image(3), image(4, folder="val2017")], annotations=[])
    builder.pictures(*map(TRAIN.format, (1, 2, 3)), "coco/val2017/000000000004.jpg")
    builder.imagenet({FOLDER: ["a.JPEG", "b.JPEG", "c.png"], f"val/{APPLE_WNID}": ["d.JPEG"]})
    second = vg_image(2, url="https://cs.stanford.edu/people/rak248/VG_100K_2/2.jpg")
    groups = [vg_objects(1, vg_object(5, TENCH)), vg_objects(2, vg_object(6, TENCH, TENCH))]
    builder.visual_genome(*groups, images=[vg_image(1), second])
    builder.pictures("VisualGenome/VG_100K/1.jpg", "VisualGenome/VG_100K_2/2.jpg")
    with builder.index() as index:
        index.ingest()
    return builder


@pytest.fixture
def index(builder: TreeBuilder, made: TreeBuilder) -> Index:
    """Return an index over a tree to which nothing has happened yet."""
    fill(builder, made)
    return builder.index()


def found(index: Index, depth: Depth = "headers") -> list[tuple[str, ...]]:
    """Return what verify finds, without datasets."""
    return [(one.kind, one.file, one.reason) for one in index.verify(depth).issues]


def test_what_has_not_changed_is_no_issue(index: Index) -> None:
    images: dict[Depth, int] = {"names": 0, "headers": 10, "decode": 10}
    for depth, count in images.items():
        report = index.verify(depth)
        assert (depth, report.issues, report.failed) == (depth, [], False)
        assert (depth, report.images) == (depth, count)


def test_a_file_written_again_with_the_same_content_has_not_changed(
    index: Index, builder: TreeBuilder
) -> None:
    builder.touch(builder.root / "lvis" / "lvis_v1_train.json")
    assert found(index) == []


def test_annotation_files(index: Index, builder: TreeBuilder) -> None:
    train, val = (builder.root / "lvis" / f"lvis_v1_{split}.json" for split in ("train", "val"))
    content = train.read_bytes()
    train.write_bytes(content.replace(b"1440.5", b"1440.6"))
    val.unlink()
    objects = builder.root / GENOME
    objects.unlink()
    objects.symlink_to(objects)
    report = index.verify("names")
    assert report.failed
    assert report.issues == [
        _issue(
            "missing",
            "lvis",
            "lvis/lvis_v1_val.json",
            "the annotation file is missing; it comes with lvis_v1_val.json.zip of LVIS",
        ),
        _issue("unreadable", "visual_genome", GENOME, "Too many levels of symbolic links"),
        _issue(
            "changed",
            "lvis",
            "lvis/lvis_v1_train.json",
            "differs from what was read; run `index.ingest()`",
        ),
    ]


def test_single_images_are_named(index: Index, builder: TreeBuilder) -> None:
    (builder.root / TRAIN.format(2)).unlink()
    (builder.root / IMAGENET / FOLDER / "b.JPEG").unlink()
    (builder.root / "VisualGenome" / "VG_100K" / "more.jpg").write_bytes(picture())
    assert found(index, "names") == [
        ("missing", f"{FOLDER}/b.JPEG", "the image is missing"),
        ("missing", "train2017/000000000002.jpg", "the image is missing"),
    ]


def test_a_folder_is_named_once_with_its_download(index: Index, builder: TreeBuilder) -> None:
    shutil.rmtree(builder.root / "coco" / "train2017")
    shutil.rmtree(builder.root / IMAGENET / "val")
    (builder.root / "VisualGenome" / "VG_100K_2" / "2.jpg").unlink()
    assert found(index) == [
        ("missing", "val", "missing, with 1 image"),
        ("missing", "train2017", "missing, with 3 images; they come with train2017.zip of COCO"),
        (
            "missing",
            "VG_100K_2",
            "its only image is not there; they come with images2.zip of Visual Genome",
        ),
    ]


def test_a_dataset_without_images_is_named_once(index: Index, builder: TreeBuilder) -> None:
    shutil.rmtree(builder.root / "coco")
    shutil.rmtree(builder.root / "imagenet")
    assert found(index) == [
        ("missing", IMAGENET, "missing, with 4 images in 2 folders"),
        (
            "missing",
            "coco",
            "missing, with 4 images in 2 folders; they come with train2017.zip of COCO and"
            " val2017.zip of COCO",
        ),
    ]


def test_images_that_cannot_be_read(index: Index, builder: TreeBuilder) -> None:
    folder = builder.root / IMAGENET / FOLDER
    (folder / "a.JPEG").write_bytes(b"no picture")
    (folder / "c.png").unlink()
    (folder / "c.png").symlink_to("nowhere")
    content = _noise()
    (builder.root / TRAIN.format(1)).write_bytes(content[: len(content) // 2])
    assert found(index, "names") == []
    headers = [
        ("missing", f"{FOLDER}/c.png", "No such file or directory"),
        ("unreadable", f"{FOLDER}/a.JPEG", "not an image"),
    ]
    assert found(index) == headers
    *first, (kind, name, reason) = found(index, "decode")
    assert first == headers
    assert (kind, name) == ("unreadable", "train2017/000000000001.jpg")
    assert "truncated" in reason


def test_odd_images_are_notes(index: Index, builder: TreeBuilder) -> None:
    folder = builder.root / IMAGENET / FOLDER
    (folder / "a.JPEG").write_bytes(picture(kind="PNG"))
    Picture.new("CMYK", (64, 48)).save(folder / "b.JPEG", "JPEG")
    (folder / "c.png").write_bytes(picture())
    report = index.verify()
    assert not report.failed
    assert [(one.kind, one.file, one.reason) for one in report.issues] == [
        ("note", f"{FOLDER}/a.JPEG", "PNG inside .JPEG"),
        ("note", f"{FOLDER}/b.JPEG", "CMYK inside .JPEG"),
        ("note", f"{FOLDER}/c.png", "JPEG inside .png"),
    ]


def test_an_image_of_another_shape_has_changed_and_one_of_another_size_is_a_note(
    index: Index, builder: TreeBuilder
) -> None:
    builder.pictures(TRAIN.format(1), size=(48, 64))
    turned = Picture.new("RGB", (48, 64))
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(builder.root / TRAIN.format(2), exif=exif)
    builder.pictures("coco/val2017/000000000004.jpg", size=(32, 24))
    smaller = "is 32 x 24 pixels, the annotation file says 64 x 48; crops scale its boxes"
    wrong = "is 48 x 64 pixels, the annotation file says 64 x 48"
    assert found(index) == [
        ("changed", "train2017/000000000001.jpg", f"{wrong}; its boxes give no crops"),
        ("note", "train2017/000000000002.jpg", f"{wrong} (turned by EXIF it agrees)"),
        ("note", "val2017/000000000004.jpg", smaller),
    ]
    assert index.verify().failed


def test_an_image_of_another_size_than_was_read_has_changed(
    index: Index, builder: TreeBuilder
) -> None:
    index.exports.target("imagenet-lvis")
    (builder.root / IMAGENET / FOLDER / "a.JPEG").write_bytes(picture((10, 20)))
    reason = "is 10 x 20 pixels, was 64 x 48 when its size was read"
    assert found(index) == [("changed", f"{FOLDER}/a.JPEG", reason)]


def test_odd_boxes_are_notes(builder: TreeBuilder) -> None:
    inside = annotation(7, bbox=[0, 0, 64.4, 48])  # rounded: half a pixel outside is none
    builder.lvis(annotations=[inside, annotation(9, bbox=[1, 1, 64, 5])])
    builder.pictures(TRAIN.format(1), "VisualGenome/VG_100K/1.jpg")
    objects = [vg_object(3, TENCH, x=-4), vg_object(4, TENCH, w=0), vg_object(2), vg_object(5)]
    builder.visual_genome(vg_objects(1, *objects))
    index = builder.index()
    index.ingest()
    report = index.verify()
    assert not report.failed
    assert report.issues == [
        _issue(
            "note",
            "lvis",
            "lvis/lvis_v1_train.json",
            "1 box leaves its image; the lowest id is 9",
        ),
        _issue("note", "visual_genome", GENOME, "1 box has no extent; the lowest id is 4"),
        _issue("note", "visual_genome", GENOME, "1 box leaves its image; the lowest id is 3"),
        _issue("note", "visual_genome", GENOME, "2 objects have no synset; the lowest id is 2"),
    ]


def test_boxes_without_a_pixel_inside_their_image_are_notes(builder: TreeBuilder) -> None:
    builder.pictures("VisualGenome/VG_100K/1.jpg")
    at = [{"x": 64}, {"x": -40}, {"y": 48}, {"x": 63}, {"x": -39}, {"x": 900, "w": 0}]
    boxes = (vg_object(key, TENCH, **place) for key, place in enumerate(at, 1))
    builder.visual_genome(vg_objects(1, *boxes))
    index = builder.index()
    index.ingest()
    reasons = [issue.reason for issue in index.verify().issues]
    assert "3 boxes have no pixel inside their image; the lowest id is 1" in reasons
    assert "1 box has no extent; the lowest id is 6" in reasons


@pytest.mark.exhaustive(but=["tar of zips"])
@pytest.mark.parametrize("layout", TAR_LAYOUTS)
def test_images_in_tars(builder: TreeBuilder, layout: str) -> None:
    source = builder.imagenet({FOLDER: ["a.JPEG"], f"val/{APPLE_WNID}": ["b.JPEG"]})
    (source.path / FOLDER / "bad.JPEG").write_bytes(b"no picture")
    TAR_LAYOUTS[layout](source.path)
    index = builder.index()
    index.ingest()
    assert found(index, "names") == []
    assert found(index) == [("unreadable", f"{FOLDER}/bad.JPEG", "not an image")]
    assert index.verify().images == 3
    tars = [path for path in sorted(source.path.rglob("*")) if path.is_file()]
    for tar in tars:
        tar.write_bytes(tar.read_bytes() + b"more")
    changed = found(index)
    assert [kind for kind, _, _ in changed] == ["changed"] * len(tars)
    assert all("bytes, was" in reason for _, _, reason in changed)
    for tar in tars:
        tar.unlink()
    names = [tar.relative_to(source.path).as_posix() for tar in tars]
    assert found(index) == [("missing", name, "the tar is missing") for name in names]


def _issue(kind: str, dataset: str, file: str, reason: str) -> Issue:
    return Issue(dataset, file, kind=kind, reason=reason)


def _noise() -> bytes:
    """Return a JPEG of 64 x 48 pixels that has enough in it to be cut in half."""
    output = BytesIO()
    Picture.effect_noise((64, 48), 100).save(output, "JPEG")
    return output.getvalue()
