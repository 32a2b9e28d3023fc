"""What a training file labels, and what it says of its categories."""

import json
from pathlib import Path
from typing import Any

import pytest

from ovmr_index.errors import RecordError
from ovmr_index.vocabularies.training_file import FileCategory, count_labels


def _file(folder: Path, content: Any) -> Path:
    path = folder / "list"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("content", "entries", "pictures", "categories"),
    [
        (
            {
                "images": [{"id": 1}, {"id": 2, "pos_category_ids": [7, 8]}],
                "annotations": [{"category_id": 3}, {"category_id": 3}, {"category_id": 5}],
                "categories": [
                    {"id": 3, "name": "a"},
                    {"id": 4, "name": "b", "synset": "b.n.01"},
                    {"id": 5},
                    {"id": 7},
                    {"id": 8},
                ],
            },
            {3: 2, 5: 1},
            {7: 1, 8: 1},
            {
                3: FileCategory("a"),
                4: FileCategory("b", "b.n.01"),
                **dict.fromkeys((5, 7, 8), FileCategory()),
            },
        ),
        ({"annotations": []}, {}, {}, {}),
        (
            {"a.n.01": [{"category_id": 2}, {"category_id": 2}], "b.n.01": []},
            {2: 2},
            {},
            {2: FileCategory(key="a.n.01")},
        ),
        ([[{"category_id": 2}], [], [{"category_id": 4}]], {2: 1, 4: 1}, {}, {}),
    ],
)
def test_labels_of_every_file_of_ours(
    tmp_path: Path, content: Any, entries: Any, pictures: Any, categories: Any
) -> None:
    assert count_labels(_file(tmp_path, content))[:3] == (entries, pictures, categories)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('{"annotations": [{}]}', r"annotations\[0\] .*`category_id`"),
        ('{"annotations": 5}', "`annotations`"),
        ("[[1]]", r"\[0\]\[0\]"),
        ("[1]", r"\[0\]"),
        (
            '[{"image_id": 42, "category_id": 18, "bbox": [1, 2, 3, 4], "score": 0.2}]',
            "is a list of records, as the results of a detector are, and no training file; give",
        ),
        ('{"a": 1}', "`a`"),
        ("{}", "holds no annotations, and no lists of exemplars"),
        ("[]", "holds no annotations, and no lists of exemplars"),
        (
            '{"annotations": [{"category_id": 0}, {"category_id": 1}], "categories": [{"id": 0}]}',
            r"annotations\[1\]: its category 1 is not among the file's categories; fix or remove",
        ),
        (
            '{"annotations": [], "images": [{"pos_category_ids": [5]}], "categories": [{"id": 0}]}',
            r"images\[0\]: its category 5 is not among the file's categories; fix or remove",
        ),
        (
            '{"annotations": [], "categories": [{"id": 4, "name": "a"}, {"id": 4}]}',
            r"categories\[1\] \(id 4\): another category before it has the same id",
        ),
    ],
)
def test_a_file_without_labels_is_refused(tmp_path: Path, content: str, problem: str) -> None:
    with pytest.raises(RecordError, match=problem):
        count_labels(_file(tmp_path, content))


@pytest.mark.parametrize(
    ("value", "meaning"), [("1", 1), (1.0, 1), ("1.5", None), (True, None), (-1, None), ("a", None)]
)
def test_a_category_id_is_read_as_ingest_reads_it(
    tmp_path: Path, value: object, meaning: int | None
) -> None:
    one = {"id": 1, "image_id": 1, "category_id": value, "bbox": [1, 2, 3, 4]}
    image = {"id": 1, "file_name": "a.jpg", "pos_category_ids": [value]}
    category = {"id": value, "name": 3, "synset": ""}
    for content in (
        {"images": [], "annotations": [one], "categories": []},
        {"images": [image], "annotations": [], "categories": []},
        {"images": [], "annotations": [], "categories": [category]},
        {"key": [one]},
        [[one]],
    ):
        file = _file(tmp_path, content)
        if meaning is None:
            with pytest.raises(RecordError, match="fix or remove the record"):
                count_labels(file)
            continue
        found = count_labels(file)
        assert {*found.entries, *found.images, *found.categories} == {meaning}
        assert found.categories.get(meaning) in (None, FileCategory("3"), FileCategory(key="key"))


@pytest.mark.parametrize("coding", ["utf-16", "utf-32"])
def test_a_coding_that_ingest_refuses_is_refused_here_too(tmp_path: Path, coding: str) -> None:
    path = tmp_path / "list"
    path.write_bytes('{"annotations": []}'.encode(coding))
    with pytest.raises(RecordError, match=f"it is {coding.upper()} text; save it as UTF-8"):
        count_labels(path)
