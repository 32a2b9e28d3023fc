-- Images of two sources that are one: by COCO's id, by the bytes of their files, or by their looks.
-- Perceptual hashes that differ in up to three bits agree in one of their four bands.
CREATE VIEW image_twins AS
SELECT
    sources.name AS source,
    images.file_name AS file_name,
    twin_sources.name AS twin_source,
    twins.file_name AS twin_file_name,
    'id' COLLATE "C" AS "by"
FROM images
JOIN sources ON sources.pk = images.source_pk
JOIN images AS twins ON twins.coco_id = images.coco_id AND twins.source_pk <> images.source_pk
JOIN sources AS twin_sources ON twin_sources.pk = twins.source_pk
UNION ALL
SELECT sources.name, images.file_name, twin_sources.name, twins.file_name, 'content'
FROM images
JOIN sources ON sources.pk = images.source_pk
JOIN image_hashes AS one ON one.image_pk = images.pk
JOIN image_hashes AS other ON other.sha256 = one.sha256
JOIN images AS twins ON twins.pk = other.image_pk AND twins.source_pk <> images.source_pk
JOIN sources AS twin_sources ON twin_sources.pk = twins.source_pk
UNION ALL
SELECT sources.name, images.file_name, twin_sources.name, twins.file_name, 'looks'
FROM images
JOIN sources ON sources.pk = images.source_pk
JOIN image_hashes AS one ON one.image_pk = images.pk AND one.perceptual <> 0
JOIN image_hashes AS other ON other.perceptual <> 0
    AND (
        other.band_0 = one.band_0 OR other.band_1 = one.band_1
        OR other.band_2 = one.band_2 OR other.band_3 = one.band_3
    )
JOIN images AS twins ON twins.pk = other.image_pk AND twins.source_pk <> images.source_pk
JOIN sources AS twin_sources ON twin_sources.pk = twins.source_pk
WHERE bit_count((one.perceptual # other.perceptual)::bit(64)) <= 3
