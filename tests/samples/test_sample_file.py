"""Files of samples: what is read of an exemplar, and what is said of a file that is none."""

import json
from pathlib import Path
from typing import Any

import pytest

from ovmr_index.errors import RecordError
from ovmr_index.formats.coco_annotation import key_of
from ovmr_index.samples.sample_file import SampleEntry, read_sample

IMAGE = {"file_name": "a/b.JPEG", "category_id": 4, "dataset": "own", "synset": "tench.n.01"}
BOX = IMAGE | {"id": 7, "bbox": [1, 2.5, 3, 4], "image_id": "text", "area": 12.0}
OBJECT = IMAGE | {"object_id": 8, "x": 1, "y": -2, "w": 3, "h": 4, "id": "ours"}


def _file(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "sample.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_exemplars_of_each_kind(tmp_path: Path) -> None:
    own = ("tench.n.01", "own", "a/b.JPEG")
    file = _file(tmp_path, [[], [IMAGE, BOX, OBJECT, BOX]])
    box = SampleEntry(*own, key_of("text"), 7, (1, 2.5, 3, 4))
    whole, other = SampleEntry(*own, None, None, None), SampleEntry(*own, None, 8, (1, -2, 3, 4))
    assert _named(read_sample(file, [2, 4])) == [[], [whole, box, other, box]]


def _named(lists: list[list[SampleEntry]]) -> list[list[SampleEntry]]:
    """Return entries by what names them alone."""
    return [[SampleEntry(*entry[:6]) for entry in entries] for entries in lists]


def test_values_in_other_forms_are_those_that_they_mean(tmp_path: Path) -> None:
    odd = BOX | {"id": "7", "bbox": ["1", 2.5, 3.0, "4"], "category_id": "4", "area": "12"}
    genome = OBJECT | {"object_id": "8", "x": "1", "category_id": 4.0, "synsets": ["tench.n.01"]}
    (found,) = read_sample(_file(tmp_path, [[odd, genome]]), [4])
    (usual,) = read_sample(_file(tmp_path, [[BOX, OBJECT]]), [4])
    assert _named([found]) == _named([usual])
    assert [one.area for one in found] == [one.area for one in usual] == [12, None]


def test_an_object_may_have_fields_of_our_names(tmp_path: Path) -> None:
    odd = OBJECT | {"synset": None, "synsets": ["tench.n.01"], "file_name": "c.jpg", "image_id": 5}
    file = _file(tmp_path, [[odd]])
    entry = SampleEntry("tench.n.01", "own", "c.jpg", 5, 8, (1, -2, 3, 4))
    assert _named(read_sample(file, [4])) == [[entry]]


def test_an_object_may_have_fields_of_an_annotation(tmp_path: Path) -> None:
    odd = OBJECT | {"id": 99, "bbox": [5, 6, 7, 8], "synset": None, "synsets": ["tench.n.01"]}
    (found,) = read_sample(_file(tmp_path, [[odd, BOX | {"object_id": 8}]]), [4])
    (usual,) = read_sample(_file(tmp_path, [[OBJECT, BOX]]), [4])
    assert _named([found]) == _named([usual])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty"),
        ("[[], [", "is not JSON"),
        ({"tench.n.01": []}, "expected `array`, got `object`; is it another kind of file"),
        ([[]], "holds 1 lists for 2 categories; give the vocabulary="),
        ([[], IMAGE], r"\[1\] \(id none\): expected `array`, got `object`"),
        ([[], [7]], r"\[1\]\[0\] \(id unknown\): expected `object`, got `int`"),
        ([[], [IMAGE, {"file_name": "x"}]], r"\[1\]\[1\].*missing required field `dataset`"),
        ([[], [{**BOX, "dataset": ""}]], r"\[1\]\[0\] \(id 7\): .*dataset"),
        ([[IMAGE], []], r"\[0\]\[0\]: is of category 4, among those of category 2; give"),
        ([[], [IMAGE | {"bbox": [1, 2, 3, 4]}]], "has a `bbox` but no `id`; fix or remove"),
        ([[], [BOX | {"bbox": [1, 2, 3]}]], r"\(id 7\): expected `array` of length 4"),
        ([[], [IMAGE | {"synset": None}]], r"\[1\]\[0\]: has no `synset`; fix or remove"),
        ([[], [OBJECT | {"synsets": "x"}]], r"\[1\]\[0\] .*expected `array`, got `str`"),
        ([[], [IMAGE | {"object_id": 1, "x": 1}]], "has an `object_id` but not all of `x`"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(RecordError, match=rf"sample\.json: .*{message}") as refused:
        read_sample(_file(tmp_path, content), [2, 4])
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(RecordError, match="check the file"):
            read_sample(path, [])
