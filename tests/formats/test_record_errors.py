"""Errors that name a region of a source that was read past it."""

import pytest

from ovmr_index.formats.record_errors import dangling_error, duplicate_error
from tests.support.trees import TreeBuilder, annotation, category, image, vg_object, vg_objects


def test_the_second_of_two_regions_with_one_id_is_named(builder: TreeBuilder) -> None:
    annotations = [annotation(1), annotation(2), annotation(1)]
    spec = builder.lvis(images=[image(1)], categories=[category(1)], annotations=annotations)
    error = duplicate_error("lvis", spec.path)
    assert error.record == "annotation number 2 (id 1)"
    assert str(error).endswith("another record before it has the same id; remove one of them")


@pytest.mark.parametrize(
    ("wrong", "missing"), [({"image_id": 7}, "image 7"), ({"category_id": 8}, "category 8")]
)
def test_the_first_region_that_points_to_nothing_is_named(
    builder: TreeBuilder, wrong: dict[str, int], missing: str
) -> None:
    annotations = [annotation(1), annotation(2) | wrong, annotation(3) | wrong]
    spec = builder.lvis(images=[image(1)], categories=[category(1)], annotations=annotations)
    error = dangling_error("lvis", spec.path, {1})
    assert error.record == "annotation (id 2)"
    assert error.problem == f"its {missing} is not in lvis_v1_train.json"
    assert error.remedy == "fix or remove the record"


def test_an_object_without_its_image_is_named(builder: TreeBuilder) -> None:
    spec = builder.visual_genome(vg_objects(7, vg_object(3)), images=[])
    error = dangling_error("visual-genome", spec.path, {})
    assert error.file.name == "objects.json"
    assert error.record == "object (id 3)"
    assert error.problem == "its image 7 is not in image_data.json"


def test_a_file_that_has_been_fixed_meanwhile_is_still_named(builder: TreeBuilder) -> None:
    spec = builder.lvis(images=[image(1)], categories=[category(1)], annotations=[annotation(1)])
    assert duplicate_error("lvis", spec.path).record == "annotation"
    error = dangling_error("lvis", spec.path, {1})
    assert (error.file, error.record) == (spec.path, "annotation")
