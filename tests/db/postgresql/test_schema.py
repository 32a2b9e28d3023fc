"""The schema in PostgreSQL: that of the models and of SQLite, whole or not at all."""

from typing import Any

import psycopg
import pytest
from alembic import command
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import IntegrityError

from ovmr_index.db import postgresql_schema, schema
from ovmr_index.db.engine import open_engine, reading, writing
from ovmr_index.db.location import Server, located
from ovmr_index.db.models import METADATA
from ovmr_index.db.revision import HEAD, check_revision, config_of_migrations
from ovmr_index.errors import SchemaError, ServerError
from tests.support.databases import new_database, run_in

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression"),
    pytest.mark.filterwarnings("ignore:autogenerate skipping metadata"),
]

# A table with a row for each image, box or exemplar has no keys to others: see decision 0036.
WITHOUT_KEYS = {
    *("images", "image_records", "unreadable_images", "measured_files", "tar_members"),
    *("image_hashes", "image_categories", "regions", "region_synsets", "region_records"),
    *("region_fields", "pool_entries"),
}


@pytest.fixture
def engine(place: Server) -> Engine:
    """Return the engine of an index without rows."""
    return open_engine(place)


def _nothing(_: Connection) -> None:
    pass


def _tables(url: str) -> list[str]:
    with psycopg.connect(url) as opened:
        found = opened.execute(
            "SELECT schemaname || '.' || tablename FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
        )
        return [name for (name,) in found]


def test_new_index_passes_its_checks(place: Server, engine: Engine) -> None:
    check_revision(place)
    assert schema.integrity(engine) == []
    with reading(engine) as connection:
        assert schema.current(connection) == schema.fitting_revision(connection) == HEAD
        assert schema.lacking_parts(connection) == []


def test_models_and_migrations_agree(engine: Engine) -> None:
    config = config_of_migrations()
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.check(config)


def test_tables_of_models_and_migrations_are_made_alike(engine: Engine) -> None:
    """Compare what the catalogue says of both, but for the keys that PostgreSQL is without."""
    with reading(engine) as connection:
        migrated = _without_keys(schema.parts_of(connection))
        connection.execute(text("SET LOCAL search_path = pg_temp"))
        METADATA.create_all(connection, checkfirst=False)
        made = _without_keys(postgresql_schema.parts_of(connection, temporary=True))
    views_and_counter = {name for name in migrated if name[0] == "view"}
    views_and_counter.add(("table", "index_changes"))
    assert {name: migrated[name] for name in migrated.keys() - views_and_counter} == made


def _without_keys(parts: Any) -> dict[tuple[str, str], list[str]]:
    return {
        (kind, name): sorted(part for part in sql.split(", ") if "FOREIGN KEY" not in part)
        if kind == "table"
        else [sql]
        for (kind, name), sql in parts.items()
    }


def test_keys_lead_from_small_tables_alone(engine: Engine) -> None:
    with reading(engine) as connection:
        found = inspect(connection)
        for name, table in METADATA.tables.items():
            keys = {key["name"] for key in found.get_foreign_keys(name)}
            of_model = {str(key.name) for key in table.foreign_key_constraints}
            assert keys == (set() if name in WITHOUT_KEYS else of_model)


def test_a_key_to_nothing_is_refused_at_the_end(engine: Engine) -> None:
    """Rows may come in any order until then, and in any they may go."""
    with pytest.raises(IntegrityError, match="fk_sources_dataset_id"), writing(engine) as opened:
        opened.execute(
            text(
                "INSERT INTO sources (pk, dataset_pk, name, format, generation)"
                " VALUES (1, 9, 'a', 'lvis', 1)"
            )
        )


