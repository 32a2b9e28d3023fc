"""`export loader`: a file of Python for old environments without ovmr-index."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

import ovmr_index
from ovmr_index import Index, ProtectedPathError
from ovmr_index.images.crop import CropTask
from ovmr_index.images.fitted import crop_pixels
from tests.support.exported_loader import loaded
from tests.support.runs import call
from tests.support.trees import TreeBuilder, annotation, category, image, vg_object, vg_objects
from tests.support.warm import warm_start

OLDEST = (3, 8)
SCRIPT = """
import json, sys
import ovmr_loader
assert ovmr_loader.torch is None
sample, root, annotations = sys.argv[1:]
crops = ovmr_loader.ExemplarDataset(sample, root)
boxes = ovmr_loader.DetectionDataset(annotations, root + "/coco")
json.dump([[item[0].size for item in crops], [item[1]["boxes"] for item in boxes]], sys.stdout)
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Index:
    """Return an index of LVIS train and Visual Genome, with a sample's file."""
    builder = TreeBuilder(tmp_path_factory.mktemp("loader") / "datasets", empty_index)
    builder.lvis(
        categories=[category(7), category(9, "apple.n.01")],
        images=[image(1), image(2)],
        annotations=[annotation(1, 1, 7), annotation(2, 2, 9, iscrowd=1)],
    )
    builder.visual_genome(vg_objects(50, vg_object(1, "tench.n.01")))
    builder.pictures("coco/train2017/000000000001.jpg", "coco/train2017/000000000002.jpg")
    builder.pictures("VisualGenome/VG_100K/50.jpg")
    opened = builder.index()
    opened.ingest()
    call("export", "sample", "-K", "2", "--on-shortage", "take-all", root=opened.root)
    return opened


@pytest.fixture(scope="module")
def loader(index: Index) -> ModuleType:
    """Return the exported loader as a module."""
    return loaded(index.exports.loader())


def sample_of(index: Index) -> str:
    """Return the path of the sample's file."""
    return str(index.root / "metadata/lvis_image_exemplar_dict_K-002_own.json")


@pytest.mark.slow
def test_it_is_python_3_8_and_says_its_version(index: Index) -> None:
    text = index.exports.loader().read_text(encoding="utf-8")
    assert text.startswith(f"# Written by `ovmr-index export loader` {ovmr_index.__version__}.\n")
    tree = ast.parse(text, feature_version=OLDEST)
    imported = {
        (one.module or "") if isinstance(one, ast.ImportFrom) else one.names[0].name
        for one in ast.walk(tree)
        if isinstance(one, ast.Import | ast.ImportFrom)
    }
    usual = {"__future__", "collections.abc", "json", "math", "pathlib", "typing"}
    assert imported == usual | {"PIL", "torch"}
    # What is evaluated there: no union of types, no method of a newer str or dict.
    assert "from __future__ import annotations" in text
    assert not {"removeprefix", "removesuffix", "strict"} & {
        one.attr if isinstance(one, ast.Attribute) else one.arg or ""
        for one in ast.walk(tree)
        if isinstance(one, ast.Attribute | ast.keyword)
    }


@pytest.mark.slow
def test_it_works_where_nothing_else_is(index: Index, tmp_path: Path) -> None:
    index.exports.loader(tmp_path / "ovmr_loader.py")
    (tmp_path / "script.py").write_text(SCRIPT)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    files = (sample_of(index), str(index.root), str(index.root / "lvis/lvis_v1_train.json"))
    command = [sys.executable, "script.py", *files]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [
        [[50, 48], [53, 48], [53, 48]],
        [[[4, 4, 44.5, 40]], [[4, 4, 44.5, 40]]],
    ]


def test_items_are_plain_where_pytorch_is_not_installed(index: Index, loader: ModuleType) -> None:
    root = str(index.root)
    crops = loader.ExemplarDataset(sample_of(index), root, transform=lambda one: one.size)
    assert [label for _, label, _ in crops] == [0, 0, 1]
    size, label, metadata = crops[2]
    assert (size, label) == ((53, 48), 1)
    assert metadata == {
        "category_id": 9,
        "category": "9",
        "synset": "apple.n.01",
        "dataset": "lvis",
        "file_name": "train2017/000000000002.jpg",
        "image_id": 2,
        "region_id": 2,
        "box": [4, 4, 40.5, 36],
        "weight": 1458.0,
    }
    boxes = loader.DetectionDataset(f"{root}/lvis/lvis_v1_train.json", f"{root}/coco")
    assert (boxes.label_names, boxes.category_ids) == (("tench", "apple"), (7, 9))
    shown, target = boxes[1]
    assert isinstance(shown, Image.Image)
    assert target == {
        "boxes": [[4, 4, 44.5, 40]],
        "labels": [1],
        "image_id": 2,
        "area": [1440.5],
        "iscrowd": [1],
        "segmentations": [[[4.5, 4, 44, 4, 44, 40]]],
    }


def test_names_come_from_a_file_of_categories(index: Index, loader: ModuleType) -> None:
    file = str(index.root / "lvis/lvis_v1_train.json")
    crops = loader.ExemplarDataset(sample_of(index), str(index.root), categories=file)
    assert crops.label_names == ("tench", "apple")


