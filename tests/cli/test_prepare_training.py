"""`prepare training`: what it prints, as people and programs read it, and what it refuses."""

from pathlib import Path

import pytest

from tests.support.copied_tree import copied_tree
from tests.support.runs import call
from tests.support.trees import TreeBuilder, annotation, category, image

CODE_BASES = ["mm-ovod", "ovmr", "ovmr-classification", "detic"]
PREPARE = ("prepare", "training")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, few_synsets: Path) -> Path:
    """Return the root of an index of LVIS alone: read only."""
    builder = TreeBuilder(tmp_path_factory.mktemp("prepared") / "datasets", few_synsets)
    builder.lvis(categories=[category(1)], images=[image(1)], annotations=[annotation(1)])
    builder.lvis("val", images=[image(2, "val2017")], annotations=[annotation(1, 2)])
    builder.pictures("coco/train2017/000000000001.jpg")
    builder.index().ingest()
    return builder.root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """Return the root of a copy of it."""
    return copied_tree(made, tmp_path / "datasets")


def test_what_is_there_is_a_table(made: Path) -> None:
    done = call("--root", made, *PREPARE, "--for", "detic", "--check")
    assert done.code == 1
    lines = [line.split(maxsplit=2) for line in done.out.splitlines()]
    assert lines[0] == ["state", "path", "what"]
    assert ["there", "lvis/lvis_v1_val.json", "a file"] in lines
    assert ["missing", "lvis/lvis_v1_train_norare.json", "is not there"] in lines
    assert ["missing", "coco", "1 of 2 images of LVIS are there"] in lines
    assert done.out.splitlines()[-1] == f"detic: 6 things are missing below {made}"
    remedy = f"run `ovmr-index --root {made} prepare training --for detic`"
    file = "lvis/lvis_v1_train_norare.json"
    (said,) = (line for line in done.err.splitlines() if line.endswith(remedy))
    assert said.startswith(f"{file}: is not there, and 3 others are missing; ")
    assert f"for OV-COCO: run `ovmr-index --root {made} ingest coco {made}/coco/" in done.err


@pytest.mark.slow
def test_what_is_made_is_said(root: Path) -> None:
    done = call(*PREPARE, "--for", "detic", root=root)
    made = [line.split()[1] for line in done.out.splitlines() if line.startswith("made")]
    assert made == [
        "lvis/lvis_v1_train_norare.json",
        "metadata/lvis_v1_train_cat_info.json",
        "lvis/lvis_v1_train_norare_cat_info.json",
    ]
    assert done.code == 1  # there is no ImageNet


def test_json_is_a_list_of_reports(made: Path) -> None:
    done = call(*PREPARE, "--check", "--json", root=made)
    assert done.code == 1
    assert [one["code_base"] for one in done.data] == CODE_BASES
    assert {one["folder"] for one in done.data} == {str(made)}
    assert not any(one["complete"] for one in done.data)
    for report in done.data:
        for item in report["items"]:
            assert [*item] == ["path", "state", "detail", "remedy", "said_in", "part"]
            assert bool(item["remedy"]) == (item["state"] in ("missing", "optional"))


def test_the_remedy_names_the_folder(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    done = call(*PREPARE, "--for", "ovmr", "--check", "-o", folder, "--json", root=made)
    (report,) = done.data
    remedy = f"run `ovmr-index prepare training --for ovmr -o '{folder}'`"
    assert report["items"][0]["remedy"] == remedy
    assert not folder.exists()


def test_quiet_leaves_out_notes(made: Path) -> None:
    done = call("--quiet", *PREPARE, "--for", "detic", "--check", root=made)
    assert "OV-COCO: run" not in done.err
    assert "is not there" in done.err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--for: give one of mm-ovod, ovmr, ovmr-classification, detic, or --check"),
        (("--for", "detick"), "'detick' is not one of"),
        (("--for",), "requires an argument"),
        (("--for", "detic", "-o", ""), "the path is empty"),
        (("--for", "detic", "-o", "-"), "names a folder"),
        (("--for", "detic", "extra"), "unexpected extra argument"),
    ],
)
def test_wrong_usage(made: Path, arguments: tuple[str, ...], said: str) -> None:
    done = call(*PREPARE, *arguments, root=made)
    assert done.code == 2
    assert said in done.err


def test_a_folder_that_is_a_file(made: Path) -> None:
    file = made / "lvis/lvis_v1_train.json"
    done = call(*PREPARE, "--for", "detic", "-o", file, root=made)
    assert (done.code, "is no folder; give another -o" in done.error) == (2, True)


def test_without_an_index(tmp_path: Path) -> None:
    done = call(*PREPARE, "--check", root=tmp_path)
    assert (done.code, "there is no index; run `ovmr-index ingest`" in done.error) == (1, True)


def test_an_index_that_holds_nothing(builder: TreeBuilder) -> None:
    builder.index()
    done = call(*PREPARE, "--for", "mm-ovod", root=builder.root)
    assert done.code == 1
    assert "the index holds no LVIS train annotations; run `ovmr-index ingest lvis`" in done.err
    assert "the index holds no LVIS; run `ovmr-index ingest lvis` first" in done.err
    assert [one.name for one in builder.root.iterdir()] == ["ovmr.db"]
