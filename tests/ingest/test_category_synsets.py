"""Names of categories in the real WordNet: first senses, other words of a synset, plurals."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from ovmr_index.db.engine import open_engine, reading
from ovmr_index.db.models import Synset
from ovmr_index.vocabularies.category_synsets import Nouns


class _Names:
    """Nouns, whose synsets are told by name."""

    def __init__(self, nouns: Nouns, names: dict[int, str]) -> None:
        self._nouns, self._names = nouns, names

    def named(self, name: str) -> str | None:
        row = self._nouns.named(name)
        return None if row is None else self._names[row]


@pytest.fixture(scope="module")
def nouns(empty_index: Path) -> Iterator[_Names]:
    """Return the nouns of an index that holds all of WordNet."""
    with reading(open_engine(empty_index)) as connection:
        names = dict(connection.execute(select(Synset.pk, Synset.name)).all())
        yield _Names(Nouns(connection), names)


@pytest.mark.parametrize(
    ("name", "synset"),
    [
        ("person", "person.n.01"),
        ("traffic light", "traffic_light.n.01"),
        ("  Fire   Hydrant ", "fireplug.n.01"),
        ("parking meter", "parking_meter.n.01"),
        ("tv", "television.n.01"),
        ("Sneakers", "gym_shoe.n.01"),
        ("Trash bin/Can", "ashcan.n.01"),
        ("Xyzzy/Cherries", "cherry.n.01"),
        ("Glasses", "spectacles.n.01"),
        ("skis", "ski.n.01"),
        ("watches", "watch.n.01"),
        ("Policemen", "policeman.n.01"),
        ("mouse", "mouse.n.01"),
        ("Xyzzy thing", None),
        ("", None),
        ("/", None),
        ("s", "second.n.01"),
    ],
)
def test_a_name_has_the_first_sense_of_its_word(
    nouns: _Names, name: str, synset: str | None
) -> None:
    assert nouns.named(name) == synset


def test_every_word_has_a_first_sense(nouns: _Names) -> None:
    words = {name.rsplit(".n.", 1)[0] for name in nouns._names.values()}
    assert [word for word in words if nouns.named(word.replace("_", " ")) is None] == []


def test_a_synset_has_the_name_of_its_first_word(nouns: _Names) -> None:
    firsts = [name for name in nouns._names.values() if name.endswith(".n.01")]
    words = ((name.removesuffix(".n.01"), name) for name in firsts)
    assert [word for word, name in words if nouns.named(word) != name] == []
    assert len(firsts) > 60_000


def test_the_empty_index_of_tests_has_fewer_words(empty_index: Path) -> None:
    with reading(open_engine(empty_index)) as connection:
        few = Nouns(connection)
        assert (few.named("handbasket"), few.named("tinca tinca"), few.named("tv")) == (3, 1, None)
