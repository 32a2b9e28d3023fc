"""What a query on a server can ask for: the views and tables of an index, and functions."""

from typing import TYPE_CHECKING

from ovmr_index.db.query_hints import Names

if TYPE_CHECKING:
    import psycopg

    from ovmr_index.db.rows import Row

_RELATIONS = """
SELECT relkind, relname, attname
FROM pg_catalog.pg_class JOIN pg_catalog.pg_attribute ON attrelid = pg_class.oid
WHERE relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = current_schema())
    AND relkind IN ('v', 'r') AND attnum > 0 AND NOT attisdropped
ORDER BY relname, attnum
"""
_FUNCTIONS = """
SELECT DISTINCT proname FROM pg_catalog.pg_proc
WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ '^[a-z]'
ORDER BY proname
"""
# The table of the pools, and the views that stand on it.
_OF_POOLS = """
WITH RECURSIVE reading (relation) AS (
    SELECT 'pool_entries'::regclass::oid
    UNION
    SELECT ev_class
    FROM reading
    JOIN pg_catalog.pg_depend
        ON refobjid = relation AND refclassid = 'pg_class'::regclass
        AND classid = 'pg_rewrite'::regclass
    JOIN pg_catalog.pg_rewrite ON pg_rewrite.oid = objid
)
SELECT relname FROM pg_catalog.pg_class JOIN reading ON relation = pg_class.oid ORDER BY relname
"""


def read_names(opened: "psycopg.Connection[Row]") -> Names:
    """Return what is in the schema of an index, and the functions of its server."""
    found: dict[str, dict[str, list[str]]] = {"v": {}, "r": {}}
    for kind, relation, column in opened.execute(_RELATIONS):
        found[kind].setdefault(relation, []).append(column)
    functions = [name for (name,) in opened.execute(_FUNCTIONS)]
    return Names(found["v"], found["r"], functions, "PostgreSQL")


def relations_of_pools(opened: "psycopg.Connection[Row]") -> list[str]:
    """Return the names of the relations that pools are read by."""
    return [name for (name,) in opened.execute(_OF_POOLS)]
