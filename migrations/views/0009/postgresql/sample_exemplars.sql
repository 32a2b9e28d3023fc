-- The exemplars of saved samples, also those that are no longer in the index: their source is null.
-- One is there while the path of its image, its box and what it shows are those that were saved.
-- A number that no file can have is damage of the index, and no other box.
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
    CASE WHEN saved.source IS NULL THEN 1 ELSE 0 END AS missing
FROM (
    SELECT
        samples.name AS sample,
        coalesce(samples.vocabulary, 'lvis_v1_train') AS vocabulary,
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
                            AND images.file_name = picks.path
                            AND images.key IS NULL
                            AND (
                                picks.synset
                                    = (SELECT name FROM synsets WHERE pk = images.synset_pk)
                                OR (
                                    picks.folder = drawn.name
                                    AND sources.pk = (
                                        SELECT source_pk FROM vocabularies
                                        WHERE name = coalesce(samples.vocabulary, 'lvis_v1_train')
                                    )
                                )
                            )
                    )
                    ELSE EXISTS (
                        SELECT 1 FROM regions
                        JOIN images ON images.pk = regions.image_pk
                        JOIN folders ON folders.pk = images.folder_pk
                        WHERE regions.source_pk = sources.pk
                            AND regions.key = picks.region_key
                            AND folders.split IS NOT DISTINCT FROM picks.split
                            AND (
                                coalesce(picks.x, regions.x) = regions.x
                                OR regions.x NOT BETWEEN -8.112963841460668e31 AND 8.112963841460668e31
                            )
                            AND (
                                coalesce(picks.y, regions.y) = regions.y
                                OR regions.y NOT BETWEEN -8.112963841460668e31 AND 8.112963841460668e31
                            )
                            AND (
                                coalesce(picks.w, regions.w) = regions.w
                                OR regions.w NOT BETWEEN -8.112963841460668e31 AND 8.112963841460668e31
                            )
                            AND (
                                coalesce(picks.h, regions.h) = regions.h
                                OR regions.h NOT BETWEEN -8.112963841460668e31 AND 8.112963841460668e31
                            )
                            -- The root of the dataset may be a folder above or below since.
                            AND (
                                images.file_name = picks.path
                                OR (
                                    right(picks.path, length(images.file_name) + 1)
                                        = '/' || images.file_name
                                    AND right(
                                        '/' || datasets.root || '/' || images.file_name,
                                        length(picks.path) + 1
                                    ) = '/' || picks.path
                                    AND NOT EXISTS (
                                        SELECT 1 FROM images AS other
                                        WHERE other.source_pk = sources.pk
                                            AND other.file_name = picks.path
                                    )
                                )
                                OR (
                                    right(images.file_name, length(picks.path) + 1)
                                        = '/' || picks.path
                                    AND NOT EXISTS (
                                        SELECT 1 FROM images AS other
                                        WHERE other.source_pk = sources.pk
                                            AND (
                                                other.file_name < left(
                                                    images.file_name,
                                                    length(images.file_name) - length(picks.path)
                                                )
                                                OR other.file_name >= left(
                                                    images.file_name,
                                                    length(images.file_name)
                                                        - length(picks.path) - 1
                                                ) || '0'
                                            )
                                    )
                                )
                            )
                            AND CASE
                                WHEN regions.category_pk IS NULL THEN EXISTS (
                                    SELECT 1 FROM synsets
                                    WHERE synsets.name = picks.synset
                                        AND (
                                            synsets.pk = regions.synset_pk
                                            OR EXISTS (
                                                SELECT 1 FROM region_synsets
                                                WHERE region_synsets.region_pk = regions.pk
                                                    AND region_synsets.synset_pk = synsets.pk
                                            )
                                        )
                                )
                                ELSE EXISTS (
                                    SELECT 1 FROM categories AS label
                                    LEFT JOIN synsets AS its ON its.pk = label.synset_pk
                                    WHERE label.pk = regions.category_pk
                                        AND CASE
                                            WHEN label.vocabulary_pk IS DISTINCT FROM (
                                                SELECT pk FROM vocabularies
                                                WHERE name = coalesce(samples.vocabulary, 'lvis_v1_train')
                                            ) THEN its.name = picks.synset
                                            -- A substitute has another category of the same list.
                                            WHEN picks.synset <> drawn.synset
                                                THEN its.name = picks.synset
                                            WHEN label.key = picks.category_key
                                                THEN label.name = drawn.name
                                                OR coalesce(its.name, label.name) = drawn.synset
                                            ELSE label.name = drawn.name
                                                AND coalesce(its.name, label.name) = drawn.synset
                                                AND NOT EXISTS (
                                                    SELECT 1 FROM categories AS old
                                                    LEFT JOIN synsets AS then_its
                                                        ON then_its.pk = old.synset_pk
                                                    WHERE old.vocabulary_pk = label.vocabulary_pk
                                                        AND old.key = picks.category_key
                                                        AND old.name = drawn.name
                                                        AND coalesce(then_its.name, old.name)
                                                            = drawn.synset
                                                )
                                        END
                                )
                            END
                    )
                END
            ORDER BY sources.pk LIMIT 1
        ) AS source,
        picks.dataset AS dataset,
        picks.split AS split,
        picks.path AS file_name,
        picks.image_key AS image_id,
        picks.region_key AS region_id,
        picks.x AS x,
        picks.y AS y,
        picks.w AS w,
        picks.h AS h,
        picks.weight AS weight
    FROM samples
    JOIN (
        SELECT
            sample_picks.*,
            CASE sample_picks.folder WHEN '' THEN '' ELSE sample_picks.folder || '/' END
                || sample_picks.name
                AS path
        FROM sample_picks
    ) AS picks ON picks.sample_pk = samples.pk
    LEFT JOIN sample_categories AS drawn
        ON drawn.sample_pk = picks.sample_pk AND drawn.category_key = picks.category_key
) AS saved
