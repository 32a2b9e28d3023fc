"""What a code base opens, made as links and exports: on trees of each layout, again, elsewhere."""

import ctypes
import gzip
import json
import os
import shutil
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from ovmr_index import Index, ProtectedPathError, TrainingReport, UsageError
from ovmr_index.export.training.code_bases import CODE_BASES
from tests.export.training.conftest import SIX, write_images
from tests.support import loaders
from tests.support.contents import everything
from tests.support.runs import Run, call, start
from tests.support.tars import tar_of
from tests.support.trees import APPLE_WNID, TENCH_WNID, TreeBuilder, picture

pytestmark = pytest.mark.slow

IMAGENET = "imagenet/annotations/imagenet_lvis_image_info.json"
FOLDERS = {
    "mm-ovod": "imagenet/imagenet21k_P",
    "ovmr": "imagenet/imagenet_l",
    "detic": "imagenet/ImageNet-LVIS",
}
CROPS = "lvis_exemplars_mmovod_K30"


def states(report: TrainingReport) -> dict[str, str]:
    """Return the states of a report that are not `there`, by path."""
    return {one.path: one.state for one in report.items if one.state not in ("there", "elsewhere")}


def contents(root: Path) -> dict[str, object]:
    """Return what is below a folder, but the index: links by what they say, files by their time."""
    found: dict[str, object] = {}
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = Path(folder, name)
            if not name.startswith("ovmr.db"):
                mtime = None if path.is_dir() else os.lstat(path).st_mtime_ns
                key = str(path.relative_to(root))
                found[key] = str(path.readlink()) if path.is_symlink() else mtime
    return found


def test_the_demo_is_whole_for_all(prepared: Path) -> None:
    with Index.open(prepared) as index:
        reports = [index.exports.check_training(code_base) for code_base in CODE_BASES]
    assert all(report.is_complete for report in reports)
    listed = {one.detail for report in reports for one in report.items}
    assert "90 of 90 images of imagenet_lvis_image_info.json are there" in listed
    assert "360 crops of 12 classes in train, 60 crops of 12 classes in val" in listed


def test_a_second_run_changes_nothing(ready: TreeBuilder) -> None:
    with ready.index() as index:
        for code_base in CODE_BASES:
            assert "made" in states(index.exports.training(code_base)).values()
        before = contents(ready.root)
        for code_base in CODE_BASES:
            assert "made" not in states(index.exports.training(code_base)).values()
    assert contents(ready.root) == before
    # Nothing is copied, and no link names the root.
    top = ready.root / "imagenet"
    assert {one.name: str(one.readlink()) for one in top.iterdir() if one.is_symlink()} == {
        "train": "imagenet21k_P/train",
        "ImageNet-LVIS": "imagenet21k_P",
        "imagenet_l": "imagenet21k_P",
    }
    moved = ready.root.rename(ready.root.parent / "moved")
    with Index.open(moved) as index:
        assert all(index.exports.check_training(one).is_complete for one in CODE_BASES)


def test_a_check_changes_nothing(ready: TreeBuilder) -> None:
    before = contents(ready.root)
    with ready.index() as index:
        held = everything(index)
        report = index.exports.check_training("mm-ovod")
        assert everything(index) == held
    assert not report.is_complete
    assert contents(ready.root) == before


@pytest.mark.exhaustive(but=["imagenet-code_bases0"])
@pytest.mark.parametrize(
    ("tree", "code_bases"),
    [
        ("imagenet", ("mm-ovod", "ovmr", "detic")),
        ("imagenet/ImageNet-LVIS", ("ovmr", "detic", "mm-ovod")),
        ("imagenet/imagenet_l", ("detic", "mm-ovod", "ovmr")),
        ("imagenet21k/images", ("detic", "ovmr", "mm-ovod")),
    ],
)
def test_a_flat_tree_wherever_it_is(
    small: TreeBuilder, tree: str, code_bases: tuple[str, ...]
) -> None:
    write_images(small, tree)
    root = small.root
    with small.index() as index:
        index.ingest()
        for code_base in code_bases:
            assert index.exports.training(code_base).is_complete
            _assert_loaders_find(root, code_base)
    again = call("ingest", "--json", root=root).data["sources"][2]
    assert (again["unchanged"], again["errors"]) == (6, 0)


