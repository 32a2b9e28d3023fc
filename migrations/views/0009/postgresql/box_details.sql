-- Polygons, and the fields that have no column, of the boxes that have some.
CREATE VIEW box_details AS
SELECT
    sources.name AS source,
    regions.key AS region_id,
    (region_records.record::json ->> 'segmentation') COLLATE "C" AS segmentation,
    region_fields.fields AS fields
FROM sources
JOIN regions ON regions.source_pk = sources.pk
LEFT JOIN region_records ON region_records.region_pk = regions.pk
LEFT JOIN region_fields ON region_fields.pk = regions.fields_pk
WHERE region_records.region_pk IS NOT NULL OR region_fields.pk IS NOT NULL
