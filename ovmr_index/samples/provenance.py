"""Where a sample comes from: enough to draw it again, and to tell why another draw differs."""

import hashlib
import json
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import PurePath
from typing import Any

from sqlalchemy import Connection, func, select

from ovmr_index import __version__
from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.models import Collation, Folder, Image, Source, SourceFile, Vocabulary
from ovmr_index.images.locations import in_folder
from ovmr_index.pools.collate import kept_recipe
from ovmr_index.samples.options import DrawOptions


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a sample was drawn by, and from what; nothing of it names a machine or a time.

    `filters` are those of the choice that were given, `recipe` made the pools. `fingerprints` hold
    for each source the SHA-256 of each of its files, by name; of a tree of pictures it is that of
    the list of its folders with the number of pictures in each.
    """

    k: int
    seed: int
    method: str
    weight: str | None
    on_shortage: str
    vocabulary: str | None
    version: str | None
    filters: dict[str, Any] | None
    recipe: dict[str, Any] | None
    fingerprints: dict[str, dict[str, str]] | None


def provenance(connection: Connection, vocabulary_pk: int, options: DrawOptions) -> Provenance:
    """Return where a sample that is drawn now comes from."""
    name = select(Vocabulary.name).where(Vocabulary.pk == vocabulary_pk)
    return Provenance(
        k=options.k,
        seed=options.seed,
        method=options.method,
        weight=options.weight,
        on_shortage=options.on_shortage,
        vocabulary=connection.execute(name).scalar_one(),
        version=__version__,
        filters=options.filters,
        recipe=recipe_of(connection, vocabulary_pk),
        fingerprints=fingerprints_of(connection),
    )


def recipe_of(connection: Connection, vocabulary_pk: int) -> dict[str, Any]:
    """Return the thresholds and substitutes of the pools, and rules of one's own if there are."""
    query = select(Collation.min_area, Collation.enough, Collation.few, Collation.rules)
    row = connection.execute(query.where(Collation.vocabulary_pk == vocabulary_pk)).one()
    substitutes = kept_recipe(connection, vocabulary_pk)[1]
    rules = {} if row.rules is None else {"rules": json.loads(row.rules)}
    thresholds = {"min_area": row.min_area, "enough": row.enough, "few": row.few}
    return {**thresholds, "substitutes": substitutes, **rules}


def fingerprints_of(connection: Connection) -> dict[str, dict[str, str]]:
    """Return the `fingerprints` of every source, by name."""
    found: dict[str, dict[str, str]] = {}
    files = (
        select(Source.name, SourceFile.path, SourceFile.sha256)
        .join(SourceFile, SourceFile.source_pk == Source.pk)
        .order_by(Source.name, SourceFile.path)
    )
    for source, path, sha256 in connection.execute(files):
        found.setdefault(source, {})[PurePath(path).name] = sha256
    folders = (
        select(Source.name, Folder.path, func.count(Image.pk))
        .join(Folder, Folder.source_pk == Source.pk)
        .join(Image, in_folder(Source.pk, Folder.pk, Folder.path))
        .where(Source.pk.not_in(select(SourceFile.source_pk)))
        .group_by(Source.name, Folder.path)
        .order_by(Source.name, Folder.path)
    )
    for source, rows in groupby(stream_rows(connection, folders), itemgetter(0)):
        digest = hashlib.sha256()
        for _, path, pictures in rows:
            digest.update(f"{path}\t{pictures}\n".encode())
        found[source] = {"folders": digest.hexdigest()}
    return dict(sorted(found.items()))
