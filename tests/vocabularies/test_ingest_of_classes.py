"""Categories that are the classes of a data set whose synsets ship."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.errors import UsageError
from ovmr_index.ingest.commands import ingest_command
from ovmr_index.ingest.report import SourceReport
from ovmr_index.ingest.sources import SourceOptions
from ovmr_index.vocabularies.class_synsets import shipped_classes
from tests.support.coco_files import coco_json
from tests.support.split_trees import usual_openimages
from tests.support.trees import Json, TreeBuilder

COCO = [one.name for one in shipped_classes("coco")]
SYNSETS = "SELECT category, synset FROM vocabulary_categories WHERE vocabulary = 'mine'"


def ingest(
    builder: TreeBuilder, categories: Sequence[Json], options: SourceOptions
) -> tuple[Index, SourceReport]:
    builder.pictures("1.jpg", size=(200, 100))
    file = builder.json("mine.json", coco_json(categories))
    index = builder.index()
    spec = index.sources.coco(file, "mine", builder.root, options=options)
    return index, index.ingest([spec]).sources[0]


def named(*names: str) -> list[Json]:
    return [{"id": key, "name": name} for key, name in enumerate(names, 1)]


def synsets_of(index: Index) -> dict[object, object]:
    with index.sql(SYNSETS) as found:
        return dict(tuple(row) for row in found.rows)


@pytest.mark.slow
def test_names_of_coco_have_their_synsets_before_a_guess(builder: TreeBuilder) -> None:
    index, report = ingest(builder, named(*COCO, "crane"), SourceOptions(by_name=True))
    found = synsets_of(index)
    expected = {one.name: one.synset for one in shipped_classes("coco")}
    assert found == {**expected, "crane": "crane.n.01"}
    assert report.notes == [
        "80 of 81 categories have the synset of their class in the table coco",
        "no class of coco is called crane",
    ]


def test_a_few_names_are_guessed(builder: TreeBuilder) -> None:
    index, report = ingest(builder, named("tv", "mouse"), SourceOptions(by_name=True))
    assert synsets_of(index) == {"tv": "television.n.01", "mouse": "mouse.n.01"}
    assert report.notes == []


def test_without_either_option_nothing_is_looked_up(builder: TreeBuilder) -> None:
    index, report = ingest(builder, named(*COCO), SourceOptions())
    assert {*synsets_of(index).values()} == {None}
    assert not any("table" in note for note in report.notes)


def test_a_table_that_is_named_serves_a_few_names_too(builder: TreeBuilder) -> None:
    categories = named("Mouse", "/m/0bt9lr", "Dog bed", "griffin")
    index, report = ingest(builder, categories, SourceOptions(Path("openimages")))
    assert synsets_of(index) == {
        "Mouse": "mouse.n.01",
        "/m/0bt9lr": "dog.n.01",
        "Dog bed": None,
        "griffin": None,
    }
    assert report.notes == [
        "2 of 4 categories have a synset; without one: Dog bed, griffin",
        "2 of 4 categories have the synset of their class in the table openimages",
        "no class of openimages is called griffin",
    ]


def test_a_class_for_which_no_synset_fits_is_not_guessed(builder: TreeBuilder) -> None:
    options = SourceOptions(classes="objects365", by_name=True)
    index, _ = ingest(builder, named("Scooter", "Converter", "griffin"), options)
    assert synsets_of(index) == {"Scooter": None, "Converter": None, "griffin": "gryphon.n.01"}


def test_a_synset_of_the_record_stays(builder: TreeBuilder) -> None:
    categories = [{"id": 1, "name": "Mouse", "synset": "mouse.n.04"}, {"id": 2, "name": "Bat"}]
    index, report = ingest(builder, categories, SourceOptions(classes="openimages"))
    assert synsets_of(index) == {"Mouse": "mouse.n.04", "Bat": "bat.n.01"}
    assert report.notes[0].startswith("1 of 2 categories have the synset of their class")


@pytest.mark.slow
def test_a_table_that_no_category_needs_is_not_spoken_of(builder: TreeBuilder) -> None:
    categories = [
        {"id": category_id, "name": one.name, "synset": "mouse.n.04"}
        for category_id, one in enumerate(shipped_classes("coco"), 1)
    ]
    _, report = ingest(builder, categories, SourceOptions(by_name=True))
    assert report.notes == []


def test_stop_sign_is_of_lvis_alone(builder: TreeBuilder) -> None:
    index, report = ingest(builder, named("Stop Sign"), SourceOptions(classes="objects365"))
    assert synsets_of(index) == {"Stop Sign": "stop_sign.n.01"}
    assert not any("not in WordNet" in note for note in report.notes)


def test_class_folders_have_the_synsets_too(builder: TreeBuilder) -> None:
    builder.pictures("classes/Crane/1.jpg", "classes/Scooter/2.jpg")
    index = builder.index()
    options = SourceOptions(Path("objects365"))
    source = index.sources.folder(builder.root / "classes", "mine", options)
    index.ingest([source])
    assert synsets_of(index) == {"Crane": "crane.n.04", "Scooter": "Scooter"}


def test_a_later_ingest_knows_the_table(builder: TreeBuilder) -> None:
    index, _ = ingest(builder, named("Mouse"), SourceOptions(Path("openimages")))
    builder.json("mine.json", coco_json(named("Mouse", "Bat")))
    index.ingest()
    assert synsets_of(index) == {"Mouse": "mouse.n.01", "Bat": "bat.n.01"}


def test_the_command_of_a_source_names_the_table(builder: TreeBuilder) -> None:
    sources = builder.index().sources
    spec = sources.coco(Path("a.json"), "mine", Path(), options=SourceOptions(Path("coco")))
    assert ingest_command(spec).endswith("--synsets coco")


@pytest.mark.parametrize(
    "options", [SourceOptions(classes="openimage"), SourceOptions(Path("openimage"))]
)
def test_a_table_that_does_not_ship_is_refused(
    builder: TreeBuilder, options: SourceOptions
) -> None:
    with pytest.raises(UsageError, match="did you mean 'openimages'"):
        ingest(builder, named("Mouse"), options)


def test_a_class_of_openimages_is_known_by_its_mid(builder: TreeBuilder) -> None:
    folder = usual_openimages(builder)
    index = builder.index()
    options = SourceOptions(Path("openimages"))
    index.ingest(index.sources.openimages(folder, "openimages", options))
    with index.sql(SYNSETS.replace("'mine'", "'openimages_train'")) as found:
        synsets = dict(tuple(row) for row in found.rows)
    assert synsets["Chair, armchair"] == "chair.n.01"  # called Chair in the table
