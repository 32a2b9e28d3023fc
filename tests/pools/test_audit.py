"""`audit`: leaks that were planted are all found, and nothing else; `--exclude-val` ends them."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from ovmr_index import Index
from ovmr_index.db.engine import data_version, reading
from ovmr_index.db.models import Image, ImageHash
from ovmr_index.errors import MissingSourceError, UnwritableError
from ovmr_index.pools.audit import AuditFinding, Kind
from ovmr_index.pools.recipe import Recipe
from ovmr_index.samples.options import DrawOptions, Filters
from tests.support.copied_tree import copied_builder
from tests.support.drawn import drawn
from tests.support.few_synsets import index_of_few_synsets
from tests.support.planted import (
    BY_CONTENT,
    BY_ID,
    CATEGORIES,
    DRAWN,
    IMAGENET,
    TENCHES,
    VAL,
    plant,
)
from tests.support.tampering import forbid_writes
from tests.support.tars import to_packed_class_tars
from tests.support.trees import (
    APPLE,
    APPLE_WNID,
    BASKET,
    TENCH,
    TreeBuilder,
    annotation,
    image,
    vg_image,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> TreeBuilder:
    """Return a builder of a tree with its index, to be copied."""
    few = index_of_few_synsets(tmp_path_factory)
    builder = TreeBuilder(tmp_path_factory.mktemp("audit") / "datasets", few)
    plant(builder).close()
    return builder


@pytest.fixture
def planted(made: TreeBuilder, tmp_path: Path) -> TreeBuilder:
    """Return a builder of that tree with its index, for one test."""
    return copied_builder(made, tmp_path / "own")


@pytest.fixture
def index(planted: TreeBuilder) -> Index:
    """Return an index for one test; there are no substitutes."""
    return planted.index()


def _with_images(planted: TreeBuilder, images: dict[str, bytes]) -> Index:
    """Return the index of a planted tree after more images have come into ImageNet's folders."""
    for name, content in images.items():
        planted.file(f"{IMAGENET}/{name}", content)
    index = planted.index()
    index.ingest([planted.imagenet({})])
    index.collate(substitutes={})
    return index


def _leaks(index: Index, *, ids_only: bool = False) -> set[tuple[Any, ...]]:
    found = [one for one in index.audit(ids_only=ids_only) if one.kind == "val_image"]
    leaks = {(one.dataset, one.file_name, one.region_id, one.reason) for one in found}
    assert len(leaks) == len(found)
    return leaks


def _notes(index: Index, kind: Kind) -> list[AuditFinding]:
    return [one for one in index.audit() if one.kind == kind]


def _hashed(index: Index) -> list[str]:
    query = select(Image.c.file_name).join(ImageHash, ImageHash.c.image_pk == Image.c.pk)
    with reading(index.engine) as connection:
        return sorted(Path(name).name for name in connection.execute(query).scalars())


def _writes(index: Index) -> bytes | int:
    """Return the counter in which an index, or SQLite's file, keeps how often it was written."""
    if isinstance(index.location, Path):
        return index.path.read_bytes()[24:28]
    with reading(index.engine) as connection:
        return data_version(connection)


def test_ids_find_leaks_without_opening_an_image(index: Index) -> None:
    before = _writes(index)
    assert _leaks(index, ids_only=True) == BY_ID
    first, *_ = index.audit(ids_only=True)
    assert first.as_json() == {
        "kind": "val_image",
        "category_id": 1,
        "synset": TENCH,
        "dataset": "visual_genome",
        "file_name": "VG_100K/100.jpg",
        "image_id": 100,
        "region_id": 7,
        "reason": f"its COCO id is that of {VAL[20]} of LVIS val",
    }
    assert _writes(index) == before


def test_equal_content_is_found_by_files_of_equal_size(planted: TreeBuilder) -> None:
    as_large = drawn(33, quality=90).ljust(len(drawn(20)), b"\0")
    assert len(as_large) == len(drawn(20))
    index = _with_images(planted, {f"{TENCHES}/as_large.JPEG": as_large})
    assert _leaks(index) == BY_ID | BY_CONTENT
    # Image 9 is itself an exemplar. An image of another size cannot be one of val.
    ours, of_val = ["as_large.JPEG", "same.JPEG"], ["000000000009.jpg", "000000000020.jpg"]
    assert _hashed(index) == sorted([*of_val, of_val[0], *ours])


