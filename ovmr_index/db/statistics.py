"""What the planner knows of the tables: without it some joins take minutes, not a second."""

from sqlalchemy import Connection

from ovmr_index.db.dialects import is_postgresql
from ovmr_index.db.engine import driver_connection
from ovmr_index.db.models import METADATA

SAMPLED_ROWS = 400  # of each index

# Without an index a table is counted from end to end: these are found by their keys alone. Of
# the few sources the planner would make an outer loop, and read the boxes once for each of them.
_NOT_COUNTED = {"image_records", "region_fields", "region_records", "sources"}

# An index that begins with one of a few sources repeats that more often than the sample is long,
# and the planner would take a whole source for 400 rows: the share of one source is known better.
_OF_SOURCES = """
UPDATE sqlite_stat1
SET stat = CAST(stat AS INTEGER) || ' '
    || max(1, CAST(stat AS INTEGER) / max(1, (SELECT count(*) FROM sources)))
    || iif(idx = 'uq_images_source_id_file_name_key', ' 1 1', ' 1')
WHERE idx IN (
    'uq_images_source_id_file_name_key', 'uq_images_source_id_key', 'uq_regions_source_id_key'
)
"""


def refresh(connection: Connection) -> None:
    """Count the tables for the planner, in the transaction of `connection`.

    In SQLite it takes some hundredths of a second, since only a part of each index is read; see
    https://sqlite.org/lang_analyze.html#approximate_analyze_for_large_databases.
    """
    if is_postgresql(connection):
        connection.exec_driver_sql(f"ANALYZE {', '.join(sorted(METADATA.tables))}")
        return
    driver = driver_connection(connection)  # by which thirty statements take half the time
    driver.execute(f"PRAGMA analysis_limit = {SAMPLED_ROWS}")
    for name in sorted(METADATA.tables.keys() - _NOT_COUNTED):
        driver.execute(f"ANALYZE {name}")
    driver.execute(_OF_SOURCES)
    driver.execute("ANALYZE sqlite_schema")
