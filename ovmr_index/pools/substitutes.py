"""Substitutes: synsets whose exemplars a category takes beside those of its own synset."""

import json
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path

import msgspec
from sqlalchemy import Connection, insert, or_, select

from ovmr_index.db.bulk import Row, insert_rows
from ovmr_index.db.models import Category, Collation, Substitute, Synset
from ovmr_index.errors import OvmrIndexError, RecordError, os_reason, shortened
from ovmr_index.pools.own_files import read_content, require_each_once, require_others

Substitutes = Mapping[str, Sequence[str]]  # lists of synsets by the synset of the category


@cache
def published_substitutes() -> Substitutes:
    """Return the substitutes that MM-OVOD's authors chose by hand for 43 categories."""
    text = resources.files("ovmr_index").joinpath("data", "published_substitutes.json").read_text()
    substitutes: dict[str, list[str]] = json.loads(text)
    return substitutes


def read_substitutes(path: Path) -> Substitutes:
    """Return substitutes from a JSON file: an object from synset to a list of synsets.

    Raises:
        OvmrIndexError: The file cannot be read, has other content, or names a synset twice.
    """
    kind = f"{path}: is no object from synset to list of synsets"
    try:
        content = read_content(path)
    except OSError as error:
        raise OvmrIndexError(f"{path}: {os_reason(error)}; check the path") from None
    except RecordError as error:
        raise OvmrIndexError(f"{kind}: {error.problem}; {error.remedy}") from None
    try:
        found = msgspec.json.decode(content, type=dict[str, list[str]])
    except msgspec.ValidationError as error:
        problem = str(error).replace("$[...]", _first_wrong(content))
        raise OvmrIndexError(f"{kind}: {problem}; fix the file") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise OvmrIndexError(f"{kind}: {error}; fix the file") from None
    require_each_once(path, content)
    require_others(found, path)
    return found


def _first_wrong(content: bytes) -> str:
    """Return the first synset of an object that has no list of texts, for a message."""
    try:
        members = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, RecursionError):
        return "$"  # what is behind the first error is no JSON
    for synset, raw in members.items():
        try:
            msgspec.json.decode(raw, type=list[str])
        except msgspec.ValidationError:
            return shortened(synset)
    return "$"


def add_substitutes(substitutes: Substitutes, added: Substitutes) -> Substitutes:
    """Return `substitutes` with `added` ones behind them, each once."""
    extended = {synset: list(names) for synset, names in substitutes.items()}
    for synset, names in added.items():
        known = extended.setdefault(synset, [])
        known += [name for name in names if name not in known]
    return extended


def unknown_substitutes(connection: Connection, vocabulary_pk: int) -> list[str]:
    """Return the synsets of a vocabulary's substitutes, on either side, that nothing has.

    They are not in WordNet, and no category has them.
    """
    collations = select(Collation.c.pk).where(Collation.c.vocabulary_pk == vocabulary_pk)
    labels = select(Category.c.synset_pk).where(Category.c.synset_pk.is_not(None))
    of = (Substitute.c.synset_pk, Substitute.c.substitute_pk)
    named = (select(one).where(Substitute.c.collation_pk.in_(collations)) for one in of)
    query = select(Synset.c.name).where(
        or_(*(Synset.c.pk.in_(one) for one in named)),
        Synset.c.wnid.is_(None),
        Synset.c.pk.not_in(labels),
    )
    return [*connection.execute(query.order_by(Synset.c.name)).scalars()]


def stored_substitutes(connection: Connection, collation_pk: int) -> Substitutes:
    """Return the substitutes of a collation, by synset."""
    substitute = Synset.alias()
    query = (
        select(Synset.c.name, substitute.c.name)
        .join(Substitute, Substitute.c.synset_pk == Synset.c.pk)
        .join(substitute, substitute.c.pk == Substitute.c.substitute_pk)
        .where(Substitute.c.collation_pk == collation_pk)
        .order_by(Synset.c.name, Substitute.c.position)
    )
    found: dict[str, list[str]] = {}
    for synset, name in connection.execute(query):
        found.setdefault(synset, []).append(name)
    return found


def store_substitutes(connection: Connection, collation_pk: int, substitutes: Substitutes) -> None:
    """Store the substitutes of a collation; a synset that is new gets a row without a wnid."""
    names = named_synsets(substitutes)
    known = synset_pks(connection, names)
    if added := [{"name": name} for name in sorted(names - known.keys())]:
        connection.execute(insert(Synset), added)
    if rows := substitute_rows(connection, collation_pk, substitutes):
        insert_rows(connection, Substitute, Substitute.c.keys(), rows)


def named_synsets(substitutes: Substitutes) -> set[str]:
    """Return all synsets that substitutes name, on either side."""
    return {*substitutes, *(name for names in substitutes.values() for name in names)}


def substitute_rows(
    connection: Connection, collation_pk: int, substitutes: Substitutes
) -> list[Row]:
    """Return the rows of `Substitute` of a collation; all synsets must be there."""
    pks = synset_pks(connection, named_synsets(substitutes))
    return [
        (collation_pk, pks[synset], position, pks[substitute])
        for synset, names in substitutes.items()
        for position, substitute in enumerate(names)
    ]


def synset_pks(connection: Connection, names: Collection[str]) -> dict[str, int]:
    """Return the row numbers of those of these synsets that are there, by name."""
    query = select(Synset.c.name, Synset.c.pk).where(Synset.c.name.in_(names))
    return dict(connection.execute(query).all())
