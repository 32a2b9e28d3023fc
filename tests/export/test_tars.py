"""Images in tars: exports and crops are those of the unpacked tree, byte for byte."""

import gzip
import io
import json
import re
import shutil
from pathlib import Path

import pytest
from PIL import Image as PillowImage
from sqlalchemy import select

from ovmr_index import DrawOptions, Index
from ovmr_index.db.engine import reading
from ovmr_index.db.models import Image
from ovmr_index.errors import OvmrIndexError, UsageError
from ovmr_index.export.required_images import stream_images
from ovmr_index.images.header import ImageError, shown_size
from ovmr_index.images.sizes import Unreadable, sizes
from ovmr_index.storage.members import sorted_by_offset
from ovmr_index.storage.tar_members import ChangedTarError, TarMember, read_member
from tests.support.copied_tree import copied_builder
from tests.support.runs import call
from tests.support.tars import TAR_LAYOUTS, tar_of, to_class_tars
from tests.support.trees import (
    APPLE,
    APPLE_WNID,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    category,
    picture,
    vg_object,
    vg_objects,
)

CATEGORIES = [category(1, TENCH), category(2, APPLE)]
# How classes are packed has nothing to do with the folders that they are in.
OF_SPLITS = ("packed class tars", "tar of tars", "tar of folders", "zip of folders")
# One of each kind: whole slices, packed members, and members of a zip. `formats/test_tar.py` and
# `ingest/test_archives.py` read all layouts.
OF_EVERY_RUN = {
    False: ("zip of folders",),
    True: ("class tars", "tar of packed tars"),
}
TREE = {
    f"train/{TENCH_WNID}": 7,
    f"val/{TENCH_WNID}": 2,
    f"imagenet21k_small_classes/{APPLE_WNID}": 5,
}


def _odd_picture(seed: int) -> bytes:
    """Return images of several kinds: a PNG inside, CMYK, one turned by EXIF, one cut short."""
    mode = ("RGB", "L", "CMYK")[seed % 3]
    image = PillowImage.effect_noise((200 + seed, 150), 90).convert(mode)
    exif = PillowImage.Exif()
    exif[0x0112] = 6 if seed % 4 == 1 else 1
    output = io.BytesIO()
    image.convert("L").save(output, "PNG") if seed == 3 else image.save(output, "JPEG", exif=exif)
    return output.getvalue()[: 60 if seed == 5 else None]


def _build(builder: TreeBuilder, *, flat: bool) -> Path:
    for split in ("train", "val"):
        builder.lvis(split, categories=CATEGORIES)
    builder.pictures("coco/train2017/000000000001.jpg")
    top = "imagenet" if flat else "imagenet/imagenet21k_P"
    for folder, count in TREE.items():
        for i in range(count):
            place = folder.rpartition("/")[2] if flat else folder
            seed = i + len(folder)
            builder.file(f"{top}/{place}/{seed}.JPEG", _odd_picture(i + count - 5))
    return builder.root / top


def _exported(index: Index, folder: Path) -> dict[str, bytes]:
    """Return every file that the exports and crops consist of, by name."""
    index.ingest()
    written = [index.exports.target(name) for name in ("exemplars", "imagenet-lvis")]
    sample = index.sample(DrawOptions(k=4, on_shortage="take-all"), name="four")
    problems = index.exports.crops(sample, None, folder).problems
    index.exports.images(sample, folder / "images")
    files = {one.path.name: one.path.read_bytes() for one in written}
    files["problems"] = repr((problems, [one.problems for one in written])).encode()
    for path in folder.rglob("*"):
        if path.is_file():
            files[path.relative_to(folder).as_posix()] = path.read_bytes()
    return files


@pytest.mark.slow
@pytest.mark.parametrize("flat", [False, True], ids=["splits", "flat"])
def test_tars_give_the_files_of_the_unpacked_tree(
    builder: TreeBuilder,
    empty_index: Path,
    tmp_path: Path,
    pytestconfig: pytest.Config,
    flat: bool,
) -> None:
    tree = _build(builder, flat=flat)
    layouts = OF_EVERY_RUN[flat]
    if pytestconfig.getoption("--exhaustive"):
        layouts = tuple(TAR_LAYOUTS) if flat else OF_SPLITS
    expected = _exported(builder.index(), tmp_path / "unpacked")
    assert any(name.startswith("all/2/") for name in expected)
    assert b"unreadable" in expected["problems"] or b"not an image" in expected["problems"]
    unpacked = Path(shutil.copytree(tree, tmp_path / "tree"))
    for layout in layouts:
        shutil.rmtree(tree)
        shutil.copytree(unpacked, tree)
        TAR_LAYOUTS[layout](tree)
        database = Path(shutil.copyfile(empty_index, tmp_path / f"{layout}.db"))
        found = _exported(Index.open(builder.root, database), tmp_path / layout)
        assert found == expected, layout


