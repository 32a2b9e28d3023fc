"""The shipped table against facts about WordNet 3.0's nouns."""

import re
from collections import Counter
from collections.abc import Mapping
from importlib import resources

import pytest

from ovmr_index.vocabularies.wordnet import Synset, read_first_senses, read_nouns


@pytest.fixture(scope="module")
def nouns() -> list[Synset]:
    return list(read_nouns())


@pytest.fixture(scope="module")
def by_name(nouns: list[Synset]) -> Mapping[str, Synset]:
    return {synset.name: synset for synset in nouns}


@pytest.mark.slow
def test_every_noun_synset_is_there_once(nouns: list[Synset]) -> None:
    wnids = [synset.wnid for synset in nouns]
    assert len(nouns) == 82_115
    assert wnids == sorted(set(wnids))
    assert len({synset.name for synset in nouns}) == 82_115


@pytest.mark.slow
def test_wnids_and_names_have_their_form(nouns: list[Synset]) -> None:
    assert all(re.fullmatch(r"n\d{8}", synset.wnid) for synset in nouns)
    assert all(re.fullmatch(r"[^A-Z\s,]+\.n\.\d{2}", synset.name) for synset in nouns)
    assert all(lemma for synset in nouns for lemma in synset.lemmas)


@pytest.mark.parametrize(
    ("name", "wnid"),
    [
        ("entity.n.01", "n00001740"),
        ("dog.n.01", "n02084071"),
        ("chap.n.04", "n03006903"),
        ("street_sign.n.01", "n06794110"),
        ("tench.n.01", "n01440764"),
        ("head.n.31", "n03501288"),
    ],
)
def test_name_has_the_wnid(by_name: Mapping[str, Synset], name: str, wnid: str) -> None:
    assert by_name[name].wnid == wnid


def test_stop_sign_is_not_in_wordnet(by_name: Mapping[str, Synset]) -> None:
    assert "stop_sign.n.01" not in by_name


def test_lemmas_are_as_written(by_name: Mapping[str, Synset]) -> None:
    assert by_name["dog.n.01"].lemmas == ("dog", "domestic_dog", "Canis_familiaris")


def test_hypernyms(by_name: Mapping[str, Synset]) -> None:
    dog = by_name["dog.n.01"]
    assert dog.hypernyms == (by_name["canine.n.02"].wnid, by_name["domestic_animal.n.01"].wnid)
    assert dog.instance_hypernyms == ()


def test_instance_hypernyms_stand_apart(by_name: Mapping[str, Synset]) -> None:
    einstein = by_name["einstein.n.01"]
    assert einstein.hypernyms == ()
    assert einstein.instance_hypernyms == (by_name["physicist.n.01"].wnid,)


def test_every_hypernym_exists(nouns: list[Synset]) -> None:
    wnids = {synset.wnid for synset in nouns}
    for synset in nouns:
        assert wnids.issuperset(synset.hypernyms + synset.instance_hypernyms), synset.name


def test_only_entity_has_no_hypernym(nouns: list[Synset]) -> None:
    roots = [s.name for s in nouns if not s.hypernyms and not s.instance_hypernyms]
    assert roots == ["entity.n.01"]


def test_licence_is_shipped() -> None:
    data = resources.files("ovmr_index").joinpath("data")
    licence = data.joinpath("WORDNET_LICENSE.txt").read_text(encoding="ascii")
    assert licence.startswith("This software and database is being provided to you")
    assert "WordNet 3.0 Copyright 2006 by Princeton University." in licence
    assert licence.endswith("LICENSEE agrees to preserve same.\n")


@pytest.mark.slow
def test_first_senses_are_those_that_the_synsets_leave_open(nouns: list[Synset]) -> None:
    by_wnid = {synset.wnid: synset for synset in nouns}
    behind = Counter(
        word
        for synset in nouns
        for word in {lemma.lower() for lemma in synset.lemmas[1:]} - {synset.lemmas[0].lower()}
    )
    found = read_first_senses()
    assert len(found) == 3_348
    assert all(behind[word] > 1 for word in found)
    assert all(
        word in [lemma.lower() for lemma in by_wnid[wnid].lemmas[1:]]
        for word, wnid in found.items()
    )
    assert {by_wnid[found[word]].name for word in ("tv", "sneaker")} == {
        "television.n.01",
        "gym_shoe.n.01",
    }
