-- Polygons, and the fields that have no column, of the boxes that have some.
CREATE VIEW box_details AS
SELECT
    sources.name AS source,
    regions.key AS region_id,
    region_details.segmentation AS segmentation,
    region_details.fields AS fields
FROM sources
JOIN regions ON regions.source_pk = sources.pk
JOIN region_details ON region_details.region_pk = regions.pk
