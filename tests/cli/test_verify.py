"""`verify`: exit codes, JSON, and what was not checked."""

import shutil
from pathlib import Path

import pytest

from tests.support.runs import call
from tests.support.tampering import damage

pytestmark = pytest.mark.slow

KEYS = ["kind", "dataset", "file_name", "reason"]


def test_notes_alone_exit_with_0(shared: Path) -> None:
    done = call("verify", root=shared)
    assert done.code == 0
    assert done.out.splitlines()[-1] == "3 notes"
    assert done.err == (
        "not checked: the contents of the images behind the header (see --decode)\n"
        "lvis_v1_train: candidates that are no exemplars: 93 too small; see"
        " `ovmr-index coverage --why`\n"
    )


@pytest.mark.slow
def test_json_is_a_list_of_findings(whole_small_tree: Path) -> None:
    shutil.rmtree(whole_small_tree / "VisualGenome" / "VG_100K_2")
    done = call("verify", "--decode", "--json", root=whole_small_tree)
    assert done.code == 1
    assert [list(finding) for finding in done.data] == [KEYS] * 4
    assert done.data[0]["kind"] == "missing"
    assert done.data[0]["file_name"] == "VG_100K_2"
    assert {finding["kind"] for finding in done.data[1:]} == {"note"}
    assert done.err == (
        "lvis_v1_train: candidates that are no exemplars: 23 too small; see"
        " `ovmr-index coverage --why`\n"
    )


def test_quick_opens_no_picture(whole_small_tree: Path) -> None:
    picture = next((whole_small_tree / "coco" / "train2017").iterdir())
    picture.write_bytes(b"")
    quick = call("verify", "--quick", root=whole_small_tree)
    assert quick.code == 0
    assert "not checked: the headers" in quick.err
    done = call("verify", root=whole_small_tree)
    assert done.code == 1
    assert f"train2017/{picture.name}" in done.out


def test_quick_and_decode_are_wrong_usage(shared: Path) -> None:
    assert "give one of them" in call("verify", "--quick", "--decode", root=shared).error


def test_stale_pools_are_said_and_left_as_they_are(small_tree: Path) -> None:
    damage(small_tree, "UPDATE sources SET generation = generation + 1")
    done = call("verify", "--quick", root=small_tree)
    assert done.code == 0
    said = "lvis_v1_train: why candidates are no exemplars is not said of stale pools:"
    assert said in done.err
    assert "candidates that are no exemplars" not in done.err
    assert call("status", "--json", root=small_tree).data["pools"] == "stale"


def test_an_index_without_a_source_is_no_all_clear(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"images": [', encoding="utf-8")
    refused = call(
        "ingest", "coco", tmp_path / "bad.json", "--name", "m", "--images", tmp_path, root=tmp_path
    )
    assert refused.code == 1
    done = call("verify", root=tmp_path)
    assert done.code == 1
    assert done.error == "ovmr-index: error: the index holds no source; run `ovmr-index ingest`"