def _assert_loaders_find(root: Path, code_base: str) -> None:
    """Assert that the code base finds every image by what its files say."""
    records = loaders.load_lvis_json(root, IMAGENET, FOLDERS[code_base])
    assert [Path(one["file_name"]).is_file() for one in records] == [True] * 6
    if code_base != "detic":
        folders = loaders.MM_OVOD_FOLDERS if code_base == "mm-ovod" else loaders.OVMR_FOLDERS
        sample = "metadata/lvis_image_exemplar_dict_K-005_own.json"
        files = loaders.exemplar_files(root, sample, folders)
        assert all(one.is_file() for some in files for one in some)


def test_a_tree_elsewhere_is_linked(small: TreeBuilder, tmp_path: Path) -> None:
    write_images(small, "imagenet")
    (small.root / "imagenet").rename(tmp_path / "far")
    with small.index() as index:
        index.ingest([index.sources.lvis()[0][0], index.sources.lvis()[0][1]])
        index.ingest([index.sources.imagenet(tmp_path / "far"), index.sources.visual_genome()])
        for code_base in FOLDERS:
            assert index.exports.training(code_base).is_complete
        assert (small.root / "imagenet/imagenet_l").readlink() == tmp_path / "far"
        assert [one.counts.unchanged for one in index.ingest().sources] == [12, 1, 6, 1]


@pytest.mark.exhaustive(
    but=[
        "below the root-mm-ovod",
        "elsewhere-detic",
    ]
)
@pytest.mark.parametrize("code_base", CODE_BASES)
@pytest.mark.parametrize("place", ["below the root", "elsewhere"])
def test_another_folder_has_all_of_it(
    ready: TreeBuilder, tmp_path: Path, code_base: str, place: str
) -> None:
    folder = ready.root / "out" if place == "below the root" else tmp_path / "out"
    before = contents(ready.root)
    with ready.index() as index:
        report = index.exports.training(code_base, folder)
        assert report.is_complete
        assert "made" not in states(index.exports.training(code_base, folder)).values()
    after = contents(ready.root)
    assert {name: after[name] for name in before} == before
    if code_base in FOLDERS:
        records = loaders.load_lvis_json(folder, IMAGENET, FOLDERS[code_base])
        records += loaders.load_lvis_json(folder, "lvis/lvis_v1_train_norare.json", "coco/")
        assert all(Path(one["file_name"]).is_file() for one in records)
    if place == "below the root":
        moved = ready.root.rename(tmp_path / "moved")
        with Index.open(moved) as index:
            assert index.exports.check_training(code_base, moved / "out").is_complete


def test_published_files_of_the_root_are_linked_from_another_folder(
    ready: TreeBuilder, tmp_path: Path
) -> None:
    with ready.index() as index:
        index.exports.training("detic")
        index.exports.training("ovmr-classification")
        assert index.exports.training("detic", ready.root / "out").is_complete
        assert index.exports.training("ovmr-classification", ready.root / "out").is_complete
    files = [one for one in (ready.root / "out").rglob("*") if one.is_file()]
    assert files
    assert all(one.is_symlink() for one in files)
    assert not any(Path(one.readlink()).is_absolute() for one in files)


def test_what_is_in_the_way_of_a_link_is_named_and_left(ready: TreeBuilder) -> None:
    link = ready.root / "imagenet/ImageNet-LVIS"
    for thing, said in {
        "folder": f"{link / 'train'}: is a folder, and not a link to ",
        "file": f"{link / 'train'}: is no folder",
        "dead link": f"{link}: is a link that leads nowhere (gone); delete it",
        "other link": f"{link}: is a link to ../coco, and not to ",
    }.items():
        match thing:
            case "folder":
                (link / "train").mkdir(parents=True)
            case "file":
                link.write_text("mine")
            case _:
                link.symlink_to("gone" if thing == "dead link" else "../coco")
        before = os.lstat(link)
        with ready.index() as index:
            report = index.exports.training("detic")
            checked = index.exports.check_training("detic")
        (one,) = report.missing
        assert one.path == "imagenet/ImageNet-LVIS", thing
        if thing != "file":
            assert one.remedy.startswith(said)
            assert checked.missing[0].remedy == one.remedy
        assert os.lstat(link).st_ino == before.st_ino
        if thing == "folder":
            shutil.rmtree(link)
        else:
            link.unlink()


