"""Functions of JSON for a check in PostgreSQL, which may meet text that is none.

PostgreSQL says without an error whether text is JSON from version 16 on alone. The functions are
temporary ones, which go with the connection.
"""

from sqlalchemy import Boolean, ColumnElement, Connection

from ovmr_index.db.compiled import Written

# `as_json` takes text that is no JSON for an object without members; the others return null where a
# member is of another kind.
_FUNCTIONS = """
CREATE FUNCTION pg_temp.is_json(value text) RETURNS boolean LANGUAGE plpgsql STRICT AS $$
BEGIN
    PERFORM CAST(value AS json);
    RETURN true;
EXCEPTION WHEN invalid_text_representation OR statement_too_complex THEN
    RETURN false;
END
$$;
CREATE FUNCTION pg_temp.as_json(value text) RETURNS json LANGUAGE sql STRICT AS $$
    SELECT CAST(CASE WHEN pg_temp.is_json(value) THEN value ELSE '{}' END AS json)
$$;
CREATE FUNCTION pg_temp.number_of(value json) RETURNS numeric LANGUAGE sql AS $$
    SELECT CASE json_typeof(value) WHEN 'number' THEN CAST(CAST(value AS text) AS numeric) END
$$;
CREATE FUNCTION pg_temp.whole_of(record json, member text) RETURNS numeric
LANGUAGE sql AS $$
    SELECT CASE WHEN json_typeof(record -> member) = 'number'
        AND record ->> member ~ '^-?[0-9]+$' THEN CAST(record ->> member AS numeric) END
$$;
CREATE FUNCTION pg_temp.text_of(record json, member text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE json_typeof(record -> member) WHEN 'string' THEN record ->> member END
$$;
"""


class _NoJson(
    Written[bool],
    kind=Boolean(),
    sqlite="(json_valid({0}) = 0)",
    postgresql="(NOT pg_temp.is_json({0}))",
): ...


def is_no_json(text: ColumnElement[str]) -> ColumnElement[bool]:
    """Return whether a text is no JSON; PostgreSQL needs `make_functions` before."""
    return _NoJson(text)


def make_functions(connection: Connection) -> None:
    """Make the functions in a transaction of PostgreSQL, which may have them already."""
    made = connection.exec_driver_sql("SELECT to_regprocedure('pg_temp.is_json(text)')")
    if made.scalar() is None:
        connection.exec_driver_sql(_FUNCTIONS)
