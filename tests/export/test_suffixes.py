"""Images of every suffix are in the index; the published files take those of the published ones."""

import json
from pathlib import Path

import pytest

from tests.support.runs import call
from tests.support.trees import APPLE, APPLE_WNID, TENCH, TENCH_WNID, TreeBuilder, category

pytestmark = pytest.mark.slow

CATEGORIES = [category(1, TENCH), category(2, APPLE)]
NAMES = ["a.JPEG", "b.jpg", "c.jpeg", "d.png", "e.JPG", "f.Jpeg", "g.PNG", "h.webp", "i.bmp"]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Path:
    """Return a tree with images of all suffixes in two classes."""
    builder = TreeBuilder(tmp_path_factory.mktemp("suffixes") / "datasets", empty_index)
    for split in ("train", "val"):
        builder.lvis(split, categories=CATEGORIES, annotations=[])
    builder.imagenet(
        {
            f"train/{TENCH_WNID}": NAMES,
            f"val/{TENCH_WNID}": ["v.JPG", "w.JPEG"],
            f"train/{APPLE_WNID}/images": NAMES,
        }
    )
    builder.index().ingest()
    return builder.root


def test_the_recipe_takes_its_suffix_and_counts_the_others(root: Path) -> None:
    done = call("collate", "--json", root=root)
    assert done.data["entries"] == 2
    assert "16 whose file names end otherwise than the recipe says" in done.err
    query = "SELECT file_name FROM exemplars ORDER BY 1"
    assert [row["file_name"] for row in call("sql", query, "--format", "json", root=root).data] == [
        f"train/{TENCH_WNID}/a.JPEG",
        f"train/{APPLE_WNID}/images/a.JPEG",
    ]


def test_collate_counts_the_others_of_classes_that_have_enough(builder: TreeBuilder) -> None:
    names = [f"{number}.{'JPEG' if number < 22 else 'jpg'}" for number in range(61)]
    builder.lvis(annotations=[])
    builder.imagenet({f"train/{TENCH_WNID}": names, f"train/{APPLE_WNID}": ["of no category.jpg"]})
    builder.index().ingest()
    done = call("collate", root=builder.root)
    assert done.out == "22 exemplars for 1 categories\n"
    assert done.err == "39 images left: pools take .JPEG alone\n"
    for number in range(22, 61):
        (builder.root / f"imagenet/imagenet21k_P/train/{TENCH_WNID}/{number}.jpg").unlink()
    builder.touch(builder.root / f"imagenet/imagenet21k_P/train/{TENCH_WNID}")
    builder.index().ingest()
    assert call("collate", root=builder.root).err == ""


def test_the_list_takes_four_suffixes_and_counts_the_others(root: Path) -> None:
    done = call("export", "imagenet-lvis", "--json", root=root)
    (written,) = done.data["written"]
    assert written["records"] == 9
    assert written["problems"] == [
        "11 other images left: the list takes .JPEG .jpg .jpeg .png alone"
    ]
    listed = json.loads(Path(written["file"]).read_text())
    assert [one["file_name"] for one in listed["images"]] == [
        *(f"train/{TENCH_WNID}/{name}" for name in NAMES[:4]),
        f"val/{TENCH_WNID}/w.JPEG",
        *(f"train/{APPLE_WNID}/images/{name}" for name in NAMES[:4]),
    ]
    assert [one["image_count"] for one in listed["categories"]] == [5, 4]
    manifest = root / "files.json"
    assert call("export", "manifest", "imagenet-lvis", "-o", manifest, root=root).code == 0
    assert sum(one["dataset"] == "imagenet21k" for one in json.loads(manifest.read_text())) == 9


def test_without_others_none_is_counted(builder: TreeBuilder) -> None:
    for split in ("train", "val"):
        builder.lvis(split, categories=CATEGORIES, annotations=[])
    builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG"], f"val/{TENCH_WNID}": ["a.jpg"]})
    builder.index().ingest()
    assert "file names" not in call("collate", root=builder.root).err
    assert call("export", "imagenet-lvis", root=builder.root).err == ""
