"""Pictures come from what the index knows alone; what is missing says so in words."""

import io
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from ovmr_index import Index
from ovmr_index.pools.exemplars import Exemplar
from ovmr_index.web.addresses import image_address, thumbnail_address
from ovmr_index.web.app import create_app
from ovmr_index.web.options import ServeOptions
from ovmr_index.web.tile import plain_tile
from tests.support import tars
from tests.support.asking import Asking

APPLE = 12
SOURCES = {"lvis": "lvis_v1_train", "imagenet21k": "imagenet21k"}
OUTSIDE = [
    "../ovmr.db",
    "/etc/passwd",
    "train/../../ovmr.db",
    "train/n07739125/../../../ovmr.db",
    "",
    "a\0b",
    "<script>alert(1)</script>",
    "\u202egpj.x",
]


@pytest.fixture(scope="module")
def client(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    """Return a client of the pages of the file's index, whose cache holds nothing yet.

    The images of ImageNet are in tars.
    """
    tars.to_class_tars(root)
    with pytest.MonkeyPatch.context() as patch, Index.open(root) as index:
        index.ingest()
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        app = create_app(index, ServeOptions())
        yield Asking(app, "http://127.0.0.1")
        app.state.thumbnails.close()


@pytest.fixture(scope="module")
def apples(root: Path, client: Asking) -> dict[str, list[Exemplar]]:
    """Return the exemplars of apples by dataset."""
    found: dict[str, list[Exemplar]] = {}
    for one in Index.open(root).exemplars(APPLE):
        found.setdefault(one.dataset, []).append(one)
    return found


def _address(one: Exemplar, side: int = 192) -> str:
    return thumbnail_address(SOURCES[one.dataset], one.file_name, one.region_id, side)


def _jpeg(answer: httpx.Response) -> Image.Image:
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    return Image.open(io.BytesIO(answer.content))


def _reason(answer: httpx.Response) -> str:
    """Return the words of a plain tile, which is kept nowhere."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/svg+xml")
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.text.partition("<title>")[2].partition("</title>")[0]


@pytest.mark.slow
@pytest.mark.parametrize("dataset", SOURCES)
def test_shows_crops_of_files_and_of_tars(
    client: Asking, apples: dict[str, list[Exemplar]], dataset: str
) -> None:
    one = apples[dataset][0]
    assert (one.member is not None) == (dataset == "imagenet21k")
    first = client.get(_address(one))
    assert 0 < max(_jpeg(first).size) <= 192
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert client.get(_address(one)).content == first.content
    known = {"If-None-Match": first.headers["ETag"]}
    assert client.get(_address(one), headers=known).status_code == 304
    assert client.get(_address(one, 384)).headers["ETag"] != first.headers["ETag"]
    whole = _jpeg(client.get(image_address(SOURCES[dataset], one.file_name, one.region_id)))
    if one.image_width is not None:
        assert whole.size == (one.image_width, one.image_height)


def test_shows_a_changed_image(client: Asking, apples: dict[str, list[Exemplar]]) -> None:
    one = apples["lvis"][1]
    before = client.get(_address(one))
    path = Path(one.root, one.file_name)
    Image.new("RGB", (one.image_width or 0, one.image_height or 0), "red").save(path)
    after = client.get(_address(one), headers={"If-None-Match": before.headers["ETag"]})
    assert _jpeg(after).getpixel((5, 5)) == (254, 0, 0)


def test_says_why_there_is_no_picture(client: Asking, apples: dict[str, list[Exemplar]]) -> None:
    missing, cut, other = apples["lvis"][2:5]
    Path(missing.root, missing.file_name).unlink()
    path = Path(cut.root, cut.file_name)
    path.write_bytes(path.read_bytes()[:3_000])
    Path(other.root, other.file_name).write_text("<script>alert(1)</script>")
    assert _reason(client.get(_address(missing))) == "No such file or directory"
    assert _reason(client.get(_address(cut))).startswith("unreadable: image file is truncated")
    assert _reason(client.get(_address(other))) == "not an image"
    assert _reason(client.get(image_address("lvis_v1_train", other.file_name))) == "not an image"


@pytest.mark.slow
@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("address", [thumbnail_address, image_address])
def test_reads_no_file_that_is_no_image_of_a_source(
    client: Asking, name: str, address: object
) -> None:
    for source in ("imagenet21k", "lvis_v1_train", "../imagenet", "<b>"):
        answer = client.get(address(source, name, None))  # type: ignore[operator]
        if answer.status_code != 404:
            assert _reason(answer) == "the index holds no such image"


def test_reads_no_link_out_of_its_dataset(
    client: Asking, apples: dict[str, list[Exemplar]], tmp_path: Path
) -> None:
    one = apples["lvis"][6]
    path = Path(one.root, one.file_name)
    path.rename(tmp_path / "elsewhere.jpg")
    path.symlink_to(tmp_path / "elsewhere.jpg")
    assert _reason(client.get(_address(one))).startswith("is a link out of its dataset")


@pytest.mark.parametrize("region", ["x", "1x", "9" * 30, str(2**63), "-1", "%C2%B2"])
def test_knows_no_box_by_another_word(client: Asking, region: str) -> None:
    answer = client.get(f"/thumbnails/lvis_v1_train/{region}?file=train2017/000000900899.jpg")
    assert _reason(answer) == "the index holds no such box"


def test_a_box_is_on_its_own_image_alone(client: Asking, apples: dict[str, list[Exemplar]]) -> None:
    one, other = apples["lvis"][7:9]
    address = thumbnail_address("lvis_v1_train", other.file_name, one.region_id)
    assert one.file_name != other.file_name
    assert _reason(client.get(address)) == "the index holds no such image"


def test_a_tile_says_text_as_text() -> None:
    tile = plain_tile("<b>&\x00\ud800 " + "word " * 60)
    assert "<title>&lt;b&gt;&amp;\ufffd\ufffd word" in tile
    assert tile.count("<text") == 6
    assert " …</text>" in tile
    tile.encode()
