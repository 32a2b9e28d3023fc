"""Queries of contradictions as PostgreSQL has them, where those of SQLite are not for it.

They count what those of the same words count in SQLite, by the functions of `postgresql_json`.
Numbers are compared as decimals. `OFFSET 0` keeps a record that several conditions look at from
being read once for each of them.
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
            SELECT images.*, format, json
            FROM images
            JOIN sources ON sources.pk = source_pk
            JOIN image_records ON image_pk = images.pk
            CROSS JOIN LATERAL (SELECT pg_temp.as_json(record) AS json OFFSET 0) AS parsed
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
            SELECT images.pk AS image_pk, vocabularies.pk AS vocabulary_pk, json
            FROM sources
            JOIN vocabularies ON vocabularies.source_pk = sources.pk
            JOIN images ON images.source_pk = sources.pk
            JOIN image_records ON image_records.image_pk = images.pk
            CROSS JOIN LATERAL (SELECT pg_temp.as_json(record) AS json OFFSET 0) AS parsed
            WHERE format = 'lvis'
        ),
        -- Before categories are joined: else each list is read once for each category.
        named AS MATERIALIZED (
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
        SELECT count(*)
        FROM region_records
        JOIN regions ON regions.pk = region_pk
        JOIN sources ON sources.pk = regions.source_pk
        JOIN categories ON categories.pk = category_pk
        CROSS JOIN LATERAL (SELECT pg_temp.as_json(region_records.record) AS json OFFSET 0) AS read
        CROSS JOIN LATERAL json_to_record(
            CASE json_typeof(json) WHEN 'object' THEN json ELSE '{}' END
        ) AS said (id json, category_id json, bbox json, area json)
        WHERE is_odd = 0 AND format IN ('lvis', 'coco') AND (
            pg_temp.number_of(said.id) <> regions.key
            OR pg_temp.number_of(said.category_id) <> categories.key
            OR abs(pg_temp.number_of(said.bbox -> 0) - x) > 1e-9 * abs(x)
            OR abs(pg_temp.number_of(said.bbox -> 1) - y) > 1e-9 * abs(y)
            OR abs(pg_temp.number_of(said.bbox -> 2) - w) > 1e-9 * abs(w)
            OR abs(pg_temp.number_of(said.bbox -> 3) - h) > 1e-9 * abs(h)
            OR abs(pg_temp.number_of(said.area) - regions.area) > 1e-9 * abs(regions.area)
        )
    """,
}
