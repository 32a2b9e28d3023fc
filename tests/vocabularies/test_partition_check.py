"""Training files whose categories are numbered or called otherwise than those of the index."""

import json
from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.errors import OvmrIndexError
from ovmr_index.vocabularies.partition_check import PartitionCheck
from tests.support.coco_files import coco_json, ingest_coco
from tests.support.few_synsets import index_of_synsets
from tests.support.runs import Run, call
from tests.support.trees import Json, TreeBuilder

pytestmark = pytest.mark.slow

# Seven of COCO's 80, with COCO's ids, which have gaps.
COCO = {1: "person", 13: "stop sign", 62: "chair", 63: "couch", 72: "tv"}
COCO |= {89: "hair drier", 90: "toothbrush"}
SYNSETS = {1: "person.n.01", 13: "street_sign.n.01", 62: "chair.n.01", 63: "sofa.n.01"}
SYNSETS |= {72: "television_receiver.n.01", 89: "hand_blower.n.01", 90: "toothbrush.n.01"}


def _of_seven(builder: TreeBuilder) -> Index:
    categories = [{"id": key, "name": name, "synset": SYNSETS[key]} for key, name in COCO.items()]
    index = ingest_coco(builder, categories)
    index.partitions.add("held", ["toothbrush"], vocabulary="mine")
    return index


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Path:
    """Return an index of the synsets of the seven: to look for a word in all takes long."""
    return index_of_synsets(tmp_path_factory, empty_index, "seven synsets.db", SYNSETS.values())


@pytest.fixture
def builder(tmp_path: Path, few: Path) -> TreeBuilder:
    """Return a builder of a tree whose index holds few synsets."""
    return TreeBuilder(tmp_path / "datasets", few)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, few: Path) -> Index:
    """Return an index of the seven, of which the last is novel: read only."""
    return _of_seven(TreeBuilder(tmp_path_factory.mktemp("seven") / "datasets", few))


def _check(index: Index, folder: Path, content: object) -> PartitionCheck:
    file = folder / "file.json"
    file.write_text(json.dumps(content))
    return index.partitions.check(file, "held", vocabulary="mine")


def _checked_by_command(index: Index, folder: Path, *options: str) -> Run:
    """Check the file that was written last."""
    named = ("--partition", "held", "--vocabulary", "mine", *options)
    return call("partition", "check", folder / "file.json", *named, root=index.root)


def _numbered(first: int = 1, **fields: list[str]) -> list[Json]:
    """Return the seven with ids without gaps, and with these fields."""
    columns = [
        dict(zip(fields, values, strict=True)) for values in zip(*fields.values(), strict=True)
    ]
    return [{"id": key, **one} for key, one in enumerate(columns, first)]


def _wide(sign: str) -> str:
    """Return a letter in full width, as East Asian keyboards give it."""
    return chr(ord(sign) + 0xFEE0) if sign.isalpha() else sign


NAMES, SYNSET_NAMES = [*COCO.values()], [*SYNSETS.values()]
FILES = {
    "without gaps": _numbered(name=NAMES),
    "from 0": _numbered(0, name=NAMES),
    "onto ids that others have": _numbered(85, name=NAMES),
    "in other case": _numbered(name=[name.title() for name in NAMES]),
    "with underscores": _numbered(name=[name.replace(" ", "_").upper() for name in NAMES]),
    "in full width": _numbered(name=["".join(map(_wide, name)) for name in NAMES]),
    "with what is not seen": _numbered(name=[f"\u200b{name}\u00a0" for name in NAMES]),
    "synsets in other case": _numbered(
        name=list("abcdefg"), synset=[f"{name.upper()} " for name in SYNSET_NAMES]
    ),
    "synsets for names": _numbered(name=SYNSET_NAMES),
    "other names and synsets": _numbered(name=list("abcdefg"), synset=SYNSET_NAMES),
    "synsets alone": _numbered(synset=SYNSET_NAMES),
    "wnids": _numbered(name=list("abcdefg"), synset=["n0"] * 6 + ["n04453156"]),
    "other words": _numbered(name=["human", "sign", "chairs", "lounge", "x", "y", "toothbrushes"]),
}


@pytest.mark.parametrize("categories", FILES.values(), ids=FILES)
def test_the_files_own_categories_say_who_is_who(
    index: Index, tmp_path: Path, categories: list[Json]
) -> None:
    found = _check(index, tmp_path, coco_json(categories))
    assert found.leaks == [(90, "toothbrush", 1, 0)]
    assert any("numbers" in note for note in found.notes)
    clean = coco_json(categories)
    clean["annotations"] = clean["annotations"][:-1]
    assert _check(index, tmp_path, clean).leaks == []


def test_the_command_says_the_same(index: Index, tmp_path: Path) -> None:
    content = coco_json(FILES["without gaps"])
    content["annotations"] = content["annotations"][:-1]
    found = _check(index, tmp_path, content)
    done = _checked_by_command(index, tmp_path, "--json")
    assert (done.code, done.data["leaks"], found.leaks) == (0, [], [])
    assert done.data["notes"] == found.notes
    content["annotations"] = []
    (tmp_path / "file.json").write_text(json.dumps(content))
    done = _checked_by_command(index, tmp_path, "--json")
    assert (done.code, done.out) == (1, "")
    assert NOTHING in done.err


