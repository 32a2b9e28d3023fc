"""Queries of contradictions as PostgreSQL has them, where those of SQLite are not for it.

They count what those of the same words count in SQLite, by the functions of `postgresql_json`.
Numbers are compared as decimals.
"""

POSTGRESQL_QUERIES = {
    "a box or an area that is no number that a file can have": """
        SELECT count(*) FROM regions
        WHERE greatest(abs(x), abs(y), abs(w), abs(h), abs(coalesce(area, 0))) > 9007199254740992
    """,
    "a weight or a box of a saved sample that is no number that a file can have": """
        SELECT count(*) FROM sample_picks
        WHERE abs(weight) > 8.2e31
            OR greatest(abs(x), abs(y), abs(w), abs(h)) > 9007199254740992
    """,
    "a category whose id, name or frequency is not that of its record": """
        WITH of_files AS (
            SELECT categories.*, format, pg_temp.as_json(record) AS json
            FROM categories
            JOIN vocabularies ON vocabularies.pk = vocabulary_pk
            JOIN sources ON sources.pk = source_pk
            WHERE format IN ('lvis', 'coco')
        )
        SELECT count(*) FROM of_files
        WHERE pg_temp.whole_of(json, 'id') <> key
            OR pg_temp.text_of(json, 'name') <> name
            OR (
                format = 'lvis' AND pg_temp.text_of(json, 'frequency') IS NOT NULL
                -- "R" and "rare" are read as r.
                AND substr(lower(trim(pg_temp.text_of(json, 'frequency'))), 1, 1)
                    IS DISTINCT FROM substr(lower(trim(frequency)), 1, 1)
            )
    """,
    "a category whose synset is not that of its record": """
        WITH of_files AS (
            SELECT
                synset_pk,
                coalesce(options, '') AS options,
                pg_temp.text_of(pg_temp.as_json(record), 'synset') AS synset
            FROM categories
            JOIN vocabularies ON vocabularies.pk = vocabulary_pk
            JOIN sources ON sources.pk = source_pk
            WHERE format IN ('lvis', 'coco')
        )
        SELECT count(*) FROM of_files LEFT JOIN synsets ON synsets.pk = synset_pk
        WHERE synset <> '' AND options NOT LIKE '%"synsets"%'
            AND synset IS DISTINCT FROM synsets.name AND synset IS DISTINCT FROM wnid
    """,
    "an image whose id or size is not that of its record": """
        WITH of_files AS (
            SELECT images.*, format, pg_temp.as_json(record) AS json
            FROM images
            JOIN sources ON sources.pk = source_pk
            JOIN image_records ON image_pk = images.pk
            WHERE format IN ('lvis', 'coco', 'visual-genome')
        )
        SELECT count(*) FROM of_files
        WHERE pg_temp.whole_of(
                json, CASE format WHEN 'visual-genome' THEN 'image_id' ELSE 'id' END
            ) <> key
            OR pg_temp.whole_of(json, 'width') <> width
            OR pg_temp.whole_of(json, 'height') <> height
    """,
    "a category that the record of an image names, and the index does not": """
        WITH records AS (
            SELECT images.pk AS image_pk, vocabularies.pk AS vocabulary_pk,
                pg_temp.as_json(record) AS json
            FROM sources
            JOIN vocabularies ON vocabularies.source_pk = sources.pk
            JOIN images ON images.source_pk = sources.pk
            JOIN image_records ON image_records.image_pk = images.pk
            WHERE format = 'lvis'
        ),
        named AS (
            SELECT image_pk, vocabulary_pk, kind,
                CASE WHEN CAST(ids.value AS text) ~ '^[0-9]{1,18}$'
                    THEN CAST(CAST(ids.value AS text) AS bigint) END AS key
            FROM records
            CROSS JOIN (
                VALUES ('negative', 'neg_category_ids'),
                    ('not_exhaustive', 'not_exhaustive_category_ids')
            ) AS lists (kind, member)
            CROSS JOIN LATERAL json_array_elements(
                CASE json_typeof(json -> member) WHEN 'array' THEN json -> member END
            ) AS ids
        )
        SELECT count(*) FROM named
        JOIN categories
            ON categories.vocabulary_pk = named.vocabulary_pk AND categories.key = named.key
        LEFT JOIN image_categories AS held
            ON held.image_pk = named.image_pk AND held.kind = named.kind
            AND held.category_pk = categories.pk
        WHERE held.image_pk IS NULL
    """,
    "a box whose id, category or numbers are not those of its record": """
        WITH of_files AS (
            SELECT regions.*, categories.key AS category,
                pg_temp.as_json(region_records.record) AS json
            FROM region_records
            JOIN regions ON regions.pk = region_pk
            JOIN sources ON sources.pk = regions.source_pk
            JOIN categories ON categories.pk = category_pk
            WHERE is_odd = 0 AND format IN ('lvis', 'coco')
        )
        SELECT count(*) FROM of_files
        WHERE pg_temp.number_of(json, 'id') <> key
            OR pg_temp.number_of(json, 'category_id') <> category
            OR abs(pg_temp.number_of(json, 'bbox', '0') - x) > 1e-9 * abs(x)
            OR abs(pg_temp.number_of(json, 'bbox', '1') - y) > 1e-9 * abs(y)
            OR abs(pg_temp.number_of(json, 'bbox', '2') - w) > 1e-9 * abs(w)
            OR abs(pg_temp.number_of(json, 'bbox', '3') - h) > 1e-9 * abs(h)
            OR abs(pg_temp.number_of(json, 'area') - area) > 1e-9 * abs(area)
    """,
}
