-- Each image of each source.
CREATE VIEW image_files AS
SELECT
    sources.name AS source,
    datasets.name AS dataset,
    (SELECT split FROM folders WHERE pk = images.folder_pk) AS split,
    images.file_name AS file_name,
    (
        SELECT
            CASE datasets.root WHEN '.' THEN '' ELSE rtrim(datasets.root, '/') || '/' END
            || images.file_name
        WHERE images.folder_pk NOT IN (SELECT folder_pk FROM folder_archives)
        UNION ALL SELECT root FROM datasets WHERE 0
    ) AS path,
    images.key AS image_id,
    images.width AS width,
    images.height AS height,
    synsets.name AS synset,
    images.coco_id AS coco_id
FROM sources
JOIN datasets ON datasets.pk = sources.dataset_pk
JOIN images ON images.source_pk = sources.pk
LEFT JOIN synsets ON synsets.pk = images.synset_pk
