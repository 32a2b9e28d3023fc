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
                ],
            },
            {3: 2, 5: 1},
            {7: 1, 8: 1},
            {3: FileCategory("a"), 4: FileCategory("b", "b.n.01"), 5: FileCategory()},
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
        ('{"a": 1}', "`a`"),
        ("{}", "holds no annotations, and no lists of exemplars"),
        ("[]", "holds no annotations, and no lists of exemplars"),
        (
            '{"annotations": [], "categories": [{"id": 4, "name": "a"}, {"id": 4}]}',
            r"categories\[1\] \(id 4\): another category before it has the same id",
        ),
    ],
)
def test_a_file_without_labels_is_refused(tmp_path: Path, content: str, problem: str) -> None:
    with pytest.raises(RecordError, match=problem):
        count_labels(_file(tmp_path, content))
