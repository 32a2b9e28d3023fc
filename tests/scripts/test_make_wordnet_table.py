"""The script that makes the shipped WordNet table, on a small dict folder written by hand."""

import lzma
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "make_wordnet_table.py"

HEADER = "  1 You may use it.  \n  2   \n  3 WordNet 3.0 Copyright 2006 by Somebody.  \n"
DATA = """\
00000100 03 n 01 entity 0 001 ~ 00000200 n 0000 | what there is | or was
00000200 03 n 02 Bank 0 river_bank 0 002 @ 00000100 n 0000 + 00000300 v 0101 | sloping land
00000300 14 n 01 bank 1 002 @ 00000100 n 0000 @ 00000200 n 0000 | an institution
00000400 15 n 0a Left_Bank 0 b 0 c 0 d 0 e 0 f 0 g 0 h 0 i 0 j 0 001 @i 00000200 n 0000 | Paris
"""
INDEX = """\
bank n 2 1 @ 2 1 00000300 00000200
entity n 1 1 ~ 1 1 00000100
left_bank n 1 1 @i 1 0 00000400
"""
TABLE = """\
n00000100\tn00000200\tn00000300\tn00000400
01\t02\t01\t01
entity\tBank,river_bank\tbank\tLeft_Bank,b,c,d,e,f,g,h,i,j
\tn00000100\tn00000100,n00000200\t
\t\t\tn00000200
"""


# Two words stand behind others in two synsets each; which sense is the first tells the index.
SHARED_DATA = """\
00000500 03 n 03 mug 0 Cup 0 beaker 0 001 @ 00000100 n 0000 | for tea
00000600 03 n 03 prize 0 cup 0 trophy 0 001 @ 00000100 n 0000 | for victors
00000700 03 n 02 medal 0 trophy 0 001 @ 00000100 n 0000 | for victors too
00000800 03 n 02 beaker 0 mug 0 001 @ 00000100 n 0000 | for acids
"""
SHARED_INDEX = """\
beaker n 2 1 @ 2 1 00000800 00000500
cup n 2 1 @ 2 1 00000600 00000500
medal n 1 1 @ 1 1 00000700
mug n 2 1 @ 2 1 00000500 00000800
prize n 1 1 @ 1 1 00000600
trophy n 2 1 @ 2 1 00000600 00000700
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "dict"
    folder.mkdir()
    (folder / "data.noun").write_text(HEADER + DATA, encoding="ascii")
    (folder / "index.noun").write_text(HEADER + INDEX, encoding="ascii")
    return folder


def run(folder: Path, output: Path) -> subprocess.CompletedProcess[str]:
    output.mkdir()
    command = [sys.executable, str(SCRIPT), "--dict", str(folder), "--output", str(output)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_writes_the_table_and_the_licence(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "output"
    done = run(folder, output)
    assert (done.returncode, done.stderr) == (0, "")
    packed = (output / "wordnet30_nouns.tsv.xz").read_bytes()
    assert lzma.decompress(packed).decode("ascii") == TABLE
    licence = (output / "WORDNET_LICENSE.txt").read_bytes()
    assert licence == b"You may use it.\n\nWordNet 3.0 Copyright 2006 by Somebody.\n"


def test_lists_the_first_senses_that_the_table_leaves_open(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "output"
    (folder / "data.noun").write_text(HEADER + DATA + SHARED_DATA, encoding="ascii")
    (folder / "index.noun").write_text(HEADER + INDEX + SHARED_INDEX, encoding="ascii")
    done = run(folder, output)
    assert (done.returncode, done.stderr) == (0, "")
    packed = (output / "wordnet30_first_senses.tsv.xz").read_bytes()
    assert lzma.decompress(packed).decode("ascii") == "cup\tn00000600\ntrophy\tn00000600\n"


@pytest.mark.slow
def test_equal_input_gives_equal_bytes(folder: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    run(folder, first)
    run(folder, second)
    files = ("wordnet30_nouns.tsv.xz", "wordnet30_first_senses.tsv.xz", "WORDNET_LICENSE.txt")
    for name in files:
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_refuses_another_version(folder: Path, tmp_path: Path) -> None:
    data = folder / "data.noun"
    data.write_text(HEADER.replace("3.0", "3.1") + DATA, encoding="ascii")
    output = tmp_path / "output"
    done = run(folder, output)
    assert done.returncode == 1
    assert "not a file of WordNet 3.0" in done.stderr
    assert list(output.iterdir()) == []


def test_refuses_a_separator_in_a_lemma(folder: Path, tmp_path: Path) -> None:
    data = folder / "data.noun"
    data.write_text(HEADER + DATA.replace("river_bank", "river,bank"), encoding="ascii")
    output = tmp_path / "output"
    done = run(folder, output)
    assert done.returncode == 1
    assert "synset 00000200" in done.stderr
    assert list(output.iterdir()) == []
