"""`ingest webdataset` in the terminal."""

from tests.support.runs import call
from tests.support.tars import tar_of
from tests.support.trees import TreeBuilder, picture


def test_shards_are_read_and_counted(builder: TreeBuilder) -> None:
    builder.index().close()
    members = {"a.jpg": picture(), "a.json": b'{"label": "Crane"}', "b.jpg": picture()}
    builder.file("shards/0.tar", tar_of(members))
    options = ("--name", "mine", "--synsets", "objects365", "--json")
    run = call("ingest", "webdataset", builder.root / "shards", *options, root=builder.root)
    assert run.code == 0
    (source,) = run.data["sources"]
    assert (source["name"], source["format"], source["added"]) == ("mine", "webdataset", 1)
    assert source["errors"] == 1
    assert "images without a label in .cls, or in .json" in run.err


def test_a_folder_that_is_not_there_is_named(builder: TreeBuilder) -> None:
    builder.index().close()
    missing = builder.root / "nowhere"
    run = call("ingest", "webdataset", missing, "--name", "mine", root=builder.root)
    assert run.code == 1
    assert run.err.startswith(f"ovmr-index: error: {missing}: No such file or directory")
