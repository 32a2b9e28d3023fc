-- The synsets of each box, each once: several of its own, one of its own, or its category's.
CREATE VIEW box_synsets AS
SELECT
    sources.name AS source,
    regions.key AS region_id,
    coalesce(region_synsets.position, 0) AS position,
    synsets.name AS synset
FROM sources
JOIN regions ON regions.source_pk = sources.pk
LEFT JOIN region_synsets ON region_synsets.region_pk = regions.pk
LEFT JOIN categories ON categories.pk = regions.category_pk
JOIN synsets
    ON synsets.pk = coalesce(region_synsets.synset_pk, regions.synset_pk, categories.synset_pk)
WHERE NOT EXISTS (
    SELECT 1 FROM region_synsets AS earlier
    WHERE earlier.region_pk = region_synsets.region_pk
        AND earlier.position < region_synsets.position
        AND earlier.synset_pk = region_synsets.synset_pk
)
