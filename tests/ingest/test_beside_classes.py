"""What is beside the class folders that are read, and may be meant as well: it is named."""

from collections.abc import Sequence

import pytest

from tests.support.contents import rows_of
from tests.support.runs import call
from tests.support.tars import tar_of
from tests.support.trees import APPLE_WNID, BASKET_WNID, TENCH_WNID, TreeBuilder, picture

pytestmark = pytest.mark.slow

P = "imagenet21k_P"
READ = f"{P}/train/{TENCH_WNID}/a.JPEG"
TAR = tar_of({"a.JPEG": picture()})


def _left_out(builder: TreeBuilder, *files: str) -> tuple[int, dict[str, str]]:
    """Ingest ImageNet; return how many files were added, and what was left out and why."""
    for file in files:
        content = TAR if file.endswith(".tar") else picture()
        builder.file(f"imagenet/{file}", content)
    (source,) = builder.index().ingest().sources
    (again,) = builder.index().ingest().sources
    assert again.problems == source.problems
    return source.counts.added, {one.record: one.reason for one in source.problems}


@pytest.mark.parametrize("beside", [f"{APPLE_WNID}/b.JPEG", f"{APPLE_WNID}.tar"])
def test_a_flat_class_beside_the_prepared_tree(builder: TreeBuilder, beside: str) -> None:
    added, left_out = _left_out(builder, READ, beside, f"{BASKET_WNID}/c.JPEG")
    first, reason = left_out.popitem()
    assert (added, left_out, first) == (1, {}, min(BASKET_WNID, beside.partition("/")[0]))
    assert "2 classes beside what is read" in reason
    assert f"run `ovmr-index ingest imagenet {builder.root / 'imagenet'}` to read" in reason
    assert rows_of(builder.index(), "SELECT count(*) FROM ingest_problems") == [(1,)]


def test_the_flat_tree_that_a_prepared_one_was_made_of(builder: TreeBuilder) -> None:
    (builder.root / "imagenet" / APPLE_WNID).mkdir(parents=True)  # whose images were moved
    assert _left_out(builder, READ, f"{TENCH_WNID}/a.JPEG") == (1, {})


BESIDE_TREE = [
    (f"imagenet21k_small_classes/{APPLE_WNID}/b.JPEG", f"to {P}/imagenet21k_small_classes"),
    (f"val/{TENCH_WNID}/b.JPEG", f"it holds 1 class: if it belongs to {P}, move what is in"),
    (f"train/{TENCH_WNID}/b.JPEG", f"move what is in it to {P}/train"),
    (f"Validation/{APPLE_WNID}/b.JPEG", f"move what is in it to {P}/val"),
    (f"test/{APPLE_WNID}/b.JPEG", "ingest folder"),
    (f"winter21/{APPLE_WNID}/b.JPEG", "holds 1 class; `ovmr-index ingest imagenet"),
    (f"ilsvrc/train/{APPLE_WNID}/b.JPEG", "holds folders of splits (train); `ovmr-index"),
    ("imagenet21k_small_classes.tar.gz", f"unpack it into {P}/imagenet21k_small_classes"),
    ("val.tar.part", f"unpack it into {P}/val"),
]


def test_a_split_or_tree_beside_the_prepared_tree(builder: TreeBuilder) -> None:
    added, left_out = _left_out(builder, READ, *(file for file, _ in BESIDE_TREE))
    assert (added, {*left_out}) == (1, {file.partition("/")[0] for file, _ in BESIDE_TREE})
    for file, said in BESIDE_TREE:
        assert said in left_out[file.partition("/")[0]]


def test_what_a_prepared_tree_was_made_of_is_not_said(builder: TreeBuilder) -> None:
    beside = (
        f"winter21/{TENCH_WNID}/a.JPEG",
        "annotations/imagenet_lvis_image_info.json",
        "notes/a.JPEG",
        "winter21_whole.tar.gz",
        "train.md5",
    )
    assert _left_out(builder, READ, *beside) == (1, {})


BESIDE_SPLITS = [
    (f"{P}/test/{APPLE_WNID}/b.JPEG", "test", "ingest folder"),
    (f"{P}/Train/{APPLE_WNID}/b.JPEG", "Train", "rename it to train"),
    (f"{P}/TRAIN/{APPLE_WNID}/b.JPEG", "TRAIN", "rename it to train"),
    (f"{P}/validation/{APPLE_WNID}/b.JPEG", "validation", "rename it to val"),
    (f"{P}/imagenet21k_train/{APPLE_WNID}/b.JPEG", "imagenet21k_train", "rename it to train"),
    (f"{P}/imagenet21k_val/{APPLE_WNID}/b.JPEG", "imagenet21k_val", "rename it to val"),
    (f"{P}/stray.tar", "stray.tar", "unpack it into one of them"),
    (f"{P}/val.tar", "val.tar", "unpack it into one of them"),
    (f"{P}/{APPLE_WNID}.tar", f"{APPLE_WNID}.tar", "unpack it into one of them"),
    (f"{P}/{APPLE_WNID}/b.JPEG", APPLE_WNID, "move them to train/"),
    (f"{P}/N02084071/b.JPEG", "N02084071", "move it to train/n02084071"),
    (f"{P}/more/{APPLE_WNID}/b.JPEG", "more", "holds 1 class; `ovmr-index ingest imagenet"),
    (f"{P}/train/train/{APPLE_WNID}/b.JPEG", "train/train", "ingest imagenet"),
    (f"{P}/val", "val", "is called as a folder of images, and is a file"),
]