def test_what_is_in_the_way_of_a_file_is_named_and_left(ready: TreeBuilder) -> None:
    file = ready.root / "lvis/lvis_v1_train_norare.json"
    for thing, detail in {
        "empty": "is no whole JSON file",
        "half": "is no whole JSON file",
        "dead link": "is a link that leads nowhere (gone)",
        "folder": "is a folder",
    }.items():
        file.unlink(missing_ok=True)
        match thing:
            case "folder":
                file.mkdir()
            case "dead link":
                file.symlink_to("gone")
            case _:
                file.write_text("" if thing == "empty" else '{"images": [')
        with ready.index() as index:
            (one,) = index.exports.training("detic").missing
        assert (one.path, one.detail) == ("lvis/lvis_v1_train_norare.json", detail), thing
        assert "run `ovmr-index prepare training --for detic`" in one.remedy


def test_a_file_of_the_code_base_is_left(ready: TreeBuilder) -> None:
    file = ready.json("metadata/lvis_v1_train_cat_info.json", [{"id": 1, "image_count": 3}])
    before = contents(ready.root / "metadata"), file.read_bytes()
    with ready.index() as index:
        assert index.exports.training("detic").is_complete
    assert (contents(ready.root / "metadata"), file.read_bytes()) == before


def test_a_list_of_another_program_is_named(ready: TreeBuilder) -> None:
    names = [{"file_name": f"{APPLE_WNID}/{name}"} for name in SIX]
    file = ready.json(IMAGENET, {"images": names, "categories": [], "annotations": []})
    with ready.index() as index:
        (one,) = index.exports.training("detic").missing
    assert one.detail == "0 of 6 images of imagenet_lvis_image_info.json are there"
    assert f"or delete {file} if another program made it" in one.remedy


@pytest.mark.exhaustive(beyond=2)
@pytest.mark.parametrize("content", ['{"images": {}}', '{"info": 1}', '[{"a": 1}]', "{}}"])
def test_a_list_of_another_kind_is_named(ready: TreeBuilder, content: str) -> None:
    ready.file(IMAGENET, content.encode())
    with ready.index() as index:
        (one,) = index.exports.training("detic").missing
    assert one.path == "imagenet/ImageNet-LVIS"
    assert str(ready.root / IMAGENET) in one.detail
    assert one.remedy


def test_images_that_are_gone_are_counted(ready: TreeBuilder) -> None:
    with ready.index() as index:
        index.exports.training("detic")
        (ready.root / "imagenet/imagenet21k_P/train" / APPLE_WNID / SIX[0]).unlink()
        (ready.root / "coco/val2017/000000000020.jpg").unlink()
        found = {one.path: one for one in index.exports.check_training("detic").missing}
    assert found["coco"].detail == "12 of 13 images of LVIS are there"
    assert found["coco"].remedy == (
        f"{ready.root}/coco has no val2017/000000000020.jpg, which comes with val2017.zip of COCO;"
        " `index.verify()` says what else is gone"
    )
    assert found["imagenet/ImageNet-LVIS"].detail.startswith("5 of 6 images")