def test_ids_that_disagree_are_told(index: Index, tmp_path: Path) -> None:
    content = coco_json(_numbered(85, name=NAMES))
    (tmp_path / "file.json").write_text(json.dumps(content))
    done = _checked_by_command(index, tmp_path)
    assert done.code == 1
    assert "1 of 1 novel categories are among them" in done.out
    assert "the file numbers 7 categories otherwise than mine" in done.err
    assert "85 is 'person', there 1, 86 is 'stop sign', there 13" in done.err


def test_whole_images_and_exemplars_count_the_same(index: Index, tmp_path: Path) -> None:
    images = [{"id": 1, "pos_category_ids": [7]}, {"id": 2, "pos_category_ids": [1, 6]}]
    content = {"images": images, "annotations": [], "categories": _numbered(name=NAMES)}
    found = _check(index, tmp_path, content)
    assert found.leaks == [(90, "toothbrush", 0, 1)]
    pools = {"toothbrush.n.01": [{"category_id": 7}], "person.n.01": [{"category_id": 1}]}
    found = _check(index, tmp_path, pools)
    assert found.leaks == [(90, "toothbrush", 1, 0)]
    assert _check(index, tmp_path, [[{"category_id": 7}], [{"category_id": 90}]]).leaks == [
        (90, "toothbrush", 1, 0)
    ]


def test_an_id_counts_where_the_numbers_are_the_same(index: Index, tmp_path: Path) -> None:
    categories: list[Json] = [{"id": key, "name": name} for key, name in COCO.items()]
    categories[-1]["name"] = "Zahnbürste"
    found = _check(index, tmp_path, coco_json(categories))
    assert found.leaks == [(90, "toothbrush", 1, 0)]
    assert found.notes == [
        "taken for the categories of mine with their ids: 90 is 'Zahnbürste', there 'toothbrush'"
    ]
    categories[0]["id"] = 2
    found = _check(index, tmp_path, coco_json(categories))
    assert (found.leaks, found.neither) == ([], 1)
    assert found.notes[-1] == "mine does not have: 90 'Zahnbürste'"


def test_a_file_of_other_categories_is_refused(index: Index, tmp_path: Path) -> None:
    with pytest.raises(OvmrIndexError, match="1 is 'Zebra' in the file and 'person' in mine; give"):
        _check(index, tmp_path, coco_json([{"id": 1, "name": "Zebra"}, {"id": 90, "name": "Yak"}]))


@pytest.mark.parametrize("as_lists", [False, True])
def test_ids_alone_that_count_from_0_prove_nothing(
    index: Index, tmp_path: Path, as_lists: bool
) -> None:
    entries = [{"category_id": class_index} for class_index in range(len(COCO))]
    content = [[one] for one in entries] if as_lists else {"annotations": entries}
    with pytest.raises(OvmrIndexError, match=r"mine has no category 0, .* the file does not say"):
        _check(index, tmp_path, content)


def test_categories_that_share_a_name_are_told_apart_by_id(
    builder: TreeBuilder, tmp_path: Path
) -> None:
    index = ingest_coco(builder, [{"id": key, "name": "cap"} for key in (1, 2, 3)])
    index.partitions.add("held", [2], vocabulary="mine")
    caps = [{"id": key, "name": "cap"} for key in (1, 3)]
    assert _check(index, tmp_path, coco_json(caps)).leaks == []
    written = index.exports.target("exemplars", vocabulary="mine").path
    found = index.partitions.check(written, "held", vocabulary="mine")
    assert (found.leaks, found.notes) == ([(2, "cap", 1, 0)], [])
    found = _check(index, tmp_path, coco_json([{"id": 9, "name": "cap"}]))
    assert found.leaks == [(2, "cap", 1, 0)]
    assert "may be several categories of mine: 9 'cap'" in found.notes


def test_a_partition_whose_categories_are_gone_proves_nothing(
    builder: TreeBuilder, tmp_path: Path
) -> None:
    index = _of_seven(builder)
    ingest_coco(builder, _numbered(name=NAMES[:-1]))
    with pytest.raises(OvmrIndexError, match="partition held has no novel category in mine"):
        _check(index, tmp_path, coco_json(_numbered(name=NAMES)))


def test_a_partition_serves_a_split_with_other_ids(builder: TreeBuilder) -> None:
    index = builder.index()
    for split, first in (("train", 1), ("val", 101)):
        file = builder.json(f"{split}.json", coco_json(_numbered(first, name=NAMES)))
        index.ingest([index.sources.coco(file, "pets", builder.root / "pets", split)])
    index.partitions.add("held", ["toothbrush"], vocabulary="pets_train")
    found = index.partitions.check(builder.root / "val.json", "held", vocabulary="pets_val")
    assert found.leaks == [(107, "toothbrush", 1, 0)]


