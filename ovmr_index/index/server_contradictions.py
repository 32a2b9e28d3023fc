"""The queries of `RECORD_CONTRADICTIONS` for PostgreSQL: with its functions of JSON.

`pg_temp.is_json` is `json_functions.prepare_is_json`.
"""

_CATEGORIES = """
    WITH of_files AS (
        SELECT categories.*, format, coalesce(options, '') AS options,
            CAST(CASE WHEN pg_temp.is_json(record) THEN record ELSE '{}' END AS json) AS json
        FROM categories
        JOIN vocabularies ON vocabularies.pk = vocabulary_pk
        JOIN sources ON sources.pk = source_pk
        WHERE format IN ('lvis', 'coco')
    )
"""
# That an integer of a record is not the one of a column.
_IS_ANOTHER = """(
    json_typeof(json -> [member]) = 'number' AND json ->> [member] ~ '^-?[0-9]+$'
    AND json ->> [member] <> CAST([column] AS text)
)"""
# That a number of a record is not that of a column, but for its end.
_IS_FAR = """abs(
    CASE json_typeof(json #> '{[path]}') WHEN 'number'
        THEN CAST(json #>> '{[path]}' AS double precision)
    END - [column]
) > 1e-9 * abs([column])"""


def _filled(query: str, **parts: str) -> str:
    """Return a query with parts in the places of their names in square brackets."""
    for name, part in parts.items():
        query = query.replace(f"[{name}]", part)
    return query


def _is_another(member: str, column: str) -> str:
    return _filled(_IS_ANOTHER, member=member, column=column)


def _is_far(path: str, column: str) -> str:
    return _filled(_IS_FAR, path=path, column=column)


CATEGORY = _filled(
    """
    [categories]
    SELECT count(*) FROM of_files
    WHERE [other_id]
        OR (json_typeof(json -> 'name') = 'string' AND json ->> 'name' <> name)
        OR (
            format = 'lvis' AND json_typeof(json -> 'frequency') = 'string'
            AND left(lower(btrim(json ->> 'frequency')), 1)
                IS DISTINCT FROM left(lower(btrim(frequency)), 1)
        )
    """,
    categories=_CATEGORIES,
    other_id=_is_another("'id'", "key"),
)
CATEGORY_SYNSET = _filled(
    """
    [categories]
    SELECT count(*) FROM of_files LEFT JOIN synsets ON synsets.pk = synset_pk
    WHERE json_typeof(json -> 'synset') = 'string' AND options NOT LIKE '%"synsets"%'
        AND json ->> 'synset' <> ''
        AND json ->> 'synset' IS DISTINCT FROM synsets.name
        AND json ->> 'synset' IS DISTINCT FROM wnid
    """,
    categories=_CATEGORIES,
)
IMAGE = _filled(
    """
    WITH of_files AS (
        SELECT images.*, format,
            CAST(CASE WHEN pg_temp.is_json(record) THEN record ELSE '{}' END AS json) AS json
        FROM images
        JOIN sources ON sources.pk = source_pk
        JOIN image_records ON image_pk = images.pk
        WHERE format IN ('lvis', 'coco', 'visual-genome')
    )
    SELECT count(*) FROM of_files WHERE [other_id] OR [other_width] OR [other_height]
    """,
    other_id=_is_another("CASE format WHEN 'visual-genome' THEN 'image_id' ELSE 'id' END", "key"),
    other_width=_is_another("'width'", "width"),
    other_height=_is_another("'height'", "height"),
)
NAMED_CATEGORY = """
    WITH of_files AS (
        SELECT images.pk AS image_pk, vocabularies.pk AS vocabulary_pk,
            CAST(CASE WHEN pg_temp.is_json(record) THEN record ELSE '{}' END AS json) AS json
        FROM sources
        JOIN vocabularies ON vocabularies.source_pk = sources.pk
        JOIN images ON images.source_pk = sources.pk
        JOIN image_records ON image_records.image_pk = images.pk
        WHERE format = 'lvis'
    )
    SELECT count(*)
    FROM of_files
    CROSS JOIN (
        VALUES ('negative', 'neg_category_ids'), ('not_exhaustive', 'not_exhaustive_category_ids')
    ) AS lists (kind, member)
    CROSS JOIN LATERAL json_array_elements_text(
        CASE json_typeof(json -> member) WHEN 'array' THEN json -> member ELSE '[]' END
    ) AS ids (value)
    JOIN categories ON categories.vocabulary_pk = of_files.vocabulary_pk
        AND categories.key = CASE WHEN value ~ '^[0-9]{1,18}$' THEN CAST(value AS bigint) END
    LEFT JOIN image_categories AS held
        ON held.image_pk = of_files.image_pk AND held.kind = lists.kind
        AND held.category_pk = categories.pk
    WHERE held.image_pk IS NULL
"""
BOX = _filled(
    """
    WITH of_files AS (
        SELECT regions.*, categories.key AS category,
            CAST(
                CASE WHEN pg_temp.is_json(region_records.record) THEN region_records.record
                ELSE '{}' END AS json
            ) AS json
        FROM region_records
        JOIN regions ON regions.pk = region_pk
        JOIN sources ON sources.pk = source_pk
        JOIN categories ON categories.pk = category_pk
        WHERE is_odd = 0 AND format IN ('lvis', 'coco')
    )
    SELECT count(*) FROM of_files
    WHERE json ->> 'id' <> CAST(key AS text)
        OR json ->> 'category_id' <> CAST(category AS text)
        OR [far_x] OR [far_y] OR [far_w] OR [far_h] OR [far_area]
    """,
    far_x=_is_far("bbox,0", "x"),
    far_y=_is_far("bbox,1", "y"),
    far_w=_is_far("bbox,2", "w"),
    far_h=_is_far("bbox,3", "h"),
    far_area=_is_far("area", "area"),
)
