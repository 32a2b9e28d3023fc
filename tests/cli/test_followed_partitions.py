"""Exports by a partition whose categories have other ids and spellings now, or are gone."""

import pytest

from tests.support.runs import Run, call
from tests.support.trees import Json, TreeBuilder, picture

pytestmark = pytest.mark.slow

NOVEL, OTHER = "tea cup", "dog"


def _content(categories: dict[int, str]) -> Json:
    """Return a file with a box of each category, each on an image of its own."""
    return {
        "images": [{"id": one, "file_name": f"{one}.jpg"} for one, _ in enumerate(categories, 1)],
        "annotations": [
            {"id": one, "image_id": one, "category_id": key, "bbox": [1, 2, 30, 40], "area": 1200}
            for one, key in enumerate(categories, 1)
        ],
        "categories": [{"id": key, "name": name} for key, name in categories.items()],
    }


class _Root:
    """A dataset `d` with a partition `p` of its split train, in which a cup is novel."""

    def __init__(self, builder: TreeBuilder) -> None:
        self.builder, self.root = builder, builder.root
        builder.index().close()  # a copy, which is there sooner than the first ingest makes it
        for one in (1, 2, 3):
            builder.file(f"im/{one}.jpg", picture((200, 100)))
        self.ingest("train", {1: NOVEL, 2: OTHER})
        novel = self.root / "novel.txt"
        novel.write_text(f"{NOVEL}\n")
        added = self.call("partition", "add", "p", "--file", novel, "--vocabulary", "d_train")
        assert added.code == 0

    def ingest(self, split: str, categories: dict[int, str]) -> None:
        file = self.builder.json(f"{split}.json", _content(categories))
        images = ("--images", self.root / "im", "--split", split)
        assert self.call("ingest", "coco", file, "--name", "d", *images).code == 0

    def call(self, *arguments: object) -> Run:
        return call(*arguments, root=self.root)

    def export(self, split: str, *by: str, target: str = "annotations") -> Run:
        vocabulary = ("--vocabulary", f"d_{split}", "--partition", "p")
        return self.call("export", target, *vocabulary, *by, "-o", self.root / "out.json")


@pytest.fixture
def tree(builder: TreeBuilder) -> _Root:
    return _Root(builder)


@pytest.mark.exhaustive(but=["teacup-train", "\\uff54ea cup-val"])
@pytest.mark.parametrize("split", ["train", "val"])
@pytest.mark.parametrize(
    "name", ["Tea Cup", "tea_cup", "TEA-CUP", "teacup", "\uff54ea cup", "tea cup "]
)
def test_novel_boxes_are_left_out_however_they_are_spelled(
    tree: _Root, name: str, split: str
) -> None:
    tree.ingest(split, {5: name, 1: OTHER})
    assert tree.export(split, "--only", "novel").out.endswith("1 records\n")
    assert tree.export(split, "--only", "base").out.endswith("1 records\n")
    done = tree.export(split, "--without", "novel")
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("1 records\n")
    out = tree.root / "out.json"
    checked = tree.call("partition", "check", out, "--partition", "p", "--vocabulary", "d_train")
    assert checked.code == 0


def test_what_cannot_be_told_is_refused(tree: _Root) -> None:
    tree.ingest("val", {5: "Tea Cup", 6: "TEA_CUP", 1: OTHER})
    for target in ("annotations", "exemplars", "cat-info", "sample"):
        done = tree.export("val", "--without", "novel", target=target)
        assert (done.code, done.out) == (1, "")
        assert "category 5 is 'Tea Cup' in d_val and 1 was 'tea cup'" in done.error, target
    tree.ingest("val", {5: NOVEL, 6: "Tea-cup", 1: OTHER})
    assert "category 6 is 'Tea-cup' in d_val" in tree.export("val", "--only", "base").error


def test_what_is_gone_is_named(tree: _Root) -> None:
    tree.ingest("train", {2: OTHER, 3: "kite"})
    said = "partition p of d_train: 1 novel category no longer there: 1 'tea cup'\n"
    for target in ("annotations", "exemplars", "cat-info"):
        done = tree.export("train", "--without", "novel", target=target)
        assert (done.code, done.err) == (0, said), target
    assert tree.call("partition", "list").err == said
    by = ("--vocabulary", "d_train", "--partition", "p", "--without", "novel")
    assert "no longer there: 1 'tea cup'" in tree.call("sample", "-K", 1, *by).err
    assert "no longer there: 1 'tea cup'" in tree.call("export", "sample", "-K", 1, *by).err
    crops = tree.call("export", "crops", "-K", 1, *by, "-o", tree.root / "crops")
    assert "no longer there: 1 'tea cup'" in crops.err


def test_a_check_finds_what_is_gone_however_it_is_spelled(tree: _Root) -> None:
    tree.ingest("train", {1: NOVEL, 2: OTHER, 3: "kite"})
    (tree.root / "two.txt").write_text(f"{NOVEL}\nkite\n")
    add = ("partition", "add", "q", "--file", tree.root / "two.txt", "--vocabulary", "d_train")
    assert tree.call(*add).code == 0
    tree.ingest("train", {2: OTHER, 3: "kite"})
    file = tree.builder.json("other.json", _content({7: "Tea_Cup", 2: OTHER}))
    check = ("partition", "check", file, "--partition", "q", "--vocabulary", "d_train")
    done = tree.call(*check, "--json")
    assert done.code == 1
    assert [one["category_id"] for one in done.data["leaks"]] == [7]
