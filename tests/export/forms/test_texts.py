"""The texts of categories: their names, as YOLO-World's files have them."""

import json
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import Index, PartitionFilter
from ovmr_index.errors import UsageError
from ovmr_index.export.forms.box_options import BoxOptions
from ovmr_index.export.forms.texts import class_texts
from tests.support.trees import APPLE, TENCH, TreeBuilder, category


@pytest.mark.parametrize(
    ("name", "synonyms", "texts"),
    [
        ("aerosol_can", ["aerosol_can", "spray_can"], ["aerosol can", "spray can"]),
        ("bat_(animal)", ["bat_(animal)"], ["bat", "bat animal"]),
        (
            "arctic_(type_of_shoe)",
            ["arctic_(type_of_shoe)", "galosh"],
            ["arctic", "arctic type of shoe", "galosh"],
        ),
        ("bull", ["horned_cow"], ["bull", "horned cow"]),
        (
            "monitor_(computer_equipment) computer_monitor",
            ["monitor_(computer_equipment) computer_monitor"],
            ["monitor", "monitor computer equipment"],
        ),
        ("wiper_(for_windshield/screen)", [], ["wiper", "wiper for windshield or screen"]),
        ("tv", None, ["tv"]),
        ("Band_Aid", "Band_Aid", ["Band Aid"]),
        ("a", [None, 3, "", " ", "_", "b"], ["a", "b"]),
        ("(odd)", ["x(", "y)"], ["(odd)", "x(", "y)"]),
        ("_", [], ["_"]),
    ],
)
def test_texts_of_a_category(name: str, synonyms: Any, texts: list[str]) -> None:
    assert class_texts(name, {"synonyms": synonyms}) == texts


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Index:
    """Return an index of LVIS's categories, and of a list of names."""
    builder = TreeBuilder(tmp_path_factory.mktemp("texts") / "datasets", empty_index)
    builder.lvis(
        categories=[
            category(7, TENCH, synonyms=["tench", "Tinca_tinca"]),
            category(3, APPLE, name="apple_(fruit)", frequency="r"),
            category(4, "é.n.01", name="tench_(é)", synonyms=[]),
        ],
        annotations=[],
    )
    opened = builder.index()
    opened.ingest()
    names = builder.file("names.txt", b"apple.n.01\n")
    opened.vocabularies.add("mine", names)
    return opened


def test_a_list_over_categories_in_their_order(index: Index) -> None:
    written = index.exports.texts()
    assert written.path == index.root / "exports/texts/lvis_v1_train.json"
    assert written.path.read_text(encoding="utf-8") == (
        '[["tench", "Tinca tinca"], ["apple", "apple fruit"], ["tench", "tench é"]]\n'
    )
    assert (written.records, written.notes) == (3, ["1 text of several categories: tench"])


def test_some_categories(index: Index, tmp_path: Path) -> None:
    novel = BoxOptions(partition_filter=PartitionFilter("rare", "novel", only=True))
    written = index.exports.texts(novel, tmp_path / "texts.json")
    assert json.loads(written.path.read_bytes()) == [["apple", "apple fruit"]]


def test_a_vocabulary_needs_no_boxes(builder: TreeBuilder) -> None:
    names = builder.file("names.txt", b"fig_leaf.n.01\n")
    with Index.open(builder.root) as index:
        index.vocabularies.add("mine", names)
        written = index.exports.texts(BoxOptions(vocabulary="mine"))
        assert json.loads(written.path.read_bytes()) == [["fig leaf"]]
        with pytest.raises(UsageError, match="there is no vocabulary 'min'"):
            index.exports.texts(BoxOptions(vocabulary="min"))


def test_the_classes_of_a_map(index: Index, tmp_path: Path) -> None:
    written = index.exports.texts(BoxOptions(category_map="coco80"), tmp_path / "coco.json")
    assert written.records == 80
    assert json.loads(written.path.read_bytes())[0] == ["person"]


def test_no_input_is_replaced(index: Index) -> None:
    with pytest.raises(UsageError, match="is what lvis_v1_train was read from"):
        index.exports.texts(None, index.root / "lvis/lvis_v1_train.json")