@pytest.mark.exhaustive(but=["class tars", "one tar"])
@pytest.mark.parametrize("kind", ["a class tar", "class tars", "one tar"])
def test_images_in_tars_are_to_be_unpacked(small: TreeBuilder, kind: str) -> None:
    folder = small.root / "imagenet/ImageNet-21K"
    if kind == "one tar":
        tar = small.root / "imagenet/fall11_whole.tar"
        tar.parent.mkdir()
        tar.write_bytes(tar_of({f"{APPLE_WNID}/{name}": picture() for name in SIX}))
        command = f"tar -xf {tar} -C {tar.parent}"
    else:
        small.file(f"{folder}/{APPLE_WNID}.tar", tar_of({name: picture() for name in SIX}))
        target = folder / APPLE_WNID
        command = f"mkdir -p {target} && tar -xf {target}.tar -C {target}"
    if kind == "class tars":
        small.file(f"{folder}/{TENCH_WNID}.tar", tar_of({"a.JPEG": picture()}))
        command = (
            f'for f in {folder}/n*.tar; do mkdir -p "${{f%.tar}}" && tar -xf "$f" -C "${{f%.tar}}";'
            " done"
        )
    with small.index() as index:
        index.ingest()
        (one,) = index.exports.training("detic").missing
        assert one.path == "imagenet/ImageNet-LVIS"
        assert f"have to be files: run `{command}`" in one.remedy
        assert os.system(command) == 0
        index.ingest()
        assert index.exports.training("detic").is_complete


def test_imagenet_1k_in_the_way_of_exemplars(ready: TreeBuilder) -> None:
    ready.file(f"imagenet/train/{TENCH_WNID}/a.JPEG", picture())
    with ready.index() as index:
        (one,) = index.exports.training("mm-ovod").missing
    tree = ready.root / "imagenet/imagenet21k_P"
    assert one.remedy == (
        f"{ready.root}/imagenet/train: is a folder, and not a link to {tree}/train; move it away,"
        f" or call the script with `--imagenet-img-dir {tree}`"
    )


def test_annotations_that_are_packed_are_to_be_unpacked(ready: TreeBuilder, tmp_path: Path) -> None:
    plain, packed = ready.root / "lvis/lvis_v1_val.json", tmp_path / "lvis_v1_val.json.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()
    with ready.index() as index:
        index.ingest(index.sources.lvis([packed], "val")[0])
        (one,) = index.exports.training("detic").missing
        command = f"gunzip -c {packed} > {plain}"
        assert one.remedy == f"{packed}: is packed; run `{command}`"
        assert index.exports.check_training("detic").missing == (one,)
        assert os.system(command) == 0
        assert index.exports.check_training("detic").is_complete


def test_annotations_elsewhere_are_linked(ready: TreeBuilder, tmp_path: Path) -> None:
    files = []
    for split in ("train", "val"):
        plain = ready.root / f"lvis/lvis_v1_{split}.json"
        files.append(plain.rename(tmp_path / plain.name))
    with ready.index() as index:
        index.ingest(index.sources.lvis(files)[0])
        assert index.exports.training("detic").is_complete
        assert (ready.root / "lvis/lvis_v1_train.json").readlink() == files[0]
        assert [one.counts.did_work for one in index.ingest().sources] == [False] * 4


def test_what_the_index_lacks_is_said(builder: TreeBuilder) -> None:
    builder.lvis()
    builder.pictures("coco/train2017/000000000001.jpg")
    with builder.index() as index:
        index.ingest()
        missing = {one.path: one for one in index.exports.training("mm-ovod").missing}
    assert "run `index.ingest()` first" in missing["lvis/lvis_v1_val.json"].remedy
    sample = "metadata/lvis_image_exemplar_dict_K-005_own.json"
    assert missing[sample].remedy.startswith("1 category has fewer than 5 exemplars")
    assert "which names the images, is not there" in missing["imagenet/imagenet21k_P"].detail


def test_an_index_without_imagenet(small: TreeBuilder) -> None:
    with small.index() as index:
        index.ingest()
        missing = {one.path: one for one in index.exports.check_training("detic").missing}
    assert missing[IMAGENET].remedy == (
        "the index holds no ImageNet; run `index.ingest([index.sources.imagenet()])` first"
    )


