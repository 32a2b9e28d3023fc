"""The files of images for packages that read files alone, and masks and names beside them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ovmr_index import OvmrIndexError
from ovmr_index.export.forms.annotated_images import AnnotatedBox, AnnotatedImage
from ovmr_index.images.header import ImageError
from ovmr_index.integrations.image_files import image_file, image_size
from ovmr_index.integrations.label_names import distinct
from ovmr_index.integrations.masks import decoded_masks
from ovmr_index.storage.tar_members import TarMember


def image(location: str | TarMember, size: tuple[int, int] | None, *boxes: str) -> AnnotatedImage:
    """Return an image whose boxes of 4 x 2 pixels at 1, 3 have records."""
    width, height = size or (None, None)
    found = tuple(
        AnnotatedBox(i, 0, 1, 3, 4, 2, None, False, record) for i, record in enumerate(boxes)
    )
    return AnnotatedImage(1, "a/b.jpg", width, height, location, None, found)


def test_a_file_is_an_absolute_path() -> None:
    assert image_file(image("data/./a/b.jpg", None), "it") == str(Path("data/a/b.jpg").absolute())


def test_an_image_in_a_tar_has_no_file() -> None:
    with pytest.raises(OvmrIndexError) as raised:
        image_file(image(TarMember("x.tar", "a/b.jpg", 512, 9), None), "supervision")
    assert str(raised.value) == (
        "x.tar: a/b.jpg: is in a tar, where supervision does not read it; unpack the tar beside it"
        " and ingest the images again"
    )


def test_a_size_that_no_file_says_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (7, 5)).save(path)
    assert image_size(image(str(path), None)) == (7, 5)
    assert image_size(image("absent", (64, 48))) == (64, 48)
    with pytest.raises(ImageError, match="absent: No such file"):
        image_size(image("absent", None))


@pytest.mark.filterwarnings("error")
def test_masks_of_every_kind() -> None:
    records = (
        '{"segmentation": [[0, 0, 4, 0, 4, 4, 0, 4], [1, 1, 2, 2]]}',
        '{"segmentation": {"size": [6, 8], "counts": [0, 6, 42]}}',
        '{"segmentation": {"size": [6, 8], "counts": "06Z1"}}',
        '{"segmentation": [[1, 1, 2, 2]]}',
        '{"segmentation": null}',
        "{}",
    )
    masks = decoded_masks(image("", (8, 6), *records), (8, 6))
    assert masks.dtype == np.bool_
    expected = np.zeros((6, 6, 8), bool)
    expected[0, :4, :4] = True
    expected[1:3, :, 0] = True
    expected[3:, 3:5, 1:5] = True
    assert np.array_equal(masks, expected)


@pytest.mark.parametrize(
    "mask", ['{"size": [6, 8], "counts": "06"}', "[[1, 1, 2, 2, 9e9, 1]]"], ids=["cut", "far"]
)
def test_a_mask_that_cannot_be_decoded_is_named(mask: str) -> None:
    with pytest.raises(OvmrIndexError, match=r"annotation \d+: .*; leave masks out"):
        decoded_masks(image("", (8, 6), f'{{"segmentation": {mask}}}'), (8, 6))


def test_masks_of_an_image_that_was_made_larger() -> None:
    runs = '{"segmentation": {"size": [6, 8], "counts": [0, 6, 42]}}'
    masks = decoded_masks(image("", (8, 6), runs, "{}"), (16, 12))
    expected = np.zeros((2, 12, 16), bool)
    expected[0, :, :2] = True
    expected[1, 6:10, 2:10] = True
    assert np.array_equal(masks, expected)


def test_a_box_beside_the_image_has_an_empty_mask() -> None:
    found = image("", (8, 6), "{}")
    (box,) = found.boxes
    for x, y in ((-9, 3), (1, -7), (9, 3)):
        beside = AnnotatedImage(1, "", 8, 6, "", None, (box._replace(x=x, y=y),))
        assert not decoded_masks(beside, (8, 6)).any()


def test_names_that_two_categories_have_are_told_apart() -> None:
    assert distinct([(1, "crane"), (2, "dog"), (7, "crane")]) == ["crane (1)", "dog", "crane (7)"]
