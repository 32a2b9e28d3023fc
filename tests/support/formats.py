"""A small source in each format, and annotation files in the shapes of datasets in COCO's format.

Shapes: https://cocodataset.org/#format-data, https://www.objects365.org (v1 and v2),
https://v3det.openxlab.org.cn, and OpenImages Challenge 2019 as the converter of UniDet writes it.
"""

from collections.abc import Callable

from ovmr_index.ingest.sources import NO_OPTIONS, SourceSpec, coco_source, folder_source
from ovmr_index.ingest.split_sources import SplitSources
from tests.support.parquet import images, write_parquet
from tests.support.split_trees import usual_openimages, usual_voc, usual_yolo
from tests.support.tars import tar_of
from tests.support.trees import (
    APPLE_WNID,
    TENCH,
    TENCH_WNID,
    Json,
    TreeBuilder,
    annotation,
    category,
    image,
    picture,
    vg_object,
    vg_objects,
)

RUN_LENGTHS = {"counts": [272, 2, 4, 4, 4, 4, 2, 9, 1, 2, 2768], "size": [48, 64]}
PACKED_RUN_LENGTHS = {"counts": "PPYo0:Q?", "size": [48, 64]}


def coco_instances() -> Json:
    """Return two images of instances_val2017.json: one box with polygons, one crowd region."""
    host = "http://images.cocodataset.org/val2017"
    return {
        "info": {"description": "COCO 2017 Dataset", "year": 2017},
        "licenses": [{"url": "http://example.org", "id": 4, "name": "Attribution License"}],
        "images": [
            {
                "license": 4,
                "file_name": f"{key:012}.jpg",
                "coco_url": f"{host}/{key:012}.jpg",
                "height": 48,
                "width": 64,
                "date_captured": "2013-11-14 17:02:52",
                "flickr_url": "http://farm7.staticflickr.com/6116/a.jpg",
                "id": key,
            }
            for key in (397133, 139)
        ],
        "annotations": [
            {
                "segmentation": [[4.5, 4, 44, 4, 44, 40]],
                "area": 702.105,
                "iscrowd": 0,
                "image_id": 397133,
                "bbox": [4.02, 4.15, 40.98, 36.02],
                "category_id": 44,
                "id": 82445,
            },
            {
                "segmentation": RUN_LENGTHS,
                "area": 20,
                "iscrowd": 1,
                "image_id": 139,
                "bbox": [5, 32, 4, 9],
                "category_id": 1,
                "id": 900100000139,
            },
        ],
        "categories": [
            {"supercategory": "person", "id": 1, "name": "person"},
            {"supercategory": "kitchen", "id": 44, "name": "bottle"},
        ],
    }


def objects365_v1() -> Json:
    """Return an image of objects365_train.json: flat names, no segmentation."""
    return {
        "images": [{"id": 420917, "file_name": "obj365_420917.jpg", "height": 48, "width": 64}],
        "annotations": [
            {
                "id": 1,
                "image_id": 420917,
                "category_id": 301,
                "iscrowd": 0,
                "area": 16.0,
                "isfake": 0,
                "isreflected": 1,
                "bbox": [0.5, 1.25, 8.0, 2.0],
            }
        ],
        "categories": [{"id": 301, "name": "sneakers"}],
        "licenses": [{"id": 1, "url": ""}],
    }


def objects365_v2() -> Json:
    """Return an image of zhiyuan_objv2_train.json: names with folders that the archives lack."""
    return {
        "images": [
            {
                "height": 48,
                "id": 420917,
                "license": 5,
                "width": 64,
                "file_name": "images/v1/patch8/objects365_v1_00420917.jpg",
                "url": "",
            }
        ],
        "annotations": [
            {
                "id": 51,
                "iscrowd": 0,
                "isfake": 0,
                "area": 1584.6324365356109,
                "isreflected": 0,
                "bbox": [-0.2, 8.1856689664, 35.65588379410002, 44.442382796800004],
                "image_id": 420917,
                "category_id": 84,
            }
        ],
        "categories": [{"name": "Person", "id": 1}, {"name": "Trash bin/Can", "id": 84}],
        "licenses": [{"name": "CC BY 4.0", "id": 5, "url": ""}],
    }


