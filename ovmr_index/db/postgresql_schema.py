"""The schema of an index in PostgreSQL: how it is made, and what it is made of."""

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, exists, func, select, text
from sqlalchemy.exc import DBAPIError

from ovmr_index.db import postgresql_errors
from ovmr_index.db.location import Server
from ovmr_index.db.models import METADATA
from ovmr_index.db.postgresql_driver import TABLES, are_ours, quoted
from ovmr_index.db.postgresql_engine import open_server
from ovmr_index.db.shape import PartName, Parts, parts_to_remake
from ovmr_index.errors import SchemaError, ServerError, counted, option

_NO_RIGHT, _STOOD_ON = "42501", "2BP01"

_COLUMNS = """
SELECT
    relname,
    concat_ws(
        ' ',
        attname,
        format_type(atttypid, atttypmod),
        CASE WHEN attcollation <> 0 THEN 'COLLATE ' || quote_ident(collname) END,
        CASE WHEN attnotnull THEN 'NOT NULL' END,
        CASE WHEN attidentity <> '' THEN 'IDENTITY ' || attidentity::text END,
        CASE WHEN attgenerated <> '' THEN 'GENERATED ' || attgenerated::text END,
        pg_get_expr(adbin, adrelid)
    )
FROM pg_class
JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
LEFT JOIN pg_collation ON pg_collation.oid = attcollation
WHERE relnamespace = :schema AND relkind IN ('r', 'p') AND relname <> 'alembic_version'
ORDER BY pg_class.oid, attnum
"""
_CONSTRAINTS = """
SELECT relname, conname || ' ' || pg_get_constraintdef(pg_constraint.oid)
FROM pg_class JOIN pg_constraint ON conrelid = pg_class.oid AND contype <> 'n'
WHERE relnamespace = :schema AND relname <> 'alembic_version'
ORDER BY conname
"""
_OTHERS = """
SELECT 'index', relname, pg_get_indexdef(pg_class.oid)
FROM pg_class
WHERE relnamespace = :schema AND relkind = 'i'
    AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = pg_class.oid AND contype <> 'f')
UNION ALL
SELECT 'trigger', tgname, pg_get_triggerdef(pg_trigger.oid)
FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE relnamespace = :schema AND NOT tgisinternal
ORDER BY 1, 2
"""
_VIEWS = """
SELECT relname, 'CREATE VIEW ' || quote_ident(relname) || ' AS' || pg_get_viewdef(oid)
FROM pg_class WHERE relnamespace = :schema AND relkind = 'v'
ORDER BY oid
"""
_QUALIFIED = re.compile(r'(?<= ON )(?:\w+|"(?:[^"]|"")*")\.')
_SCHEMA = "(SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
_TEMPORARY = "pg_my_temp_schema()"

_made: dict[tuple[Any, str], Parts] = {}


def create(
    server: Server,
    migrate: Callable[[Connection, str], None],
    fill: Callable[[Connection], None],
) -> None:
    """Make an index in a schema of a server, filled by `fill`: whole, or not at all.

    Raises:
        SchemaError: Something is in the schema.
        ServerError: The role may not make tables there, or the database holds another encoding.
    """
    from ovmr_index.db.engine import writing

    try:
        with writing(open_server(server)) as connection:
            _require_empty(server, connection)
            _require_encoding(server, connection)
            _make_schema(connection, server.schema)
            migrate(connection, "head")
            fill(connection)
    except DBAPIError as error:
        if postgresql_errors.code_of(error) != _NO_RIGHT:
            raise
        reason, create = postgresql_errors.reason_of(error), postgresql_errors.CREATE_OWNED
        raise ServerError(
            f"{server}: {reason}; have a database made by an administrator: `{create}`, or be given"
            f" the right: GRANT CREATE ON {_what(server, reason)} TO ROLE"
        ) from None


def _what(server: Server, reason: str) -> str:
    """Return what a role may not make something in, by what the server says of it."""
    if "for database" in reason:
        return f"DATABASE {server.parameters.get('dbname', 'NAME')}"
    return f"SCHEMA {server.schema}"