def test_a_key_to_nothing_is_found(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO image_records VALUES (5, '{}'), (6, '{}')"))
    assert schema.integrity(engine) == ["image_records: 2 rows point to no row of images"]


def test_text_is_in_the_order_of_its_code_points(engine: Engine) -> None:
    names = ["a", "B", "_b", "é", "f", "日", "\U0001f98a", "Z"]
    with writing(engine) as connection:
        for name in names:
            connection.execute(
                text("INSERT INTO datasets (name, root) VALUES (:name, '')"), {"name": name}
            )
    with reading(engine) as connection:
        found = connection.execute(text("SELECT name FROM datasets ORDER BY name")).scalars().all()
        untold = connection.execute(
            text(
                "SELECT relname || '.' || attname FROM pg_attribute"
                " JOIN pg_class ON pg_class.oid = attrelid"
                " JOIN pg_collation ON pg_collation.oid = attcollation"
                " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')"
                " AND relname <> 'alembic_version' AND collname <> 'C'"
            )
        )
        assert untold.scalars().all() == []
    assert found == sorted(names)


def test_views_have_the_columns_that_they_have_in_sqlite(
    engine: Engine, odd_connection: Connection
) -> None:
    def columns(connection: Connection) -> dict[str, list[str]]:
        found = inspect(connection)
        return {
            name: [column["name"] for column in found.get_columns(name)]
            for name in sorted(found.get_view_names())
        }

    with reading(engine) as connection:
        assert columns(connection) == columns(odd_connection)


def test_in_a_schema_of_its_own(empty: str) -> None:
    run_in(empty, "CREATE TABLE customers (id int)")
    place = located(f"{empty}&schema=ann's lab")
    schema.create(place, _nothing)
    check_revision(place)
    with reading(open_engine(place)) as connection:
        assert schema.fitting_revision(connection) == HEAD
        assert schema.lacking_parts(connection) == []
    assert {name.partition(".")[0] for name in _tables(empty)} == {"ann's lab", "public"}
    other = located(f"{empty}&schema=other")
    schema.create(other, _nothing)
    check_revision(other)


def test_what_fails_leaves_nothing(empty: str) -> None:
    def fail(connection: Connection) -> None:
        connection.execute(text("INSERT INTO datasets (name, root) VALUES ('a', '')"))
        raise SchemaError("enough")

    with pytest.raises(SchemaError, match="enough"):
        schema.create(located(f"{empty}&schema=lab"), fail)
    assert _tables(empty) == []
    with psycopg.connect(empty) as opened:
        assert opened.execute("SELECT to_regnamespace('lab')").fetchone() == (None,)


def test_an_index_is_not_made_twice(database: str) -> None:
    with pytest.raises(SchemaError, match="there is an index already; run the command again"):
        schema.create(located(database), _nothing)


def test_another_encoding_is_refused(server: str) -> None:
    url = server.format("latin")
    run_in(
        server.format("postgres"),
        "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'",
    )
    with pytest.raises(ServerError, match="keeps text as LATIN1; make one that keeps UTF-8"):
        schema.create(located(url), _nothing)
    assert _tables(url) == []
    run_in(server.format("postgres"), "DROP DATABASE latin")


@pytest.mark.parametrize(
    "damage",
    [
        "DROP VIEW exemplars",
        "DROP VIEW boxes; CREATE VIEW boxes AS SELECT 1 AS source",
        "DROP VIEW exemplars; DROP VIEW vocabulary_exemplars",
        "DROP INDEX ix_images_synset_id",
        "UPDATE alembic_version SET version_num = '0008'",
        "DROP TABLE alembic_version; CREATE TABLE alembic_version (version_num text)",
    ],
)
def test_upgrade_puts_right_what_is_lacking(database: str, damage: str) -> None:
    run_in(database, damage)
    engine = open_engine(located(database))
    schema.upgrade(engine)
    with reading(engine) as connection:
        assert schema.current(connection) == schema.fitting_revision(connection) == HEAD
        assert schema.lacking_parts(connection) == []
        assert connection.execute(text("SELECT count(*) FROM exemplars")).scalar() == 0


def test_upgrade_leaves_what_stands_on_a_view(database: str) -> None:
    run_in(
        database,
        "CREATE VIEW mine AS SELECT category FROM exemplars",
        "DROP VIEW boxes",
    )
    engine = open_engine(located(database))
    with pytest.raises(SchemaError, match="view mine depends on view exemplars"):
        schema.upgrade(engine)
    run_in(database, "DROP VIEW mine")
    schema.upgrade(engine)


def test_tables_of_no_revision_are_left(database: str) -> None:
    run_in(database, "ALTER TABLE images DROP COLUMN coco_id CASCADE")
    with pytest.raises(SchemaError, match="the table images is not what this program made"):
        schema.upgrade(open_engine(located(database)))


def test_a_newer_one_is_refused(server: str, made: str) -> None:
    with new_database(server, made) as url:
        run_in(url, "UPDATE alembic_version SET version_num = '9999'")
        for use in (check_revision, lambda place: schema.upgrade(open_engine(place))):
            with pytest.raises(SchemaError, match="is newer than this program's"):
                use(located(url))
