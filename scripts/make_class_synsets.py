"""Make a shipped table of a data set's classes and their synsets.

The classes come from a file of the data set itself, the synsets from what people decided:

    python scripts/make_class_synsets.py --name objects365 --lvis lvis_v1_train.json
        --classes zhiyuan_objv2_val.json --output ovmr_index/data/class_synsets

`--classes` is an annotation file or its list of categories (COCO, Objects365, V3Det), or the file
`oidv7-class-descriptions-boxable.csv` of OpenImages. `--lvis` is a file of LVIS or its list of
categories. V3Det needs `--names category_name_13204_v3det_2023_v1.txt`, a name a line, and
`--dict`, the dict folder of WordNet 3.0 (`apt-get install wordnet-base`), because its classes have
WordNet's definitions.

A class has the synset of the first rule that knows one:

1. `scripts/class_synsets/NAME.tsv` decides it: a synset, or `-` where none fits. The file says in
   a word why, and lists other spellings of names, which files of the data set have.
2. Its definition is WordNet's of a synset that is called like the class.
3. LVIS has one category of that name, whose synset people chose.
4. WordNet has one synset of that name.

A name with several senses that nothing decides is an error: look at the senses, and decide. So is
a name that neither knows, but where classes have definitions: then WordNet does not have the class.
"""

import argparse
import csv
import io
import json
import lzma
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ovmr_index.vocabularies.category_synsets import with_singulars
from ovmr_index.vocabularies.synsets import OF_LVIS_ALONE
from ovmr_index.vocabularies.wordnet import Synset, read_nouns

DECISIONS = Path(__file__).parent / "class_synsets"
COLUMNS = ("id", "name", "synset", "supercategory", "mid", "also", "mapped")
OPTIONAL = {"supercategory", "mid", "mapped"}  # columns that a table has only if a class has them


class GivenClass(NamedTuple):
    """A class as its data set has it."""

    id: int
    name: str
    also: tuple[str, ...] = ()
    supercategory: str = ""
    mid: str = ""
    definition: str = ""


class Decision(NamedTuple):
    """What is decided of a class: its synset or `-`, other spellings of its name, like synsets.

    Boxes of the synsets `mapped` become the class where an export maps to it.
    """

    synset: str
    also: tuple[str, ...]
    mapped: str = ""


def read_classes(path: Path) -> list[GivenClass]:
    """The classes of a file, in the order of their ids."""
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as lines:
            rows = [row for row in csv.reader(lines) if row[0].startswith("/")]
        return [GivenClass(number, row[1], mid=row[0]) for number, row in enumerate(rows, 1)]
    given = map(_class_of, _categories(path))
    return sorted(given)


def _categories(path: Path) -> list[dict[str, Any]]:
    content = json.loads(path.read_text(encoding="utf-8"))
    categories: list[dict[str, Any]] = (
        content if isinstance(content, list) else content["categories"]
    )
    return categories


def _class_of(category: dict[str, Any]) -> GivenClass:
    name, supercategory = category["name"].strip(), category.get("supercategory", "")
    definition = category.get("cat_info", "")
    return GivenClass(category["id"], name, (), supercategory, definition=definition)


def with_names(classes: list[GivenClass], path: Path) -> list[GivenClass]:
    """The classes under the names of a file's lines; names that only one had are spellings."""
    names = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    taken = [*names, *(one.name for one in classes)]
    renamed = []
    for one, name in zip(classes, names, strict=True):
        also = (one.name,) if taken.count(one.name) == 1 else ()
        renamed.append(one._replace(name=name, also=also))
    return renamed


def read_decisions(path: Path) -> dict[str, Decision]:
    """The decisions by name."""
    with path.open(newline="", encoding="utf-8") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {
            row["name"]: Decision(row["synset"], _spellings(row["also"]), row.get("mapped", ""))
            for row in rows
        }


def _spellings(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))


def read_definitions(folder: Path | None) -> dict[str, str]:
    """The definitions of WordNet by wnid, without examples; none without a folder."""
    if folder is None:
        return {}
    records = (folder / "data.noun").read_text(encoding="ascii").splitlines()
    parted = (line.partition(" | ") for line in records if not line.startswith(" "))
    return {f"n{record[:8]}": _letters(gloss.partition('; "')[0]) for record, _, gloss in parted}


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


