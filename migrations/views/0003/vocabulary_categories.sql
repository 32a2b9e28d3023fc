-- Each category of each vocabulary; a text that SQLite cannot read as JSON (NaN) gives no fields.
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
        SELECT json_extract(categories.record, '$.def') WHERE json_valid(categories.record)
        UNION ALL SELECT record FROM categories WHERE 0
    ) AS definition,
    (
        SELECT json_extract(categories.record, '$.synonyms') WHERE json_valid(categories.record)
        UNION ALL SELECT record FROM categories WHERE 0
    ) AS synonyms,
    categories.record AS fields
FROM vocabularies
JOIN categories ON categories.vocabulary_pk = vocabularies.pk
LEFT JOIN synsets ON synsets.pk = categories.synset_pk
