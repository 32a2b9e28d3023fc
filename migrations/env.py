"""Run the migrations on the connection that `ovmr_index.db.schema` hands over, or on a URL."""

from alembic import context
from sqlalchemy import NUMERIC, Connection, create_engine, text

from ovmr_index.db.models import METADATA, AnyNumber

FIRST_IN_POSTGRESQL = "0009"
CHANGES = "index_changes"  # a table that only PostgreSQL has: SQLite counts changes by itself


def _is_ours(name: str | None, kind: str, _: object) -> bool:
    """Leave the tables that are no models' out of comparisons: those of each database itself."""
    return not (kind == "table" and ((name or "").startswith("sqlite_") or name == CHANGES))


def _is_compared(_: object, __: object, kind: str, *___: object) -> bool:
    """Leave foreign keys out of comparisons: PostgreSQL has some of them alone."""
    return kind != "foreign_key_constraint"


def _type_differs(_: object, __: object, ___: object, found: object, ours: object) -> bool | None:
    """Tell that ANY is itself: SQLAlchemy reads it from a file as NUMERIC."""
    return False if isinstance(ours, AnyNumber) and isinstance(found, NUMERIC) else None


def run(connection: Connection) -> None:
    """Bring the database of `connection` to the revision that was asked for."""
    is_postgresql = connection.dialect.name == "postgresql"
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=not is_postgresql,
        include_name=_is_ours,
        include_object=_is_compared if is_postgresql else None,
        compare_type=_type_differs,
        on_version_apply=context.config.attributes.get("on_version_apply"),
    )
    with context.begin_transaction():
        if is_postgresql and not context.get_context().get_current_heads():
            _begin_in_postgresql()
        context.run_migrations()


def _begin_in_postgresql() -> None:
    """Say that an empty database is of the revision before the first one that makes tables."""
    first = context.script.get_revision(FIRST_IN_POSTGRESQL)
    context.get_context().stamp(context.script, str(first.down_revision))


connection = context.config.attributes.get("connection")
if connection is not None:
    run(connection)
else:
    engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "sqlite://")
    with engine.connect() as opened:
        if engine.dialect.name == "sqlite":
            opened.execute(text("PRAGMA foreign_keys = OFF"))
        run(opened)
