"""`ingest huggingface`: the options reach the reader, what is left out is said, images come out."""

import json
from pathlib import Path

import pytest

from tests.support.parquet import images, write_parquet
from tests.support.runs import call
from tests.support.trees import TreeBuilder, image, picture


@pytest.fixture
def folder(builder: TreeBuilder) -> Path:
    builder.index().close()
    found = images((picture(), "a.jpg"), (picture(), None), None)
    columns = {"image": found, "label": [0, 1, 1]}
    file = builder.root / "parquet" / "train-0.parquet"
    write_parquet(file, columns, {"label": ["Crane", "Stapler"]})
    return file.parent


@pytest.mark.slow
def test_files_are_read_counted_and_taken_out(builder: TreeBuilder, folder: Path) -> None:
    options = ("--name", "mine", "--synsets", "objects365", "--json")
    run = call("ingest", "huggingface", folder, *options, root=builder.root)
    assert run.code == 0
    (source,) = run.data["sources"]
    assert (source["name"], source["format"], source["added"]) == ("mine", "huggingface", 2)
    assert source["errors"] == 1
    assert f"{folder}/train-0.parquet: row 2: has no image" in run.err
    draw = ("sample", "-K", "1", "--vocabulary", "mine", "--method", "stable", "--name", "one")
    assert call(*draw, root=builder.root).code == 0
    for target in ("images", "crops", "imagefolder"):
        output = builder.root.parent / target
        run = call("export", target, "--name", "one", "-o", output, root=builder.root)
        assert run.code == 0, run.err
        assert {one.read_bytes() for one in output.rglob("*.jpg")} == {picture()}
    taken = builder.root.parent / "images" / "mine" / "train-0"
    assert (taken / "Stapler" / "train-0_1.jpg").read_bytes() == picture()
    manifest = builder.root.parent / "manifest.json"
    call("export", "manifest", "--name", "one", "-o", manifest, root=builder.root)
    assert [one["parquet"] for one in json.loads(manifest.read_bytes())] == [True, True]


def test_a_folder_that_is_not_there_is_named(builder: TreeBuilder) -> None:
    builder.index().close()
    missing = builder.root / "nowhere"
    run = call("ingest", "huggingface", missing, "--name", "mine", root=builder.root)
    assert run.code == 1
    assert run.err.startswith(f"ovmr-index: error: {missing}: No such file or directory")


def test_an_output_is_no_input(builder: TreeBuilder, folder: Path) -> None:
    call("ingest", "huggingface", folder, "--name", "mine", root=builder.root)
    file = folder / "train-0.parquet"
    run = call("export", "texts", "--vocabulary", "mine", "-o", file, root=builder.root)
    assert run.code == 2
    assert f"{file}: holds images of mine; write to another file" in run.err


@pytest.mark.slow
def test_the_audit_compares_what_is_in_the_rows(builder: TreeBuilder, folder: Path) -> None:
    builder.lvis("val", images=[image(20, "val2017")], annotations=[])
    builder.file("coco/val2017/000000000020.jpg", picture())
    call("ingest", root=builder.root)
    call("ingest", "huggingface", folder, "--name", "mine", root=builder.root)
    run = call("audit", "--content", "--vocabulary", "mine", "--json", root=builder.root)
    assert {one["dataset"] for one in run.data if one["kind"] == "val_image"} == {"mine"}, run.err