class Proposals:
    """The synsets that LVIS and WordNet propose for a class."""

    def __init__(self, lvis: Iterable[dict[str, Any]], definitions: dict[str, str]) -> None:
        """Collect who is called what."""
        self._definitions = definitions
        self.lvis: dict[str, set[str]] = {}
        self.nouns: dict[str, list[Synset]] = {}
        for category in lvis:
            for name in (category["name"], *category["synonyms"]):
                self.lvis.setdefault(_word(name), set()).add(category["synset"])
        for synset in read_nouns():
            for lemma in synset.lemmas:
                self.nouns.setdefault(lemma.lower(), []).append(synset)

    def of(self, given: GivenClass) -> set[str]:
        """The synsets that a class may mean: one if a rule knows it, none for an unknown name."""
        words = [word for name in (given.name, *given.also) for word in with_singulars(_word(name))]
        senses = [synset for word in words for synset in self.nouns.get(word, ())]
        definition = _letters(given.definition)
        defined = {one.name for one in senses if definition == self._definitions.get(one.wnid)}
        of_lvis = {synset for word in words for synset in self.lvis.get(word, ())}
        for known in (defined, of_lvis):
            if len(known) == 1:
                return known
        return {synset.name for synset in senses} | of_lvis


def _word(name: str) -> str:
    """A name as WordNet writes words, without what LVIS and OpenImages add in brackets."""
    return re.sub(r"_\(.*\)$", "", "_".join(name.lower().split()))


def make_rows(
    classes: list[GivenClass], decisions: dict[str, Decision], proposals: Proposals
) -> Iterator[dict[str, str]]:
    """The rows of the table; raises SystemExit where a class is not decided, or is no class."""
    if strange := decisions.keys() - {one.name for one in classes}:
        raise SystemExit(f"decisions of what is no class: {', '.join(sorted(strange))}")
    known = {synset.name for senses in proposals.nouns.values() for synset in senses}
    open_classes = []
    for given in classes:
        decision = decisions.get(given.name, Decision("", ()))
        synsets = {decision.synset} - {""} or proposals.of(given)
        if len(synsets) > 1 or not (synsets or given.definition):
            open_classes.append(f"{given.name}: {', '.join(sorted(synsets)) or 'unknown'}")
        elif wrong := synsets - known - OF_LVIS_ALONE - {"-"}:
            raise SystemExit(f"{given.name}: WordNet 3.0 has no {wrong.pop()}")
        yield _row(given, decision, synsets)
    if open_classes:
        raise SystemExit("\n".join(("not decided:", *open_classes)))


def _row(given: GivenClass, decision: Decision, synsets: set[str]) -> dict[str, str]:
    return {
        "id": str(given.id),
        "name": given.name,
        "synset": next(iter(synsets - {"-"}), ""),
        "supercategory": given.supercategory,
        "mid": given.mid,
        "also": ",".join((*given.also, *decision.also)),
        "mapped": decision.mapped,
    }


def make_table(rows: list[dict[str, str]]) -> bytes:
    """The table with a header; equal rows give equal bytes."""
    columns = [name for name in COLUMNS if name not in OPTIONAL or any(row[name] for row in rows)]
    text = io.StringIO()
    text.writelines("\t".join(line) + "\n" for line in [columns])
    text.writelines("\t".join(row[name] for name in columns) + "\n" for row in rows)
    return text.getvalue().encode()


def main() -> None:
    """Write the table into the output folder, compressed where it is large."""
    parser = argparse.ArgumentParser(description="Make a shipped table of classes and synsets.")
    parser.add_argument("--name", required=True, help="the data set, as in `objects365`")
    parser.add_argument("--classes", type=Path, required=True, help="its file of classes")
    parser.add_argument("--names", type=Path, help="their names, a line each, if others hold")
    parser.add_argument("--lvis", type=Path, required=True, help="LVIS's categories")
    parser.add_argument("--dict", type=Path, help="the dict folder of WordNet 3.0")
    parser.add_argument("--decisions", type=Path, help="another file of decisions")
    parser.add_argument("--output", type=Path, required=True, help="an existing folder to write to")
    arguments = parser.parse_args()
    classes = read_classes(arguments.classes)
    if arguments.names is not None:
        classes = with_names(classes, arguments.names)
    decisions = read_decisions(arguments.decisions or DECISIONS / f"{arguments.name}.tsv")
    proposals = Proposals(_categories(arguments.lvis), read_definitions(arguments.dict))
    table = make_table(list(make_rows(classes, decisions, proposals)))
    if arguments.dict is None:
        (arguments.output / f"{arguments.name}.tsv").write_bytes(table)
    else:
        packed = lzma.compress(table, preset=9 | lzma.PRESET_EXTREME)
        (arguments.output / f"{arguments.name}.tsv.xz").write_bytes(packed)


if __name__ == "__main__":
    main()