@pytest.mark.slow
def test_another_audit_hashes_nothing(index: Index) -> None:
    first = list(index.audit())
    before = _writes(index)
    assert list(index.audit()) == first
    assert list(index.audit(ids_only=True)) == first
    assert _writes(index) == before


def test_without_an_image_of_val_nothing_is_written(index: Index) -> None:
    before = _writes(index)
    for name in VAL.values():
        (index.root / "coco" / name).unlink()
    with pytest.warns(UserWarning, match="^2 of 2 images of LVIS val are not on the disk: "):
        assert _leaks(index) == BY_ID
    assert _writes(index) == before


def test_images_of_pools_that_are_not_there_are_counted(index: Index) -> None:
    shutil.rmtree(index.root / "VisualGenome" / "VG_100K")
    report = index.pools.hash_possible_copies()
    said = " images of the pools are not on the disk: they are compared by id alone"
    assert report.absent.endswith(said)
    assert report.describe() == [report.absent]
    assert report.summary == report.absent


def test_a_dataset_outside_of_the_root_is_compared(index: Index, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere" / "apple" / "copy.jpg"
    copy.parent.mkdir(parents=True)
    shutil.copy(index.root / "coco" / VAL[20], copy)
    index.ingest([index.sources.folder(copy.parent.parent, "own")])
    found = [one for one in index.audit(vocabulary="own") if one.kind == "val_image"]
    assert [(one.dataset, one.file_name) for one in found] == [("own", "apple/copy.jpg")]


def test_a_file_that_has_changed_since_is_hashed_again(index: Index) -> None:
    name = f"{TENCHES}/other.JPEG"
    assert index.pools.hash_images() == []
    assert name not in {one[1] for one in _leaks(index)}
    shutil.copy(index.root / "coco" / VAL[20], index.root / IMAGENET / name)
    assert name in {one[1] for one in _leaks(index)}


def test_empty_files_are_no_images_of_one_another(index: Index) -> None:
    name = f"{TENCHES}/other.JPEG"
    for path in (index.root / IMAGENET / name, index.root / "coco" / VAL[20]):
        path.write_bytes(b"")
    report = index.pools.hash_possible_copies()
    assert {issue.reason for issue in report.unreadable} == {"the file is empty"}
    assert name in {issue.file for issue in report.unreadable}
    assert name not in {one.file_name for one in index.audit(ids_only=True)}


def test_an_image_of_val_that_comes_later_is_compared(index: Index) -> None:
    image_file = index.root / "coco" / VAL[20]
    image_file.rename(image_file.with_suffix(".later"))
    assert [issue.file for issue in index.pools.hash_images()] == [VAL[20]]
    with pytest.warns(UserWarning, match="^1 of 2 images of LVIS val are not on the disk: "):
        assert _leaks(index) == BY_ID
    image_file.with_suffix(".later").rename(image_file)
    assert _leaks(index) == BY_ID | BY_CONTENT


def test_content_in_tars_is_compared(builder: TreeBuilder) -> None:
    for name in ("same", "other"):
        path = f"{IMAGENET}/{TENCHES}/{name}.JPEG"
        builder.file(path, DRAWN[path])
    to_packed_class_tars(builder.root / IMAGENET)
    builder.lvis(categories=CATEGORIES, annotations=[])
    builder.lvis("val", images=[image(20, "val2017")], annotations=[])
    builder.file(f"coco/{VAL[20]}", drawn(20))
    index = builder.index()
    index.ingest()
    tar = index.root / IMAGENET / f"{TENCHES}.tar.gz"
    content = tar.read_bytes()
    tar.unlink()
    with pytest.warns(UserWarning, match="^2 of 2 images of the pools are not on the disk: "):
        assert _leaks(index) == set()
    tar.write_bytes(content[:40])
    with pytest.warns(UserWarning, match="^1 images? cannot be read, the first is .*same.JPEG: "):
        assert _leaks(index) == set()
    tar.write_bytes(content)
    assert _leaks(index) == BY_CONTENT
    assert _hashed(index) == ["000000000020.jpg", "same.JPEG"]


def test_an_index_that_cannot_be_written_is_compared_by_ids(index: Index) -> None:
    list(index.audit(ids_only=True))
    forbid_writes(index)
    with pytest.warns(UserWarning, match=r"read-?only \w+.* by id, and by the hashes that"):
        assert _leaks(index) == BY_ID
    with pytest.raises(UnwritableError, match="get the permission to write"):
        index.pools.hash_images()


def test_all_content_is_found_when_it_is_known(index: Index) -> None:
    assert index.pools.hash_images() == []
    assert _leaks(index, ids_only=True) == BY_ID | BY_CONTENT


def test_images_that_look_alike_are_found_when_it_is_known(index: Index) -> None:
    (issue,) = index.pools.hash_images(perceptual=True)
    assert (issue.dataset, issue.file) == ("imagenet21k", f"{TENCHES}/torn.JPEG")
    assert "truncated" in issue.reason
    found = _leaks(index) - BY_ID - BY_CONTENT
    ((_, name, _, reason),) = found
    assert name == f"{TENCHES}/smaller.JPEG"
    assert reason.startswith(f"looks like {VAL[20]} of LVIS val: ")


def test_plain_images_look_like_nothing(builder: TreeBuilder) -> None:
    builder.lvis(annotations=[])
    builder.lvis("val", images=[image(5, "val2017")], annotations=[])
    builder.pictures("coco/val2017/000000000005.jpg", size=(64, 48))
    builder.imagenet({TENCHES: []})
    builder.pictures(f"{IMAGENET}/{TENCHES}/a.JPEG", size=(32, 24))
    index = builder.index()
    index.ingest()
    assert index.pools.hash_images(perceptual=True) == []
    assert _leaks(index) == set()


@pytest.mark.slow
def test_without_val_there_is_none(index: Index) -> None:
    for perceptual in (None, False, True):
        if perceptual is not None:
            index.pools.hash_images(perceptual=perceptual)
            index.collate(substitutes={})
        leaking = {(one.dataset, one.file_name, one.region_id) for one in index.audit()}
        whole = {(pick.dataset, pick.file_name, pick.region_id) for pick in index.exemplars(TENCH)}
        index.collate(Recipe(exclude_val=True), {})
        assert _leaks(index) == set()
        rest = {(pick.dataset, pick.file_name, pick.region_id) for pick in index.exemplars(TENCH)}
        assert rest == whole - leaking


def test_the_rule_holds_until_collate_runs_again(planted: TreeBuilder) -> None:
    index = planted.index()
    index.collate(Recipe(exclude_val=True), {})
    genome = planted.visual_genome(
        vg_objects(100, vg_object(7, TENCH), vg_object(8, TENCH)),
        images=[vg_image(100, coco_id=20)],
    )
    index.ingest([genome])
    assert index.status().pools == "stale"
    assert _leaks(index, ids_only=True) == set()
    assert index.pools.recipe().exclude_val
    index.collate(substitutes={})
    assert {one[2] for one in _leaks(index, ids_only=True)} == {5, 7, 8}


def test_a_draw_may_leave_val_out(index: Index) -> None:
    def drawn_names(method: str, choice: Filters) -> set[str]:
        options = DrawOptions(9, method=method, on_shortage="take-all", filters=choice)
        return {pick.file_name for category in index.sample(options) for pick in category.exemplars}

    leaking = {name for _, name, *_ in BY_ID}
    for method in ("numpy", "stable"):
        kept = drawn_names(method, Filters(exclude_val=True))
        assert drawn_names(method, Filters()) - kept == leaking


def test_an_index_without_val_can_tell_nothing(builder: TreeBuilder) -> None:
    builder.lvis()
    index = builder.index()
    index.ingest()
    asks: tuple[Callable[[], object], ...] = (
        lambda: list(index.audit()),
        lambda: index.collate(Recipe(exclude_val=True)),
        lambda: index.sample(DrawOptions(1, filters=Filters(exclude_val=True))),
    )
    for ask in asks:
        with pytest.raises(MissingSourceError, match="holds no LVIS val annotations"):
            ask()
    assert index.coverage()[0].total == 1


def test_an_exemplar_of_two_categories_is_noted(index: Index) -> None:
    assert _notes(index, "two_categories") == []
    index.collate(substitutes={BASKET: [APPLE, TENCH], APPLE: [TENCH]})
    notes = _notes(index, "two_categories")
    assert len(notes) == 3 * 6 + 2  # tench is a substitute of both; and the box of apple
    reasons = {(one.category_id, one.dataset, one.region_id): one.reason for one in notes}
    assert reasons[1, "visual_genome", 7] == f"stands for {APPLE} and 1 more as well"
    assert reasons[2, "visual_genome", 9] == f"stands for {BASKET} as well"
    assert reasons[3, "visual_genome", 9] == f"stands for {APPLE} as well"


def test_equal_images_of_two_categories_are_noted(planted: TreeBuilder) -> None:
    index = _with_images(planted, {f"train/{APPLE_WNID}/apple.JPEG": drawn(31)})
    assert _notes(index, "two_categories") == []
    index.pools.hash_images()
    found = _notes(index, "two_categories")
    notes = {(one.category_id, one.file_name, one.reason) for one in found}
    assert notes == {
        (1, f"{TENCHES}/other.JPEG", f"stands for {APPLE} as well"),
        (2, f"train/{APPLE_WNID}/apple.JPEG", f"stands for {TENCH} as well"),
    }


def test_one_image_from_two_datasets_is_noted(planted: TreeBuilder) -> None:
    images = [vg_image(102, coco_id=1)]
    genome = planted.visual_genome(vg_objects(102, vg_object(9, APPLE)), images=images)
    index = _with_images(planted, {f"train/{APPLE_WNID}/apple.JPEG": drawn(2)})
    index.ingest([genome])

    def reasons() -> dict[tuple[str, str], str]:
        notes = _notes(index, "duplicate")
        assert {one.category_id for one in notes} == {2}
        return {(one.dataset, one.file_name): one.reason for one in notes}

    same, also = "the same image as", "which stands for the category as well"
    by_id = {
        ("lvis", "train2017/000000000001.jpg"): (
            f"by COCO id {same} visual_genome VG_100K/102.jpg, {also}"
        ),
        ("visual_genome", "VG_100K/102.jpg"): (
            f"by COCO id {same} lvis train2017/000000000001.jpg, {also}"
        ),
    }
    assert reasons() == by_id
    index.pools.hash_images()
    apple = f"train/{APPLE_WNID}/apple.JPEG"
    assert reasons() == by_id | {
        ("lvis", "train2017/000000000002.jpg"): f"by content {same} imagenet21k {apple}, {also}",
        ("imagenet21k", apple): f"by content {same} lvis train2017/000000000002.jpg, {also}",
    }


def test_copies_of_a_file_in_one_class_are_noted(planted: TreeBuilder) -> None:
    first, second = (f"train/{APPLE_WNID}/{name}" for name in ("copy (1).JPEG", "copy.JPEG"))
    index = _with_images(planted, dict.fromkeys((first, second), drawn(31)))
    assert _notes(index, "duplicate") == []
    index.pools.hash_images()
    assert {(one.file_name, one.reason.split(",")[0]) for one in _notes(index, "duplicate")} == {
        (first, f"by content the same image as imagenet21k {second}"),
        (second, f"by content the same image as imagenet21k {first}"),
    }


def test_a_category_with_one_image_is_noted(builder: TreeBuilder) -> None:
    builder.lvis(
        categories=CATEGORIES,
        images=[image(1), image(2)],
        annotations=[
            annotation(1, 1, 1),
            annotation(2, 1, 1, bbox=[4, 4, 40.5, 35]),
            annotation(3, 1, 2),
            annotation(4, 2, 2),
            annotation(5, 2, 3),
        ],
    )
    builder.lvis("val", annotations=[], images=[])
    index = builder.index()
    index.ingest()
    reasons = [(one.category_id, one.region_id, one.reason) for one in index.audit()]
    all_two = "all 2 exemplars of its category are from this image"
    assert reasons == [
        (1, 1, all_two),
        (1, 2, all_two),
        (3, 5, "the only exemplar of its category"),
    ]
