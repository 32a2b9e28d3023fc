"""Vocabularies of your own: categories that are not LVIS's."""

import json
from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.errors import OvmrIndexError, RecordError, UsageError
from ovmr_index.vocabularies.class_synsets import shipped_classes
from ovmr_index.vocabularies.stored_vocabularies import VocabularySummary
from tests.support.coco_files import coco_json
from tests.support.few_synsets import index_of_few_synsets
from tests.support.runs import call
from tests.support.trees import APPLE, APPLE_WNID, TENCH, TreeBuilder, category


@pytest.fixture
def small(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> TreeBuilder:
    """Return a builder of a tree whose index holds three synsets: words are found at once."""
    return TreeBuilder(tmp_path / "datasets", index_of_few_synsets(tmp_path_factory))


def _add(index: Index, folder: Path, content: object, name: str = "mine") -> list[str]:
    file = folder / "classes.json"
    file.write_text(json.dumps(content))
    return index.vocabularies.add(name, file).unknown


def _synsets(index: Index) -> dict[str, tuple[str, str | None]]:
    query = """
        SELECT categories.name, synsets.name, wnid
        FROM categories JOIN synsets ON synsets.pk = synset_pk ORDER BY categories.position"""
    with index.sql(query) as result:
        return {name: (synset, wnid) for name, synset, wnid in result.rows}


def test_names_meet_wordnet(builder: TreeBuilder, tmp_path: Path) -> None:
    index = builder.index()
    names = ["Apple", "hot-air balloon", "couch", APPLE_WNID, TENCH, "no such thing", "cats"]
    assert _add(index, tmp_path, names) == ["no such thing"]
    assert _synsets(index) == {
        "Apple": (APPLE, APPLE_WNID),
        "hot-air balloon": ("hot-air_balloon.n.01", "n03541923"),
        "couch": ("sofa.n.01", "n04256520"),
        APPLE_WNID: (APPLE, APPLE_WNID),
        TENCH: (TENCH, "n01440764"),
        "no such thing": ("no such thing", None),
        "cats": ("cat.n.01", "n02121620"),
    }


@pytest.mark.slow
def test_names_that_only_a_part_of_is_known_are_told(small: TreeBuilder, tmp_path: Path) -> None:
    names = ["N/A", "/m/0bt9lr", "and/or", "Xyzzy/Apple", "Apple"]
    (tmp_path / "classes.txt").write_text("\n".join(names))
    index = small.index()
    done = call("vocabulary", "add", tmp_path / "classes.txt", "--name", "mine", root=index.root)
    unknown, parts = done.err.splitlines()
    assert unknown.endswith("give them one in the file: N/A, /m/0bt9lr, and/or")
    assert parts == f"found by a part of the name alone: 'Xyzzy/Apple' is {APPLE}"
    added = index.vocabularies.add("same", tmp_path / "classes.txt")
    assert (added.unknown, added.by_part) == (names[:3], {"Xyzzy/Apple": APPLE})


@pytest.mark.slow
def test_parts_are_told_by_an_ingest_too(small: TreeBuilder) -> None:
    names = ["/m/0bt9lr", "N/A", "and/or", "Xyzzy/Apple", "tench"]
    categories = [{"id": key, "name": name} for key, name in enumerate(names)]
    small.json("mine.json", coco_json(categories))
    arguments = ("--name", "mine", "--images", small.root, "--by-name")
    small.index()
    file = small.root / "mine.json"
    done = call("ingest", "coco", file, *arguments, root=small.root)
    assert done.code == 0
    assert f"found by a part of the name alone: 'Xyzzy/Apple' is {APPLE}\n" in done.err
    assert "2 of 5 categories have a synset; without one: /m/0bt9lr, N/A, and/or\n" in done.err


@pytest.mark.slow
def test_names_of_a_known_data_set_have_the_synsets_of_its_classes(
    builder: TreeBuilder, tmp_path: Path
) -> None:
    names = [one.name for one in shipped_classes("coco")]
    (tmp_path / "classes.txt").write_text("\n".join(names))
    index = builder.index()
    added = index.vocabularies.add("mine", tmp_path / "classes.txt")
    assert added.notes == ["80 of 80 categories have the synset of their class in the table coco"]
    synsets = _synsets(index)
    assert [synsets[name][0] for name in ("cow", "mouse")] == ["beef.n.01", "mouse.n.04"]


def test_synsets_that_are_given_count(builder: TreeBuilder, tmp_path: Path) -> None:
    index = builder.index()
    given = {"apple": TENCH, "tench": APPLE_WNID, "sign": "stop_sign.n.01"}
    assert _add(index, tmp_path, given) == ["sign"]
    assert [synset for synset, _ in _synsets(index).values()] == [TENCH, APPLE, "stop_sign.n.01"]


def test_records_are_whole(builder: TreeBuilder, tmp_path: Path) -> None:
    index = builder.index()
    _add(index, tmp_path, [{"mine": [1.0], "name": "apple", "id": 7}])
    with index.sql("SELECT record FROM categories") as result:
        ((record,),) = result.rows
    assert json.loads(record) == {"id": 7, "name": "apple", "mine": [1.0], "synset": APPLE}


def test_list_and_remove(builder: TreeBuilder, tmp_path: Path) -> None:
    builder.lvis()
    index = builder.index()
    index.ingest()
    _add(index, tmp_path, ["apple", "no such thing"])
    lvis = VocabularySummary("lvis_v1_train", "lvis_v1_train", 1, 1, 0)
    assert index.vocabularies.list() == [lvis, VocabularySummary("mine", None, 2, 1, 0)]
    with pytest.raises(UsageError, match=r"a vocabulary 'mine' already; run `index\.vocab"):
        _add(index, tmp_path, ["apple"])
    with pytest.raises(UsageError, match="lvis_v1_train came with its dataset"):
        index.vocabularies.rm("lvis_v1_train")
    with pytest.raises(UsageError, match="there is no vocabulary 'yours'; give 'lvis_v1_tra"):
        index.vocabularies.rm("yours")
    index.vocabularies.rm("mine")
    assert index.vocabularies.list() == [lvis]


@pytest.mark.parametrize("name", ["", ".", " ", "a/b", "a\nb"])
def test_names_that_could_not_be_folders_are_refused(
    builder: TreeBuilder, tmp_path: Path, name: str
) -> None:
    with pytest.raises(OvmrIndexError, match="cannot name a vocabulary"):
        _add(builder.index(), tmp_path, ["apple"], name)


@pytest.mark.parametrize("name", ["lvis_v1_train", "lvis_v1_val"])
def test_the_names_of_lvis_stay_free(builder: TreeBuilder, tmp_path: Path, name: str) -> None:
    with pytest.raises(OvmrIndexError, match=f"{name} stands for LVIS's file; give another"):
        _add(builder.index(), tmp_path, ["apple"], name)
    builder.lvis()
    builder.index().ingest()


@pytest.mark.slow
def test_long_lists_are_added_in_one_pass(builder: TreeBuilder, tmp_path: Path) -> None:
    """One look-up at a time would take minutes."""
    index = builder.index()
    names = [f"thing number {number}" for number in range(2_000)]
    for name in ("mine", "again"):  # the second finds the synsets that the first has added
        assert _add(index, tmp_path, names, name) == names


def _misnamed(index: Index, folder: Path, content: str) -> list[str]:
    (folder / "list").write_text(content)
    said = index.vocabularies.add("odd", folder / "list").misnamed
    index.vocabularies.rm("odd")
    return said


@pytest.mark.slow
def test_names_that_contradict_their_synset_are_told(builder: TreeBuilder, tmp_path: Path) -> None:
    index = builder.index()
    lines = ["n02084071 cat", "n02084071 Dogs, hound", "", "n07739125 banana", "mug", "n02084071 x"]
    assert _misnamed(index, tmp_path, "\n".join(lines)) == [
        "line 1: 'cat' with n02084071 (dog.n.01)",
        "line 4: 'banana' with n07739125 (apple.n.01)",
        "line 6: 'x' with n02084071 (dog.n.01)",
    ]
    assert _misnamed(index, tmp_path, '{"cat": "n02084071", "dog_(pet)": "dog.n.01"}') == [
        "`cat`: 'cat' with n02084071 (dog.n.01)"
    ]
    objects = [{"name": name, "synset": "apple.n.01"} for name in ("Apple", "bananas", "our fruit")]
    assert _misnamed(index, tmp_path, json.dumps(objects)) == [
        "categories[1]: 'bananas' with n07739125 (apple.n.01)"
    ]
    assert _misnamed(index, tmp_path, '{"0": "dog", "1": "cat"}') == []
    assert _misnamed(index, tmp_path, "names:\n  0: dog\n  1: cat\n") == []
    assert _misnamed(index, tmp_path, "n02084071 domestic dog\nn02012849 crane\n") == []


@pytest.mark.slow
def test_ten_names_that_contradict_are_shown(builder: TreeBuilder, tmp_path: Path) -> None:
    index = builder.index()
    (tmp_path / "list").write_text("n02084071 cat\nn07739125 banana\n" * 6)
    with pytest.raises(RecordError, match="occurs twice"):
        index.vocabularies.add("odd", tmp_path / "list")
    lines = [f"n02084071 cat {number}" for number in range(12)]
    (tmp_path / "list").write_text("\n".join(lines))
    done = call("vocabulary", "add", tmp_path / "list", "--name", "odd", root=index.root)
    assert done.code == 0
    assert done.err.startswith("not what WordNet calls the synset beside it: line 1: 'cat 0' with")
    assert "line 10: 'cat 9' with n02084071 (dog.n.01), and 2 more; check" in done.err


def test_a_name_that_means_another_synset_in_lvis_is_told(
    builder: TreeBuilder, tmp_path: Path
) -> None:
    builder.lvis(categories=[category(1) | {"name": "mug", "synset": "mug.n.04"}])
    index = builder.index()
    index.ingest()
    (tmp_path / "classes.txt").write_text("mug\ntench\n")
    added = index.vocabularies.add("mine", tmp_path / "classes.txt")
    (note,) = added.notes
    assert note.startswith(
        "not what LVIS means by the name: mug (mug.n.01, in LVIS mug.n.04); give"
    )
    (tmp_path / "given.json").write_text('{"mug": "mug.n.04"}')
    assert index.vocabularies.add("given", tmp_path / "given.json").notes == []
