"""A small dataset tree to stress commands on, and what each command should leave behind."""

import hashlib
import json
import lzma
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ovmr_index.db import schema
from ovmr_index.db.revision import HEAD, revision_of
from ovmr_index.vocabularies.synsets import load_wordnet
from tests.support.contents import assert_sound, contents
from tests.support.runs import CHECKOUT, Run
from tests.support.warm import warm_start

_VIEWS = {
    "exemplars": "SELECT * FROM vocabulary_exemplars",
    "samples": "SELECT * FROM sample_exemplars",
    "revision": "SELECT version_num FROM alembic_version",
    "hashes": """
        SELECT i.key, h.sha256 FROM image_hashes h JOIN images i ON i.pk = h.image_pk""",
    "partitions": """
        SELECT v.name, p.name, c.category_key FROM partitions p
        JOIN vocabularies v ON v.pk = p.vocabulary_pk
        JOIN partition_categories c ON c.partition_pk = p.pk""",
}
_OLD_INDEX = CHECKOUT / "tests" / "db" / "data" / "index_0005.db.xz"
_TIMES = ("source_files", "folders", "archives")  # hold when files were written: no two are alike
_WRITTEN = ("metadata", "lvis", "imagenet/annotations", "out")


class Command(NamedTuple):
    """A command that writes: what is done before it, and its arguments."""

    name: str
    prepare: Callable[[Path], None]
    arguments: tuple[str, ...]
    is_one_transaction: bool = False

    def line(self, root: Path) -> list[str]:
        """Return its arguments for a tree."""
        return ["--root", str(root), *(text.replace("ROOT", str(root)) for text in self.arguments)]


class Outcome(NamedTuple):
    """What a tree holds after a command: rows of the index by table, bytes of files by path."""

    rows: dict[str, list[str]]
    files: dict[str, bytes]


@dataclass(frozen=True)
class _Stored:
    """The file of an index, which is the same as another one with the same bytes."""

    digest: bytes
    index: Path = field(compare=False)


class Workplace:
    """The demo's tree, once without an index and once with all that the commands make of it."""

    def __init__(self, folder: Path, demo_tree: Path, empty_index: Path | None = None) -> None:
        """Copy the tree, ingest it and write its files below `folder`, which is made.

        `empty_index` is what all but a first ingest begin from: by default one with WordNet.
        """
        self.folder, self._empty_index = folder, empty_index
        self._bare, self._full = folder / "bare", folder / "full"
        self._filled = folder / "filled"
        shutil.copytree(demo_tree, self._bare)
        _copy(self._bare, self._full)
        shutil.copyfile(self.empty_index(), self._full / "ovmr.db")
        for arguments in (("ingest",), ("export",)):
            _do(self._full, *arguments)

    def new(self, name: str, command: Command) -> Path:
        """Return the root of a new tree that is ready for a command."""
        root = self.folder / name
        _copy(self._bare if command.name.startswith("first") else self._full, root)
        command.prepare(root)
        return root

    def empty_index(self) -> Path:
        """Return an index that holds synsets alone."""
        path = self._empty_index or self.folder / "empty.db"
        if not path.exists():
            schema.create(path, load_wordnet)
        return path

    def filled(self, name: str) -> Path:
        """Return the root of a new tree with a file of each kind that a command reads."""
        if not self._filled.exists():
            _copy(self._full, self._filled)
            for make in (_with_list, _with_file, _with_tar):
                make(self._filled)
        root = self.folder / name
        _copy(self._filled, root)
        return root


def outcome(root: Path) -> Outcome:
    """Return what there is below a root; raises AssertionError for a damaged index."""
    index = root / "ovmr.db"
    try:
        rows = _rows(index) if index.exists() else {}
    except sqlite3.DatabaseError as error:
        raise AssertionError(str(error)) from error
    files = {
        str(path.relative_to(root)): path.read_bytes()
        for folder in _WRITTEN
        for path in sorted((root / folder).rglob("*"))
        if path.is_file()
    }
    return Outcome(rows, files)


def _rows(index: Path) -> dict[str, list[str]]:
    """Return the rows of an index; what the same bytes were found to hold is kept."""
    with closing(sqlite3.connect(index)) as connection:  # undoes what was cut off
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return _rows_of(_Stored(hashlib.sha256(index.read_bytes()).digest(), index))


@lru_cache(12)  # of some 10 MB each
def _rows_of(stored: _Stored) -> dict[str, list[str]]:
    assert_sound(index := stored.index)
    with closing(sqlite3.connect(index)) as connection:
        if revision_of(connection) != HEAD:
            return _rows_of_old(connection)
        rows = {name: found for name, found in contents(index).items() if name not in _TIMES}
        for name, query in _VIEWS.items():
            rows[name] = sorted(repr(row) for row in connection.execute(query))
    return rows


