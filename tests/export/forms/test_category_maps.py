"""Maps of categories, by a file or by a shipped table, in the boxes that a form takes."""

import json
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import Index, PartitionFilter
from ovmr_index.errors import OvmrIndexError, UsageError
from ovmr_index.export.forms.annotated_images import annotated_images
from ovmr_index.export.forms.box_options import BoxOptions
from ovmr_index.export.forms.box_selection import BoxSelection, select_boxes
from tests.support.coco_files import ingest_coco
from tests.support.trees import (
    APPLE,
    BASKET,
    TENCH,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_object,
    vg_objects,
)

SOFA, PIZZA = "sofa.n.01", "pizza.n.01"
CATEGORIES = [
    category(7, TENCH),
    category(3, APPLE, frequency="r"),
    category(5, BASKET),
    category(1, SOFA, name="sofa"),
    category(9, SOFA, name="sofa_bed"),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Index:
    """Return an index of an LVIS file and of Visual Genome, and of a file without synsets."""
    builder = TreeBuilder(tmp_path_factory.mktemp("maps") / "datasets", empty_index)
    builder.lvis(
        categories=CATEGORIES,
        images=[image(1)],
        annotations=[annotation(10 + one["id"], 1, one["id"]) for one in CATEGORIES],
    )
    builder.visual_genome(vg_objects(50, vg_object(1, APPLE), vg_object(2, SOFA, TENCH)))
    names = [{"id": 1, "name": "Couch"}, {"id": 2, "name": "Cell Phone"}, {"id": 3, "name": "moa"}]
    file = builder.json(
        "other.json",
        {
            "images": [{"id": 1, "file_name": "a.jpg", "width": 64, "height": 48}],
            "annotations": [
                {"id": one["id"], "image_id": 1, "category_id": one["id"], "bbox": [1, 1, 9, 9]}
                for one in names
            ],
            "categories": names,
        },
    )
    opened = builder.index()
    opened.ingest()
    opened.sources.ingest([opened.sources.coco(file, "other", builder.root / "coco")])
    return opened


def selected(index: Index, **options: Any) -> BoxSelection:
    """Return a selection."""
    with index._session.read() as connection:
        return select_boxes(index._session, connection, BoxOptions(**options))


def mapped(index: Index, **options: Any) -> dict[int, str]:
    """Return the name of the category that each box gets, by the id of the box."""
    with index._session.read() as connection:
        selection = select_boxes(index._session, connection, BoxOptions(**options))
        return {
            box.id: selection.categories[box.place].name
            for one in annotated_images(connection, selection)
            for box in one.boxes
        }


@pytest.fixture
def file(tmp_path: Path) -> Any:
    """Return a function that writes a map and returns its path."""

    def write(**pairs: Any) -> Path:
        path = tmp_path / "mine.json"
        path.write_text(json.dumps(pairs))
        return path

    return write


def test_several_become_one(index: Index, file: Any) -> None:
    path = file(**{"tench": "thing", "3": "food", "sofa.n.01": "thing"})
    assert mapped(index, category_map=path) == {17: "thing", 13: "food", 11: "thing", 19: "thing"}
    selection = selected(index, category_map=str(path))
    assert [one.record for one in selection.categories] == [
        {"id": 1, "name": "thing"},
        {"id": 2, "name": "food"},
    ]
    assert selection.notes == ("the map leaves out 1 category of 5 of lvis_v1_train",)


def test_a_chain_goes_through_names_that_no_category_has(index: Index, file: Any) -> None:
    path = file(tench="fish", fish="animal", basket=None)
    assert mapped(index, category_map=path) == {17: "animal"}


def test_what_becomes_itself_stays(index: Index, file: Any) -> None:
    assert mapped(index, category_map=file(tench="tench", apple="tench")) == {
        17: "tench",
        13: "tench",
    }


def test_categories_of_a_vocabulary_by_a_file(index: Index, file: Any) -> None:
    path = file(moa="tench.n.01", Couch=1, **{"Cell Phone": "basket"})
    selection = selected(index, source="other", vocabulary="lvis_v1_train", category_map=path)
    assert [one.record for one in selection.categories] == CATEGORIES
    assert mapped(index, source="other", vocabulary="lvis_v1_train", category_map=path) == {
        1: "sofa",
        2: "basket",
        3: "tench",
    }


def test_two_categories_of_a_vocabulary_with_one_synset(index: Index) -> None:
    selection = selected(index, source="visual_genome", vocabulary="lvis_v1_train")
    assert selection.notes == (
        "1 category of lvis_v1_train with no boxes, as one before has the same synset: sofa_bed",
    )
    assert selected(index).notes == ()


def test_part_of_the_categories_that_are_mapped(index: Index, file: Any) -> None:
    path = file(tench="a", apple="b", basket="c", sofa="c")
    rare = PartitionFilter("rare", "novel", only=False)
    assert mapped(index, category_map=path, partition_filter=rare) == {17: "a", 15: "c", 11: "c"}
    selection = selected(index, category_map=path, partition_filter=rare)
    assert [(one.id, one.name) for one in selection.categories] == [(1, "a"), (3, "c")]


def test_part_of_the_vocabulary_that_they_become(index: Index, file: Any) -> None:
    path = file(moa="tench", Couch="apple")
    rare = PartitionFilter("rare", "novel", only=True)
    options = {"source": "other", "vocabulary": "lvis_v1_train", "partition_filter": rare}
    assert mapped(index, category_map=path, **options) == {1: "apple"}


def test_the_80_of_coco_by_synset(index: Index) -> None:
    assert mapped(index, category_map="coco80") == {13: "apple", 11: "couch", 19: "couch"}
    selection = selected(index, category_map="coco80")
    assert len(selection.categories) == 80
    assert selection.categories[0].record == {
        "id": 1,
        "name": "person",
        "supercategory": "person",
        "synset": "person.n.01",
    }
    assert [one.id for one in selection.categories][-1] == 90
    assert selected(index, category_map="coco").categories == selection.categories
    renumbered = selected(index, category_map="coco80", renumber=True).categories
    assert [one.id for one in renumbered] == [*range(1, 81)]


def test_the_80_of_coco_by_name_where_there_is_no_synset(index: Index) -> None:
    assert mapped(index, source="other", category_map="coco80") == {1: "couch", 2: "cell phone"}


def test_classes_of_openimages_are_known_by_their_mids(builder: TreeBuilder) -> None:
    classes = [("Couch", "/m/02crq1"), ("Person", "/m/01g317"), ("Cell phone", "/m/0")]
    categories = [
        {"id": key, "name": name, "synset": mid} for key, (name, mid) in enumerate(classes, 1)
    ]
    index = ingest_coco(builder, categories)
    assert mapped(index, source="mine", category_map="coco80") == {
        1: "couch",
        2: "person",
        3: "cell phone",
    }
    named = {1: "Couch", 2: "Person"}
    assert mapped(index, source="mine", category_map="openimages").items() == named.items()


@pytest.mark.parametrize(("table", "count"), [("objects365", 365), ("openimages", 601)])
def test_the_classes_of_other_data_sets(index: Index, table: str, count: int) -> None:
    assert len(selected(index, category_map=table).categories) == count
    named = {13: "Apple", 11: "Couch", 19: "Couch"}
    assert mapped(index, category_map=table).items() >= named.items()


def test_boxes_with_synsets_alone(index: Index, file: Any) -> None:
    boxes = {"source": "visual_genome"}
    assert mapped(index, category_map="coco80", **boxes) == {1: "apple", 2: "couch"}
    path = file(**{TENCH: "fish", APPLE: "fruit"})
    assert mapped(index, category_map=path, **boxes) == {1: "fruit", 2: "fish"}
    with pytest.raises(UsageError, match=r"no synset 'apple.n.03'; did you mean 'apple.n.0"):
        selected(index, category_map=file(**{"apple.n.03": "fruit"}), **boxes)
    with pytest.raises(UsageError, match=r"no synset 'apfel'; the keys of the map are synsets"):
        selected(index, category_map=file(apfel="fruit"), **boxes)
    rare = PartitionFilter("rare", "novel", only=False)
    with pytest.raises(UsageError, match="visual_genome has no categories of its own"):
        selected(index, category_map=path, partition_filter=rare, **boxes)


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ({"aple": "x"}, r"mine.json: .*no category 'aple' in lvis_v1_train; did you mean 'apple'"),
        ({"aple.n.01": "x"}, r"no category 'aple.n.01' in .*did you mean 'apple.n.01'"),
        ({"99": "x"}, "no category '99' in lvis_v1_train"),
        ({"apple": "x", "3": "y"}, "'apple' and '3' are one category, which becomes 'x' and 'y'"),
        ({"apple": "x", "3": None}, "'apple' and '3' are one category, which becomes 'x' and"),
    ],
)
def test_wrong_names_in_a_map(index: Index, file: Any, pairs: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        selected(index, category_map=file(**pairs))


def test_a_chain_that_spells_a_category_in_two_ways(index: Index, file: Any) -> None:
    message = r"'apple' becomes 'tench.n.01', which is 'tench', and that becomes 'fish'; call"
    with pytest.raises(UsageError, match=message):
        selected(index, category_map=file(tench="fish", apple=TENCH))
    with pytest.raises(UsageError, match=r"'tench' becomes 'apple.n.01', which is 'apple'"):
        selected(index, category_map=file(tench=APPLE, apple=TENCH))
    assert mapped(index, category_map=file(tench=TENCH, apple=TENCH)) == {17: TENCH, 13: TENCH}


def test_wrong_targets_of_a_vocabulary(index: Index, file: Any) -> None:
    options = {"source": "other", "vocabulary": "lvis_v1_train"}
    with pytest.raises(UsageError, match="no category 'sofaa' in lvis_v1_train; did you mean"):
        selected(index, category_map=file(Couch="sofaa"), **options)
    with pytest.raises(UsageError, match=r"2 categories of lvis_v1_train are called 'sofa.n.01'"):
        selected(index, category_map=file(Couch=SOFA), **options)


def test_wrong_maps(index: Index, tmp_path: Path, file: Any) -> None:
    with pytest.raises(UsageError, match="there is no map 'coco81'; did you mean 'coco80'"):
        selected(index, category_map="coco81")
    with pytest.raises(OvmrIndexError, match=r"absent.json: No such file"):
        selected(index, category_map="absent.json")
    with pytest.raises(OvmrIndexError, match="Is a directory"):
        selected(index, category_map=tmp_path)
    with pytest.raises(UsageError, match="leave out vocabulary="):
        selected(index, category_map="coco80", vocabulary="lvis_v1_train")
    with pytest.raises(OvmrIndexError, match="maps no category of lvis_v1_train"):
        selected(index, category_map=file(apple=None))
