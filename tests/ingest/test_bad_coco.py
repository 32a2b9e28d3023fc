"""Bad files in COCO's format: refused in one clear line; the index stays as it was."""

import json
from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.errors import OvmrIndexError
from ovmr_index.ingest.sources import SourceOptions, SourceSpec
from tests.support.contents import assert_sound, everything
from tests.support.formats import coco_instances
from tests.support.refusals import DEEP, NUMBERS, crossed, rows, without
from tests.support.trees import Json, TreeBuilder

pytestmark = pytest.mark.slow

FILE = "instances.json"
ANNOTATION, IMAGE, CATEGORY = (
    coco_instances()[name][0] for name in ("annotations", "images", "categories")
)
FIRST = f"{FILE}: annotations[0] (id 82445)"


def _with(name: str, record: Json) -> bytes:
    """Return a file of COCO in which another record comes first in a list."""
    content = coco_instances()
    content[name][0] = record
    return json.dumps(content).encode()


def _text(name: str, text: str) -> bytes:
    """Return a file whose first annotation has `text` at `name`."""
    return _with("annotations", ANNOTATION | {name: "@"}).replace(b'"@"', text.encode())


def _doubled(name: str) -> bytes:
    content = coco_instances()
    content[name] += content[name][:1]
    return json.dumps(content).encode()


def _bad_files() -> dict[str, tuple[bytes, str, str]]:
    """Return files by what is wrong: content, what is said of the place, and of the error."""
    whole = json.dumps(coco_instances()).encode()
    bad = {
        "cut": (whole[:-300], FILE, "is not JSON: "),
        "empty": (b"", FILE, "the file is empty; download it again"),
        "a list": (b"[]", FILE, "expected `object`, got `array`; is it another kind of file?"),
        "predictions": (
            json.dumps([ANNOTATION]).encode(),
            FILE,
            "expected `object`, got `array`; is it another kind of file?",
        ),
        **{
            f"member {name!r}": (
                json.dumps(coco_instances() | {name: []}).encode(),
                FILE,
                f"has a member `{name}`; rename it to `{name.strip().lower()}`",
            )
            for name in ("Annotations", "IMAGES", " categories")
        },
        "two annotations": (
            _doubled("annotations"),
            f"{FILE}: annotation number 2 (id 82445)",
            "another record before it has the same id; remove one of them",
        ),
        "two pictures": (
            _doubled("images"),
            f"{FILE}: images[2] (id 397133)",
            "another record before it has the same id",
        ),
        "two categories": (
            _doubled("categories"),
            f"{FILE}: categories[2] (id 1)",
            "another record before it has the same id",
        ),
        "deep": (_text("extra", DEEP), FILE, "nested too deeply; "),
        "surrogate": (_text("image_id", '"\\ud800"'), FILE, "; fix"),
        "empty id": (_text("image_id", '""'), FIRST, "length >= 1 - at `$.image_id`"),
        "negative id": (_text("id", "-1"), f"{FILE}: annotations[0] (id -1)", ">= 0"),
        "keypoints": (_text("segmentation", "[1, 2]"), FILE, "expected `array`, got `int`"),
        "run lengths without size": (_text("segmentation", '{"counts": "a"}'), FILE, "`size`"),
        "bbox of 3": (_text("bbox", "[1, 2, 3]"), FIRST, "length 4"),
        "bbox null": (
            _with("annotations", without(ANNOTATION, "segmentation") | {"bbox": None}),
            FIRST,
            "got `null` - at `$.bbox`",
        ),
        "bbox of words": (_text("bbox", '[1, 2, 3, "wide"]'), FIRST, "`str` - at `$.bbox[3]`"),
        "category as text": (
            _text("category_id", '"cat"'),
            FIRST,
            "got `str` - at `$.category_id`",
        ),
        "no category": (
            _text("category_id", "9"),
            f"{FILE}: annotation (id 82445)",
            "its category 9 is not in instances.json; fix or remove the record",
        ),
        "no picture": (
            _text("image_id", "9"),
            f"{FILE}: annotation (id 82445)",
            "its image 9 is not in instances.json; fix or remove the record",
        ),
        "no path": (
            _with("images", without(without(IMAGE, "file_name"), "coco_url")),
            f"{FILE}: images[0] (id 397133)",
            "missing required field `file_name`; fix the record",
        ),
    }
    for name in ("images", "annotations", "categories"):
        content = json.dumps(without(coco_instances(), name)).encode()
        bad[f"without {name}"] = (content, FILE, f"has no member `{name}`; is it another kind")
    for name in ("id", "image_id", "category_id", "bbox"):
        record = without(without(ANNOTATION, name), "segmentation")
        content = _with("annotations", record)
        problem = f"missing required field `{name}`; fix"
        bad[f"annotation without {name}"] = (content, f"{FILE}: annotations[0]", problem)
    for name in ("id", "name"):
        content = _with("categories", without(CATEGORY, name))
        problem = f"missing required field `{name}`; fix"
        bad[f"category without {name}"] = (content, f"{FILE}: categories[0]", problem)
    for number in NUMBERS:
        for name, text in (
            *((name, number) for name in ("id", "image_id", "category_id", "area", "iscrowd")),
            ("bbox", f"[0, {number}, 3, 4]"),
        ):
            bad[f"{name} {number[:20]}"] = (_text(name, text), FILE, "; fix")
    for path in ("../x.jpg", "a/../../x.jpg", "a\0b/x.jpg", "a/..", "a\\..\\..\\x.jpg"):
        content = _with("images", IMAGE | {"file_name": path})
        place = f"{FILE}: images[0] (id 397133)"
        bad[f"path {path!r}"] = (content, place, "folder of the images; fix the record")
    for path, place in (("/etc/passwd", "give strip=1, or fix the"), ("C:\\x.jpg", "strip=1")):
        content = _with("images", IMAGE | {"file_name": path})
        bad[f"path {path!r}"] = (content, f"{FILE}: image (id 397133)", place)
    return bad


BAD_FILES = _bad_files()
_FIELDS = ("id", "image_id", "category_id", "area", "iscrowd", "bbox")
VARIANTS = crossed([f"{name} {{}}" for name in _FIELDS], [number[:20] for number in NUMBERS])


# That a new index stays as it was, `test_abort_is_the_default_and_comes_back` sees each time.
@pytest.fixture(
    scope="module",
    params=[pytest.param(False, marks=pytest.mark.exhaustive), True],
    ids=["new", "filled"],
)
def own(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, empty_index: Path
) -> tuple[TreeBuilder, Index, SourceSpec]:
    """Return a tree, its index, new or filled, and a source: what is refused changes nothing."""
    builder = TreeBuilder(tmp_path_factory.mktemp("own") / "datasets", empty_index)
    file = builder.json(FILE, coco_instances())
    index = builder.index()
    options = SourceOptions(by_name=True)
    source = index.sources.coco(file, "own", builder.root / "pictures", options=options)
    if request.param:
        index.ingest([source])
    assert_sound(index)
    return builder, index, source


@pytest.mark.parametrize(("content", "place", "problem"), rows(BAD_FILES, VARIANTS))
def test_a_bad_file(
    own: tuple[TreeBuilder, Index, SourceSpec], content: bytes, place: str, problem: str
) -> None:
    builder, index, source = own
    before = everything(index)
    builder.file(FILE, content)
    with pytest.raises(OvmrIndexError) as caught:
        index.ingest([source])
    message = str(caught.value)
    assert message.startswith(f"{builder.root}/{place}")
    assert problem in message
    assert "\n" not in message
    assert len(message) < 500 + len(str(builder.root))
    assert everything(index) == before
