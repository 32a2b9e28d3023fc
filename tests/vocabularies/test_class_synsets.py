"""The shipped tables of classes and their synsets."""

import os
from pathlib import Path

import pytest
from sqlalchemy import select

from ovmr_index.db.engine import open_engine, reading
from ovmr_index.db.models import Synset
from ovmr_index.errors import UsageError
from ovmr_index.vocabularies.class_synsets import SHIPPED, shipped_classes, table_called
from ovmr_index.vocabularies.synsets import OF_LVIS_ALONE

NOT_CLASSES_OF_COCO = {12, 26, 29, 30, 45, 66, 68, 69, 71, 83}  # ids that no file of COCO has
# Classes, and those with a synset. V3Det names species of which WordNet has no synset.
SIZES = {
    "coco": (80, 80),
    "objects365": (365, 349),
    "openimages": (601, 583),
    "v3det": (13_204, 5_154),
}


@pytest.fixture(scope="module")
def synsets(empty_index: Path) -> set[str]:
    with reading(open_engine(empty_index)) as connection:
        return {*connection.execute(select(Synset.c.name)).scalars()} | OF_LVIS_ALONE


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_synsets_are_of_wordnet_or_of_lvis(name: str, synsets: set[str]) -> None:
    given = {one.synset for one in shipped_classes(name)}
    assert given - {None} <= synsets


@pytest.mark.parametrize("name", SHIPPED)
def test_ids_and_spellings_are_of_one_class(name: str) -> None:
    classes = shipped_classes(name)
    ids = [one.id for one in classes]
    spellings = [spelling for one in classes for spelling in (one.name, *one.also)]
    assert ids == sorted(set(ids))
    assert len(spellings) == len(set(spellings))


@pytest.mark.parametrize("name", SHIPPED)
def test_most_classes_have_a_synset(name: str) -> None:
    classes = shipped_classes(name)
    assert (len(classes), sum(one.synset is not None for one in classes)) == SIZES[name]


def test_coco_has_its_80_classes() -> None:
    classes = shipped_classes("coco")
    assert [one.id for one in classes] == sorted({*range(1, 91)} - NOT_CLASSES_OF_COCO)
    assert len({one.supercategory for one in classes}) == 12
    by_name = {one.name: one for one in classes}
    assert by_name["tv"].synset == "television_receiver.n.01"
    assert by_name["tv"].supercategory == "electronic"
    assert by_name["mouse"].synset == "mouse.n.04"
    assert by_name["couch"].also == ("sofa",)


@pytest.mark.parametrize(
    ("table", "name", "synset"),
    [
        ("objects365", "Chicken", "chicken.n.02"),
        ("objects365", "Crane", "crane.n.04"),
        ("objects365", "Crab", "crab.n.01"),
        ("objects365", "Mouse", "mouse.n.04"),
        ("objects365", "Seal", "seal.n.09"),
        ("objects365", "Nuts", "nut.n.01"),
        ("objects365", "Tennis", "tennis_ball.n.01"),
        ("objects365", "Pen/Pencil", "writing_implement.n.01"),
        ("objects365", "Cabinet/shelf", None),
        ("openimages", "Mouse", "mouse.n.01"),
        ("openimages", "Computer mouse", "mouse.n.04"),
        ("openimages", "Bat (Animal)", "bat.n.01"),
        ("openimages", "Nail (Construction)", "nail.n.02"),
        ("openimages", "Turkey", "turkey.n.01"),
        ("openimages", "Tank", "tank.n.01"),
        ("openimages", "Mug", "mug.n.04"),
        ("openimages", "Dog bed", None),
        ("v3det", "crane", "crane.n.04"),
        ("v3det", "electromagnetic unit", "emu.n.02"),
        ("v3det", "nehalennia gracilis", None),
    ],
)
def test_a_name_with_several_senses_has_that_of_the_boxes(
    table: str, name: str, synset: str | None
) -> None:
    assert {one.name: one.synset for one in shipped_classes(table)}[name] == synset


def test_a_name_is_as_the_files_of_its_data_set_have_it() -> None:
    spelled = {one.name: one.also for one in shipped_classes("objects365")}
    assert spelled["Moniter/TV"] == ("Monitor/TV",)
    assert {one.name: one.mid for one in shipped_classes("openimages")}["Dog"] == "/m/0bt9lr"


def test_another_name_is_an_error_that_names_the_tables() -> None:
    with pytest.raises(UsageError, match="there is no table of classes 'cocoa'; did you mean 'co"):
        shipped_classes("cocoa")


def test_a_path_names_a_table_where_there_is_no_such_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "coco").mkdir()
    (tmp_path / "v3det").write_text("{}", encoding="utf-8")
    os.mkfifo(tmp_path / "objects365")
    names = ("coco", "openimages", "v3det", "objects365", "coco.json", "tables/coco", "mine")
    assert {name: table_called(Path(name)) for name in names} == {
        "coco": "coco",
        "openimages": "openimages",
        **dict.fromkeys(names[2:]),
    }


def test_a_path_that_is_nearly_a_table_is_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    message = "no file or table of classes 'OpenImage'; did you mean 'openimages'?"
    with pytest.raises(UsageError, match=message):
        table_called(Path("OpenImage"))
