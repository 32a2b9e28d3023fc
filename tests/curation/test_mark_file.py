"""Files of marks: there and back byte for byte, and what is refused in one line."""

import json
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import ExemplarKey, Index
from ovmr_index.errors import OvmrIndexError, UsageError
from tests.support.trees import APPLE, APPLE_WNID

HOSTILE = "<script>\n'\"\\ \u202e../\t\u00e9 \U0001f34e"
ENTRY = {
    "vocabulary": "lvis_v1_train",
    "category_id": 1,
    "category": "tench",
    "synset": "tench.n.01",
    "kind": "exclude",
    "source": "imagenet21k",
    "file_name": "train/n01440764/a.JPEG",
    "region_id": None,
    "note": None,
    "author": None,
    "at": "2026-11-28T04:00:00+00:00",
}


def _file(path: Path, *marks: dict[str, Any], **members: Any) -> Path:
    content = {"format": "ovmr-index marks", "version": 1, "marks": [*marks]} | members
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.slow
def test_there_and_back(index: Index, shared: Index, tmp_path: Path) -> None:
    tench, apple = index.exemplars("tench"), index.exemplars("apple")
    index.curation.pin([tench[7], tench[2]], note=HOSTILE, author=HOSTILE)
    index.curation.exclude([apple[5], tench[0]], note="", author="ann")
    files = [tmp_path / "one.json", tmp_path / "other.json"]
    assert index.curation.export(files[0]) == 4
    change = shared.curation.import_(files[0])
    assert (change.kind, change.changed, change.unchanged, change.notes) == ("import", 4, 0, ())
    shared.curation.export(files[1])
    assert files[0].read_bytes() == files[1].read_bytes()
    assert index.curation.list() == shared.curation.list()
    assert shared.curation.import_(files[0])[1:3] == (0, 4)
    shared.curation.undo()
    assert shared.curation.list() == []


@pytest.mark.slow
def test_pools_that_were_not_made_yet_hold_what_is_marked(index: Index, tmp_path: Path) -> None:
    index.curation.exclude(index.exemplars("tench")[0])
    index.curation.export(tmp_path / "marks.json")
    with Index.open(index.root, tmp_path / "new.db") as new:
        new.ingest()
        new.curation.import_(tmp_path / "marks.json")
        assert [one.missing for one in new.curation.list()] == [False]


def test_what_is_marked_otherwise_stays_unless_it_is_to_be_replaced(
    index: Index, tmp_path: Path
) -> None:
    one = index.exemplars("tench")[0]
    index.curation.exclude(one, note="mine")
    file = tmp_path / "marks.json"
    index.curation.export(file)
    index.curation.pin(one)
    change = index.curation.import_(file)
    assert (change.changed, change.unchanged) == (0, 1)
    assert change.notes[0].startswith("1 mark of the file was left out, as the index has another")
    assert [mark.kind for mark in index.curation.list()] == ["pin"]
    assert index.curation.import_(file, replace=True).changed == 1
    assert [(mark.kind, mark.note) for mark in index.curation.list()] == [("exclude", "mine")]


def test_marks_of_what_is_not_here_are_kept(index: Index, tmp_path: Path) -> None:
    gone = ENTRY | {"file_name": "train/n01440764/gone.JPEG"}
    other = ENTRY | {"category_id": 77, "category": "yak", "synset": "yak.n.02", "source": "mine"}
    renumbered = ENTRY | {"category_id": 5, "category": "apple", "synset": APPLE, "kind": "pin"}
    renumbered |= {"file_name": f"train/{APPLE_WNID}/a.JPEG"}
    file = _file(tmp_path / "marks.json", gone, other, renumbered)
    assert index.curation.import_(file).changed == 3
    counts = index.curation.counts()
    assert counts is not None
    assert counts.describe() == "2 excluded, 1 pinned, 2 of them missing"
    marks = {(mark.category_id, mark.missing): mark.file_name for mark in index.curation.list()}
    assert marks == {
        (2, False): renumbered["file_name"],
        (1, True): gone["file_name"],
        (77, True): ENTRY["file_name"],
    }
    key = ExemplarKey("lvis_v1_train", 77, "mine", str(ENTRY["file_name"]), None)
    assert index.curation.clear(key).changed == 1


@pytest.mark.parametrize(
    ("marks", "members", "problem"),
    [
        ([ENTRY, ENTRY], {}, "mark 2: is of the same exemplar as mark 1"),
        ([ENTRY, ENTRY | {"kind": "pin"}], {}, "mark 2: is of the same exemplar as mark 1"),
        ([ENTRY | {"kind": "hide"}], {}, "mark 1: Invalid enum value 'hide'"),
        ([ENTRY | {"region_id": "7"}], {}, "mark 1: Expected `int | null`, got `str`"),
        ([ENTRY | {"region_id": -1}], {}, "mark 1: Expected `int` >= 0"),
        ([ENTRY | {"category_id": 2**63}], {}, "mark 1: Expected `int` <= 9223372036854775807"),
        ([ENTRY | {"file_name": "a\0b"}], {}, "mark 1: Expected `str` matching regex"),
        ([ENTRY | {"note": "a" * 10_001}], {}, "mark 1: Expected `str` of length <= 10000"),
        ([ENTRY | {"at": "yesterday"}], {}, "mark 1: Invalid isoformat string"),
        ([ENTRY | {"x": 1}], {}, "mark 1: Object contains unknown field `x`"),
        ([{"kind": "pin"}], {}, "mark 1: Object missing required field `vocabulary`"),
        ([[]], {}, "mark 1: Expected `object`, got `array`"),
        ([ENTRY | {"vocabulary": "coco"}], {}, "there is no vocabulary 'coco'"),
        ([], {"format": "coco"}, "format: is 'coco', not 'ovmr-index marks'"),
        ([], {"version": 2}, "version: is 2, and this program reads 1; upgrade ovmr-index"),
        ([], {"marks": {}}, "is no file of marks (Expected `array`, got `object`"),
    ],
)
def test_what_is_refused(
    shared: Index, tmp_path: Path, marks: list[Any], members: dict[str, Any], problem: str
) -> None:
    file = _file(tmp_path / "marks.json", *marks, **members)
    with pytest.raises(OvmrIndexError) as raised:
        shared.curation.import_(file)
    assert str(raised.value).startswith(f"{file}: ")
    assert problem in str(raised.value)
    assert "\n" not in str(raised.value)
    assert shared.curation.list() == []


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 100_000, b'{"marks": []}']
)
def test_what_is_no_file_of_marks(shared: Index, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "marks.json"
    file.write_bytes(content)
    with pytest.raises(OvmrIndexError, match="is no file of marks"):
        shared.curation.import_(file)


@pytest.mark.sqlite_only  # its file
def test_another_file_is_not_written_over(index: Index, tmp_path: Path) -> None:
    source = index.root / "lvis" / "lvis_v1_train.json"
    before = source.read_bytes()
    for path in (source, index.path):
        with pytest.raises(OvmrIndexError, match="is there, and no file of marks"):
            index.curation.export(path)
    assert source.read_bytes() == before
    index.curation.export(tmp_path / "marks.json")
    index.curation.export(tmp_path / "marks.json")
    with pytest.raises(UsageError, match="there is no vocabulary 'mine'"):
        index.curation.export(tmp_path / "mine.json", vocabulary="mine")
