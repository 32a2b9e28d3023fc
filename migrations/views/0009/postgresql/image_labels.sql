-- What an annotation file says of an image as a whole.
CREATE VIEW image_labels AS
SELECT
    sources.name AS source,
    images.file_name AS file_name,
    images.key AS image_id,
    image_categories.kind AS kind,
    vocabularies.name AS vocabulary,
    categories.key AS category_id,
    categories.name AS category
FROM sources
JOIN images ON images.source_pk = sources.pk
JOIN image_categories ON image_categories.image_pk = images.pk
JOIN categories ON categories.pk = image_categories.category_pk
JOIN vocabularies ON vocabularies.pk = categories.vocabulary_pk
