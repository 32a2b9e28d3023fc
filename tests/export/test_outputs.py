"""Outputs never replace an input or the index, nor good records by none."""

import json
import os
import shutil
import stat
import threading
from pathlib import Path

import pytest

from ovmr_index import DrawOptions, EmptyOutputError, Index, ProtectedPathError, UsageError
from ovmr_index.export.outputs import check_output
from ovmr_index.formats.imagenet_releases import wnids_of_lvis
from tests.support.copied_tree import fill
from tests.support.runs import call
from tests.support.tars import to_class_tars
from tests.support.trees import TENCH, TENCH_WNID, TreeBuilder, annotation, vg_object, vg_objects

pytestmark = pytest.mark.slow

CLASS = f"imagenet/imagenet21k_P/train/{TENCH_WNID}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> TreeBuilder:
    """Return a tree of each kind of source, with a mapping file, and its index: to be copied."""
    builder = TreeBuilder(tmp_path_factory.mktemp("made") / "datasets", empty_index)
    builder.lvis()
    builder.lvis("val", annotations=[annotation(1)])
    builder.pictures("coco/train2017/000000000001.jpg", "VisualGenome/VG_100K/1.jpg")
    builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG", "b.JPEG"]})
    builder.visual_genome(vg_objects(1, vg_object(1, TENCH)))
    builder.pictures("mine/img/a.jpg")
    images = [{"id": 1, "file_name": "a.jpg", "width": 64, "height": 48}]
    boxes = [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 40, 40], "area": 1600}]
    categories = [{"id": 1, "name": "cup"}]
    content = {"images": images, "annotations": boxes, "categories": categories}
    builder.json("mine/ann.json", content)
    builder.json("mine/synsets.json", {"cup": TENCH})
    with builder.index() as index:
        index.ingest()
    root = builder.root / "mine"
    options = ("--images", root / "img", "--synsets", root / "synsets.json")
    done = call("ingest", "coco", root / "ann.json", "--name", "mine", *options, root=builder.root)
    assert done.code == 0, done.err
    return builder


@pytest.fixture
def index(builder: TreeBuilder, made: TreeBuilder) -> Index:
    """Return an index of each kind of source, one of them with a mapping file."""
    fill(builder, made)
    return builder.index()


