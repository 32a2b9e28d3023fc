-- The categories of every vocabulary, with what their file says of each.
CREATE VIEW vocabulary_categories AS
SELECT
    vocabularies.name AS vocabulary,
    categories.key AS category_id,
    categories.position AS position,
    categories.name AS category,
    synsets.name AS synset,
    synsets.wnid AS wnid,
    categories.frequency AS frequency,
    (categories.record::json ->> 'def') COLLATE "C" AS definition,
    CASE json_typeof(categories.record::json -> 'synonyms')
        WHEN 'array' THEN (  -- without spaces, as SQLite has it
            SELECT '[' || coalesce(string_agg(one.name::text, ',' ORDER BY one.place), '') || ']'
            FROM json_array_elements(categories.record::json -> 'synonyms')
                WITH ORDINALITY AS one (name, place)
        )
        ELSE categories.record::json ->> 'synonyms'
    END COLLATE "C" AS synonyms,
    categories.record AS fields
FROM vocabularies
JOIN categories ON categories.vocabulary_pk = vocabularies.pk
LEFT JOIN synsets ON synsets.pk = categories.synset_pk
