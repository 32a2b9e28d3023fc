"""Hashes of images: what they are, that they are kept, and which of them count as near."""

import hashlib
import io
import random
import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from sqlalchemy import select

from ovmr_index import Index
from ovmr_index.db.bulk import insert_rows
from ovmr_index.db.engine import reading, writing
from ovmr_index.db.models import Image, ImageHash
from ovmr_index.errors import Issue
from ovmr_index.images.hash import difference_hash
from ovmr_index.images.header import ImageError
from ovmr_index.images.pixels import grey_pixels
from ovmr_index.pools.leaks import NEAR_BITS, val_images
from tests.export.test_odd_crops import UPRIGHT
from tests.support.drawn import drawn
from tests.support.tars import to_packed_class_tars
from tests.support.trees import TENCH_WNID, TreeBuilder, image

IMAGENET = "imagenet/imagenet21k_P"
FOLDER = f"{IMAGENET}/train/{TENCH_WNID}"


@pytest.fixture
def index(builder: TreeBuilder) -> Index:
    """Return an index of four images of ImageNet and one of val."""
    builder.lvis(annotations=[])
    builder.lvis("val", images=[image(5, "val2017")], annotations=[])
    builder.file("coco/val2017/000000000005.jpg", drawn(5))
    for number in range(4):
        builder.file(f"{FOLDER}/{number}.JPEG", drawn(number))
    index = builder.index()
    index.ingest()
    return index


def _hashes(index: Index) -> dict[str, tuple[str | None, int | None]]:
    query = select(Image.c.file_name, ImageHash.c.sha256, ImageHash.c.perceptual)
    with reading(index.engine) as connection:
        rows = connection.execute(query.join(Image, Image.c.pk == ImageHash.c.image_pk))
        return {Path(name).name: (sha256, perceptual) for name, sha256, perceptual in rows}


@given(st.binary(min_size=72, max_size=72))
def test_a_hash_compares_each_pixel_with_the_next(pixels: bytes) -> None:
    rows = [pixels[start : start + 9] for start in range(0, 72, 9)]
    bits = "".join(str(int(a < b)) for row in rows for a, b in pairwise(row))
    assert difference_hash(pixels) % 2**64 == int(bits, 2)
    assert -(2**63) <= difference_hash(pixels) < 2**63


def test_an_image_in_grey(tmp_path: Path) -> None:
    for name, size, kind in (("a.jpg", (1000, 700), "JPEG"), ("a.png", (90, 80), "PNG")):
        (tmp_path / name).write_bytes(drawn(3, size, kind))
        pixels = grey_pixels(tmp_path / name, (9, 8))
        assert len(pixels) == 72
        difference = difference_hash(pixels) ^ difference_hash(grey_pixels(tmp_path / name, (9, 8)))
        assert difference == 0
    (tmp_path / "a.jpg").write_bytes(drawn(3)[:800])
    with pytest.raises(ImageError, match="truncated"):
        grey_pixels(tmp_path / "a.jpg", (9, 8))


@pytest.mark.slow
@pytest.mark.exhaustive(
    but=[
        "PNG-0-6",
        "JPEG-3-1",
        "JPEG-3-2",
        "JPEG-3-3",
        "JPEG-3-4",
        "JPEG-3-5",
        "JPEG-3-6",
        "JPEG-3-7",
        "JPEG-3-8",
    ]
)
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(("kind", "most"), [("PNG", 0), ("JPEG", NEAR_BITS)])
def test_an_image_turned_by_exif_is_hashed_as_it_is_shown(
    tmp_path: Path, orientation: int, kind: str, most: int
) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    with Pillow.open(io.BytesIO(drawn(3, (400, 300), "PNG"))) as shown:
        upright, turned = tmp_path / "a", tmp_path / "b"
        shown.save(upright, kind, quality=95)
        stored = shown.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else shown
        stored.save(turned, kind, quality=95, exif=exif)
    hashes = [difference_hash(grey_pixels(path, (9, 8))) for path in (upright, turned)]
    assert ((hashes[0] ^ hashes[1]) % 2**64).bit_count() <= most


@pytest.mark.slow
def test_hashes_are_computed_when_asked_and_kept(index: Index) -> None:
    assert index.pools.hash_images() == []
    names = {f"{number}.JPEG": number for number in range(4)} | {"000000000005.jpg": 5}
    digests = {name: hashlib.sha256(drawn(number)).hexdigest() for name, number in names.items()}
    assert _hashes(index) == {name: (sha256, None) for name, sha256 in digests.items()}
    (index.root / FOLDER / "0.JPEG").unlink()
    assert index.pools.hash_images() == []
    (issue,) = index.pools.hash_images(perceptual=True)
    file = f"train/{TENCH_WNID}/0.JPEG"
    assert issue == Issue("imagenet21k", file, reason="No such file or directory")
    hashes = _hashes(index)
    assert {name: sha256 for name, (sha256, _) in hashes.items()} == digests
    assert [name for name, (_, perceptual) in hashes.items() if perceptual is None] == ["0.JPEG"]
    (index.root / FOLDER / "0.JPEG").write_bytes(drawn(0))
    assert index.pools.hash_images(perceptual=True) == []
    assert len({perceptual for _, perceptual in _hashes(index).values()}) == 5


@pytest.mark.slow
def test_an_image_that_goes_takes_its_hashes_along(builder: TreeBuilder, index: Index) -> None:
    index.pools.hash_images(perceptual=True)
    (index.root / FOLDER / "2.JPEG").unlink()
    builder.touch(index.root / FOLDER)
    builder.lvis("val", images=[], annotations=[])
    index.ingest()
    assert sorted(_hashes(index)) == ["0.JPEG", "1.JPEG", "3.JPEG"]


@pytest.mark.slow
def test_images_in_tars_have_the_same_hashes(builder: TreeBuilder, index: Index) -> None:
    index.pools.hash_images(perceptual=True)
    unpacked = _hashes(index)
    other = Path(shutil.copytree(index.root, builder.root.with_name("packed")))
    (other / "ovmr.db").unlink()
    to_packed_class_tars(other / IMAGENET)
    packed = Index.open(other)
    packed.ingest()
    assert packed.pools.hash_images(perceptual=True) == []
    assert _hashes(packed) == unpacked


def test_near_is_what_differs_in_few_bits(builder: TreeBuilder) -> None:
    builder.lvis(images=[image(key) for key in range(1, 201)], annotations=[])
    builder.lvis("val", images=[image(key) for key in range(1001, 1006)], annotations=[])
    index = builder.index()
    index.ingest()
    draw = random.Random(1)
    of_val = {key: draw.getrandbits(64) for key in range(1001, 1006)}
    hashes = of_val | {key: _turned(draw, of_val[1001 + key % 5], key % 9) for key in range(1, 201)}
    with writing(index.engine) as connection:
        known = connection.execute(select(Image.c.key, Image.c.pk)).all()
        rows: dict[int | None, int] = dict(known)
        values = [(rows[key], number - (number >> 63 << 64)) for key, number in hashes.items()]
        insert_rows(connection, ImageHash, ("image_pk", "perceptual"), values)
        found = set(connection.execute(val_images()).scalars())
    near = {
        key
        for key, number in hashes.items()
        if any((number ^ other).bit_count() <= NEAR_BITS for other in of_val.values())
    }
    assert 60 < len(near) < 200
    assert found == {rows[key] for key in near}


def _turned(draw: random.Random, number: int, bits: int) -> int:
    """Return a number in which `bits` bits are others."""
    for bit in draw.sample(range(64), bits):
        number ^= 1 << bit
    return number
