-- The exemplars of LVIS train's categories.
CREATE VIEW exemplars AS
SELECT
    category_id, category, category_synset, frequency, synset, dataset, split, file_name, position,
    x, y, w, h, weight, image_id, region_id, source, path, image_width, image_height
FROM vocabulary_exemplars
WHERE vocabulary = 'lvis_v1_train'
