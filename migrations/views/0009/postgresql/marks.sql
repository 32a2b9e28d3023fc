-- The marks of exemplars: those that are left out of draws, and those that come first in them.
-- Categories are known by id, name and synset, which follow where a source numbers them again.
-- A mark is missing while the pool of its category does not hold its exemplar.
CREATE VIEW marks AS
SELECT
    exemplar_marks.vocabulary AS vocabulary,
    exemplar_marks.category_key AS category_id,
    exemplar_marks.category_name AS category,
    exemplar_marks.kind AS kind,
    exemplar_marks.position AS rank,
    exemplar_marks.source AS source,
    exemplar_marks.file_name AS file_name,
    exemplar_marks.region_key AS region_id,
    exemplar_marks.note AS note,
    exemplar_marks.author AS author,
    exemplar_marks.marked_at AS at,
    CASE WHEN EXISTS (
        SELECT 1
        FROM vocabularies
        JOIN categories ON categories.vocabulary_pk = vocabularies.pk
            AND categories.key = exemplar_marks.category_key
            AND categories.name = exemplar_marks.category_name
            AND exemplar_marks.category_synset IS NOT DISTINCT FROM
                (SELECT name FROM synsets WHERE pk = categories.synset_pk)
        JOIN sources ON sources.name = exemplar_marks.source
        JOIN pool_entries ON pool_entries.category_pk = categories.pk
        WHERE vocabularies.name = exemplar_marks.vocabulary
            AND CASE
                WHEN exemplar_marks.region_key IS NULL
                THEN pool_entries.region_pk IS NULL AND pool_entries.image_pk = (
                    SELECT pk FROM images
                    WHERE source_pk = sources.pk
                        AND file_name = exemplar_marks.file_name
                        AND key IS NULL
                )
                ELSE pool_entries.region_pk = (
                    SELECT regions.pk FROM regions
                    JOIN images ON images.pk = regions.image_pk
                    WHERE regions.source_pk = sources.pk
                        AND regions.key = exemplar_marks.region_key
                        -- The root of the dataset may be another folder since.
                        AND replace(
                            images.file_name,
                            rtrim(images.file_name, replace(images.file_name, '/', '')),
                            ''
                        ) = replace(
                            exemplar_marks.file_name,
                            rtrim(
                                exemplar_marks.file_name,
                                replace(exemplar_marks.file_name, '/', '')
                            ),
                            ''
                        )
                )
            END
    ) THEN 0 ELSE 1 END AS missing
FROM exemplar_marks
