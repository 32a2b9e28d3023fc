"""Pools that an engine made, as files: for readers, and for draws from them."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection

from ovmr_index.db.models import PoolEntry
from ovmr_index.engines.dialect import compiled, engine_of
from ovmr_index.engines.exemplar_queries import entries_of, view_rows
from ovmr_index.errors import OvmrIndexError, RecordError, command, option, shortened
from ovmr_index.export.parquet.place import replacing_folder
from ovmr_index.formats.parquet.manifest import MANIFEST
from ovmr_index.pools.recipe import Recipe, Step

FILE = "pools.json"
EXEMPLARS, ENTRIES = "exemplars", "entries"
KIND = "ovmr-index pools"
VERSION = 1  # of the folders and files; a reader refuses a newer one


class PoolsFile(msgspec.Struct, frozen=True, kw_only=True):
    """What pools are: of which vocabulary, by which recipe, of which export (its manifest)."""

    kind: str = ""
    format_version: int = 0
    vocabulary: str = ""
    manifest: str = ""
    recipe: dict[str, Any] = {}
    substitutes: dict[str, list[str]] = {}


def manifest_digest(folder: Path) -> str:
    """Return what tells one export from another."""
    return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()


def write_pools(connection: Connection, target: Path, vocabulary_pk: int, made: PoolsFile) -> None:
    """Write the pools of a vocabulary to a folder, in the place of earlier ones.

    Raises OvmrIndexError where the folder holds something else, or cannot be written.
    """
    _check_target(target)
    engine = engine_of(connection)
    with replacing_folder(target) as folder:
        for name, query in (
            (EXEMPLARS, view_rows(vocabulary_pk)),
            (ENTRIES, entries_of(vocabulary_pk)),
        ):
            engine.write(*compiled(connection, query), folder / name)
        (folder / FILE).write_bytes(msgspec.json.format(msgspec.json.encode(made), indent=2))


def described(folder: Path, vocabulary: str, recipe: Recipe) -> PoolsFile:
    """Return what `pools.json` says of pools that are made of the export in a folder."""
    return PoolsFile(
        kind=KIND,
        format_version=VERSION,
        vocabulary=vocabulary,
        manifest=manifest_digest(folder),
        recipe=recipe.as_json(),
        substitutes={name: list(names) for name, names in recipe.all_substitutes().items()},
    )


def read_pools(connection: Connection, source: Path) -> None:
    """Let draws take from the pools in a folder."""
    files = sorted((source / ENTRIES).glob("*.parquet"))
    if not files:
        raise RecordError(source / ENTRIES, "", "holds no files", f"run {command(_COLLATE)}")
    engine_of(connection).read(PoolEntry.name, files, _COLUMNS)


def read_pools_file(source: Path, folder: Path) -> tuple[str, Recipe]:
    """Return the vocabulary and the recipe of pools, which must be of the export in `folder`.

    Raises:
        RecordError: There are none, or of another export or a newer version.
    """
    path, remedy = source / FILE, f"run {command(_COLLATE, folder)}"
    try:
        found = msgspec.json.decode(path.read_bytes(), type=PoolsFile)
        recipe = _recipe(found)
    except FileNotFoundError:
        raise RecordError(source, "", f"holds no {FILE}", remedy) from None
    except (OSError, TypeError, ValueError, RecursionError) as error:
        raise RecordError(path, "", f"is damaged ({shortened(str(error))})", remedy) from None
    if found.kind != KIND or found.format_version > VERSION:
        problem = f"is of format version {found.format_version}, and this program reads {VERSION}"
        raise RecordError(path, "", problem, "install a newer ovmr-index")
    if found.manifest != manifest_digest(folder):
        raise RecordError(source, "", f"was made of another export than {folder}", remedy)
    return found.vocabulary, recipe


_COLUMNS = dict.fromkeys(PoolEntry.c.keys(), "int64") | {"weight": "double"}
_COLLATE = "parquet collate"


def _recipe(found: PoolsFile) -> Recipe:
    steps = msgspec.convert(found.recipe.get("steps"), tuple[Step, ...] | None)
    return Recipe(**{**found.recipe, "steps": steps}, substitutes=found.substitutes)


def _check_target(target: Path) -> None:
    """Refuse a folder that holds something else than pools."""
    if target.is_dir() and any(target.iterdir()) and not (target / FILE).is_file():
        first = min(one.name for one in target.iterdir())
        raise OvmrIndexError(f"{target}: holds {first}, which is not of pools; {_another()}")
    if target.exists() and not target.is_dir():
        raise OvmrIndexError(f"{target}: is no folder; {_another()}")


def _another() -> str:
    return f"give another {option('folder', flag='-o')}"
