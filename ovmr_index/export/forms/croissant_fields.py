"""The columns of records of crops as Croissant describes them: types and meanings."""

from typing import Any

Json = dict[str, Any]

FIELDS = {
    "file_name": ("sc:Text", "path of the image or crop"),
    "label": ("sc:Integer", "class index, counted from 0"),
    "category": ("sc:Text", "name of the category"),
    "category_id": ("sc:Integer", "id of the category"),
    "synset": ("sc:Text", "WordNet 3.0 synset that the exemplar was found under"),
    "category_synset": ("sc:Text", "WordNet 3.0 synset of the category"),
    "wnid": ("sc:Text", "WordNet id of the category's synset"),
    "source": ("sc:Text", "source that the exemplar is of"),
    "dataset": ("sc:Text", "dataset of that source"),
    "split": ("sc:Text", "split of that dataset"),
    "source_image": ("sc:Text", "path of the whole image below the root of its dataset"),
    "image_id": ("sc:Integer", "id of the image in its source"),
    "region_id": ("sc:Integer", "id of the box in its source"),
    "bbox": ("cr:BoundingBox", "x, y, width, height in pixels of the whole image"),
    "weight": ("sc:Float", "what the exemplar was drawn by"),
    "rank": ("sc:Integer", "place among the exemplars of the category, counted from 0"),
    "licence": ("sc:Text", "what the dataset says of its licence"),
    "image_licence": ("sc:Text", "licence of the image, as its source gives it"),
    "image_licence_url": ("sc:Text", "where that licence is"),
}


def record_set(file: str) -> Json:
    """Return the record set of the exemplars in a file of JSON lines, whose id is `file`."""
    fields = [
        {
            "@type": "cr:Field",
            "@id": f"exemplars/{name}",
            "name": name,
            "description": meaning,
            "dataType": data_type,
            "source": {"fileObject": {"@id": file}, "extract": {"column": name}},
        }
        for name, (data_type, meaning) in FIELDS.items()
    ]
    return {
        "@type": "cr:RecordSet",
        "@id": "exemplars",
        "name": "exemplars",
        "description": "an exemplar a record, in the order of the sample",
        "key": {"@id": "exemplars/file_name"},
        "field": fields,
    }


def image_set(file_set: str) -> Json:
    """Return the record set of the images of a set of files: the path and the pixels of each."""
    extracted = {
        "file_name": ("sc:Text", "fullpath", "path of the image, as exemplars have it"),
        "image": ("sc:ImageObject", "content", "the image"),
    }
    fields = [
        {
            "@type": "cr:Field",
            "@id": f"images/{name}",
            "name": name,
            "description": meaning,
            "dataType": data_type,
            "source": {
                "fileSet": {"@id": file_set},
                "extract": {"fileProperty": file_property},
            },
        }
        for name, (data_type, file_property, meaning) in extracted.items()
    ]
    return {
        "@type": "cr:RecordSet",
        "@id": "images",
        "name": "images",
        "description": "an image a record",
        "key": {"@id": "images/file_name"},
        "field": fields,
    }
