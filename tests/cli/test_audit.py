"""`audit` and `suggest`: what they print, and how they end."""

import re
import shutil
from pathlib import Path

import pytest

from tests.support.drawn import drawn
from tests.support.runs import Run, call
from tests.support.tampering import forbid_writes
from tests.support.trees import (
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    image,
    vg_image,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow

AUDIT = ["kind", "category_id", "synset", "dataset", "file_name", "image_id", "region_id", "reason"]
VAL, WHOLE = "coco/val2017/000000000005.jpg", f"train/{TENCH_WNID}/a.JPEG"
REASON = "its COCO id is that of val2017/000000950017.jpg of LVIS val"


def test_leaks_end_with_1(tree: Path) -> None:
    done = call("audit", "--json", root=tree)
    assert done.code == 1
    assert all(list(one) == AUDIT for one in done.data)
    assert done.data[0] == {
        "kind": "val_image",
        "category_id": 217,
        "synset": "carrot.n.01",
        "dataset": "visual_genome",
        "file_name": "VG_100K_2/2400020.jpg",
        "image_id": 2400020,
        "region_id": 1058505,
        "reason": REASON,
    }
    assert {one["kind"] for one in done.data} == {"val_image"}
    assert "leave them out: run `ovmr-index collate --exclude-val`" in done.err


def test_leaks_as_a_table(tree: Path) -> None:
    done = call("audit", root=tree)
    names, rule, first, *_ = done.out.splitlines()
    assert names.split() == AUDIT
    assert set(rule) == {"-", " "}
    assert first.endswith(REASON)
    assert done.err.splitlines()[0] == "7 val_image"
    assert call("--quiet", "audit", root=tree).err == ""


@pytest.fixture
def few(builder: TreeBuilder) -> Path:
    """Return the root of a tree of few images, of which Visual Genome's is one of val by its id."""
    builder.lvis(images=[image(1), image(2)], annotations=[annotation(1), annotation(2, 2)])
    builder.lvis("val", images=[image(5, "val2017")], annotations=[])
    builder.visual_genome(vg_objects(50, vg_object(1, TENCH)), images=[vg_image(50, coco_id=5)])
    for name in ("coco/train2017/000000000001", "coco/train2017/000000000002", VAL[:-4]):
        builder.file(f"{name}.jpg", drawn(int(name[-12:]), (64, 48)))
    builder.file("VisualGenome/VG_100K/50.jpg", drawn(50, (64, 48)))
    builder.file(f"imagenet/imagenet21k_P/{WHOLE}", drawn(60, (64, 48)))
    index = builder.index()
    index.ingest()
    index.collate()
    return builder.root


@pytest.mark.slow
def test_without_leaks_it_ends_with_0(few: Path) -> None:
    assert call("audit", root=few).code == 1
    made = call("collate", "--exclude-val", "--json", root=few)
    assert (made.code, made.data["entries"]) == (0, 4 - 1)
    clean = call("audit", "--json", root=few)
    assert (clean.code, clean.data) == (0, [])
    assert "no exemplar shows an image of LVIS val" in clean.err
    found = call("audit", "--near", "--json", root=few)
    assert (found.code, found.data, found.err) == (0, [], clean.err.splitlines(keepends=True)[0])


@pytest.mark.slow
def test_an_image_that_cannot_be_read_is_named(few: Path) -> None:
    (few / "coco/train2017/000000000001.jpg").write_bytes(b"")
    done = call("audit", "--near", root=few)
    assert done.code == 1
    assert done.err.startswith("lvis: train2017/000000000001.jpg: ")


@pytest.fixture
def leaking(few: Path) -> str:
    """Give an image of val the bytes of an exemplar's; return the name of the exemplar's."""
    shutil.copyfile(few / "imagenet/imagenet21k_P" / WHOLE, few / VAL)
    return WHOLE


def _names(done: Run) -> set[str]:
    assert done.code == 1
    return {one["file_name"] for one in done.data if one["kind"] == "val_image"}


def test_equal_content_is_found_unless_ids_alone_are_asked_for(few: Path, leaking: str) -> None:
    by_id = call("audit", "--ids-only", "--json", root=few)
    assert "by id, and by the hashes that the index holds" in by_id.err
    found = _names(call("audit", "--json", root=few))
    assert found == _names(by_id) | {leaking}
    assert _names(call("audit", "--ids-only", "--json", root=few)) == found


@pytest.mark.parametrize("option", ["--content", "--near"])
def test_ids_alone_and_content_are_not_asked_for_at_once(shared: Path, option: str) -> None:
    done = call("audit", "--ids-only", option, root=shared)
    assert done.code == 2
    assert "give it without --content and --near" in done.error


@pytest.mark.usefixtures("leaking")
def test_an_index_that_cannot_be_written_is_reported(few: Path) -> None:
    forbid_writes(few)
    done = call("audit", "--json", root=few)
    assert _names(done) == _names(call("audit", "--ids-only", "--json", root=few))
    first, second, *_ = done.err.splitlines()
    assert re.search(r"read-?only \w+; get the permission to write", first)
    assert second == "images are compared by id, and by the hashes that it holds"
    assert re.search(r"read-?only \w+", call("audit", "--content", root=few).error)


def test_draws_without_val(tree: Path) -> None:
    leaking = {one["file_name"] for one in call("audit", "--json", root=tree).data}

    def names_of_draw(*options: str) -> set[str]:
        name = f"sample{len(options)}"
        done = call(
            *("sample", "-K", 40, "--on-shortage", "take-all", "--dataset", "visual_genome"),
            *("--name", name, *options),
            root=tree,
        )
        assert done.code == 0
        shown = call("sample", "show", name, "--json", root=tree).data
        picks = shown["picks"] if isinstance(shown, dict) else shown
        return {pick["file_name"] for pick in picks}

    assert names_of_draw() & leaking
    assert not names_of_draw("--exclude-val") & leaking


@pytest.mark.slow
def test_suggestions(shared: Path) -> None:
    done = call("suggest", "wedding_ring", "--json", root=shared)
    assert (done.code, done.err) == (0, "")
    assert done.data[0] == {
        "category_id": 1176,
        "category_synset": "wedding_ring.n.01",
        "synset": "ring.n.01",
        "relation": "same word",
        "distance": 2,
        "exemplars": {"visual_genome": 6},
        "lends": True,
        "total": 6,
    }
    lines = call("suggest", 1176, "--limit", 1, root=shared).out.splitlines()
    columns = ["category", "synset", "relation", "distance", "exemplars", "lends"]
    assert lines[0].split() == columns
    assert [line.split()[1] for line in lines[2:]] == ["ring.n.01"]
    none = call("suggest", "--short", root=shared)
    assert (none.code, none.err) == (0, "no synset near it in WordNet has exemplars\n")


@pytest.mark.slow
def test_suggestions_become_substitutes(tree: Path) -> None:
    before = call("coverage", "--json", root=tree).data
    done = call("suggest", "wedding_ring", "--apply", root=tree)
    assert done.code == 0
    assert done.err.splitlines() == [
        "wedding_ring.n.01: takes from bling.n.01 too from now on",
        "the pools were made again",
    ]
    after = call("coverage", "--json", root=tree).data
    ((old, new),) = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    added = new["substitutes"] - old["substitutes"]
    assert (old["synset"], added) == ("wedding_ring.n.01", new["total"] - old["total"])
    assert added > 0
    again = call("suggest", "wedding_ring", "--apply", root=tree)
    assert again.err == "every suggestion is a substitute already\n"
    assert call("coverage", "--json", root=tree).data == after


def test_wrong_usage_of_suggest(shared: Path) -> None:
    wrong = ("suggest", "suggest die --short", "suggest zebra", "suggest die --take 0")
    for arguments in (*wrong, "suggest die --limit 0"):
        assert call(*arguments.split(), root=shared).code == 2
