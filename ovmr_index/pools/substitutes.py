"""Substitutes: synsets whose exemplars a category takes beside those of its own synset."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path

from sqlalchemy import Connection, insert, select
from sqlalchemy.orm import aliased

from ovmr_index.db.models import Substitute, Synset
from ovmr_index.errors import OvmrIndexError, os_reason

Substitutes = Mapping[str, Sequence[str]]  # lists of synsets by the synset of the category


@cache
def published_substitutes() -> Substitutes:
    """Return the substitutes that OVMR's authors chose by hand for 43 categories."""
    text = resources.files("ovmr_index").joinpath("data", "published_substitutes.json").read_text()
    substitutes: dict[str, list[str]] = json.loads(text)
    return substitutes


def read_substitutes(path: Path) -> Substitutes:
    """Return substitutes from a JSON file: an object from synset to a list of synsets.

    Raises:
        OvmrIndexError: The file cannot be read or has other content.
    """
    import msgspec

    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, list[str]])
    except OSError as error:
        raise OvmrIndexError(f"{path}: {os_reason(error)}; check the path") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        problem = f"is no object from synset to list of synsets: {error}"
        raise OvmrIndexError(f"{path}: {problem}; fix the file") from None


def add_substitutes(substitutes: Substitutes, added: Substitutes) -> Substitutes:
    """Return `substitutes` with `added` ones behind them, each once."""
    extended = {synset: list(names) for synset, names in substitutes.items()}
    for synset, names in added.items():
        known = extended.setdefault(synset, [])
        known += [name for name in names if name not in known]
    return extended


def stored_substitutes(connection: Connection, collation_pk: int) -> Substitutes:
    """Return the substitutes of a collation, by synset."""
    substitute = aliased(Synset)
    query = (
        select(Synset.name, substitute.name)
        .join(Substitute, Substitute.synset_pk == Synset.pk)
        .join(substitute, substitute.pk == Substitute.substitute_pk)
        .where(Substitute.collation_pk == collation_pk)
        .order_by(Synset.name, Substitute.position)
    )
    found: dict[str, list[str]] = {}
    for synset, name in connection.execute(query):
        found.setdefault(synset, []).append(name)
    return found


def store_substitutes(connection: Connection, collation_pk: int, substitutes: Substitutes) -> None:
    """Store the substitutes of a collation; a synset that is new gets a row without a wnid."""
    names = {*substitutes, *(name for names in substitutes.values() for name in names)}
    query = select(Synset.name, Synset.pk).where(Synset.name.in_(names))
    pks = dict(connection.execute(query).all())
    for name in sorted(names - pks.keys()):
        made = insert(Synset).values(name=name).returning(Synset.pk)
        pks[name] = connection.execute(made).scalar_one()
    rows = [
        {
            "collation_pk": collation_pk,
            "synset_pk": pks[synset],
            "position": position,
            "substitute_pk": pks[substitute],
        }
        for synset, names_in_order in substitutes.items()
        for position, substitute in enumerate(names_in_order)
    ]
    if rows:
        connection.execute(insert(Substitute), rows)
