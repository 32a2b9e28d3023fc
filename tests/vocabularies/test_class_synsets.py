"""The shipped tables of classes and their synsets."""

import pytest

from ovmr_index.errors import UsageError
from ovmr_index.vocabularies.class_synsets import SHIPPED, shipped_classes
from ovmr_index.vocabularies.synsets import OF_LVIS_ALONE
from ovmr_index.vocabularies.wordnet import read_nouns

NOT_CLASSES_OF_COCO = {12, 26, 29, 30, 45, 66, 68, 69, 71, 83}  # ids that no file of COCO has


@pytest.fixture(scope="module")
def synsets() -> set[str]:
    return {synset.name for synset in read_nouns()} | OF_LVIS_ALONE


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


def test_coco_has_its_80_classes() -> None:
    classes = shipped_classes("coco")
    assert [one.id for one in classes] == sorted({*range(1, 91)} - NOT_CLASSES_OF_COCO)
    assert len({one.supercategory for one in classes}) == 12
    by_name = {one.name: one for one in classes}
    assert by_name["tv"].synset == "television_receiver.n.01"
    assert by_name["tv"].supercategory == "electronic"
    assert by_name["mouse"].synset == "mouse.n.04"
    assert by_name["couch"].also == ("sofa",)


def test_another_name_is_an_error_that_names_the_tables() -> None:
    with pytest.raises(UsageError, match="there is no table of classes 'cocoa'; did you mean 'co"):
        shipped_classes("cocoa")
