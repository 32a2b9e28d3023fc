"""What a source held does not vanish in masses unasked: refused, said, and done when asked for."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import Index, RecordError, VanishedError
from tests.support.contents import contents
from tests.support.runs import call
from tests.support.tars import tar_of
from tests.support.trees import (
    APPLE,
    BASKET,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    category,
    image,
    picture,
    vg_image,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow

MANY = 110
IMAGENET = "imagenet/imagenet21k_P"
NAMES = [f"{number:03}.JPEG" for number in range(MANY)]


def _imagenet(builder: TreeBuilder) -> Path:
    builder.imagenet({f"train/{TENCH_WNID}": NAMES})
    return builder.root / IMAGENET


def _lvis(builder: TreeBuilder, count: int = MANY, images: int = 10, **fields: Any) -> None:
    builder.lvis(
        images=[image(number) for number in range(1, images + 1)],
        annotations=[annotation(number, 1 + number % images) for number in range(1, count + 1)],
        **fields,
    )


def _genome(builder: TreeBuilder, count: int = MANY) -> None:
    builder.visual_genome(*(vg_objects(n, vg_object(n, TENCH)) for n in range(1, count + 1)))


def _refusal(index: Index, *, dry_run: bool = False) -> VanishedError:
    """Return the error of an ingest that leaves the index as it was."""
    before = contents(index)
    with pytest.raises(VanishedError) as caught:
        index.ingest(dry_run=dry_run)
    assert contents(index) == before
    return caught.value


def _emptied(top: Path) -> None:
    shutil.rmtree(top)
    top.mkdir()


def _dead(top: Path) -> None:
    shutil.rmtree(top)
    top.symlink_to(top.with_name("unmounted"))


def _no_classes(top: Path) -> None:
    shutil.rmtree(top / "train" / TENCH_WNID)


def _dead_split(top: Path) -> None:
    shutil.rmtree(top / "train")
    (top / "train").symlink_to("/not/mounted")


def _empty_class(top: Path) -> None:
    for file in (top / "train" / TENCH_WNID).iterdir():
        file.unlink()


@pytest.mark.parametrize(
    ("change", "appearance"),
    [
        (_emptied, f"{IMAGENET} is an empty folder"),
        (_dead, f"{IMAGENET} is a dead link"),
        (shutil.rmtree, f"{IMAGENET} is not there"),
        (_dead_split, f"{IMAGENET}/train is a dead link"),
        pytest.param(
            _no_classes, f"{IMAGENET}/train is an empty folder", marks=pytest.mark.exhaustive
        ),
        (_empty_class, f"most of the files below ROOT/{IMAGENET} are gone"),
    ],
)
@pytest.mark.parametrize("dry_run", [False, pytest.param(True, marks=pytest.mark.exhaustive)])
def test_imagenet_does_not_vanish(
    builder: TreeBuilder, change: Callable[[Path], None], appearance: str, *, dry_run: bool
) -> None:
    top = _imagenet(builder)
    index = builder.index()
    index.ingest()
    change(top)
    error = str(_refusal(index, dry_run=dry_run))
    assert error.startswith(f"imagenet21k: {MANY} of {MANY} files would vanish: ")
    assert appearance.replace("ROOT", str(builder.root)) in error
    assert error.endswith(
        "nothing of it was changed: put its files back, or give allow_vanished=True"
    )
    (source,) = index.ingest(allow_vanished=True).sources
    assert source.counts.vanished == MANY


def test_the_root_itself_behind_a_dead_link(builder: TreeBuilder) -> None:
    _imagenet(builder)
    index = builder.index()
    index.ingest()
    (builder.root / "imagenet").rename(builder.root / "elsewhere")
    (builder.root / "imagenet").symlink_to("/not/mounted")
    assert "dead link" in str(_refusal(index))


@pytest.mark.exhaustive(beyond=2)
@pytest.mark.parametrize(("left", "is_refused"), [(75, False), (74, True), (149, False)])
def test_half_of_a_tree_may_vanish(builder: TreeBuilder, left: int, *, is_refused: bool) -> None:
    builder.imagenet({f"train/{TENCH_WNID}": [f"{number:03}.JPEG" for number in range(202)]})
    index = builder.index()
    index.ingest()
    folder = builder.root / IMAGENET / "train" / TENCH_WNID
    for name in sorted(folder.iterdir())[left + 26 :]:
        name.unlink()
    builder.touch(folder)
    if is_refused:
        assert "102 of 202 files would vanish" in str(_refusal(index))
    else:
        index.ingest()


def test_a_hundred_may_vanish(builder: TreeBuilder) -> None:
    builder.imagenet({f"train/{TENCH_WNID}": NAMES[:100]})
    index = builder.index()
    index.ingest()
    _emptied(builder.root / IMAGENET)
    (source,) = index.ingest().sources
    assert source.counts.vanished == 100


def test_class_tar_that_is_gone(builder: TreeBuilder) -> None:
    top = builder.root / IMAGENET / "train"
    top.mkdir(parents=True)
    tar = builder.file(
        f"{IMAGENET}/train/{TENCH_WNID}.tar", tar_of({name: picture() for name in NAMES})
    )
    index = builder.index()
    index.ingest()
    tar.unlink()
    (top / "note.txt").write_text("the tars were here")
    assert f"1 of 1 tar is gone, {tar} first" in str(_refusal(index))


def test_a_tar_in_the_place_of_a_tree_is_named(builder: TreeBuilder) -> None:
    top = _imagenet(builder)
    builder.index().ingest()
    tar = builder.file("all.tar", tar_of({f"{TENCH_WNID}/1.JPEG": picture()}))
    done = call("ingest", "imagenet", tar, root=builder.root)
    assert f"{tar} is read now, in the place of {top}" in done.error


def test_other_sources_go_on(builder: TreeBuilder) -> None:
    _lvis(builder)
    top = _imagenet(builder)
    _genome(builder)
    index = builder.index()
    index.ingest()
    _emptied(top)
    builder.json("VisualGenome/objects.json", [])
    _lvis(builder, MANY + 1)
    with pytest.raises(VanishedError, match=r"imagenet21k: .*; visual_genome: ") as caught:
        index.ingest()
    assert [(one.name, one.counts.added) for one in caught.value.report.sources] == [
        ("lvis_v1_train", 1)
    ]
    held = {one.name: (one.images, one.regions) for one in index.status().sources}
    assert held == {
        "lvis_v1_train": (10, MANY + 1),
        "imagenet21k": (MANY, 0),
        "visual_genome": (MANY, MANY),
    }


def test_empty_list_of_objects(builder: TreeBuilder) -> None:
    _genome(builder)
    index = builder.index()
    index.ingest()
    file = builder.json("VisualGenome/objects.json", [])
    error = str(_refusal(index))
    assert f"visual_genome: {MANY} of {MANY} objects would vanish" in error
    assert f"{file} is shorter: 2 bytes, it had " in error
    assert index.ingest(allow_vanished=True).sources[0].counts.vanished == MANY


def test_images_count_as_well(builder: TreeBuilder) -> None:
    """Images that no box is on vanish from `image_data.json` alone."""
    shown = [vg_image(number) for number in range(1, MANY + 1)]
    builder.visual_genome(vg_objects(1, vg_object(1, TENCH)), images=shown)
    index = builder.index()
    index.ingest()
    builder.visual_genome(vg_objects(1, vg_object(1, TENCH)), images=shown[:1])
    assert f"visual_genome: {MANY - 1} of {MANY} images would vanish" in str(_refusal(index))


@pytest.mark.exhaustive(but=["0", "60"])
@pytest.mark.parametrize("left", [0, 1, 60])
def test_lvis_that_has_lost_most(builder: TreeBuilder, left: int) -> None:
    _lvis(builder, 170)
    index = builder.index()
    index.ingest()
    _lvis(builder, left)
    error = str(_refusal(index))
    assert f"lvis_v1_train: {170 - left} of 170 annotations would vanish" in error
    assert "lvis_v1_train.json is shorter" in error


def _classes(builder: TreeBuilder, *frequencies: str) -> None:
    """Write an LVIS file with ten annotations of each of these frequencies."""
    keys = {"r": 1, "c": 2, "f": 3}
    builder.lvis(
        categories=[
            category(keys[one], synset, frequency=one)
            for one, synset in (("r", TENCH), ("c", APPLE), ("f", BASKET))
        ],
        annotations=[
            annotation(10 * keys[one] + number, 1, keys[one])
            for one in frequencies
            for number in range(10)
        ],
    )


@pytest.mark.parametrize(("left", "lacking"), [("cf", "rare"), ("r", "frequent or common")])
def test_file_without_a_frequency_is_derived(builder: TreeBuilder, left: str, lacking: str) -> None:
    _classes(builder, "r", "c", "f")
    index = builder.index()
    index.ingest()
    _classes(builder, *left)
    assert f"it has no annotation of a {lacking} category" in str(_refusal(index))
    index.ingest(allow_vanished=True)


def test_file_of_whole_images_is_derived_where_it_is_new(builder: TreeBuilder) -> None:
    shown = {"id": 1, "file_name": "train/n01440764/a.JPEG", "pos_category_ids": [1]}
    builder.lvis("val", images=[shown], annotations=[])
    index = builder.index()
    with pytest.raises(RecordError, match="pos_category_ids and no annotations"):
        index.ingest()
    assert index.status().sources == []


def test_a_name_keeps_its_file(builder: TreeBuilder, tmp_path: Path) -> None:
    builder.lvis()
    usual = builder.root / "lvis" / "lvis_v1_train.json"
    given = tmp_path / "given.json"
    content = json.loads(usual.read_text())
    content["annotations"] = [annotation(1), annotation(2)]
    given.write_text(json.dumps(content))
    index = builder.index()
    sources, _ = index.sources.lvis([given], "train")
    index.ingest(sources)
    (source,) = index.ingest().sources
    assert (source.counts.unchanged, source.counts.vanished) == (2, 0)
    assert [one.path for one in index.status().sources[0].files] == [str(given)]
    given.unlink()
    with pytest.raises(Exception, match=r"holds no dataset; looked for .*given\.json"):
        index.ingest()


def test_genome_elsewhere_keeps_its_folder(builder: TreeBuilder, tmp_path: Path) -> None:
    _genome(builder, 3)
    moved = tmp_path / "VG"
    shutil.move(builder.root / "VisualGenome", moved)
    index = builder.index()
    index.ingest([index.sources.visual_genome(moved)])
    report = index.ingest()
    assert [one.counts.unchanged for one in report.sources] == [3]
    assert report.missing == [
        str(builder.root / path)
        for path in ("lvis/lvis_v1_train.json", "lvis/lvis_v1_val.json", "imagenet")
    ]


@pytest.mark.slow
def test_on_the_command_line(builder: TreeBuilder) -> None:
    _lvis(builder)
    top = _imagenet(builder)
    builder.index().ingest()
    _emptied(top)
    done = call("ingest", "--json", root=builder.root)
    assert done.code == 1
    assert [source["name"] for source in done.data["sources"]] == ["lvis_v1_train"]
    (error,) = [line for line in done.err.splitlines() if "error:" in line]
    assert f"imagenet21k: {MANY} of {MANY} files would vanish" in error
    assert call("ingest", "--dry-run", root=builder.root).code == 1
    assert call("ingest", "imagenet", root=builder.root).code == 1
    done = call("ingest", "--allow-vanished", "--json", root=builder.root)
    assert done.code == 0
    assert done.data["sources"][1]["vanished"] == MANY


@pytest.mark.parametrize(("count", "is_refused"), [(2, False), (101, True)])
def test_frequency_without_its_categories(
    builder: TreeBuilder, count: int, *, is_refused: bool
) -> None:
    """A few categories may be taken out of a file; a whole class of many is not by accident."""
    most = 105 if is_refused else 5
    frequent = [category(0), *(category(1 + one, f"a.n.{one:02}") for one in range(most))]
    rare = [category(1000 + one, f"b.n.{one:02}", frequency="r") for one in range(count)]
    for categories in ([*frequent, *rare], frequent):
        shown = [annotation(one["id"] + 1, 1, one["id"]) for one in categories]
        builder.lvis(categories=categories, annotations=shown)
        if categories == frequent and is_refused:
            assert "no annotation of a rare category" in str(_refusal(builder.index()))
        else:
            builder.index().ingest()
