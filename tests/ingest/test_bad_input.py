"""Bad input: one clear line that names file, record and remedy; the index stays as it was."""

import json
from typing import Any

import pytest

from ovmr_index import Index
from tests.support.refusals import (
    DEEP,
    LVIS,
    NUMBERS,
    crossed,
    refused,
    rows,
    without,
)
from tests.support.trees import Json, TreeBuilder, annotation, category, image

pytestmark = pytest.mark.slow


TEXTS = {
    "high": b'"\\ud800"',
    "low": b'"\\udc00"',
    "halves": b'"\\ud800\\u0041"',
    "raw surrogate": b'"\xed\xa0\x80"',
    "not UTF-8": b'"\xff"',
}


def _lvis(**members: Any) -> bytes:
    content = {"images": [image(1)], "annotations": [annotation(7)], "categories": [category(1)]}
    return json.dumps(content | members).encode()


def _lvis_with(record: Json, name: str, text: str) -> bytes:
    """Return an LVIS file whose annotation 7 has `text` at `name`."""
    return _lvis(annotations=[record | {name: "@"}]).replace(b'"@"', text.encode())


def _bad_lvis() -> dict[str, tuple[bytes, str, str]]:
    """Return LVIS files by what is wrong: content, what is said of the place, and of the error."""
    cut = _lvis()
    first = f"{LVIS}: annotations[0] (id 7)"
    bad = {
        "cut": (cut[: cut.index(b"area")], LVIS, "is cut off in the middle; "),
        "cut after a bracket": (cut[:-30], LVIS, "is not JSON: "),
        "cut in the last byte": (cut[:-1], LVIS, "is not JSON: "),
        "empty": (b"", LVIS, "the file is empty; download it again"),
        "blank": (b" \n", LVIS, "is not JSON: "),
        "not JSON": (b"<html>\n</html>", LVIS, "is not JSON: invalid character (byte 0)"),
        "binary": (b"\x1f\x8b\x08\x00", LVIS, "the gzip file is cut off; "),
        "UTF-16": (cut.decode().encode("utf-16"), LVIS, "is not JSON: "),
        "two documents": (cut + cut, LVIS, "is not JSON: trailing characters"),
        "a list": (b"[]", LVIS, "expected `object`, got `array`; is it another kind of file?"),
        "annotations": (_lvis(annotations={}), LVIS, "`annotations`: expected `array`, got"),
        "deep": (_lvis_with(annotation(7), "deep", DEEP), LVIS, "nested too deeply; "),
        "bbox of 3": (_lvis(annotations=[annotation(7, bbox=[1, 2, 3])]), first, "length 4"),
        "bbox of 5": (_lvis(annotations=[annotation(7, bbox=[1] * 5)]), first, "length 4"),
        "negative": (_lvis(annotations=[annotation(7, bbox=[0, -1, 3, 4])]), first, ">= 0"),
        "negative float": (_lvis(annotations=[annotation(7, bbox=[0, 1, -0.5, 4])]), first, ">= 0"),
        "negative area": (_lvis(annotations=[annotation(7, area=-1)]), first, ">= 0"),
        "no object": (_lvis(annotations=[7]), f"{LVIS}: annotations[0] (id unknown)", "`object`"),
        "flat points": (
            _lvis(annotations=[annotation(7, segmentation=[1, 2])]),
            first,
            "expected `array`, got `int`",
        ),
        "no category": (
            _lvis(annotations=[annotation(7, category_id=9)]),
            f"{LVIS}: annotation (id 7)",
            "its category 9 is not in lvis_v1_train.json; fix",
        ),
        "no picture": (
            _lvis(annotations=[annotation(7, image_id=9)]),
            f"{LVIS}: annotation (id 7)",
            "its image 9 is not in lvis_v1_train.json; fix",
        ),
        "synset null": (
            _lvis(categories=[category(1) | {"synset": None}]),
            f"{LVIS}: categories[0] (id 1)",
            "expected `str`, got `null` - at `$.synset`",
        ),
        "synset empty": (
            _lvis(categories=[category(1, "")]),
            f"{LVIS}: categories[0] (id 1)",
            "length >= 1 - at `$.synset`",
        ),
        "width -1": (_lvis(images=[image(1, width=-1)]), f"{LVIS}: images[0] (id 1)", ">= 1"),
        "no path": (
            _lvis(images=[without(image(1), "coco_url")]),
            f"{LVIS}: images[0] (id 1)",
            "missing required field `coco_url`",
        ),
    }
    for name in ("images", "annotations", "categories"):
        text = json.dumps(without(json.loads(cut), name)).encode()
        bad[f"no {name}"] = (text, LVIS, f"has no member `{name}`; is it another kind")
    for name in ("id", "image_id", "category_id", "bbox", "area"):
        record = without(without(annotation(7), name), "segmentation")
        place = f"{LVIS}: annotations[0] (id "
        problem = f"missing required field `{name}`; fix"
        bad[f"annotation without {name}"] = (_lvis(annotations=[record]), place, problem)
        text = _lvis(annotations=[annotation(7) | {name: "x"}])
        bad[f"wrong type of {name}"] = (text, place, "got `str` - at `$.")
    for name in ("id", "name", "synset"):
        text = _lvis(categories=[without(category(1), name)])
        problem = f"missing required field `{name}`; fix"
        bad[f"category without {name}"] = (text, f"{LVIS}: categories[0] (id ", problem)
    bad["picture without id"] = (
        _lvis(images=[without(image(1), "id")]),
        f"{LVIS}: images[0] (id none)",
        "missing required field `id`",
    )
    return bad


