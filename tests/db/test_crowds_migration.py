"""Revision 0003: boxes of crowds get their column from the records that say so."""

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, text

from ovmr_index.db.engine import open_engine, writing
from ovmr_index.db.revision import config_of_migrations

FIELDS = (
    '{"iscrowd":1}',
    '{"note":"a","iscrowd":1.0}',
    '{"iscrowd":true}',
    '{"iscrowd":0}',
    '{"iscrowd":10}',
    '{"far":{"iscrowd":1}}',
    '{"note":"\\"iscrowd\\":1"}',
    '{"iscrowd":18446744073709551616}',
    '{"ISCROWD":1}',
    None,
)
CROWDS = [1, 1, 1, 0, 0, 0, 0, 0, 0, 0]


def _migrate(connection: Connection, revision: str) -> None:
    config = config_of_migrations()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _add_source(connection: Connection, number: int, format_name: str) -> None:
    """Add a source with one region for each of `FIELDS`, as revision 0002 has them."""
    source = text("INSERT INTO sources VALUES (:source, 1, :format, :format, NULL, 1, NULL, NULL)")
    connection.execute(source, {"source": number, "format": format_name})
    region = text(
        "INSERT INTO regions (id, source_id, key, position, image_id, x, y, w, h)"
        " VALUES (:id, :source, :id, :id, 1, 0, 0, 1, 1)"
    )
    detail = text("INSERT INTO region_details (region_id, fields) VALUES (:id, :fields)")
    for key, fields in enumerate(FIELDS, 100 * number):
        connection.execute(region, {"id": key, "source": number})
        connection.execute(detail, {"id": key, "fields": fields})


@pytest.mark.slow
def test_crowds_are_known_after_an_upgrade(tmp_path: Path) -> None:
    """Those of formats that say it; what a plugin's records say is its own."""
    path = tmp_path / "ovmr.db"
    path.touch()
    formats = {"coco": CROWDS, "lvis": CROWDS, "of-a-plugin": [0] * len(FIELDS)}
    with writing(open_engine(path), bulk=True) as connection:
        _migrate(connection, "0002")
        for number, format_name in enumerate(formats, 9):
            _add_source(connection, number, format_name)
        _migrate(connection, "0003")
        query = text("SELECT is_crowd FROM regions WHERE source_pk = :source ORDER BY pk")
        for number, (format_name, crowds) in enumerate(formats.items(), 9):
            found = connection.execute(query, {"source": number})
            assert found.scalars().all() == crowds, format_name
