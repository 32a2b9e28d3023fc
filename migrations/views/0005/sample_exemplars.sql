-- The exemplars of saved samples, also those that are no longer in the index: their source is null.
-- Categories have the ids and names that they had when the sample was drawn.
-- A sample from before vocabularies were kept is of LVIS train.
CREATE VIEW sample_exemplars AS
SELECT
    saved.sample AS sample,
    saved.vocabulary AS vocabulary,
    saved.category_id AS category_id,
    saved.category AS category,
    saved.rank AS rank,
    saved.source AS source,
    saved.dataset AS dataset,
    saved.split AS split,
    saved.file_name AS file_name,
    saved.image_id AS image_id,
    saved.region_id AS region_id,
    saved.x AS x,
    saved.y AS y,
    saved.w AS w,
    saved.h AS h,
    saved.weight AS weight,
    (SELECT saved.source IS NULL UNION ALL SELECT position FROM categories WHERE 0) AS missing
FROM (
    SELECT
        samples.name AS sample,
        (
            SELECT coalesce(samples.vocabulary, 'lvis_v1_train')
            UNION ALL SELECT name FROM vocabularies WHERE 0
        ) AS vocabulary,
        picks.category_key AS category_id,
        drawn.name AS category,
        picks.position AS rank,
        (
            SELECT sources.name
            FROM datasets
            JOIN sources ON sources.dataset_pk = datasets.pk
            WHERE datasets.name = picks.dataset
                AND CASE
                    WHEN picks.region_key IS NULL THEN EXISTS (
                        SELECT 1 FROM images
                        WHERE images.source_pk = sources.pk
                            AND images.file_name
                                = iif(picks.folder = '', '', picks.folder || '/') || picks.name
                            AND images.key IS NULL
                    )
                    ELSE EXISTS (
                        SELECT 1 FROM regions
                        JOIN images ON images.pk = regions.image_pk
                        JOIN folders ON folders.pk = images.folder_pk
                        WHERE regions.source_pk = sources.pk
                            AND regions.key = picks.region_key
                            AND images.key IS picks.image_key
                            AND folders.split IS picks.split
                    )
                END
            ORDER BY sources.pk LIMIT 1
        ) AS source,
        picks.dataset AS dataset,
        picks.split AS split,
        (
            SELECT iif(picks.folder = '', '', picks.folder || '/') || picks.name
            UNION ALL SELECT name FROM categories WHERE 0
        ) AS file_name,
        picks.image_key AS image_id,
        picks.region_key AS region_id,
        picks.x AS x,
        picks.y AS y,
        picks.w AS w,
        picks.h AS h,
        picks.weight AS weight
    FROM samples
    JOIN sample_picks AS picks ON picks.sample_pk = samples.pk
    LEFT JOIN sample_categories AS drawn
        ON drawn.sample_pk = picks.sample_pk AND drawn.category_key = picks.category_key
) AS saved
