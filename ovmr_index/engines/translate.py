"""Statements that SQLAlchemy compiled for PostgreSQL, in the words of another engine."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from ovmr_index.engines.packages import installed

if TYPE_CHECKING:
    from sqlglot import exp

EngineName = Literal["duckdb", "spark"]


@lru_cache(maxsize=512)
def parsed(statement: str, prefix: str) -> exp.Expression:
    """Return a statement of PostgreSQL as a tree whose tables have names that begin with `prefix`.

    The tree is shared: copy it before it is changed.
    """
    with installed("duckdb", "sqlglot"):
        import sqlglot
        from sqlglot import exp

    tree = sqlglot.parse_one(statement, read="postgres")
    assert isinstance(tree, exp.Expression)
    named = {one.alias for one in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if table.name in named:
            continue
        if not table.alias and isinstance(table.parent, exp.From | exp.Join | exp.Delete):
            table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
        table.set("this", exp.to_identifier(f"{prefix}{table.name}"))
    return tree


@lru_cache(maxsize=512)
def query_in_words_of(engine: EngineName, statement: str, prefix: str) -> str:
    """Return a SELECT of PostgreSQL as the text of a statement of an engine."""
    return in_words_of(engine, parsed(statement, prefix))


def in_words_of(engine: EngineName, tree: exp.Expression) -> str:
    """Return a tree as the text of a statement of an engine."""
    from sqlglot import exp

    if engine == "spark":  # which has no word for a CTE that is to be made once
        tree = tree.copy()
        for one in tree.find_all(exp.CTE):
            one.set("materialized", None)
    return tree.sql(dialect=engine)
