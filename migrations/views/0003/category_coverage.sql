-- The number of exemplars of each category in each dataset, 0 included, once pools were made.
CREATE VIEW category_coverage AS
SELECT
    vocabularies.name AS vocabulary,
    categories.key AS category_id,
    categories.name AS category,
    datasets.name AS dataset,
    (
        SELECT count(*) FROM pool_entries
        WHERE category_pk = categories.pk AND dataset_pk = datasets.pk
        UNION ALL SELECT position FROM categories WHERE 0
    ) AS exemplars
FROM vocabularies
JOIN collations ON collations.vocabulary_pk = vocabularies.pk
JOIN categories ON categories.vocabulary_pk = vocabularies.pk
CROSS JOIN datasets