@pytest.mark.parametrize(
    ("pools", "leaks"),
    [
        ({"person.n.01": [{"category_id": 1}, {"category_id": 90}]}, 1),
        ({"toothbrush.n.01": [{"category_id": 1}], "person.n.01": [{"category_id": 1}]}, 1),
        ({"person.n.01": [{"category_id": 90}]}, 1),
        ({"toothbrush.n.01": [{"category_id": 1}]}, 1),
        ({"person.n.01": [{"category_id": 62}]}, 0),
        ([[{"category_id": 90}], [], [], [], [], [], []], 1),
        ([[], [], [], [], [], [], [{"category_id": 1}]], 1),
        ([[{"category_id": 1}], [], [], [], [], [], []], None),
    ],
)
def test_a_list_and_its_exemplars_may_disagree(
    index: Index, tmp_path: Path, pools: object, leaks: int | None
) -> None:
    found = _check(index, tmp_path, pools)
    assert found.leaks == ([(90, "toothbrush", 1, 0)] if leaks else [])
    assert any("is the list of category" in note for note in found.notes) == (leaks is not None)
    if leaks:
        done = _checked_by_command(index, tmp_path)
        assert done.code == 1
        assert "is the list of category" in done.err


def test_a_novel_category_that_is_gone_is_still_found(builder: TreeBuilder, tmp_path: Path) -> None:
    index = _of_seven(builder)
    index.partitions.add("two", ["toothbrush", "person"], vocabulary="mine")
    left = [{"id": key, "name": name, "synset": SYNSETS[key]} for key, name in COCO.items()][:-1]
    ingest_coco(builder, left)
    (tmp_path / "old.json").write_text(json.dumps(coco_json(_numbered(name=NAMES))))
    found = index.partitions.check(tmp_path / "old.json", "two", vocabulary="mine")
    assert found.leaks == [(1, "person", 1, 0), (7, "toothbrush", 1, 0)]
    gone = "1 novel category no longer there: 90 'toothbrush' (toothbrush.n.01)"
    assert found.notes[-1] == gone
    arguments = ("--partition", "two", "--vocabulary", "mine")
    assert call("partition", "check", builder.root / "mine.json", *arguments, root=index.root).code


@pytest.mark.parametrize("own_id", [1, 7])
def test_an_id_in_two_lists_is_counted_in_both(index: Index, tmp_path: Path, own_id: int) -> None:
    pools = {name: [{"category_id": own_id}] for name in ("toothbrush.n.01", "person.n.01")}
    assert _check(index, tmp_path, pools).leaks == [(90, "toothbrush", 1, 0)]


def _without(content: Json, name: str, instead: str | None = None) -> Json:
    """Return a file with a member under another name, or without it."""
    return {
        instead or "info" if key == name else key: {} if key == name and not instead else value
        for key, value in content.items()
    }


WHOLE = coco_json(_numbered(name=NAMES))
NOTHING = "labels no box, no exemplar and no image, so there is nothing to check; give the file"
OTHERS = "mine has none of the categories of the file, so there is nothing to check: "


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (WHOLE | {"annotations": []}, NOTHING),
        ({"annotations": []}, NOTHING),
        ({"toothbrush.n.01": [], "person.n.01": []}, NOTHING),
        ([[], []], NOTHING),
        (WHOLE | {"annotations": [], "images": [{"id": 1, "Pos_category_ids": [7]}]}, NOTHING),
        (WHOLE | {"annotations": [], "images": [{"id": 1, "pos_category_ids": None}]}, NOTHING),
        (_without(WHOLE, "annotations"), "has no member `annotations`; give the file"),
        ({"images": [{"id": 1}]}, "has no member `annotations`; give the file"),
        (_without(WHOLE, "annotations", "Annotations"), "has no member `annotations`, but `Anno"),
        (_without(WHOLE, "annotations", "annotation"), "has no member `annotations`, but `annot"),
        (_without(WHOLE, "categories", "Categories"), "has no member `categories`, but `Categor"),
        (_without(WHOLE, "images", "image"), "has no member `images`, but `image`; rename it"),
        (
            coco_json([{"id": 801, "name": "zork"}, {"id": 802, "name": "blorp"}]),
            f"{OTHERS}blorp, zor",
        ),
        ({"zork.n.01": [{"category_id": 9001}]}, f"{OTHERS}zork.n.01; give the vocabulary="),
    ],
)
def test_a_file_that_says_nothing_is_no_all_clear(
    index: Index, tmp_path: Path, content: object, problem: str
) -> None:
    with pytest.raises(OvmrIndexError) as caught:
        _check(index, tmp_path, content)
    assert str(caught.value).removeprefix(f"{tmp_path / 'file.json'}: ").startswith(problem)


def test_a_category_may_be_called_as_a_member_of_annotation_files(
    index: Index, tmp_path: Path
) -> None:
    content = {"images": [{"category_id": 8}], "toothbrush": [{"category_id": 90}]}
    assert _check(index, tmp_path, content).leaks == [(90, "toothbrush", 1, 0)]