def _bad_numbers() -> dict[str, tuple[bytes, str, str]]:
    bad = {}
    for number in NUMBERS:
        for name in ("id", "image_id", "category_id", "area", "extra"):
            bad[f"{name} {number[:20]}"] = (_lvis_with(annotation(7), name, number), LVIS, "; fix")
        for name, text in (("bbox", f"[0, {number}, 3, 4]"), ("segmentation", f"[[1, {number}]]")):
            bad[f"{name} {number[:20]}"] = (_lvis_with(annotation(7), name, text), LVIS, "; fix")
        text = f'[{{"id": {number}}}]'
        bad[f"header {number[:20]}"] = (
            _lvis(info="@").replace(b'"@"', text.encode()),
            LVIS,
            "; fix",
        )
    # In a field that is only kept and given back any whole number of JSON may stand.
    del bad["extra 18446744073709551616"], bad["header 18446744073709551616"]
    return bad


def _bad_texts() -> dict[str, tuple[bytes, str, str]]:
    bad = {}
    for kind, text in TEXTS.items():
        for list_, record, name in (
            ("annotations", annotation(7), "extra"),
            ("annotations", annotation(7), "segmentation"),
            ("images", image(1), "extra"),
            ("images", image(1), "coco_url"),
            ("categories", category(1), "synset"),
            ("categories", category(1), "extra"),
        ):
            content = _lvis(**{list_: [record | {name: "@"}]}).replace(b'"@"', text)
            bad[f"{kind}: {name} in {list_}"] = (content, LVIS, "; fix")
        content = _lvis(annotations=[annotation(7) | {"@": 1}]).replace(b'"@"', text)
        bad[f"{kind}: a key"] = (content, LVIS, "; fix")
        content = _lvis(info={"a": "@"}).replace(b'"@"', text)
        bad[f"{kind}: header"] = (content, LVIS, "; fix")
    return bad


def _bad_paths() -> dict[str, tuple[bytes, str, str]]:
    bad = {}
    url = "http://images.cocodataset.org/"
    for path in ("../x.jpg", "a/../../x.jpg", "/etc/passwd", "a\0b/x.jpg", "a/..", "", "a//x.jpg"):
        for name, value in (("file_name", path), ("coco_url", url + path)):
            if name == "coco_url" and path in ("/etc/passwd", ""):
                continue  # what comes after the host has no root of its own
            if name == "file_name" and path in ("/etc/passwd", "", "a//x.jpg"):
                continue  # where there is a URL, it is not needed
            record = image(1, **{name: value})
            place = f"{LVIS}: images[0] (id 1)"
            bad[f"{name} {path!r}"] = (
                _lvis(images=[record]),
                place,
                "folder of the images; fix the",
            )
    for path in ("/etc/passwd", "train2017/"):
        content = _lvis(images=[image(1, coco_url=path)])
        bad[f"coco_url {path}"] = (
            content,
            f"{LVIS}: images[0] (id 1)",
            "folder of the images; fix",
        )
    return bad


BAD_LVIS = {**_bad_lvis(), **_bad_numbers(), **_bad_texts(), **_bad_paths()}
_FIELDS = ("id", "image_id", "category_id", "area", "extra", "bbox", "segmentation", "header")
_PLACES = [
    *("extra in annotations", "segmentation in annotations", "extra in images"),
    *("coco_url in images", "synset in categories", "extra in categories", "a key", "header"),
]
VARIANTS = {
    *crossed([f"{name} {{}}" for name in _FIELDS], [number[:20] for number in NUMBERS]),
    *crossed([f"{{}}: {place}" for place in _PLACES], [*TEXTS]),
}


@pytest.mark.parametrize(("content", "place", "problem"), rows(BAD_LVIS, VARIANTS))
def test_a_bad_lvis_file(
    state: tuple[TreeBuilder, Index], content: bytes, place: str, problem: str
) -> None:
    builder, index = state
    builder.file(LVIS, content)
    refused(builder, index, place, problem)