def test_what_is_beside_folders_of_splits(builder: TreeBuilder) -> None:
    added, left_out = _left_out(builder, READ, *(file for file, *_ in BESIDE_SPLITS))
    assert (added, {*left_out}) == (1, {record for _, record, _ in BESIDE_SPLITS})
    for _, record, remedy in BESIDE_SPLITS:
        assert remedy in left_out[record]


FLAT = f"{TENCH_WNID}/a.JPEG"
BESIDE_CLASSES = [
    ("N02084071/b.JPEG", "N02084071", "rename it to n02084071"),
    ("n02084071 /b.JPEG", "n02084071 ", "rename it to n02084071"),
    ("n02084071./b.JPEG", "n02084071.", "rename it to n02084071"),
    ("n02084071 (1)/b.JPEG", "n02084071 (1)", "rename it to n02084071"),
    ("N03797390.tar", "N03797390.tar", "rename it to n03797390.tar"),
    ("n03797390 (1).tar", "n03797390 (1).tar", "rename it to n03797390.tar"),
    (f"fall11/{APPLE_WNID}/b.JPEG", "fall11", "ingest imagenet"),
    (f"{APPLE_WNID}/{APPLE_WNID}/b.JPEG", f"{APPLE_WNID}/{APPLE_WNID}", "is a folder within"),
    (APPLE_WNID, APPLE_WNID, "is called as a folder of images, and is a file"),
]


@pytest.mark.parametrize("rows", [BESIDE_CLASSES[:-1], BESIDE_CLASSES[-1:]])
def test_what_is_beside_class_folders(
    builder: TreeBuilder, rows: Sequence[tuple[str, str, str]]
) -> None:
    added, left_out = _left_out(builder, FLAT, *(file for file, *_ in rows))
    assert (added, {*left_out}) == (1, {record for _, record, _ in rows})
    for _, record, remedy in rows:
        assert remedy in left_out[record]


@pytest.mark.parametrize(
    ("target", "said"),
    [("nowhere", "No such file"), (APPLE_WNID, "symbolic links"), ("", "holds no image")],
)
def test_a_class_folder_that_is_none(builder: TreeBuilder, target: str, said: str) -> None:
    builder.file(f"imagenet/{FLAT}", picture())
    folder = builder.root / "imagenet" / APPLE_WNID
    if target:
        folder.symlink_to(target)
    else:
        folder.mkdir()
        builder.touch(folder)
    added, left_out = _left_out(builder)
    assert (added, [name.rstrip("/") for name in left_out]) == (1, [APPLE_WNID])
    assert said in next(iter(left_out.values()))


def test_a_class_archive_without_an_image(builder: TreeBuilder) -> None:
    builder.file(f"imagenet/{APPLE_WNID}.tar", tar_of({}))
    assert _left_out(builder, f"{TENCH_WNID}.tar") == (1, {APPLE_WNID: "holds no image"})


@pytest.mark.parametrize("name", ["imagenet", f"imagenet/{P}/train", "imagenet/annotations"])
def test_a_tree_without_a_class(builder: TreeBuilder, name: str) -> None:
    (builder.root / name).mkdir(parents=True)
    reason = "holds no class folder n01234567, and no archive of one"
    assert _left_out(builder) == (0, {"": reason})


def test_class_folders_beside_archives_that_were_asked_for(builder: TreeBuilder) -> None:
    for path, content in ((f"{TENCH_WNID}.tar", TAR), (f"{APPLE_WNID}/a.JPEG", picture())):
        builder.file(f"imagenet/{path}", content)
    done = call("ingest", "imagenet", "--layout", "tars", root=builder.root)
    assert f"{APPLE_WNID}: is a class folder beside archives" in done.err


def test_what_is_not_asked_about_is_not_said(builder: TreeBuilder) -> None:
    builder.file(f"imagenet/{P}/README.txt", b"")
    builder.file(f"imagenet/{P}/devkit/meta.bin", b"")
    builder.file("imagenet/annotations/a.json", b"{}")
    assert _left_out(builder, READ) == (1, {})


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("imagenet21k_train", "imagenet21k_val"), "imagenet21k_train, imagenet21k_val"),
        (("data/Train",), "data/Train"),
        (("test", "train"), "test"),
        (("a", "b"), "a, b"),
        (("train", "val"), ""),
        (("imagenet",), ""),
    ],
)
def test_folders_of_an_archive_that_are_no_splits(
    builder: TreeBuilder, names: tuple[str, ...], said: str
) -> None:
    files = {f"{name}/{APPLE_WNID}/{i}.JPEG": picture() for i, name in enumerate(names)}
    tar = builder.file("imagenet/all.tar", tar_of(files))
    notes = builder.index().ingest().sources[0].notes
    expected = [
        f"{tar}: classes in {said} are read as one, without a split: to tell splits apart, unpack"
        " it and call the folders train, val, imagenet21k_small_classes"
    ]
    assert [note for note in notes if "as one" in note] == (expected if said else [])