def test_folders_can_be_elsewhere(index: Index, loader: ModuleType) -> None:
    folders = {"lvis": "absent", "visual_genome": "VisualGenome"}
    crops = loader.ExemplarDataset(sample_of(index), str(index.root), folders=folders)
    with pytest.raises(FileNotFoundError, match=r"absent/train2017/000000000002\.jpg"):
        crops[2]
    crops = loader.ExemplarDataset(sample_of(index), str(index.root), folders={})
    with pytest.raises(ValueError, match=r"no folder for the images of lvis; give folders=\{\*\*"):
        crops[2]


@pytest.mark.parametrize(
    ("content", "message"),
    [("{}", "is no list of categories"), ("[[1]]", "is no list of"), ("[[", "is no JSON")],
)
def test_wrong_samples(tmp_path: Path, loader: ModuleType, content: str, message: str) -> None:
    file = tmp_path / "sample.json"
    file.write_text(content)
    with pytest.raises(ValueError, match=rf"^{file}: {message}"):
        loader.ExemplarDataset(str(file), str(tmp_path))


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"categories": 5}, "is no annotation file of LVIS or COCO"),
        ({"annotations": [annotation(4, 77)]}, "annotation 4 is of an image or a category that"),
        ({"categories": []}, "annotation 1 is of an image or a category"),
        (
            {"annotations": [{**annotation(8), "bbox": None}]},
            r"lvis_v1_train.json: annotation 8 has no bbox; add it",
        ),
    ],
)
def test_wrong_annotation_files(
    builder: TreeBuilder, loader: ModuleType, members: dict[str, object], message: str
) -> None:
    builder.lvis()
    file = builder.root / "lvis/lvis_v1_train.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | members))
    with pytest.raises(ValueError, match=message):
        loader.DetectionDataset(str(file), "coco")


@pytest.mark.parametrize("content", ["[[]]", '{"categories": 1}', '[{"id": 1}]', "{}"])
def test_wrong_files_of_names(
    index: Index, tmp_path: Path, loader: ModuleType, content: str
) -> None:
    file = tmp_path / "names.json"
    file.write_text(content)
    with pytest.raises(ValueError, match=rf"^{file}: has no list of categories with id and name"):
        loader.ExemplarDataset(sample_of(index), str(index.root), categories=str(file))


def test_an_image_without_a_size_in_the_file(builder: TreeBuilder, loader: ModuleType) -> None:
    builder.lvis(images=[image(1, width=0)])
    builder.pictures("coco/train2017/000000000001.jpg", size=(50, 50))
    file = builder.root / "lvis/lvis_v1_train.json"
    shown, target = loader.DetectionDataset(str(file), str(builder.root / "coco"))[0]
    assert (shown.size, target["boxes"]) == ((50, 50), [[4, 4, 44.5, 40]])


@pytest.mark.parametrize("bits", [8, 10, 16])
def test_images_of_16_bits_are_as_bright_as_in_exports(
    tmp_path: Path, loader: ModuleType, bits: int
) -> None:
    numbers = np.linspace(0, 2**bits - 1, 64 * 48).astype(np.uint16).reshape(48, 64)
    path = tmp_path / "train/deep.png"
    path.parent.mkdir()
    Image.fromarray(numbers).save(path)
    entry = {"dataset": "deep", "file_name": "train/deep.png", "category_id": 1, "area": 1.0}
    (tmp_path / "sample.json").write_text(
        json.dumps([[entry | {"synset": "tench.n.01", "bbox": [40, 30, 10, 8]}]])
    )
    crops = loader.ExemplarDataset(
        str(tmp_path / "sample.json"), str(tmp_path), folders={"deep": "."}
    )
    ours, _ = crop_pixels(CropTask(str(path), floored=True, box=(40, 30, 10, 8), targets=()))
    assert np.array_equal(np.asarray(crops[0][0]), np.asarray(ours))


def test_an_image_of_another_shape(builder: TreeBuilder, loader: ModuleType) -> None:
    builder.lvis()
    builder.pictures("coco/train2017/000000000001.jpg", size=(50, 50))
    file = builder.root / "lvis/lvis_v1_train.json"
    boxes = loader.DetectionDataset(str(file), str(builder.root / "coco"))
    with pytest.raises(ValueError, match="is 50 x 50 pixels, the annotation file says 64 x 48"):
        boxes[0]


def test_the_command_writes_the_file(index: Index, tmp_path: Path) -> None:
    usual = index.root / "exports/loader/ovmr_loader.py"
    done = call("export", "loader", root=index.root)
    assert (done.code, done.out) == (0, f"{usual}\n")
    path = tmp_path / "new" / "loader.py"
    assert call("--json", "export", "loader", "-o", path, root=index.root).data == {
        "file": str(path)
    }
    assert path.read_bytes() == usual.read_bytes()


@pytest.mark.slow
def test_the_command_writes_to_standard_output(index: Index) -> None:
    done = warm_start().run("--root", index.root, "export", "loader", "-o", "-")
    assert done.out == index.exports.loader().read_text(encoding="utf-8")


def test_it_replaces_no_input(index: Index) -> None:
    inputs = [index.root / "lvis/lvis_v1_train.json"]
    if isinstance(index.location, Path):
        inputs.append(index.path)
    for path in inputs:
        with pytest.raises(ProtectedPathError):
            index.exports.loader(path)
    done = call("export", "loader", "-o", index.root / "coco", root=index.root)
    assert (done.code, done.error.partition("coco: ")[2]) == (
        1,
        "Is a directory; nothing was written there",
    )
