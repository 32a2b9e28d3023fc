-- The pools: a row per exemplar of each category, in the order of its pool.
-- What is joined by LEFT JOIN costs nothing where its columns are not asked for.
CREATE VIEW vocabulary_exemplars AS
SELECT
    vocabularies.name AS vocabulary,
    categories.key AS category_id,
    categories.name AS category,
    category_synsets.name AS category_synset,
    categories.frequency AS frequency,
    synsets.name AS synset,
    datasets.name AS dataset,
    folders.split AS split,
    images.file_name AS file_name,
    pool_entries.position AS position,
    regions.x AS x,
    regions.y AS y,
    regions.w AS w,
    regions.h AS h,
    pool_entries.weight AS weight,
    images.key AS image_id,
    regions.key AS region_id,
    sources.name AS source,
    CASE
        WHEN folder_archives.folder_pk IS NULL
        THEN CASE datasets.root WHEN '.' THEN '' ELSE rtrim(datasets.root, '/') || '/' END
            || images.file_name
    END AS path,
    images.width AS image_width,
    images.height AS image_height
FROM categories
JOIN pool_entries ON pool_entries.category_pk = categories.pk
LEFT JOIN vocabularies ON vocabularies.pk = categories.vocabulary_pk
LEFT JOIN synsets AS category_synsets ON category_synsets.pk = categories.synset_pk
LEFT JOIN synsets ON synsets.pk = pool_entries.synset_pk
LEFT JOIN datasets ON datasets.pk = pool_entries.dataset_pk
LEFT JOIN regions ON regions.pk = pool_entries.region_pk
LEFT JOIN images ON images.pk = pool_entries.image_pk
LEFT JOIN folders ON folders.pk = images.folder_pk
LEFT JOIN folder_archives ON folder_archives.folder_pk = images.folder_pk
LEFT JOIN sources ON sources.pk = images.source_pk
