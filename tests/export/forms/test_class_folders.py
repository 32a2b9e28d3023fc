"""The names of class folders: safe, unlike each other, and no split of Hugging Face."""

from pathlib import Path

import pytest

from ovmr_index.errors import UsageError
from ovmr_index.export.crop_records import ClassRecord
from ovmr_index.export.forms.class_folders import FolderNames, class_folders, safe_folder


def _classes(*names: str) -> list[ClassRecord]:
    return [
        ClassRecord(10 * i + 1, name, f"{name}.n.01", f"n{i:08}" if i else None, i)
        for i, name in enumerate(names)
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bow_(weapon)", "bow_(weapon)"),
        ("hot-air_balloon", "hot-air_balloon"),
        ("a/b\\c:d*e", "a_b_c_d_e"),
        ("..", "_"),
        (".hidden", "_hidden"),
        ("__background__", "_background__"),
        ("", "_"),
        (" a. ", "_a_"),
        ("tab\there", "tab_here"),
        ("metadata.jsonl", "metadata.jsonl_"),
        ("Metadata.JSONL", "Metadata.JSONL_"),
        ("train", "Train"),
        ("bullet_train", "bullet_Train"),
        ("train_(railroad_vehicle)", "Train_(railroad_vehicle)"),
        ("my val 2", "my Val 2"),
        ("training-test.dev", "Training-Test.Dev"),
        ("railcar_(part_of_a_train)", "railcar_(part_of_a_train)"),
        ("strain", "strain"),
        ("valve", "valve"),
        ("\u6d4b\u8bd5", "\u6d4b\u8bd5"),
    ],
)
def test_a_name_becomes_that_of_a_folder(name: str, expected: str) -> None:
    assert safe_folder(name) == expected


def test_a_long_name_is_shortened_and_made(tmp_path: Path) -> None:
    long = [300 * "\u00e9" + end for end in "ab"]
    names = class_folders(_classes(*long), "name").values()
    assert len({*names}) == 2
    for name in names:
        (tmp_path / name).mkdir()


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("Apple", "apple", "pear"), ["Apple_1", "apple_11", "pear"]),
        (("a/b", "a:b", "a_b"), ["a_b_1", "a_b_11", "a_b_21"]),
        (("caf\u00e9", "cafe\u0301"), ["caf\u00e9_1", "cafe\u0301_11"]),
        (("a", "A", "a_11"), ["a_1", "A_11_11", "a_11_21"]),
        (("x", "x", "x_1", "X_11"), ["x_1_1", "x_11_11", "x_1_21", "X_11_31"]),
    ],
)
def test_no_two_classes_meet(names: tuple[str, ...], expected: list[str]) -> None:
    assert [*class_folders(_classes(*names), "name").values()] == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("id", ["1", "11"]),
        ("index", ["0", "1"]),
        ("wnid", ["val_n", "n00000001"]),
    ],
)
def test_folders_by_other_names(names: FolderNames, expected: list[str]) -> None:
    assert [*class_folders(_classes("val_n", "b"), names).values()] == [
        one.replace("val_n", "Val_n") for one in expected
    ]


def test_names_of_another_kind() -> None:
    with pytest.raises(UsageError, match="folders= is nam; give 'id', 'name', 'index' or 'wnid'"):
        class_folders(_classes("a"), "nam")  # type: ignore[arg-type]
