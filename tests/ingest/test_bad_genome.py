"""Bad files of Visual Genome: refused in one clear line; the index stays as it was."""

import json

import pytest

from ovmr_index import Index
from tests.support.refusals import (
    DEEP,
    IMAGE_DATA,
    NUMBERS,
    OBJECTS,
    crossed,
    refused,
    rows,
    without,
)
from tests.support.trees import Json, TreeBuilder, vg_image, vg_object, vg_objects

pytestmark = pytest.mark.slow


def _genome(*objects: Json) -> bytes:
    return json.dumps([vg_objects(1, *objects)]).encode()


GOOD_IMAGES = json.dumps([vg_image(1)]).encode()
BAD_GENOME: dict[str, tuple[bytes, bytes, str, str]] = {
    "cut": (_genome(vg_object(3))[:-30], GOOD_IMAGES, OBJECTS, "is not JSON: "),
    "empty": (b"", GOOD_IMAGES, OBJECTS, "the file is empty; download"),
    "an object": (b"{}", GOOD_IMAGES, OBJECTS, "got `object`; is it another kind of file?"),
    "pictures an object": (b"[]", b"{}", IMAGE_DATA, "got `object`; is it another kind of file?"),
    "pictures cut": (b"[]", GOOD_IMAGES[:-9], IMAGE_DATA, "is not JSON: "),
    "no entry": (
        _genome(vg_object(3)),
        b"[]",
        f"{OBJECTS}: object (id 3)",
        "its image 1 is not in image_data.json; fix",
    ),
    "two objects": (
        _genome(vg_object(3), vg_object(4), vg_object(3)),
        GOOD_IMAGES,
        f"{OBJECTS}: object number 2 (id 3)",
        "another record before it has the same id; remove one",
    ),
    "an object of another picture": (
        _genome(vg_object(3, image_id=2)),
        GOOD_IMAGES,
        f"{OBJECTS}: [0].objects[0] (id 3)",
        "its `image_id` is 2, and it is listed under 1; fix or remove the record",
    ),
    "two pictures": (
        b"[]",
        json.dumps([vg_image(1), vg_image(1)]).encode(),
        f"{IMAGE_DATA}: images[1] (id 1)",
        "another record before it has the same id; remove one",
    ),
    "objects missing": (
        b'[{"image_id": 1}]',
        GOOD_IMAGES,
        f"{OBJECTS}: [0] (id 1)",
        "missing required field `objects`",
    ),
    "number as text": (
        _genome(vg_object(3, w="wide")),
        GOOD_IMAGES,
        f"{OBJECTS}: [0].objects[0] (id 3)",
        "got `str` - at `$.w`; fix",
    ),
    "a name of no UTF-8": (
        _genome(vg_object(3, names=["@"])).replace(b"@", b"\xff"),
        GOOD_IMAGES,
        f"{OBJECTS}: [0].objects[0] (id 3)",
        "invalid UTF-8 (0x",
    ),
    "a key of no UTF-8": (
        _genome(vg_object(3) | {"@": 1}).replace(b"@", b"\xff"),
        GOOD_IMAGES,
        f"{OBJECTS}: [0].objects[0] (id unknown)",
        "invalid UTF-8 (0x",
    ),
    "a lone surrogate": (
        _genome(vg_object(3, names=["@"])).replace(b"@", b"\\ud800"),
        GOOD_IMAGES,
        OBJECTS,
        "lone surrogate",
    ),
    "deep": (
        _genome(vg_object(3, names="@")).replace(b'"@"', DEEP.encode()),
        GOOD_IMAGES,
        OBJECTS,
        "nested too deeply",
    ),
    **{
        f"object without {name}": (
            _genome(without(vg_object(3), name)),
            GOOD_IMAGES,
            f"{OBJECTS}: [0].objects[0] (id ",
            f"missing required field `{name}`; fix",
        )
        for name in ("object_id", "x", "y", "w", "h")
    },
    **{
        f"picture without {name}": (
            b"[]",
            json.dumps([without(vg_image(1), name)]).encode(),
            f"{IMAGE_DATA}: [0] (id ",
            f"missing required field `{name}`; fix",
        )
        for name in ("image_id", "url")
    },
    **{
        f"{name} {number[:20]}": (
            _genome(vg_object(3) | {name: "@"}).replace(b'"@"', number.encode()),
            GOOD_IMAGES,
            OBJECTS,
            "; fix",
        )
        for name in ("object_id", "x", "w")
        for number in NUMBERS
    },
    **{
        f"url {url!r}": (
            b"[]",
            json.dumps([vg_image(1, url=url)]).encode(),
            f"{IMAGE_DATA}: [0] (id 1)",
            "is not a path below the folder of the images; fix",
        )
        for url in ("https://host/VG_100K/..", "https://host/../1.jpg", "/etc/1.jpg", "a/1\0.jpg")
    },
}
_NAMES = [f"{name} {{}}" for name in ("object_id", "x", "w")]
VARIANTS = crossed(_NAMES, [number[:20] for number in NUMBERS])


@pytest.mark.parametrize(("objects", "images", "place", "problem"), rows(BAD_GENOME, VARIANTS))
def test_bad_files_of_visual_genome(
    state: tuple[TreeBuilder, Index], objects: bytes, images: bytes, place: str, problem: str
) -> None:
    builder, index = state
    builder.file(OBJECTS, objects)
    builder.file(IMAGE_DATA, images)
    refused(builder, index, place, problem)
