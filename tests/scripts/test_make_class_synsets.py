"""The script that makes the shipped tables of classes, on a few classes and words of WordNet."""

import json
import lzma
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ovmr_index.vocabularies.wordnet import read_nouns
from scripts import make_class_synsets

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parents[2] / "scripts" / "make_class_synsets.py"

LVIS = [
    {"name": "crab_(animal)", "synonyms": ["crab_(animal)"], "synset": "crab.n.01"},
    {"name": "fireplug", "synonyms": ["fireplug", "fire_hydrant"], "synset": "fireplug.n.01"},
]
DECISIONS = "name\tsynset\talso\treason\nMoniter\tmonitor.n.04\tMonitor\ta slip\nOrb\t-\t\tnone\n"
# The words of WordNet that are asked for: to go through all takes longer than each test.
WORDS = {"bicycle", "crab", "crane", "dog", "fireplug", "monitor", "orb", "yak"}
DATA_NOUN = """\
  1 The licence of WordNet.
03126707 06 n 01 crane 0 001 @ 03 n 00 | lifts and moves heavy objects; "the crane was mounted"
"""


class Run:
    """A folder of input files, and the script on them, run in this process."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._patch = folder, monkeypatch
        self.file("lvis.json", json.dumps({"categories": LVIS}))
        self.file("decisions.tsv", DECISIONS)

    def file(self, name: str, content: str) -> Path:
        path = self.folder / name
        path.write_text(content, encoding="utf-8")
        return path

    def classes(self, *classes: dict[str, Any]) -> Path:
        numbered = [{"id": key, **one} for key, one in enumerate(classes, 1)]
        return self.file("classes.json", json.dumps(numbered))

    def command(self, classes: Path, *more: str | Path) -> list[str]:
        lvis, decisions = self.folder / "lvis.json", self.folder / "decisions.tsv"
        command = [SCRIPT, "--name", "mine", "--classes", classes, "--lvis", lvis]
        command += ["--decisions", decisions, "--output", self.folder, *more]
        return [*map(str, command)]

    def table(self, classes: Path, *more: str | Path) -> str | None:
        """Return the message that it ends with, None where it succeeds."""
        self._patch.setattr(sys, "argv", self.command(classes, *more))
        try:
            make_class_synsets.main()
        except SystemExit as ended:
            return str(ended.code)
        return None

    def rows(self) -> list[list[str]]:
        text = (self.folder / "mine.tsv").read_text(encoding="utf-8")
        return [line.split("\t") for line in text.splitlines()]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    return Run(tmp_path, monkeypatch)


@pytest.fixture(scope="module", autouse=True)
def _few_words_are_read_once() -> Iterator[None]:
    nouns = [one for one in read_nouns() if not WORDS.isdisjoint(map(str.lower, one.lemmas))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(make_class_synsets, "read_nouns", lambda: nouns)
        yield


def test_decides_then_asks_lvis_then_wordnet(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    names = ("Moniter", "Orb", "Crab", "fire hydrant", "Bicycles")
    assert run.table(run.classes(*({"name": name} for name in names))) is None
    assert capsys.readouterr() == ("", "")
    assert run.rows() == [
        ["id", "name", "synset", "also"],
        ["1", "Moniter", "monitor.n.04", "Monitor"],
        ["2", "Orb", "", ""],
        ["3", "Crab", "crab.n.01", ""],
        ["4", "fire hydrant", "fireplug.n.01", ""],
        ["5", "Bicycles", "bicycle.n.01", ""],
    ]


def test_keeps_supercategories_and_mids(run: Run) -> None:
    run.file("decisions.tsv", "name\tsynset\talso\treason\n")
    run.table(run.classes({"name": "bicycle", "supercategory": "vehicle"}))
    assert run.rows()[1] == ["1", "bicycle", "bicycle.n.01", "vehicle", ""]
    run.table(run.file("classes.csv", "LabelName,DisplayName\n/m/0199g,Bicycle\n"))
    assert run.rows() == [
        ["id", "name", "synset", "mid", "also"],
        ["1", "Bicycle", "bicycle.n.01", "/m/0199g", ""],
    ]


def test_a_definition_of_wordnet_says_which_sense(run: Run) -> None:
    run.file("decisions.tsv", "name\tsynset\talso\treason\n")
    run.file("data.noun", DATA_NOUN)
    names = run.file("names.txt", "crane (machine)\nempusa pennata\n")
    classes = run.classes(
        {"name": "Crane", "cat_info": "Lifts and moves heavy objects."},
        {"name": "Empusa pennata", "cat_info": "A mantis."},
    )
    assert run.table(classes, "--dict", run.folder, "--names", names) is None
    text = lzma.decompress((run.folder / "mine.tsv.xz").read_bytes()).decode()
    assert text.splitlines()[1:] == [
        "1\tcrane (machine)\tcrane.n.04\tCrane",
        "2\tempusa pennata\t\tEmpusa pennata",
    ]


def test_lists_what_nobody_decided(run: Run) -> None:
    run.file("decisions.tsv", "name\tsynset\talso\treason\n")
    said = run.table(run.classes({"name": "dog"}, {"name": "yak"}, {"name": "griffinette"}))
    first, dog, yak, griffinette = (said or "").splitlines()
    assert first == "not decided:"
    assert dog.startswith("dog: andiron.n.01, cad.n.01, dog.n.01")
    assert (yak, griffinette) == ("yak: yak.n.01, yak.n.02", "griffinette: unknown")
    assert not (run.folder / "mine.tsv").exists()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Bike\tbicycle.n.01\t\tx\n", "decisions of what is no class: Bike"),
        ("Orb\torb.n.99\t\tx\n", "Orb: WordNet 3.0 has no orb.n.99"),
    ],
)
def test_refuses_a_decision_that_is_wrong(run: Run, line: str, message: str) -> None:
    run.file("decisions.tsv", "name\tsynset\talso\treason\n" + line)
    assert run.table(run.classes({"name": "Orb"})) == message
