"""The tests' own account of the rules gives the files that the published scripts wrote."""

from pathlib import Path

import pytest

from tests.support.oracle import Oracle, load, published_substitutes

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def oracle(tree: Path) -> Oracle:
    return Oracle(tree)


@pytest.mark.parametrize(
    ("file", "method", "arguments"),
    [
        ("exemplar_dict.json", "exemplars", {}),
        ("lvis_image_exemplar_dict_K-005_own.json", "sample", {"k": 5}),
        (
            "lvis_image_exemplar_dict_K-030_own.json",
            "sample",
            {"k": 30, "on_shortage": "repeat"},
        ),
        ("lvis_v1_train_norare.json", "norare", {}),
        ("lvis_v1_train_cat_info.json", "cat_info", {}),
        ("imagenet_lvis_image_info.json", "imagenet_lvis", {}),
    ],
)
def test_published_file(
    oracle: Oracle, expected: Path, file: str, method: str, arguments: dict[str, object]
) -> None:
    assert getattr(oracle, method)(**arguments) == load(expected / file)


def test_the_shipped_substitutes_are_the_published_ones(shared: Path) -> None:
    assert published_substitutes() == load(shared / "data" / "published_substitutes.json")