def openimages() -> Json:
    """Return an image of oid_challenge_2019_train_bbox.json: its id is text, a group a crowd."""
    key = "000002b66c9c498e"
    record = {"image_id": key, "category_id": 2, "area": 480.5}
    return {
        "info": {"description": "Open Images Dataset challenge_2019", "year": 2020},
        "licenses": [{"id": 4, "name": "Attribution License", "url": ""}],
        "categories": [
            {"id": 1, "name": "Infant bed", "freebase_id": "/m/061hd_"},
            {"id": 2, "name": "Rose", "freebase_id": "/m/06m11"},
        ],
        "images": [
            {
                "id": key,
                "file_name": f"0/{key}.jpg",
                "neg_category_ids": [1],
                "pos_category_ids": [2],
                "width": 64,
                "height": 48,
            }
        ],
        "annotations": [
            {"id": 0, **record, "bbox": [4.0, 4.0, 31.0, 15.5]},
            {"id": 1, **record, "bbox": [0.0, 4.0, 31.0, 15.5], "iscrowd": 1},
        ],
    }


def v3det() -> Json:
    """Return an image of v3det_2023_v1_train.json: no area; a folder a node of its tree."""
    return {
        "images": [
            {
                "id": 1,
                "file_name": "images/n07739125/3_1.jpg",
                "height": 48,
                "width": 64,
            }
        ],
        "categories": [
            {
                "id": 13026,
                "name": "apple",
                "name_zh": "苹果",
                "cat_info": "a round fruit",
                "cat_info_gpt4v": "a fruit",
                "novel": False,
            }
        ],
        "annotations": [
            {
                "id": 7,
                "image_id": 1,
                "category_id": 13026,
                "bbox": [2, 3, 40, 36],
                "iscrowd": 0,
            }
        ],
    }


SHAPES = {
    "coco": coco_instances,
    "objects365 v1": objects365_v1,
    "objects365 v2": objects365_v2,
    "openimages": openimages,
    "v3det": v3det,
}


def _lvis(builder: TreeBuilder) -> SourceSpec:
    return builder.lvis(
        images=[image(2), image(1)],
        categories=[category(7), category(3, "apple.n.01")],
        annotations=[annotation(5, 1, 3), annotation(4, 2, 7), annotation(6, 1, 7)],
    )


def _visual_genome(builder: TreeBuilder) -> SourceSpec:
    return builder.visual_genome(
        vg_objects(8, vg_object(2, TENCH), vg_object(1)), vg_objects(4), vg_objects(6, vg_object(9))
    )


def _imagenet(builder: TreeBuilder) -> SourceSpec:
    return builder.imagenet(
        {f"train/{TENCH_WNID}": ["b.JPEG", "a.JPEG"], f"val/{APPLE_WNID}": ["c.JPEG"]}
    )


def _coco(builder: TreeBuilder) -> SourceSpec:
    file = builder.json("instances.json", coco_instances())
    return coco_source(file, "coco", builder.root / "coco", None, NO_OPTIONS)


def _folder(builder: TreeBuilder) -> SourceSpec:
    for path in ("mug/b.jpg", "mug/a.png", f"{TENCH_WNID}/c.JPG"):
        builder.file(f"mine/{path}", picture())
    return folder_source(builder.root / "mine", "mine", NO_OPTIONS)


def _openimages(builder: TreeBuilder) -> SourceSpec:
    (source,) = SplitSources().openimages(usual_openimages(builder))
    return source


def _yolo(builder: TreeBuilder) -> SourceSpec:
    return SplitSources().yolo(usual_yolo(builder), "mugs")[0][0]


def _voc(builder: TreeBuilder) -> SourceSpec:
    (source,) = SplitSources().voc(usual_voc(builder), "voc")
    return source


def _webdataset(builder: TreeBuilder) -> SourceSpec:
    members = {"b.jpg": picture(), "b.cls": b"mug", "a.json": b'{"label": 3}', "a.png": picture()}
    builder.file("shards/train-000.tar", tar_of(members))
    return folder_source(builder.root / "shards", "shards", NO_OPTIONS, "webdataset")


def _huggingface(builder: TreeBuilder) -> SourceSpec:
    found = images((picture(), "b.jpg"), (picture(), None))
    file = builder.root / "parquet" / "data" / "train-00000-of-00001.parquet"
    write_parquet(file, {"image": found, "label": [1, 0]}, {"label": ["mug", "cup"]})
    return folder_source(builder.root / "parquet", "parquet", NO_OPTIONS, "huggingface")


# One for each format of `FORMATS`: the contract suite asks for it.
FIXTURES: dict[str, Callable[[TreeBuilder], SourceSpec]] = {
    "lvis": _lvis,
    "visual-genome": _visual_genome,
    "imagenet": _imagenet,
    "coco": _coco,
    "folder": _folder,
    "openimages": _openimages,
    "yolo": _yolo,
    "voc": _voc,
    "webdataset": _webdataset,
    "huggingface": _huggingface,
}
