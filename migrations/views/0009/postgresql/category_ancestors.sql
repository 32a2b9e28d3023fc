-- The synsets above each category's synset, that one too: each once, by its shortest way up.
CREATE VIEW category_ancestors AS
WITH RECURSIVE
ways (synset_pk, ancestor_pk, distance) AS (
    SELECT DISTINCT synset_pk, synset_pk, 0 FROM categories WHERE synset_pk IS NOT NULL
    UNION
    SELECT ways.synset_pk, hypernyms.hypernym_pk, ways.distance + 1
    FROM ways JOIN hypernyms ON hypernyms.synset_pk = ways.ancestor_pk
),
shortest (synset_pk, ancestor_pk, distance) AS (
    SELECT synset_pk, ancestor_pk, min(distance) FROM ways GROUP BY synset_pk, ancestor_pk
)
SELECT
    vocabularies.name AS vocabulary,
    categories.key AS category_id,
    categories.name AS category,
    synsets.name AS ancestor,
    shortest.distance AS distance
FROM vocabularies
JOIN categories ON categories.vocabulary_pk = vocabularies.pk
JOIN shortest ON shortest.synset_pk = categories.synset_pk
JOIN synsets ON synsets.pk = shortest.ancestor_pk
