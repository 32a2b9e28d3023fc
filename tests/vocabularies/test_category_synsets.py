"""Names of categories in the real WordNet: first senses, other words of a synset, plurals."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from ovmr_index.db.engine import open_engine, reading
from ovmr_index.db.models import Synset
from ovmr_index.vocabularies.category_synsets import Nouns, in_wordnet

pytestmark = pytest.mark.slow


class _Names:
    """Nouns, whose synsets are given by name."""

    def __init__(self, nouns: Nouns, names: list[str]) -> None:
        self.nouns, self.names = nouns, names

    def named(self, name: str) -> str | None:
        found = self.nouns.named(name)
        return None if found is None else found.name


@pytest.fixture(scope="module")
def wordnet(empty_index: Path) -> Iterator[Connection]:
    """Return a connection on an index that holds all of WordNet."""
    with reading(open_engine(empty_index)) as connection:
        yield connection


SYNSETS: dict[str, str | None] = {
    "person": "person.n.01",
    "traffic light": "traffic_light.n.01",
    "  Fire   Hydrant ": "fireplug.n.01",
    "parking meter": "parking_meter.n.01",
    "tv": "television.n.01",
    "handbasket": "basket.n.01",
    "tinca tinca": "tench.n.01",
    "Sneakers": "gym_shoe.n.01",
    "Trash bin/Can": "ashcan.n.01",
    "Xyzzy/Cherries": "cherry.n.01",
    "Glasses": "spectacles.n.01",
    "skis": "ski.n.01",
    "watches": "watch.n.01",
    "Policemen": "policeman.n.01",
    "mouse": "mouse.n.01",
    "Xyzzy thing": None,
    "": None,
    "/": None,
    "s": "second.n.01",
    "/m/0bt9lr": None,
    "/g/11b": None,
    "/t/dog": None,
    "N/A": None,
    "n/a": None,
    "A/C unit": None,
    "and/or": None,
    "he/she": None,
    "w/o": None,
    "xyzzy/ors": None,
    "24/7": "24/7.n.01",
    "100/200": None,
    "TV/Xyzzy": None,
    "Cup/Mug": "cup.n.01",
    " / dog": None,
    "dog/": "dog.n.01",
}


@pytest.fixture(scope="module", params=[100, pytest.param(1, marks=pytest.mark.exhaustive)])
def nouns(request: pytest.FixtureRequest, wordnet: Connection) -> _Names:
    """Return a hundredth of its nouns, or all of them, and the names below, looked up at once."""
    names = list(wordnet.execute(select(Synset.c.name).order_by(Synset.c.pk)).scalars())
    names = names[:: request.param]
    nouns = Nouns(wordnet)
    nouns.look_up([*(name.rsplit(".n.", 1)[0] for name in names), *SYNSETS])
    return _Names(nouns, names)


@pytest.mark.parametrize(("name", "synset"), SYNSETS.items())
def test_a_name_has_the_first_sense_of_its_word(
    nouns: _Names, name: str, synset: str | None
) -> None:
    assert nouns.named(name) == synset


@pytest.mark.parametrize(
    ("name", "only_part"),
    [
        ("Trash bin/Can", True),
        ("traffic light", False),
        ("Xyzzy thing", False),
        ("and/or", False),
        ("/m/0bt9lr", False),
        ("", False),
    ],
)
def test_a_name_that_only_a_part_of_is_known_is_told(
    nouns: _Names, name: str, only_part: bool
) -> None:
    assert nouns.nouns.has_only_part(name) is only_part


def test_every_word_has_a_first_sense(nouns: _Names) -> None:
    words = {name.rsplit(".n.", 1)[0] for name in nouns.names}
    assert [word for word in words if nouns.named(word.replace("_", " ")) is None] == []


def test_a_synset_has_the_name_of_its_first_word(nouns: _Names) -> None:
    firsts = [name for name in nouns.names if name.endswith(".n.01")]
    words = ((name.removesuffix(".n.01"), name) for name in firsts)
    assert [word for word, name in words if nouns.named(word) != name] == []
    assert len(firsts) > 0.7 * len(nouns.names)


def test_many_names_mean_what_each_means_alone(wordnet: Connection) -> None:
    names = ["cats", "tv", "no such thing", "trash bin/can"]
    together = Nouns(wordnet)
    together.look_up([*names, *map("no such thing {}".format, range(50))])
    for name in names:
        assert together.named(name) == Nouns(wordnet).named(name)


def test_wordnet_is_asked_for_names_and_wnids_at_once(wordnet: Connection) -> None:
    asked = ["tench.n.01", "n07739125", "tench", "n00000000", 'a "name"', ""]
    found = in_wordnet(wordnet, asked)
    of = select(Synset.c.pk, Synset.c.name).where(Synset.c.pk.in_(found.values()))
    named = dict(wordnet.execute(of).all())
    assert {name: named[pk] for name, pk in found.items()} == {
        "tench.n.01": "tench.n.01",
        "n07739125": "apple.n.01",
    }
    assert in_wordnet(wordnet, []) == {}
