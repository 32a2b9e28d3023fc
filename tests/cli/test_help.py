"""`-h` of every command at 80 columns, and the words in it."""

import re

import pytest

from tests.support.commands import COMMANDS
from tests.support.runs import call

COLUMNS, FIRST_SENTENCE = 80, 44
# What Typer writes of types and defaults by itself.
PROGRAMMERS_WORDS = re.compile(r" <[a-z]+[|>\[]|\[default: \(|Path\(|lambda|x>=|<=x|None\]|\{[A-Z]")


@pytest.mark.parametrize("path", [path for path in COMMANDS if path], ids=" ".join)
def test_a_first_sentence_is_short(path: tuple[str, ...]) -> None:
    first = COMMANDS[path].get_short_help_str(1000)
    assert len(first) <= FIRST_SENTENCE
    assert first.endswith(".")


@pytest.mark.slow
@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_is_in_plain_words_and_fits(
    path: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(COLUMNS))
    shown = call(*path, "-h")
    assert (shown.code, shown.err) == (0, "")
    lines = shown.out.splitlines()
    assert max(map(len, lines)) <= COLUMNS
    assert not PROGRAMMERS_WORDS.search(shown.out)
    assert any(line.startswith("  Example: ovmr-index ") for line in lines[-3:])
    for name, below in getattr(COMMANDS[path], "commands", {}).items():
        listed = rf"^  {name} +{re.escape(below.get_short_help_str(1000))}$"
        assert re.search(listed, shown.out, re.MULTILINE), name


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("sample", "  --method numpy|stable "),
        ("serve", "[default: 8765; 0 to 65535]"),
        ("suggest", "[default: 20; 1 or more]"),
        ("prepare imagenet", "[default: --link]"),
        ("export coco", "[default: ROOT/exports/coco/NAME.json]"),
        ("import-sample", "[required]"),
        ("sql", "[default: 60]"),
        ("ingest coco", "Usage: root ingest coco [OPTIONS] FILE\n"),
        ("ingest lvis", "Usage: root ingest lvis [OPTIONS] [FILE...]\n"),
        ("", "[default: datasets; environment: OVMR_INDEX_ROOT]"),
    ],
)
def test_defaults_choices_and_ranges_are_words(command: str, line: str) -> None:
    shown = call(*command.split(), "-h").out
    assert line in shown or line in " ".join(shown.split())