def test_slices_are_read_in_any_order(builder: TreeBuilder) -> None:
    builder.imagenet({}, flat=True)
    files = {f"{i}.JPEG": bytes([i]) * (20_000 * (i % 3) + i) for i in range(30)}
    inner = {
        f"{TENCH_WNID}.tar": tar_of(files),
        f"{APPLE_WNID}.tar.gz": gzip.compress(tar_of(files)),
    }
    builder.file("imagenet/whole.tar", tar_of(inner))
    index = builder.index()
    index.ingest()
    names = [f"{wnid}/{name}" for wnid in (TENCH_WNID, APPLE_WNID) for name in files]
    with reading(index.engine) as connection:
        images = list(stream_images(connection, builder.root, [select(Image.c.pk)]))
    members = {one.file_name: one.source for one in images if isinstance(one.source, TarMember)}
    assert len(members) == 60
    for order in (names, names[::-1], sorted(names, key=hash)):
        for name in order:
            found = members[name]
            assert read_member(found) == files[name.partition("/")[2]]
            assert read_member(found, 7) == files[name.partition("/")[2]][:7]
    ordered = [
        one.offset for _, one in sorted_by_offset(members.items()) if isinstance(one, TarMember)
    ]
    assert len(ordered) == 60
    assert ordered[30:] == sorted(ordered[30:])


def test_a_tar_that_has_changed_is_told(builder: TreeBuilder) -> None:
    builder.imagenet({}, flat=True)
    file = builder.file(f"imagenet/{TENCH_WNID}.tar", tar_of({"a.JPEG": picture()}))
    found = TarMember(str(file), "a.JPEG", 512, len(picture()))
    assert shown_size(found) == (64, 48)
    builder.file(f"imagenet/{TENCH_WNID}.tar", tar_of({"b.JPEG": picture((9, 9))}))
    with pytest.raises(ChangedTarError, match=r"the tar has changed; run `index.ingest"):
        read_member(found)
    with pytest.raises(ImageError, match=f"{file}: a.JPEG: the tar has changed"):
        shown_size(found)
    packed = found._replace(packed_start=0)
    again = "run `index.ingest()` first, with rehash=True if its size and time are as before"
    assert list(sizes([(7, found), (8, packed)])) == [
        Unreadable(7, f"the tar has changed; {again}"),
        Unreadable(8, f"the tar has changed; {again}"),
    ]
    file.unlink()
    assert list(sizes([(7, found)])) == [Unreadable(7, "No such file or directory")]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> TreeBuilder:
    """Return a tree of class tars with its index, which has a sample: to be copied."""
    builder = TreeBuilder(tmp_path_factory.mktemp("made") / "datasets", empty_index)
    to_class_tars(_build(builder, flat=True))
    with builder.index() as index:
        index.ingest()
        index.sample(DrawOptions(k=3, on_shortage="take-all"), name="three")
    return builder


@pytest.fixture
def packed(made: TreeBuilder, tmp_path: Path) -> Index:
    """Return the index of a copy of the tree."""
    return copied_builder(made, tmp_path).index()


