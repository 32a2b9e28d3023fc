"""Run the migrations on the connection that `ovmr_index.db.schema` hands over, or on a URL."""

from alembic import context
from sqlalchemy import NUMERIC, Connection, create_engine, text

from ovmr_index.db.models import METADATA, AnyNumber


def _is_ours(name: str | None, kind: str, _: object) -> bool:
    """Leave the tables of SQLite's own statistics out of comparisons."""
    return not (kind == "table" and (name or "").startswith("sqlite_"))


def _type_differs(_: object, __: object, ___: object, found: object, ours: object) -> bool | None:
    """Tell that ANY is itself: SQLAlchemy reads it from a file as NUMERIC."""
    return False if isinstance(ours, AnyNumber) and isinstance(found, NUMERIC) else None


def run(connection: Connection) -> None:
    """Bring the database of `connection` to the revision that was asked for."""
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,
        include_name=_is_ours,
        compare_type=_type_differs,
    )
    with context.begin_transaction():
        context.run_migrations()


connection = context.config.attributes.get("connection")
if connection is not None:
    run(connection)
else:
    engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "sqlite://")
    with engine.connect() as opened:
        opened.execute(text("PRAGMA foreign_keys = OFF"))
        run(opened)
