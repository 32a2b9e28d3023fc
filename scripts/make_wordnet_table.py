"""Make the shipped tables of WordNet 3.0's noun synsets, and their licence text beside them.

The input is the `dict` folder of WordNet 3.0, of which `data.noun` and `index.noun` are read
(their format: the manual page wndb(5WN)). On Debian:

    apt-get install wordnet-base
    python scripts/make_wordnet_table.py --dict /usr/share/wordnet --output ovmr_index/data

The table, `wordnet30_nouns.tsv.xz`, has one line a column and one tab-separated field a synset,
because columns compress to two thirds of what rows take. The columns, in order of wnid, with
commas between the values of a field:

    wnid                `n` and the 8-digit offset in data.noun
    sense               number of the sense in index.noun, at least two digits
    lemmas              as WordNet writes them; the first in lower case, `.n.` and the sense are
                        the synset's name
    hypernyms           wnids, pointer `@`
    instance hypernyms  wnids, pointer `@i`

It shows the first sense of a word that begins a synset, and that of a word which stands behind
others in one synset alone. `wordnet30_first_senses.tsv.xz` has the rest: a word and a wnid a line.
"""

import argparse
import lzma
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

TABLE = "wordnet30_nouns.tsv.xz"
FIRST_SENSES = "wordnet30_first_senses.tsv.xz"
LICENCE = "WORDNET_LICENSE.txt"
SEPARATORS = set("\t,")

Senses = dict[tuple[str, str], int]


def read_records(path: Path) -> Iterator[str]:
    """The lines of a WordNet database file after its licence, whose lines begin with a blank."""
    with path.open(encoding="ascii") as lines:
        yield from (line for line in lines if not line.startswith(" "))


def read_licence(path: Path) -> str:
    """The licence at the head of a WordNet database file, without its line numbers.

    Raises SystemExit where it is not the licence of WordNet 3.0: other versions have other offsets.
    """
    text = []
    with path.open(encoding="ascii") as lines:
        for line in lines:
            numbered = re.fullmatch(r" +\d+ (.*)\n", line)
            if numbered is None:
                break
            text.append(numbered[1].rstrip())
    licence = "\n".join(text) + "\n"
    if "WordNet 3.0 Copyright" not in licence:
        raise SystemExit(f"{path}: not a file of WordNet 3.0; give its dict folder with --dict")
    return licence


def read_senses(path: Path) -> Senses:
    """Numbers of the senses in index.noun, from 1, by (lower-case word, offset)."""
    senses = {}
    for line in read_records(path):
        fields = line.split()
        offsets = fields[-int(fields[2]) :]
        senses.update({(fields[0], offset): n for n, offset in enumerate(offsets, start=1)})
    return senses


def read_synset(line: str, senses: Senses) -> tuple[str, str, str, str, str]:
    """The five fields of the table for a line of data.noun.

    Raises SystemExit where a lemma holds a separator of the table.
    """
    fields = line.partition(" | ")[0].split(" ")
    offset = fields[0]
    # Two fields a word (its number is hexadecimal), a count, then four fields a pointer.
    end_of_words = 4 + 2 * int(fields[3], 16)
    lemmas = fields[4:end_of_words:2]
    for lemma in lemmas:
        if SEPARATORS & set(lemma):
            raise SystemExit(f"data.noun: synset {offset}: separator of the table in {lemma!r}")
    symbols, targets = fields[end_of_words + 1 :: 4], fields[end_of_words + 2 :: 4]
    pointers = list(zip(symbols, targets, strict=True))
    return (
        f"n{offset}",
        f"{senses[lemmas[0].lower(), offset]:02d}",
        ",".join(lemmas),
        ",".join(f"n{target}" for symbol, target in pointers if symbol == "@"),
        ",".join(f"n{target}" for symbol, target in pointers if symbol == "@i"),
    )


def make_table(folder: Path) -> bytes:
    """The compressed table of the WordNet files in `folder`; equal files give equal bytes."""
    senses = read_senses(folder / "index.noun")
    rows = sorted(read_synset(line, senses) for line in read_records(folder / "data.noun"))
    return compressed("\t".join(column) for column in zip(*rows, strict=True))


def make_first_senses(folder: Path) -> bytes:
    """The compressed list of the first senses that the table leaves open, in order of the word."""
    senses = read_senses(folder / "index.noun")
    behind: dict[str, list[str]] = {}
    for line in read_records(folder / "data.noun"):
        wnid, _, lemmas, _, _ = read_synset(line, senses)
        first, *others = lemmas.lower().split(",")
        for word in {*others} - {first}:
            behind.setdefault(word, []).append(wnid)
    return compressed(
        f"{word}\t{wnid}"
        for word, wnids in sorted(behind.items())
        if len(wnids) > 1
        for wnid in wnids
        if senses[word, wnid.removeprefix("n")] == 1
    )


def compressed(lines: Iterable[str]) -> bytes:
    """The lines of a file, compressed; equal lines give equal bytes."""
    text = "".join(f"{line}\n" for line in lines)
    return lzma.compress(text.encode("ascii"), preset=9 | lzma.PRESET_EXTREME)


def main() -> None:
    """Write the tables and the licence into the output folder."""
    parser = argparse.ArgumentParser(description="Make the shipped tables of WordNet 3.0's nouns.")
    parser.add_argument("--dict", type=Path, required=True, help="the dict folder of WordNet 3.0")
    parser.add_argument("--output", type=Path, required=True, help="an existing folder to write to")
    arguments = parser.parse_args()
    licence = read_licence(arguments.dict / "data.noun")
    (arguments.output / TABLE).write_bytes(make_table(arguments.dict))
    (arguments.output / FIRST_SENSES).write_bytes(make_first_senses(arguments.dict))
    (arguments.output / LICENCE).write_text(licence, encoding="ascii", newline="\n")


if __name__ == "__main__":
    main()
