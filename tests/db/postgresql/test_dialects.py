"""Engines on one server: what one compiled, the others find."""

import pytest
from sqlalchemy import literal, select

from ovmr_index.db.engine import open_engine, reading
from ovmr_index.db.location import located
from tests.support.databases import new_database, run_in

pytestmark = pytest.mark.slow


def test_engines_on_databases_of_a_server_have_one_dialect(server: str) -> None:
    with new_database(server) as one, new_database(server) as other:
        run_in(other, "CREATE SCHEMA lab")
        places = (one, other, f"{other}&schema=lab")
        engines = [open_engine(located(place)) for place in places]
        for engine in engines:
            with reading(engine) as connection:
                assert connection.execute(select(literal(1))).scalar_one() == 1
    assert engines[0].dialect is engines[1].dialect
    # What a schema's tables are looked for by.
    assert engines[2].dialect is not engines[0].dialect
    assert [engine.dialect.default_schema_name for engine in engines] == ["public", "public", "lab"]
