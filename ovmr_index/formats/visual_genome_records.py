"""What is read of the records of Visual Genome, and what other forms of their members mean."""

from collections.abc import Sequence

import msgspec
from msgspec import Raw, Struct

from ovmr_index.formats import lenient
from ovmr_index.formats.json_document import CocoId, Key, Name, Side, SignedPixel


class Image(Struct):
    """An image of `image_data.json`."""

    image_id: Key
    url: str
    width: Side | None = None
    height: Side | None = None
    coco_id: CocoId | None = None


class OfImage(Struct):
    """What image a record is of."""

    image_id: Key


class Objects(Struct):
    """The objects of an image, each as it is written."""

    objects: list[Raw]


class Object(Struct):
    """An object: a box (xywh, pixels) with its synsets."""

    object_id: Key
    x: SignedPixel
    y: SignedPixel
    w: SignedPixel
    h: SignedPixel
    synsets: tuple[Name, ...] = ()


class UsualObject(Object, kw_only=True, gc=False):
    """An object with all published fields as they are published; it may have others."""

    synsets: tuple[Name, ...]
    names: tuple[str, ...]
    merged_object_ids: tuple[int, ...]


class AnyObject(Object):
    """An object with other fields, which may say again what image it is on."""

    image_id: Key | None = None


class ObjectsOfImage(Struct):
    """The objects of an image."""

    image_id: Key
    objects: Sequence[Object]


class UsualObjects(ObjectsOfImage):
    """The objects of an image, all of them usual."""

    objects: Sequence[UsualObject]


IMAGE = msgspec.json.Decoder(Image)
OBJECTS = msgspec.json.Decoder(Objects)
OF_IMAGE = msgspec.json.Decoder(OfImage)
OBJECT = msgspec.json.Decoder(AnyObject)
USUAL = msgspec.json.Decoder(UsualObject)
USUAL_OBJECTS = msgspec.json.Decoder(UsualObjects)
IMAGE_CHANGES: lenient.Changes = {
    "image_id": lenient.whole,
    "width": lenient.side,
    "height": lenient.side,
    "coco_id": lenient.coco_id,
}
OBJECTS_CHANGES: lenient.Changes = {"image_id": lenient.whole}
OBJECT_CHANGES: lenient.Changes = {
    **dict.fromkeys(("object_id", "image_id"), lenient.whole),
    **dict.fromkeys(("x", "y", "w", "h"), lenient.number),
    "synsets": lenient.names,
}
COLUMNS = frozenset(("object_id", "x", "y", "w", "h", "synsets"))
USUAL_FIELDS = ("names", "merged_object_ids")
