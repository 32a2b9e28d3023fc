-- A row per image. The path is relative to the index's root, and null for an image in a tar.
CREATE VIEW image_files AS
SELECT
    sources.name AS source,
    datasets.name AS dataset,
    folders.split AS split,
    images.file_name AS file_name,
    CASE
        WHEN folder_archives.folder_pk IS NULL
        THEN CASE datasets.root WHEN '.' THEN '' ELSE rtrim(datasets.root, '/') || '/' END
            || images.file_name
    END AS path,
    images.key AS image_id,
    images.width AS width,
    images.height AS height,
    synsets.name AS synset,
    images.coco_id AS coco_id
FROM sources
JOIN datasets ON datasets.pk = sources.dataset_pk
JOIN images ON images.source_pk = sources.pk
LEFT JOIN folders ON folders.pk = images.folder_pk
LEFT JOIN folder_archives ON folder_archives.folder_pk = images.folder_pk
LEFT JOIN synsets ON synsets.pk = images.synset_pk
