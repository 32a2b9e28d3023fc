-- The same image in two sources, as far as is known: by its id in COCO, by the SHA-256 of its file,
-- or by its looks: a perceptual hash that differs in at most 3 of 64 bits. Two such hashes agree in
-- one at least of four bands of 16 bits, which have indexes. A hash of no bit is that of a plain
-- image, which says nothing. Each `n & (n - 1)` clears one bit; the sign is counted apart, since
-- the smallest integer has none below it.
CREATE VIEW image_twins AS
SELECT
    sources.name AS source,
    images.file_name AS file_name,
    twin_sources.name AS twin_source,
    twins.file_name AS twin_file_name,
    (SELECT 'id' UNION ALL SELECT name FROM sources WHERE 0) AS "by"
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
WHERE (
    SELECT iif(sign, two_fewer, two_fewer & (two_fewer - 1)) = 0
    FROM (
        SELECT sign, one_fewer & (one_fewer - 1) AS two_fewer
        FROM (
            SELECT sign, n & (n - 1) AS one_fewer
            FROM (
                SELECT differing < 0 AS sign, differing & 0x7FFFFFFFFFFFFFFF AS n
                FROM (
                    SELECT (one.perceptual | other.perceptual)
                        - (one.perceptual & other.perceptual) AS differing
                )
            )
        )
    )
)