def test_a_dataset_that_no_exemplar_is_from_is_not_missed(ready: TreeBuilder) -> None:
    with ready.index() as index:
        index.sources.rm("visual_genome")
        report = index.exports.training("mm-ovod")
    assert report.is_complete
    (detail,) = [one.detail for one in report.items if one.path == "VisualGenome"]
    assert detail == ("lvis_image_exemplar_dict_K-005_own.json names no image of visual_genome")


def test_another_code_base(ready: TreeBuilder) -> None:
    with ready.index() as index:
        with pytest.raises(
            UsageError, match="there is no code base 'detick'; did you mean 'detic'"
        ):
            index.exports.training("detick")
        with pytest.raises(UsageError, match="there is no code base ''"):
            index.exports.check_training("")


def test_a_folder_that_is_none(ready: TreeBuilder) -> None:
    file = ready.file("file", b"")
    with ready.index() as index:
        with pytest.raises(UsageError, match="is no folder; give another folder="):
            index.exports.training("detic", file)
        with pytest.raises(ProtectedPathError, match="among the images of lvis"):
            index.exports.training("detic", ready.root / "coco/train2017")


def test_the_root_under_another_name_is_the_root(ready: TreeBuilder, tmp_path: Path) -> None:
    (tmp_path / "same").symlink_to(ready.root)
    with ready.index() as index:
        assert index.exports.training("detic", tmp_path / "same").folder == ready.root


def _without_power(*commands: Sequence[object]) -> list[Run]:
    """Run commands in a fork of this process that the modes of files hold for, whoever runs it."""
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        try:
            # What `capset` of Linux takes, VERSION_3.
            header, no_power = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
            if os.getuid() != 0 or ctypes.CDLL(None).capset(header, no_power) == 0:
                os.write(writing, json.dumps([call(*one) for one in commands]).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as file:
        said = file.read()
    os.waitpid(child, 0)
    return [Run(*one) for one in json.loads(said)]


def test_a_root_that_cannot_be_written(ready: TreeBuilder, tmp_path: Path) -> None:
    with ready.index() as index:
        index.collate()
        index.exports.training("mm-ovod")  # which measures the images
    for folder in (ready.root, ready.root / "imagenet", ready.root / "lvis"):
        folder.chmod(0o555)
    try:
        command = ["--root", ready.root, "prepare", "training", "--for", "detic"]
        refused, elsewhere = _without_power(command, [*command, "-o", tmp_path / "out"])
    finally:
        for folder in (ready.root, ready.root / "imagenet", ready.root / "lvis"):
            folder.chmod(0o755)
    assert refused.code == 1
    assert "ImageNet-LVIS: cannot be made: Permission denied; give another -o" in refused.err
    assert "Traceback" not in refused.err
    assert (elsewhere.code, elsewhere.err.count("missing")) == (0, 0)


def test_crops_that_are_gone_are_made_again(ready: TreeBuilder, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with ready.index() as index:
        assert index.exports.training("ovmr-classification", folder).is_complete
        before = contents(folder).keys()
        next(folder.glob(f"{CROPS}/train/*/*.jpg")).unlink()
        report = index.exports.check_training("ovmr-classification", folder)
        assert [one.path for one in report.missing] == [CROPS]
        assert index.exports.training("ovmr-classification", folder).is_complete
    assert contents(folder).keys() == before


@pytest.mark.exhaustive  # the one before, and a kill of crops in `export/test_crops.py`
def test_a_run_that_was_killed_is_gone_on_with(prepared: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    crops = shutil.ignore_patterns(CROPS)  # those of the root would be linked
    root = shutil.copytree(prepared, tmp_path / "datasets", symlinks=True, ignore=crops)
    command = ["--root", root, "prepare", "training", "--for", "ovmr-classification"]
    with start(*command, "-o", folder) as process:
        while not list(folder.glob(f"{CROPS}/train/*/*.jpg")):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    with Index.open(root) as index:
        report = index.exports.check_training("ovmr-classification", folder)
        assert [one.path for one in report.missing] == [CROPS]
        assert index.exports.training("ovmr-classification", folder).is_complete
    assert sorted(contents(folder / CROPS)) == sorted(contents(prepared / CROPS))
