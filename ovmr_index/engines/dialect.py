"""How SQLAlchemy speaks to an engine: as to PostgreSQL, but for what an engine says otherwise."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, StaticPool, create_engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.sql.compiler import SQLCompiler

from ovmr_index.db.bulk import Query
from ovmr_index.engines import driver
from ovmr_index.engines.driver import EngineConnection, Values
from ovmr_index.engines.translate import parsed


class EngineDialect(PGDialect):
    """PostgreSQL's statements with named values, which `driver` translates."""

    driver, default_paramstyle = "ovmr_index", "named"
    supports_statement_cache = True
    insert_returning = update_returning = delete_returning = False

    @classmethod
    def import_dbapi(cls) -> Any:
        """Return the driver."""
        return driver

    def initialize(self, connection: Connection) -> None:
        """Ask nothing: what a server would say of itself holds of no engine."""


class DuckDBDialect(EngineDialect):
    """DuckDB's."""

    name, supports_statement_cache = "duckdb", True


class SparkDialect(EngineDialect):
    """Spark's."""

    name, supports_statement_cache = "spark", True


for _dialect in (DuckDBDialect, SparkDialect):
    registry.register(f"{_dialect.name}.ovmr_index", __name__, _dialect.__name__)


def open_engine(name: str, creator: Callable[[], EngineConnection]) -> Engine:
    """Return SQLAlchemy's engine of the one connection that `creator` makes."""
    return create_engine(f"{name}+ovmr_index://", creator=creator, poolclass=StaticPool)


def engine_of(connection: Connection) -> EngineConnection:
    """Return what a connection of SQLAlchemy stands on."""
    found = connection.connection.dbapi_connection
    assert isinstance(found, EngineConnection)
    return found


def compiled(connection: Connection, query: Query) -> tuple[str, Values]:
    """Return a query in the words of the engine of a connection, and the values that it binds."""
    found = query.compile(dialect=connection.dialect)
    assert isinstance(found, SQLCompiler)
    state = found.construct_expanded_state()  # lists of values, as of formats
    engine = engine_of(connection)
    return engine.words(parsed(state.statement, engine.prefix)), state.parameters
