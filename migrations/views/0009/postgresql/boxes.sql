-- A row per box, with the synset that it has alone: its own, or its category's.
-- What is joined by LEFT JOIN costs nothing where its columns are not asked for.
CREATE VIEW boxes AS
SELECT
    sources.name AS source,
    datasets.name AS dataset,
    folders.split AS split,
    images.file_name AS file_name,
    images.key AS image_id,
    regions.key AS region_id,
    regions.position AS position,
    vocabularies.name AS vocabulary,
    categories.key AS category_id,
    categories.name AS category,
    categories.frequency AS frequency,
    synsets.name AS synset,
    regions.x AS x,
    regions.y AS y,
    regions.w AS w,
    regions.h AS h,
    regions.area AS area,
    regions.is_crowd AS is_crowd,
    images.width AS image_width,
    images.height AS image_height
FROM sources
JOIN regions ON regions.source_pk = sources.pk
JOIN images ON images.pk = regions.image_pk AND images.source_pk = sources.pk
LEFT JOIN datasets ON datasets.pk = sources.dataset_pk
LEFT JOIN folders ON folders.pk = images.folder_pk
LEFT JOIN categories ON categories.pk = regions.category_pk
LEFT JOIN vocabularies ON vocabularies.pk = categories.vocabulary_pk
LEFT JOIN synsets ON synsets.pk = coalesce(
    regions.synset_pk,
    CASE
        WHEN NOT EXISTS (SELECT 1 FROM region_synsets WHERE region_pk = regions.pk)
        THEN categories.synset_pk
    END
)
