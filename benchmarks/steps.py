"""The commands that are timed, and what each is to stay under."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.changes import ANNOTATIONS, FILES, changed_annotations, more_files
from benchmarks.yardsticks import (
    IMPORT,
    IMPORT_SQLALCHEMY,
    LOAD_OBJECTS,
    LOAD_TRAIN,
    LOAD_VAL,
    OPEN,
    STAT,
    WALK,
    Yardstick,
)

Count = Callable[[Any], int]


def _ingested(answer: Any) -> int:
    kinds = ("added", "changed", "unchanged")
    return sum(source[kind] for source in answer["sources"] for kind in kinds)


def _collated(answer: Any) -> int:
    entries: int = answer["entries"]
    return entries


def _exported(answer: Any) -> int:
    return sum(target["records"] for target in answer["written"])


@dataclass(frozen=True, kw_only=True)
class Step:
    """A command of ovmr-index, by its arguments.

    `target` bounds its seconds: as a share of the yardstick's, or as they are where there is none.
    `count` returns how many records (`unit`) the command went through, from the JSON that it
    prints. Of several `runs` the best counts. `change` alters the tree for as long as they last.
    """

    name: str
    arguments: tuple[str, ...]
    yardstick: Yardstick | None = None
    target: float | None = None
    unit: str = ""
    count: Count | None = None
    runs: int = 1
    change: Callable[[Path], AbstractContextManager[None]] | None = None


def _ingest(
    name: str, source: Sequence[str], unit: str, yardstick: Yardstick, target: float | None = None
) -> Step:
    return Step(
        name=name,
        arguments=("ingest", *source, "--json"),
        yardstick=yardstick,
        target=target,
        unit=unit,
        count=_ingested,
    )


def _export(
    name: str, arguments: str, unit: str, target: float, yardstick: Yardstick = LOAD_TRAIN
) -> Step:
    return Step(
        name=f"export {name}",
        arguments=("export", *arguments.split(), "--json"),
        yardstick=yardstick,
        target=target,
        unit=unit,
        count=_exported,
    )


def _sample(k: int, target: float) -> Step:
    # A tree of small scale has too few exemplars in places; of LVIS itself a few as well.
    arguments = f"sample -K {k} --on-shortage repeat"
    return _export(f"sample, K = {k}", arguments, "exemplars", target)


def _ask(name: str, *arguments: str) -> Step:
    """Return a question to the index, which is to be answered within a second."""
    return Step(name=name, arguments=(*arguments, "--json"), target=1.0, runs=3)


COLLATE = Step(
    name="collate",
    arguments=("collate", "--json"),
    yardstick=LOAD_TRAIN,
    target=0.12,
    unit="exemplars",
    count=_collated,
)
ASK_CATEGORY = _ask(
    "`sql`: a category's exemplars",
    "sql",
    "SELECT * FROM exemplars WHERE category = 'zebra' ORDER BY position",
)
ASK_DATASETS = _ask(
    "`sql`: a count by dataset",
    "sql",
    "SELECT dataset, count(*) FROM exemplars GROUP BY dataset ORDER BY dataset",
)

SELECT_1 = Step(
    name='`sql "select 1"`',
    arguments=("sql", "select 1"),
    yardstick=IMPORT_SQLALCHEMY,
    target=2.0,
    runs=IMPORT_SQLALCHEMY.runs,
)

INGEST = _ingest("ingest", (), "records", WALK, 5.0)
INGEST_AGAIN = _ingest("ingest again, nothing changed", (), "records", STAT, 1.5)

CHANGED_ANNOTATIONS = replace(
    _ingest(
        f"ingest LVIS train, {ANNOTATIONS} annotations changed",
        ("lvis", "--split", "train"),
        "annotations",
        LOAD_TRAIN,
    ),
    change=changed_annotations,
)
MORE_FILES = replace(
    _ingest(f"ingest ImageNet, {FILES} files more", ("imagenet",), "files", WALK),
    change=more_files,
)

# What the published scripts do: together they are "all of it".
JOB = (
    _ingest("ingest LVIS train", ("lvis", "--split", "train"), "annotations", LOAD_TRAIN, 0.2),
    _ingest("ingest LVIS val", ("lvis", "--split", "val"), "annotations", LOAD_VAL),
    _ingest("ingest Visual Genome", ("visual-genome",), "objects", LOAD_OBJECTS, 0.3),
    _ingest("ingest ImageNet", ("imagenet",), "files", WALK, 4.5),
    COLLATE,
    _sample(5, 0.04),
    _sample(30, 0.05),
    _export("exemplars", "exemplars", "exemplars", 0.17),
    _export("norare", "norare", "annotations", 0.08),
    _export("cat-info", "cat-info", "categories", 0.03),
    _export("imagenet-lvis, sizes read", "imagenet-lvis", "files", 0.3, OPEN),
)
AFTERWARDS = (
    _export("imagenet-lvis again", "imagenet-lvis", "files", 0.25),
    INGEST_AGAIN,
    _ask("`coverage`", "coverage"),
    ASK_CATEGORY,
    ASK_DATASETS,
    SELECT_1,
    Step(name="`--help`", arguments=("--help",), yardstick=IMPORT, target=2.5, runs=IMPORT.runs),
    CHANGED_ANNOTATIONS,
    MORE_FILES,
)
STEPS = JOB + AFTERWARDS


def copies(root: Path, db: str) -> tuple[Step, ...]:
    """Return the steps that copy an index at a URL into a file, and back beside itself."""
    file = str(root / "copied.db")
    beside = f"{db}{'&' if '?' in db else '?'}schema=copied"
    return (
        _copy("into a file", db, file),
        _copy("into PostgreSQL", file, beside),
    )


def _copy(where: str, source: str, target: str) -> Step:
    arguments = ("db", "copy", source, target, "--json")
    return Step(name=f"`db copy` {where}", arguments=arguments, unit="rows", count=_copied)


def _copied(answer: Any) -> int:
    rows: int = answer["rows"]
    return rows
