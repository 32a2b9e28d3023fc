"""Columns that are at odds with the record that they were read from, which the index keeps.

As `CONTRADICTIONS`: a query for each kind, in words, and what to do about it. Records of plug-ins
are theirs alone, and are not compared; nor is what a mapping of `--synsets` or `--by-name` says.
"""

from ovmr_index.db.stored_json import read_again

# A record that is no JSON is said elsewhere; here it is one without members.
RECORD_CONTRADICTIONS = (
    (
        "a category whose id, name or frequency is not that of its record",
        """
        WITH of_files AS (
            SELECT categories.*, format, coalesce(options, '') AS options,
                iif(json_valid(record), record, '{}') AS json
            FROM categories
            JOIN vocabularies ON vocabularies.pk = vocabulary_pk
            JOIN sources ON sources.pk = source_pk
            WHERE format IN ('lvis', 'coco')
        )
        SELECT count(*) FROM of_files
        WHERE (json_type(json, '$.id') = 'integer' AND json_extract(json, '$.id') <> key)
            OR (json_type(json, '$.name') = 'text' AND json_extract(json, '$.name') <> name)
            OR (
                format = 'lvis' AND json_type(json, '$.frequency') = 'text'
                -- "R" and "rare" are read as r.
                AND substr(lower(trim(json_extract(json, '$.frequency'))), 1, 1)
                    IS NOT substr(lower(trim(frequency)), 1, 1)
            )
        """,
        read_again,
    ),
    (
        "a category whose synset is not that of its record",
        """
        WITH of_files AS (
            SELECT categories.*, format, coalesce(options, '') AS options,
                iif(json_valid(record), record, '{}') AS json
            FROM categories
            JOIN vocabularies ON vocabularies.pk = vocabulary_pk
            JOIN sources ON sources.pk = source_pk
            WHERE format IN ('lvis', 'coco')
        )
        SELECT count(*) FROM of_files LEFT JOIN synsets ON synsets.pk = synset_pk
        WHERE json_type(json, '$.synset') = 'text' AND options NOT LIKE '%"synsets"%'
            AND json_extract(json, '$.synset') <> ''
            AND json_extract(json, '$.synset') IS NOT synsets.name
            AND json_extract(json, '$.synset') IS NOT wnid
        """,
        read_again,
    ),
    (
        "an image whose id or size is not that of its record",
        """
        WITH of_files AS (
            SELECT images.*, format, iif(json_valid(record), record, '{}') AS json
            FROM images
            JOIN sources ON sources.pk = source_pk
            JOIN image_records ON image_pk = images.pk
            WHERE format IN ('lvis', 'coco', 'visual-genome')
        )
        SELECT count(*) FROM of_files
        WHERE (
                json_type(json, iif(format = 'visual-genome', '$.image_id', '$.id')) = 'integer'
                AND json_extract(json, iif(format = 'visual-genome', '$.image_id', '$.id')) <> key
            )
            OR (
                json_type(json, '$.width') = 'integer' AND json_extract(json, '$.width') <> width
            )
            OR (
                json_type(json, '$.height') = 'integer' AND json_extract(json, '$.height') <> height
            )
        """,
        read_again,
    ),
    (
        "a category that the record of an image names, and the index does not",
        # Ids that are no categories of the file are left out. In this order each step is a look-up.
        """
        SELECT count(*) FROM sources
        CROSS JOIN vocabularies ON vocabularies.source_pk = sources.pk
        CROSS JOIN images ON images.source_pk = sources.pk
        CROSS JOIN image_records ON image_records.image_pk = images.pk
        CROSS JOIN (
            SELECT 'negative' AS kind, '$.neg_category_ids' AS member
            UNION ALL SELECT 'not_exhaustive', '$.not_exhaustive_category_ids'
        ) AS lists
        CROSS JOIN json_each(
            iif(json_valid(image_records.record), image_records.record, '{}'), member
        ) AS ids
        CROSS JOIN categories
            ON categories.vocabulary_pk = vocabularies.pk AND categories.key = ids.value
        LEFT JOIN image_categories AS held
            ON held.image_pk = images.pk AND held.kind = lists.kind
            AND held.category_pk = categories.pk
        WHERE format = 'lvis' AND held.image_pk IS NULL
        """,
        read_again,
    ),
    (
        "a box whose id, category or numbers are not those of its record",
        # Numbers are read from text once here and once by the ingest: the last digit may differ.
        """
        WITH of_files AS (
            SELECT regions.*, categories.key AS category,
                iif(json_valid(region_records.record), region_records.record, '{}') AS json
            FROM region_records
            JOIN regions ON regions.pk = region_pk
            JOIN sources ON sources.pk = source_pk
            JOIN categories ON categories.pk = category_pk
            WHERE is_odd = 0 AND format IN ('lvis', 'coco')
        )
        SELECT count(*) FROM of_files
        WHERE json_extract(json, '$.id') <> key
            OR json_extract(json, '$.category_id') <> category
            OR abs(json_extract(json, '$.bbox[0]') - x) > 1e-9 * abs(x)
            OR abs(json_extract(json, '$.bbox[1]') - y) > 1e-9 * abs(y)
            OR abs(json_extract(json, '$.bbox[2]') - w) > 1e-9 * abs(w)
            OR abs(json_extract(json, '$.bbox[3]') - h) > 1e-9 * abs(h)
            OR abs(json_extract(json, '$.area') - area) > 1e-9 * abs(area)
        """,
        read_again,
    ),
)