def _rows_of_old(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """Return all rows of an index of an older schema, by table."""
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return {
        name: sorted(repr(row) for row in connection.execute(f"SELECT * FROM {name}"))
        for (name,) in tables.fetchall()
    }


def leftovers(root: Path) -> list[str]:
    """Return what a command has left that nobody asked for."""
    found = (path for path in root.rglob("*") if ".partial" in path.name)
    journals = (path for path in root.glob("ovmr.db-*") if path.stat().st_size)
    return sorted(str(path.relative_to(root)) for path in (*found, *journals))


def finished(root: Path, command: Command) -> Run:
    """Run a command to its end, undisturbed; it starts at once."""
    return warm_start().run(*command.line(root))


def _copy(source: Path, target: Path) -> None:
    """Copy a tree; images, which nothing writes to, are hard links."""

    def link_images(old: str, new: str) -> object:
        if old.endswith((".json", ".db", ".txt", ".tar")):
            shutil.copy2(old, new)
        else:
            os.link(old, new)
        return new

    shutil.copytree(source, target, copy_function=link_images)


def _do(root: Path, *arguments: object) -> None:
    """Run a command that must succeed, as a process of its own: other trials run meanwhile."""
    done = warm_start().run("--root", root, *arguments)
    assert done.code == 0, done.err


def _nothing(_: Path) -> None:
    """Leave a tree as it is."""


def _change_annotations(root: Path) -> None:
    """Take out some annotations, change others, and add one image to a class folder."""
    path = root / "lvis" / "lvis_v1_train.json"
    content = json.loads(path.read_text())
    kept = [one for one in content["annotations"] if one["id"] % 7]
    for one in kept[::5]:
        one["area"] += 1
    content["annotations"] = kept
    path.write_text(json.dumps(content))
    image = next((root / "imagenet").rglob("*.JPEG"))
    shutil.copyfile(image, image.with_name("added.JPEG"))


def _remove_files(root: Path) -> None:
    for folder in ("metadata", "imagenet/annotations"):
        shutil.rmtree(root / folder, ignore_errors=True)


def _with_list(root: Path) -> None:
    (root / "classes.txt").write_text("apple\nboat\nbanana\n")
    (root / "mapping.json").write_text('{"imagenet21k_P": "apple.n.01"}')
    (root / "list.json").write_text('["apple", "boat", 45]')


def _with_sample(root: Path) -> None:
    _do(root, "sample", "-K", "2", "--on-shortage", "take-all", "--name", "mine")


def _with_file(root: Path) -> None:
    _with_sample(root)
    _do(root, "export", "sample", "--name", "mine", "-o", str(root / "theirs.json"))


def _with_tar(root: Path) -> None:
    (root / "tars").mkdir()
    folder = next(path for path in (root / "imagenet").rglob("n*") if path.is_dir())
    with tarfile.open(root / "tars" / "n01440764.tar", "w") as tar:
        for path in sorted(folder.iterdir()):
            tar.add(path, path.name)


def _with_partition(root: Path) -> None:
    _with_list(root)
    _do(root, "partition", "add", "mine", "--file", root / "classes.txt")


def _with_vocabulary(root: Path) -> None:
    _with_list(root)
    _do(root, "vocabulary", "add", root / "classes.txt", "--name", "v")


def _with_folder(root: Path) -> None:
    """Make class folders of images that are there already."""
    images = sorted((root / "imagenet").rglob("*.JPEG"))
    for number, path in enumerate(images[:60]):
        folder = root / "mine" / f"class {number % 4}"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, folder / path.name)


def _with_flat_classes(root: Path) -> None:
    """Make a class of a few files, and one of so many that it is divided."""
    for wnid, count in (("n01440764", 3), ("n07739125", 510)):
        folder = root / "flat" / wnid
        folder.mkdir(parents=True)
        for number in range(count):
            (folder / f"{wnid}_{number}.JPEG").write_text(f"{wnid} {number}")


def _change_behind_its_time(root: Path) -> None:
    """Change an annotation file so that its size and its time do not tell."""
    path = root / "lvis" / "lvis_v1_train.json"
    before = path.stat()
    path.write_text(path.read_text().replace('"area":', '"aera":', 1))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _with_out(root: Path) -> None:
    (root / "out").mkdir()


def _with_old_index(root: Path) -> None:
    """Put an index of an older schema in the place of the index."""
    (root / "ovmr.db").write_bytes(lzma.decompress(_OLD_INDEX.read_bytes()))


_THEIRS = ("--name", "theirs", "--images", "ROOT/coco", "--below", "val2017")
_DRAW = ("-K", "3", "--on-shortage", "take-all")
COMMANDS = (
    Command("first ingest", _nothing, ("ingest",)),
    Command("ingest again", _change_annotations, ("ingest",)),
    Command("ingest --remove", _nothing, ("ingest", "--remove", "visual_genome")),
    Command("collate", _nothing, ("collate", "--min-area", "2000"), True),
    Command("sample", _nothing, ("sample", *_DRAW, "--method", "stable", "--name", "new")),
    Command("sample rm", _with_sample, ("sample", "rm", "mine"), True),
    Command(
        "import-sample", _with_file, ("import-sample", "ROOT/theirs.json", "--name", "t"), True
    ),
    Command(
        "vocabulary add", _with_list, ("vocabulary", "add", "ROOT/classes.txt", "--name", "v"), True
    ),
    Command(
        "partition add", _with_list, ("partition", "add", "p", "--file", "ROOT/classes.txt"), True
    ),
    Command("export", _remove_files, ("export",)),
    Command("export crops", _nothing, ("export", "crops", *_DRAW, "-o", "ROOT/out")),
    Command(
        "export images", _with_sample, ("export", "images", "--name", "mine", "-o", "ROOT/out")
    ),
    Command("ingest folder", _with_folder, ("ingest", "folder", "ROOT/mine", "--name", "mine")),
    Command(
        "ingest coco",
        _nothing,
        ("ingest", "coco", "ROOT/lvis/lvis_v1_val.json", *_THEIRS),
    ),
    Command("audit", _nothing, ("audit", "--content")),
    Command("verify", _change_behind_its_time, ("verify",)),
    Command("vocabulary rm", _with_vocabulary, ("vocabulary", "rm", "v"), True),
    Command("partition rm", _with_partition, ("partition", "rm", "mine"), True),
    Command(
        "prepare imagenet",
        _with_flat_classes,
        ("prepare", "imagenet", "ROOT/flat", "-o", "ROOT/out"),
    ),
    Command("db upgrade", _with_old_index, ("db", "upgrade"), True),
    Command("db backup", _with_out, ("db", "backup", "ROOT/out/backup.db")),
)
