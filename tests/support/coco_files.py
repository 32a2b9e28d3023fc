"""Small files in COCO's format, of categories that tests name: a box of each on one image."""

from collections.abc import Sequence

from ovmr_index import Index
from ovmr_index.ingest.sources import SourceOptions
from tests.support.trees import Json, TreeBuilder, picture


def coco_json(categories: Sequence[Json]) -> Json:
    """Return a file with an image of 200 x 100 pixels that shows each category once, in a box."""
    boxes = [
        {
            "id": number,
            "image_id": 1,
            "category_id": one["id"],
            "bbox": [10 * number, 10, 90, 80],
            "area": 7200,
            "iscrowd": 0,
        }
        for number, one in enumerate(categories, 1)
    ]
    images = [{"id": 1, "file_name": "1.jpg", "width": 200, "height": 100}]
    return {"images": images, "annotations": boxes, "categories": list(categories)}


def ingest_coco(
    builder: TreeBuilder,
    categories: Sequence[Json],
    options: SourceOptions | None = None,
    *,
    name: str = "mine",
) -> Index:
    """Write a file of categories and its image, and ingest it under a name."""
    builder.file(f"{name}/1.jpg", picture((200, 100)))
    file = builder.json(f"{name}.json", coco_json(categories))
    index = builder.index()
    images = builder.root / name
    index.ingest([index.sources.coco(file, name, images, options=options or SourceOptions())])
    return index