@pytest.mark.slow
def test_images_of_a_sample_are_copied_and_a_second_run_goes_on(packed: Index) -> None:
    sample, root = packed.samples.load("three"), packed.root
    needed = {f"{pick.dataset}/{pick.file_name}" for one in sample for pick in one.exemplars}
    folder = root / "images"
    done = call("export", "images", "--name", "three", root=root)
    assert (done.code, done.err) == (0, "")
    assert done.out == f"{folder}: {len(needed)} images written, 0 kept\n"
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.*g")}
    files |= {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.JPEG")}
    assert files.keys() == needed
    first, second = sorted(name for name in needed if name.startswith("imagenet21k/"))[:2]
    files[first].unlink()
    files[second].write_bytes(b"cut")
    kept = {
        name: path.stat().st_mtime_ns for name, path in files.items() if name not in (first, second)
    }
    again = call("export", "images", "--name", "three", "--json", root=root)
    assert again.data == {
        "folder": str(folder),
        "written": 2,
        "kept": len(needed) - 2,
        "problems": [],
    }
    assert files[second].stat().st_size > 3
    assert {name: files[name].stat().st_mtime_ns for name in kept} == kept


@pytest.mark.slow
def test_images_that_are_missing_are_told(builder: TreeBuilder) -> None:
    _build(builder, flat=True)
    index = builder.index()
    index.ingest()
    index.sample(DrawOptions(k=20, on_shortage="take-all"), name="one")
    shutil.rmtree(builder.root / "imagenet")
    shutil.rmtree(builder.root / "coco")
    done = call("export", "images", "--name", "one", "-o", builder.root / "out", root=builder.root)
    assert done.code == 1
    for name in ("coco", "imagenet"):
        said = f"images? not written: {builder.root / name}: there is no such folder; put its"
        assert len(re.findall(said, done.err)) == 1
    assert len(done.err.splitlines()) == 2
    assert not (builder.root / "out").exists()
    builder.file("file", b"")
    builder.pictures("coco/train2017/000000000001.jpg")
    sample = index.samples.load("one")
    with pytest.raises(OvmrIndexError, match="file/lvis"):
        index.exports.images(sample, builder.root / "file")


@pytest.mark.slow
def test_a_manifest_lists_what_is_needed(packed: Index) -> None:
    sample, root = packed.samples.load("three"), packed.root
    done = call("export", "manifest", "--name", "three", root=root)
    assert (done.code, done.err) == (0, "")
    file = root / "metadata/manifest.json"
    entries = json.loads(file.read_text())
    needed = sorted({(pick.dataset, pick.file_name) for one in sample for pick in one.exemplars})
    assert [(entry["dataset"], entry["file_name"]) for entry in entries] == needed
    assert done.out == f"{file}: {len(needed)} files\n"
    for entry in entries:
        assert list(entry)[:4] == ["dataset", "file_name", "path", "size"]
        in_tar = entry["dataset"] == "imagenet21k"
        assert entry.get("tar", False) is in_tar
        path = root / entry["path"]
        assert (
            entry["size"] < path.stat().st_size if in_tar else entry["size"] == path.stat().st_size
        )
    (root / "imagenet" / f"{TENCH_WNID}.tar").unlink()
    missing = call("export", "manifest", "--sample", "three", "-o", file, "--json", root=root)
    gone = [entry for entry in json.loads(file.read_text()) if entry["size"] is None]
    assert {entry["path"] for entry in gone} == {f"imagenet/{TENCH_WNID}.tar"}
    assert missing.data["missing"] == len(gone) == len(missing.err.splitlines())


@pytest.mark.slow
def test_a_manifest_of_targets(builder: TreeBuilder) -> None:
    _build(builder, flat=False)
    builder.visual_genome(vg_objects(1, vg_object(7, APPLE)))
    index = builder.index()
    index.ingest()
    file = builder.root / "files.json"

    def listed(*targets: str) -> set[str]:
        index.exports.manifest(targets, path=file)
        return {entry["path"] for entry in json.loads(file.read_text())}

    assert listed("norare") == listed("cat-info") == {"lvis/lvis_v1_train.json"}
    pictures = {path.relative_to(builder.root).as_posix() for path in builder.root.rglob("*.JPEG")}
    assert listed("imagenet-lvis") == {"lvis/lvis_v1_val.json", *pictures}
    in_pools = {path for path in pictures if "/val/" not in path}
    shown = {"coco/train2017/000000000001.jpg", "VisualGenome/VG_100K/1.jpg", *in_pools}
    genome = {"VisualGenome/objects.json", "VisualGenome/image_data.json"}
    assert listed("exemplars", "norare") == {"lvis/lvis_v1_train.json", *genome, *shown}
    with pytest.raises(UsageError, match="there is no target with a manifest 'crops'; give 'exem"):
        listed("crops")
    drawn = listed("sample") - {"lvis/lvis_v1_train.json", *genome}
    assert drawn <= shown
    assert len(drawn) >= 5
