-- The exemplars of every vocabulary's categories, as `collate` found them.
-- Columns are looked up one by one, since SQLite joins every table of a view for an aggregate; the
-- CROSS JOIN makes it begin with the few categories and not with the many entries.
CREATE VIEW vocabulary_exemplars AS
SELECT
    (SELECT name FROM vocabularies WHERE pk = categories.vocabulary_pk) AS vocabulary,
    categories.key AS category_id,
    categories.name AS category,
    (SELECT name FROM synsets WHERE pk = categories.synset_pk) AS category_synset,
    categories.frequency AS frequency,
    (SELECT name FROM synsets WHERE pk = pool_entries.synset_pk) AS synset,
    (SELECT name FROM datasets WHERE pk = pool_entries.dataset_pk) AS dataset,
    (
        SELECT folders.split FROM images JOIN folders ON folders.pk = images.folder_pk
        WHERE images.pk = pool_entries.image_pk
    ) AS split,
    (SELECT file_name FROM images WHERE pk = pool_entries.image_pk) AS file_name,
    pool_entries.position AS position,
    (SELECT x FROM regions WHERE pk = pool_entries.region_pk) AS x,
    (SELECT y FROM regions WHERE pk = pool_entries.region_pk) AS y,
    (SELECT w FROM regions WHERE pk = pool_entries.region_pk) AS w,
    (SELECT h FROM regions WHERE pk = pool_entries.region_pk) AS h,
    pool_entries.weight AS weight,
    (SELECT key FROM images WHERE pk = pool_entries.image_pk) AS image_id,
    (SELECT key FROM regions WHERE pk = pool_entries.region_pk) AS region_id,
    (
        SELECT sources.name FROM images JOIN sources ON sources.pk = images.source_pk
        WHERE images.pk = pool_entries.image_pk
    ) AS source,
    (
        SELECT
            CASE datasets.root WHEN '.' THEN '' ELSE rtrim(datasets.root, '/') || '/' END
            || images.file_name
        FROM images JOIN datasets ON datasets.pk = pool_entries.dataset_pk
        WHERE images.pk = pool_entries.image_pk
            AND images.folder_pk NOT IN (SELECT folder_pk FROM folder_archives)
        UNION ALL SELECT root FROM datasets WHERE 0
    ) AS path,
    (SELECT width FROM images WHERE pk = pool_entries.image_pk) AS image_width,
    (SELECT height FROM images WHERE pk = pool_entries.image_pk) AS image_height
FROM categories
CROSS JOIN pool_entries
WHERE pool_entries.category_pk = categories.pk
