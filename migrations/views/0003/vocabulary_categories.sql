-- Each category of each vocabulary. A view may not use `json_extract` before SQLite 3.41, where the
-- schema is not trusted; it may use the table `json_each`.
CREATE VIEW vocabulary_categories AS
SELECT
    vocabularies.name AS vocabulary,
    categories.key AS category_id,
    categories.position AS position,
    categories.name AS category,
    synsets.name AS synset,
    synsets.wnid AS wnid,
    categories.frequency AS frequency,
    (
        SELECT value FROM json_each(categories.record) WHERE key = 'def'
        UNION ALL SELECT record FROM categories WHERE 0
    ) AS definition,
    (
        SELECT value FROM json_each(categories.record) WHERE key = 'synonyms'
        UNION ALL SELECT record FROM categories WHERE 0
    ) AS synonyms,
    categories.record AS fields
FROM vocabularies
JOIN categories ON categories.vocabulary_pk = vocabularies.pk
LEFT JOIN synsets ON synsets.pk = categories.synset_pk
