"""Rows that contradict each other: a query for each kind, in words, and what to do about it."""

from ovmr_index.db.stored_json import read_again
from ovmr_index.errors import command

RESTORE = "restore a backup, or delete the index and ingest again"


def _restore() -> str:
    return RESTORE


def _collate() -> str:
    return f"run {command('collate')}"


def _ingest() -> str:
    return f"run {command('ingest')}"


def _distrust() -> str:
    return "take the index from a source that you trust, or ingest again"


def _draw_again() -> str:
    return "draw the sample again, under another name"


# Pixels are at most `formats.records.LARGEST_PIXEL`, weights the square of that.
# What each query counts, in words, with the query and what to do.
CONTRADICTIONS = (
    (
        "a box or an area that is no number that a file can have",
        """
        SELECT count(*) FROM regions
        WHERE NOT (
            typeof(x) IN ('integer', 'real') AND typeof(y) IN ('integer', 'real')
            AND typeof(w) IN ('integer', 'real') AND typeof(h) IN ('integer', 'real')
            AND typeof(coalesce(area, 0)) IN ('integer', 'real')
            AND max(abs(x), abs(y), abs(w), abs(h), abs(coalesce(area, 0))) <= 9007199254740992
        )
        """,
        read_again,
    ),
    (
        "a weight or a box of a saved sample that is no number that a file can have",
        """
        SELECT count(*) FROM sample_picks
        WHERE abs(weight) > 8.2e31 OR NOT (
            typeof(x) IN ('integer', 'real', 'null') AND typeof(y) IN ('integer', 'real', 'null')
            AND typeof(w) IN ('integer', 'real', 'null')
            AND typeof(h) IN ('integer', 'real', 'null')
            AND coalesce(max(abs(x), abs(y), abs(w), abs(h)), 0) <= 9007199254740992
        )
        """,
        _draw_again,
    ),
    (
        "a weight of a pool that no box has",
        "SELECT count(*) FROM pool_entries WHERE abs(weight) > 8.2e31",
        _collate,
    ),
    (
        "a path in the index that leaves its dataset's folder",
        """
        SELECT count(*) FROM images
        WHERE file_name LIKE '/%' OR '/' || file_name || '/' LIKE '%/../%'
        UNION ALL
        SELECT count(*) FROM folders WHERE path LIKE '/%' OR '/' || path || '/' LIKE '%/../%'
        UNION ALL
        SELECT count(*) FROM archives WHERE path LIKE '/%' OR '/' || path || '/' LIKE '%/../%'
        """,
        _distrust,
    ),
    (
        "an image whose path is not that of its folder",
        """
        SELECT count(*) FROM (
            SELECT file_name, folder_pk, CASE path WHEN '' THEN '' ELSE path || '/' END AS folder
            FROM images JOIN folders ON folders.pk = images.folder_pk
        ) AS placed
        WHERE substr(file_name, 1, length(folder)) <> folder
            OR (
                substr(file_name, length(folder) + 1) LIKE '%/%'
                AND folder_pk NOT IN (SELECT folder_pk FROM folder_archives)
            )
        """,
        _restore,
    ),
    (
        "a measurement without the state of its file, or a state without a measurement",
        """
        SELECT count(*) FROM measured_files
        LEFT JOIN images ON pk = image_pk LEFT JOIN image_hashes USING (image_pk)
        WHERE (key IS NOT NULL OR width IS NULL) AND sha256 IS NULL AND perceptual IS NULL
        """,
        read_again,
    ),
    (
        "a pool whose positions have a gap",
        """
        SELECT count(*) FROM (
            SELECT category_pk FROM pool_entries GROUP BY category_pk
            HAVING max(position) + 1 <> count(*)
        ) AS broken
        """,
        _collate,
    ),
    (
        "a category that has a pool, but no recipe that made it",
        """
        SELECT count(DISTINCT category_pk) FROM pool_entries
        JOIN categories ON categories.pk = category_pk
        WHERE vocabulary_pk NOT IN (SELECT vocabulary_pk FROM collations)
        """,
        _collate,
    ),
    (
        "an exemplar that is the box of a crowd",
        """
        SELECT count(*) FROM pool_entries
        JOIN regions ON regions.pk = region_pk
        JOIN sources ON sources.pk = regions.source_pk
        WHERE is_crowd = 1 AND format <> 'lvis'
        """,
        _collate,
    ),
    (
        "a category of a saved sample that has more exemplars than K, or a gap among them",
        """
        SELECT count(*) FROM (
            SELECT sample_pk FROM sample_picks JOIN samples ON samples.pk = sample_pk
            GROUP BY sample_pk, category_key
            HAVING count(*) > max(k) OR max(position) + 1 <> count(*)
        ) AS broken
        """,
        _draw_again,
    ),
    (
        "an annotation file of which the index holds rows, but not its path",
        """
        SELECT count(*) FROM sources
        WHERE header IS NOT NULL AND pk NOT IN (SELECT source_pk FROM source_files)
        """,
        _ingest,
    ),
    (
        "an image without the record that its annotation file holds of it",
        """
        SELECT count(*) FROM images LEFT JOIN image_records ON image_pk = images.pk
        WHERE images.key IS NOT NULL AND record IS NULL
        """,
        read_again,
    ),
    (
        "a source that holds another number of boxes than was read of its file",
        """
        SELECT count(*) FROM (
            SELECT source_pk, sum(regions) AS boxes FROM source_blocks
            WHERE position > 0 GROUP BY source_pk
        ) AS read
        WHERE boxes <> (SELECT count(*) FROM regions WHERE regions.source_pk = read.source_pk)
        """,
        read_again,
    ),
    (
        "a source whose blocks have a gap, by which it is known what of its file has changed",
        """
        SELECT count(*) FROM (
            SELECT source_pk FROM source_blocks GROUP BY source_pk
            HAVING max(position) + 1 <> count(*)
        ) AS broken
        """,
        read_again,
    ),
)
