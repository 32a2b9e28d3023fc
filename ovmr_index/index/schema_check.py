"""Whether an index is made of what its schema has: tables, indexes, views, and its revision."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from ovmr_index.db import schema, shape
from ovmr_index.db.revision import HEAD, known_revisions
from ovmr_index.db.session import Session
from ovmr_index.errors import command
from ovmr_index.index.finding import Finding, note


def _upgrade() -> str:
    return f"run {command('db upgrade')}"


def check_schema(session: Session) -> Iterator[Finding]:
    """Compare what an index is made of with a new one of the revision that its tables have."""
    with session.read() as connection:
        said = schema.current(connection)
        fitting = schema.fitting_revision(connection)
        found = schema.parts_of(connection)
        nearest = schema.nearest_revision(connection, said)
        wanted = schema.parts_at(fitting or nearest, connection)
    if said is not None and not {*said.split(" and ")}.issubset(known_revisions()):
        yield Finding(
            f"the index has schema {said}, which is newer than this program's {HEAD}:"
            " install a newer ovmr-index, or restore a backup; only its file was checked"
        )
        return
    if fitting is None:
        for one in shape.tables_differ(found, wanted):
            yield Finding(f"{one}; {shape.how_to_remake()}")
        return
    if said != fitting:
        yield Finding(
            f"the index says that it has schema {said or 'none'}, and its tables are those of"
            f" {fitting}: {_upgrade()}, which puts it right"
        )
    elif fitting != HEAD:
        yield note(f"the index has schema {fitting}, so only its file was checked: {_upgrade()}")
    for one in shape.differences(found, wanted):
        yield _describe(session, one)


def _describe(session: Session, one: shape.Difference) -> Finding:
    kind, name = one.part
    if one.how != "foreign":
        return Finding(f"{one}: {_upgrade()}, which makes it again")
    if kind == "trigger":
        delete = _deletion(session, name)
        return Finding(f"{one}, and may change what is stored: delete it by `{delete}`")
    return note(f"{one}: it is left as it is")


def _deletion(session: Session, trigger: str) -> str:
    """Return the command that deletes a trigger."""
    if isinstance(session.location, Path):
        return shlex.join(["sqlite3", session.name, f'DROP TRIGGER "{trigger}"'])
    return shlex.join(["psql", session.name, "-c", f'DROP TRIGGER "{trigger}" ON …'])
