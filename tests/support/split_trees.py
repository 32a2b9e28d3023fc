"""Small trees of OpenImages, YOLO and Pascal VOC, in the shapes that these are published in."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support.trees import Json, TreeBuilder, picture

MIDS = {"/m/011k07": "Tortoise", "/m/06m11": "Rose", "/m/01mzpv": "Chair, armchair"}
TORTOISE, ROSE, CHAIR = MIDS
IMAGE, OTHER = "000002b66c9c498e", "f0a1b2c3d4e5f607"
SIZE = (64, 48)
COLUMNS = (
    *("ImageID", "Source", "LabelName", "Confidence", "XMin", "XMax", "YMin", "YMax"),
    *("IsOccluded", "IsTruncated", "IsGroupOf", "IsDepiction", "IsInside"),
    *("XClick1X", "XClick2X", "XClick3X", "XClick4X", "XClick1Y", "XClick2Y", "XClick3Y"),
    "XClick4Y",
)
NO_CLICKS = ("-1",) * 8
LABELS = "train-annotations-human-imagelabels-boxable.csv"
HIERARCHY: Json = {
    "LabelName": "/m/0bl9f",
    "Subcategory": [
        {"LabelName": CHAIR, "Part": [{"LabelName": "/m/01lynh"}]},
        {"LabelName": ROSE, "Subcategory": [{"LabelName": TORTOISE}]},
    ],
}


def box_row(
    image: str = IMAGE,
    label: str = TORTOISE,
    sides: Sequence[object] = (0.25, 0.75, 0.5, 1),
    *,
    group: int = 0,
    clicks: Sequence[str] = NO_CLICKS,
) -> str:
    """Return a line of boxes; `sides` are XMin, XMax, YMin and YMax."""
    flags = ("0", "1", str(group), "0", "0")
    return ",".join((image, "xclick", label, "1", *map(str, sides), *flags, *clicks))


def boxes_csv(*rows: str) -> bytes:
    """Return a file of boxes, with the columns of OpenImages V6."""
    return "".join(f"{line}\n" for line in (",".join(COLUMNS), *rows)).encode()


def class_csv(names: Mapping[str, str] = MIDS, *, header: bool = False) -> bytes:
    """Return a file of class descriptions."""
    lines = [f'{mid},"{name}"' if "," in name else f"{mid},{name}" for mid, name in names.items()]
    return "\n".join([*(["LabelName,DisplayName"] if header else []), *lines, ""]).encode()


def labels_csv(*labels: tuple[str, str, object]) -> bytes:
    """Return a file of labels: image, class and confidence of each."""
    rows = (f"{image},verification,{label},{confidence}" for image, label, confidence in labels)
    return "".join(f"{line}\n" for line in ("ImageID,Source,LabelName,Confidence", *rows)).encode()


def openimages(builder: TreeBuilder, *rows: str, split: str = "train") -> Path:
    """Write boxes of a split and the classes; return the folder of the dataset."""
    builder.file("oi/class-descriptions-boxable.csv", class_csv())
    return builder.file(f"oi/{split}-annotations-bbox.csv", boxes_csv(*rows)).parent


def usual_openimages(builder: TreeBuilder) -> Path:
    """Write two images with three boxes, one of a group; return the folder of the dataset."""
    builder.pictures(f"oi/train_0/{IMAGE}.jpg", f"oi/train_f/{OTHER}.jpg", size=SIZE)
    clicks = ("0.3", "0.4", "0.7", "0.5", "0.5", "0.6", "0.7", "0.9")
    builder.json("oi/bbox_labels_600_hierarchy.json", HIERARCHY)
    labels = ((IMAGE, TORTOISE, 1), (OTHER, ROSE, 0), (IMAGE, CHAIR, 0), (OTHER, "/m/none", 0))
    builder.file(f"oi/{LABELS}", labels_csv(*labels))
    rows = (box_row(clicks=clicks), box_row(label=ROSE, group=1), box_row(OTHER, CHAIR))
    return openimages(builder, *rows)


def yolo(
    builder: TreeBuilder, labels: Mapping[str, str | bytes | None], yaml: str | None = None
) -> Path:
    """Write images with their labels (None without), by path below `images`; return data.yaml."""
    for path, content in labels.items():
        kind = "PNG" if path.endswith(".png") else "JPEG"
        builder.file(f"yolo/images/{path}", picture(SIZE, kind))
        if content is not None:
            text = content if isinstance(content, bytes) else content.encode()
            builder.file(f"yolo/labels/{path.rpartition('.')[0]}.txt", text)
    usual = "path: .\ntrain: images/train\nval: images/val\nnames:\n  0: mug\n  1: tench\n"
    return builder.file("yolo/data.yaml", (yaml or usual).encode())


def usual_yolo(builder: TreeBuilder) -> Path:
    """Write a box, a polygon and a background of two splits; return data.yaml."""
    triangle = "1 0.25 0.25 0.75 0.25 0.75 0.75\n"
    labels = {"train/a.jpg": "0 0.5 0.5 0.5 0.25\n", "train/b.png": triangle, "val/c.jpg": None}
    return yolo(builder, labels | {"val/d.jpg": "0 0.5 0.5 1 1"})


def voc_object(name: str = "dog", box: Sequence[object] = (1, 1, 64, 48), more: str = "") -> str:
    """Return the XML of an object; `box` is xmin, ymin, xmax and ymax."""
    sides = zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True)
    bndbox = "".join(f"<{side}>{value}</{side}>" for side, value in sides)
    return f"<object><name>{name}</name>{more}<bndbox>{bndbox}</bndbox></object>"


def voc_xml(image: str, *objects: str, size: tuple[int, int] = SIZE) -> bytes:
    """Return a file of annotations."""
    sides = f"<width>{size[0]}</width><height>{size[1]}</height><depth>3</depth>"
    source = "<source><database>The VOC2007 Database</database></source>"
    head = f"<folder>VOC2007</folder><filename>{image}</filename>{source}<size>{sides}</size>"
    return f"<annotation>{head}{''.join(objects)}</annotation>".encode()


def voc(builder: TreeBuilder, files: Mapping[str, bytes], **lists: Sequence[str]) -> Path:
    """Write annotations by id with an image each, and lists of ids; return the dataset's folder."""
    for image_id, content in files.items():
        builder.file(f"voc/Annotations/{image_id}.xml", content)
        builder.file(f"voc/JPEGImages/{image_id}.jpg", picture(SIZE))
    for split, ids in lists.items():
        lines = "".join(f"{image_id}\n" for image_id in ids)
        builder.file(f"voc/ImageSets/Main/{split}.txt", lines.encode())
    return builder.root / "voc"


def usual_voc(builder: TreeBuilder) -> Path:
    """Write two images of a split with three objects; return the folder of the dataset."""
    flags = "<pose>Left</pose><truncated>1</truncated><difficult>0</difficult>"
    files = {
        "000007": voc_xml("000007.jpg", voc_object("car", (11, 13, 50, 40), flags)),
        "000009": voc_xml("000009.jpg", voc_object("dog"), voc_object("car", (2, 3, 4, 5))),
    }
    return voc(builder, files, train=["000007", "000009"])