def _state(root: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


PROTECTED = {
    "ovmr.db": "is the index",
    "ovmr.db-journal": "is a journal of the index",
    "ovmr.db-wal": "is a journal of the index",
    "lvis/lvis_v1_train.json": "is what lvis_v1_train was read from",
    "lvis/lvis_v1_val.json": "is what lvis_v1_val was read from",
    "VisualGenome/objects.json": "is what visual_genome was read from",
    "VisualGenome/image_data.json": "is what visual_genome was read from",
    "mine/ann.json": "is what mine was read from",
    "mine/synsets.json": "maps the categories of mine to synsets",
    "mine/img/a.jpg": "among the images of mine",
    "mine/img/new.json": "among the images of mine",
    "mine/img/new/folder/x.json": "among the images of mine",
    "imagenet/imagenet21k_P/x.json": "among the images of imagenet21k",
    f"{CLASS}/a.JPEG": "among the images of imagenet21k",
    "imagenet/imagenet21k_P/train/x.json": "among the images of imagenet21k",
    "coco/train2017/x.json": "among the images of lvis",
    "coco/train2017/000000000001.jpg": "among the images of lvis",
    "VisualGenome/VG_100K/x.json": "among the images of visual_genome",
}


def test_inputs_and_the_index_are_refused_by_name(index: Index, builder: TreeBuilder) -> None:
    before = _state(builder.root)
    is_file = isinstance(index.location, Path)
    for where, what in PROTECTED.items():
        if where.startswith("ovmr.db") and not is_file:
            continue
        with pytest.raises(ProtectedPathError) as caught:
            index.exports.target("norare", builder.root / where)
        assert f"{builder.root / where}: " in str(caught.value)
        assert what in str(caught.value)
    done = call("export", "norare", "-o", builder.root / where, root=builder.root)
    assert done.code == 2
    assert f"{builder.root / where}: " in done.error
    assert what in done.error
    assert _state(builder.root) == before


@pytest.mark.parametrize(
    "where",
    [
        "lvis/lvis_v1_train.json",
        pytest.param("ovmr.db", marks=pytest.mark.sqlite_only),
        f"{CLASS}/new.json",
    ],
)
def test_other_ways_to_a_file_are_the_same(
    index: Index, builder: TreeBuilder, tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = builder.root / where
    (tmp_path / "to the root").symlink_to(builder.root)
    (tmp_path / "link").symlink_to(path)
    (tmp_path / "folder").symlink_to(path.parent)
    ways = [
        tmp_path / "to the root" / where,
        tmp_path / "link",
        tmp_path / "folder" / path.name,
        path.parent / ".." / path.parent.name / path.name,
    ]
    if path.exists():
        (tmp_path / "hard").hardlink_to(path)
        ways.append(tmp_path / "hard")
    monkeypatch.chdir(path.parent)
    ways.append(Path(path.name))
    for way in ways:
        with pytest.raises(ProtectedPathError):
            index.exports.target("cat-info", way)
    for done in (
        call("export", "sample", "-K", 1, "-o", ways[0], root=builder.root),
        call("export", "manifest", "-o", ways[1], root=builder.root),
        call("export", "imagenet-lvis", "-o", ways[2], root=builder.root),
    ):
        assert done.code == 2, done.err


def test_images_that_are_links_to_elsewhere_are_protected_there(
    index: Index, builder: TreeBuilder, tmp_path: Path
) -> None:
    far = tmp_path / "far"
    shutil.move(builder.root / "coco" / "train2017", far)
    (builder.root / "coco" / "train2017").symlink_to(far)
    with pytest.raises(ProtectedPathError, match="among the images of lvis"):
        index.exports.target("norare", far / "x.json")


def test_a_backup_and_folders_are_guarded_too(index: Index, builder: TreeBuilder) -> None:
    index.sample(DrawOptions(k=1, on_shortage="take-all"), name="one")
    inside = builder.root / CLASS
    before = _state(builder.root)
    copies: list[tuple[object, ...]] = [
        ("db", "copy", index.name, inside / "copy.db"),
        ("db", "copy", index.name, builder.root / "lvis" / "lvis_v1_train.json"),
    ]
    if isinstance(index.location, Path):
        copies += [
            ("db", "backup", inside / "copy.db"),
            ("db", "backup", builder.root / "ovmr.db-journal"),
        ]
    for arguments in (
        *copies,
        ("export", "crops", "--name", "one", "-o", inside),
        ("export", "crops", "--name", "one", "-o", inside / "below" / "it"),
        ("export", "images", "--name", "one", "-o", inside),
        ("export", "images", "--name", "one", "-o", builder.root / "coco"),
        ("export", "images", "--name", "one", "-o", builder.root / "VisualGenome"),
        ("export", "crops", "--name", "one", "-o", builder.root / "coco" / "."),
        ("export", "sample", "-K", 1, "--seeds", "1-2", "-o", inside),
    ):
        done = call(*arguments, root=builder.root)
        assert done.code == 2, (arguments, done.err)
        is_folder = arguments[1] in {"crops", "images"}
        assert f"; write to another {'folder' if is_folder else 'file'}" in done.error
    assert _state(builder.root) == before


def test_usual_inputs_that_were_not_read_are_protected(builder: TreeBuilder) -> None:
    builder.lvis()
    index = builder.index()
    index.ingest()
    builder.lvis("val")
    with pytest.raises(ProtectedPathError, match="is what an ingest reads"):
        index.exports.target("norare", builder.root / "lvis" / "lvis_v1_val.json")


def test_inputs_of_another_root_are_protected(builder: TreeBuilder, tmp_path: Path) -> None:
    builder.lvis()
    index = builder.index()
    index.ingest()
    other = TreeBuilder(tmp_path / "other")
    other.visual_genome(vg_objects(1))
    for spec in (other.lvis(), other.lvis("val")):
        with pytest.raises(ProtectedPathError, match="is what an ingest of another root reads"):
            index.exports.target("norare", spec.path)
    for name in ("objects.json", "image_data.json"):
        with pytest.raises(ProtectedPathError, match="another root"):
            index.exports.target("cat-info", other.root / "VisualGenome" / name)
    spec.path.unlink()  # made for another root, where there is none yet
    assert index.exports.target("norare", spec.path).records == 1


def test_archives_are_protected(builder: TreeBuilder) -> None:
    builder.lvis()
    tree = builder.imagenet({TENCH_WNID: ["a.JPEG"]}, flat=True).path
    to_class_tars(tree)
    index = builder.index()
    index.ingest()
    for where in (f"{TENCH_WNID}.tar", f"{TENCH_WNID}/x.json"):
        with pytest.raises(ProtectedPathError):
            index.exports.target("norare", tree / where)
    assert index.exports.target("norare", tree / "other" / "x.json").records == 1


def test_published_paths_stay_allowed_and_what_is_not_an_image_beside_images(
    builder: TreeBuilder,
) -> None:
    builder.lvis()
    builder.lvis("val", annotations=[])
    builder.imagenet({TENCH_WNID: ["a.JPEG"]}, flat=True)
    index = builder.index()
    index.ingest()
    published = builder.root / "imagenet" / "annotations" / "imagenet_lvis_image_info.json"
    assert index.exports.target("imagenet-lvis").path == published
    assert index.exports.target("imagenet-lvis", published).records == 1
    for where in ("imagenet/annotations/x.json", "coco/annotations/x.json", "lvis/x.json"):
        assert index.exports.target("norare", builder.root / where).records == 1


def test_images_in_the_root_itself_leave_room_for_files(builder: TreeBuilder) -> None:
    builder.pictures("a.jpg")
    images = [{"id": 1, "file_name": "a.jpg", "width": 64, "height": 48}]
    builder.json("ann.json", {"images": images, "annotations": [], "categories": []})
    builder.lvis()
    index = builder.index()
    index.ingest()
    options = ("--name", "mine", "--images", builder.root)
    assert call("ingest", "coco", builder.root / "ann.json", *options, root=builder.root).code == 0
    assert index.exports.target("norare").records == 1
    assert index.exports.target("norare", builder.root / "out" / "x.json").records == 1
    with pytest.raises(ProtectedPathError):
        index.exports.target("norare", builder.root / "x.json")


def test_a_published_path_that_is_an_input_fails_alone(builder: TreeBuilder) -> None:
    builder.lvis()
    index = builder.index()
    index.ingest()
    index.exports.target("norare")
    norare = builder.root / "lvis" / "lvis_v1_train_norare.json"
    options = ("--name", "mine", "--images", builder.root / "coco")
    assert call("ingest", "coco", norare, *options, root=builder.root).code == 0
    before = norare.read_bytes()
    done = call("export", root=builder.root)
    assert done.code == 1
    assert f"norare: failed: {norare}: is what mine was read from" in done.err
    assert "exemplar_dict.json: 1 records" in done.out
    assert norare.read_bytes() == before


def test_a_folder_of_another_case_is_the_same_where_the_disk_says_so(
    index: Index, builder: TreeBuilder
) -> None:
    upper = builder.root / "COCO" / "TRAIN2017"
    if not upper.exists():  # as it is on a disk that folds case
        upper.parent.mkdir()
        upper.symlink_to(builder.root / "coco" / "train2017")
    with pytest.raises(ProtectedPathError):
        index.exports.target("norare", upper / "x.json")


def test_usual_paths_stay_below_the_root(
    builder: TreeBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    builder.lvis()
    builder.index().ingest()
    folder = builder.root / "lvis"
    monkeypatch.chdir(folder)
    index = Index.open("..")
    assert index.exports.target("norare").records == 1
    for name in ("../../x", "a/../../../x"):
        with pytest.raises(UsageError, match="cannot name a sample"):
            index.exports.sample(name)


def test_many_folders_are_not_all_looked_at(
    builder: TreeBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = sorted(wnids_of_lvis())[:300]
    builder.lvis()
    builder.imagenet({name: ["a.JPEG"] for name in names}, flat=True)
    index = builder.index()
    index.ingest()
    session = index.exports._session
    with pytest.raises(ProtectedPathError):
        check_output(session, builder.root / "imagenet" / names[7] / "x.json")
    seen: list[Path] = []
    stat_of = Path.stat

    def counted(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        seen.append(path)
        return stat_of(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", counted)
    check_output(session, builder.root / "imagenet" / "annotations" / "x.json")
    assert len(seen) < 100


def test_links_modes_and_pipes_of_an_export(index: Index, tmp_path: Path) -> None:
    target, link, pipe = tmp_path / "target.json", tmp_path / "link.json", tmp_path / "pipe"
    target.touch(0o664)
    target.chmod(0o664)
    link.symlink_to(target)
    written = index.exports.target("norare", link)
    assert link.is_symlink()
    assert written.path == link
    assert stat.S_IMODE(target.stat().st_mode) == 0o664
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    index.exports.target("norare", pipe)
    reader.join(30)
    assert read == [target.read_bytes()]
    assert json.loads(read[0])["annotations"]
    done = call("export", "sample", "-K", 1, "--sidecar", "-o", pipe, root=index.root)
    assert done.code == 2
    assert "is no file that --sidecar could describe" in done.error


JOBS = {
    "exemplars": "metadata/exemplar_dict.json",
    "norare": "lvis/lvis_v1_train_norare.json",
    "annotations": "lvis/lvis_v1_train_all.json",
    "cat-info": "metadata/lvis_v1_train_cat_info.json",
    "imagenet-lvis": "imagenet/annotations/imagenet_lvis_image_info.json",
}


def _empty(index: Index) -> None:
    """Take every exemplar and image out of an index, as though its disks were not there."""
    with index._session.write() as connection:
        for table in ("pool_entries", "region_synsets", "region_records", "regions"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
        for table in (
            *("unreadable_images", "image_records", "image_categories", "image_hashes"),
            "measured_files",
        ):
            connection.exec_driver_sql(f"DELETE FROM {table}")
        connection.exec_driver_sql("DELETE FROM tar_members")
        connection.exec_driver_sql("DELETE FROM images")


@pytest.mark.slow
def test_files_with_records_are_not_replaced_by_empty_ones(builder: TreeBuilder) -> None:
    builder.lvis()
    builder.lvis("val", annotations=[])
    builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG"]})
    index = builder.index()
    index.ingest()
    sample = builder.root / "metadata" / "lvis_image_exemplar_dict_K-001_own.json"
    options = DrawOptions(k=1, on_shortage="take-all")
    index.exports.sample(options)
    for job in JOBS:
        index.exports.target(job)
    before = _state(builder.root)
    _empty(index)
    del before["ovmr.db"]
    # `annotations` is not among those that `export` writes.
    for job in ("exemplars", "annotations"):
        done = call("export", job, root=builder.root)
        assert done.code == 1, job
        assert f"{builder.root / JOBS[job]}: holds records, and there are none" in done.error
        assert "give --allow-empty" in done.error
    with pytest.raises(EmptyOutputError):
        index.exports.sample(options)
    done = call("export", root=builder.root)
    assert done.code == 1
    for job in ("exemplars", "norare", "cat-info", "imagenet-lvis"):
        assert f"{job}: failed: {builder.root / JOBS[job]}: holds records" in done.err
    after = _state(builder.root)
    assert {name: after[name] for name in before} == before

    for job, path in JOBS.items():
        index.exports.target(job, allow_empty=True)
        assert (builder.root / path).read_bytes() != before[path]
        index.exports.target(job)  # empty over empty
    assert call("export", "exemplars", "--allow-empty", root=builder.root).code == 0
    assert index.exports.sample(options, allow_empty=True).records == 0
    assert json.loads(sample.read_bytes()) == [[]]


def test_an_empty_selection_over_no_file_is_written(index: Index, tmp_path: Path) -> None:
    for _ in range(2):
        assert index.exports.target("rareonly", tmp_path / "rare.json").records == 0