def _require_empty(server: Server, connection: Connection) -> None:
    found = connection.exec_driver_sql(TABLES, (server.schema,)).scalars()
    if are_ours(server, [*found]):
        raise SchemaError(f"{server}: there is an index already; run the command again")


def _require_encoding(server: Server, connection: Connection) -> None:
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise ServerError(
            f"{server}: the database keeps text as {encoding}; make one that keeps UTF-8:"
            f" `{postgresql_errors.CREATE_DATABASE} NAME`, and name it in {option('db')}"
        )


def _make_schema(connection: Connection, name: str) -> None:
    """Make a schema unless it is there: who may not make one can use one."""
    found = connection.execute(text("SELECT to_regnamespace(:name)"), {"name": quoted(name)})
    if found.scalar() is None:
        connection.exec_driver_sql(f"CREATE SCHEMA {quoted(name)}".replace("%", "%%"))


def parts_of(connection: Connection, *, temporary: bool = False) -> Parts:
    """Return what the tables, indexes, views and triggers of an index are made of.

    Tables are said by their columns and constraints, the others by the statement that makes each.
    Views are in the order in which they were made.
    """

    def rows(query: str) -> list[tuple[str, ...]]:
        schema = _TEMPORARY if temporary else _SCHEMA
        return [tuple(row) for row in connection.execute(text(query.replace(":schema", schema)))]

    tables: dict[str, list[str]] = {}
    for name, definition in (*rows(_COLUMNS), *rows(_CONSTRAINTS)):
        tables.setdefault(name, []).append(definition)
    found = {
        PartName("table", name): f"TABLE {name} ({', '.join(parts)})"
        for name, parts in tables.items()
    }
    found |= {PartName(kind, name): _QUALIFIED.sub("", sql) for kind, name, sql in rows(_OTHERS)}
    return found | {PartName("view", name): sql for name, sql in rows(_VIEWS)}


def parts_at(
    connection: Connection, revision: str, migrate: Callable[[Connection, str], None]
) -> Parts:
    """Return what an index of a revision is made of: it is made as temporary tables, and undone."""
    version = connection.dialect.server_version_info
    key = version, revision
    if key not in _made:
        with connection.begin_nested() as made:
            connection.exec_driver_sql("SET LOCAL search_path = pg_temp")
            migrate(connection, revision)
            _made[key] = parts_of(connection, temporary=True)
            made.rollback()
    return _made[key]


def remake(connection: Connection, wanted: Parts) -> None:
    """Make the views and indexes again that are missing or have another form.

    Where one view is, all are: some stand on others. Raises SchemaError where somebody's own view
    stands on one.
    """
    found = parts_of(connection)
    again = {*parts_to_remake(found, wanted)}
    if any(part.kind == "view" for part in again):
        again |= {part for part in wanted if part.kind == "view"}
    ordered = [part for part in wanted if part in again]
    try:
        for part in reversed(ordered):
            if part in found:
                connection.exec_driver_sql(f"DROP {part.kind} {quoted(part.name)}")
    except DBAPIError as error:
        if postgresql_errors.code_of(error) != _STOOD_ON:
            raise
        reason = postgresql_errors.reason_of(error, detailed=True)
        raise SchemaError(f"{reason}; drop what stands on it first; nothing was changed") from None
    for part in ordered:
        connection.exec_driver_sql(wanted[part].replace("%", "%%"))


def broken_keys(connection: Connection) -> list[str]:
    """Return the rows that point to none, as many as each key of the models has.

    PostgreSQL keeps few of these keys by itself.
    """
    problems = []
    for table in METADATA.sorted_tables:
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name):
            child, parent = table.c[key.parent.name], key.column.table.alias("parent")
            is_broken = ~exists().where(parent.c[key.column.name] == child)
            broken = select(func.count()).where(child.is_not(None), is_broken)
            if count := connection.execute(broken).scalar_one():
                rows = counted(count, "row points", "rows point")
                problems.append(f"{table.name}: {rows} to no row of {key.column.table.name}")
    return problems
