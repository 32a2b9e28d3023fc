-- How many exemplars each category of collated vocabularies has of each dataset.
CREATE VIEW category_coverage AS
SELECT
    vocabularies.name AS vocabulary,
    categories.key AS category_id,
    categories.name AS category,
    datasets.name AS dataset,
    coalesce(held.exemplars, 0) AS exemplars
FROM vocabularies
JOIN collations ON collations.vocabulary_pk = vocabularies.pk
JOIN categories ON categories.vocabulary_pk = vocabularies.pk
CROSS JOIN datasets
LEFT JOIN (
    SELECT category_pk, dataset_pk, count(*) AS exemplars
    FROM pool_entries
    GROUP BY category_pk, dataset_pk
) AS held ON held.category_pk = categories.pk AND held.dataset_pk = datasets.pk
