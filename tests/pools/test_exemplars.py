"""An exemplar tells where its image is, and shows itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ovmr_index import CropShape, Exemplar, Exemplars, Index
from ovmr_index.images.header import ImageError
from ovmr_index.storage.tar_members import TarMember
from tests.support.trees import TreeBuilder, annotation

# What rows were read of is all the same to them.
pytestmark = pytest.mark.exhaustive(on="postgresql")


@pytest.fixture(scope="module")
def exemplars(shared: Path) -> Iterator[Exemplars]:
    with Index.open(shared) as index:
        yield index.exemplars("goldfish")


def test_a_box(exemplars: Exemplars) -> None:
    box = exemplars[0]
    assert box.path.is_file()
    assert box.path == Path(box.root, box.file_name)
    assert box.bbox == (box.x, box.y, box.w, box.h) == (179.93, 34.13, 117.45, 88.27)
    assert box.image().size == (box.image_width, box.image_height)
    assert repr(box).endswith("train2017/000000901808.jpg, box (179.93, 34.13, 117.45, 88.27)>")


def test_a_crop_is_that_of_the_recipe(exemplars: Exemplars) -> None:
    # A square of 117.45 pixels and 40 % more, in whole pixels and cut at the image's upper edge.
    assert exemplars[0].crop().size == (165, 161)
    assert exemplars[0].crop(size=80).size == (80, 78)
    assert exemplars[0].crop(context=0, square=True).size == (118, 118)
    assert CropShape() == CropShape(context=0.4)


def test_a_whole_image(exemplars: Exemplars) -> None:
    whole = next(one for one in exemplars if one.dataset == "imagenet21k")
    assert whole.bbox is None
    assert whole.crop().size == whole.image().size
    assert repr(whole).endswith(", the whole image>")


def test_the_path_of_a_member_is_that_of_its_tar(exemplars: Exemplars) -> None:
    member = TarMember("some/images.tar", "a.jpg", 512, 100, None)
    assert exemplars[0]._replace(member=member).path == Path("some/images.tar")


def test_it_is_shown_with_its_crop(exemplars: Exemplars) -> None:
    shown = exemplars[0]._repr_html_()
    assert "data:image/jpeg;base64," in shown
    assert "goldfish.n.01 (lvis, train): train2017/000000901808.jpg" in shown


def test_a_list_shows_two_dozen(exemplars: Exemplars) -> None:
    shown = exemplars._repr_html_()
    assert shown.count("data:image/jpeg;base64,") == 24
    assert "29 exemplars" in shown
    assert "and 5 more exemplars" in shown
    assert isinstance(exemplars[:2], Exemplars)
    assert exemplars[:2] == [exemplars[0], exemplars[1]]


def _lost(builder: TreeBuilder) -> Exemplar:
    builder.lvis(annotations=[annotation(1)])
    index = builder.index()
    index.ingest()
    return index.exemplars(1)[0]


def test_an_image_that_is_missing_is_a_box_with_the_reason(builder: TreeBuilder) -> None:
    lost = _lost(builder)
    shown = lost._repr_html_()
    assert "<img" not in shown
    assert "No such file" in shown
    for read in (lost.crop, lost.image):
        with pytest.raises(ImageError, match="No such file"):
            read()
