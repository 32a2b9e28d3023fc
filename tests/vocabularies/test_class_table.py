"""Which shipped table names are from, and the class that a name means."""

import pytest

from ovmr_index.vocabularies.class_synsets import SHIPPED, shipped_classes
from ovmr_index.vocabularies.class_table import ClassTable

COCO = [one.name for one in shipped_classes("coco")]


def found(names: list[str]) -> str | None:
    table = ClassTable.of(names)
    return None if table is None else table.name


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_names_of_a_data_set_are_from_its_table(name: str) -> None:
    assert found([one.name for one in shipped_classes(name)]) == name


@pytest.mark.slow
@pytest.mark.parametrize("name", ["objects365", "openimages", "v3det"])
def test_other_spellings_and_mids_are_from_it_too(name: str) -> None:
    classes = shipped_classes(name)
    assert found([one.mid or (*one.also, one.name)[0] for one in classes]) == name


def test_base_classes_and_a_few_more_are_from_it() -> None:
    assert found(COCO[:48]) == "coco"
    assert found([*COCO, "logo", "banner"]) == "coco"
    assert found([name.upper().replace(" ", "_") for name in COCO]) == "coco"


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["person", "car", "mouse", "bat", "crane"],
        COCO[:39],
        COCO * 2 + [f"thing {number}" for number in range(20)],
        [f"thing {number}" for number in range(400)],
    ],
)
def test_a_few_usual_names_are_from_no_table(names: list[str]) -> None:
    assert found(names) is None


def test_a_name_is_found_as_it_is_written_first() -> None:
    table = ClassTable("v3det")
    written = {name: table.find(name) for name in ("compass", "Harp", "harp", "Timer", "timer")}
    assert {name: one.name for name, one in written.items() if one is not None} == {
        name: name for name in written
    }
    assert table.find("TIMER") is None  # either of two classes
    assert table.find("no such thing") is None
    assert ClassTable("objects365").find(" cell  PHONE ") == ClassTable("objects365").find(
        "Cell Phone"
    )
