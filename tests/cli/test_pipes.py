"""Lists and mappings that come through a pipe, which can be read once."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.coco_files import coco_json, ingest_coco
from tests.support.contents import rows_of
from tests.support.runs import call
from tests.support.trees import APPLE, TENCH, TreeBuilder, picture

SYNSETS = """
    SELECT c.name, s.name FROM categories c JOIN synsets s ON s.pk = c.synset_pk
    ORDER BY c.position"""


@contextmanager
def _pipe(content: str) -> Iterator[Path]:
    """Return a path as a shell makes it of `<(...)`."""
    reading, writing = os.pipe()

    def write() -> None:
        with os.fdopen(writing, "w") as file:
            file.write(content)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield Path(f"/dev/fd/{reading}")
    finally:
        thread.join()
        os.close(reading)


@pytest.mark.slow
@pytest.mark.parametrize(
    "content",
    [
        "mug\n",
        '["mug"]',
        '{"mug": "mug.n.04"}',
        "names: [mug]\n",
        # PostgreSQL keeps no name of this length.
        pytest.param("m" * 100_000 + "\nmug\n", marks=pytest.mark.sqlite_only),
    ],
)
def test_a_list_is_read_from_a_pipe(builder: TreeBuilder, content: str) -> None:
    builder.index()
    with _pipe(content) as path:
        done = call("vocabulary", "add", path, "--name", "mine", root=builder.root)
    assert (done.code, done.out[:5]) == (0, "mine:")
    with _pipe("[1]" if "names" not in content else "[0]") as path:
        arguments = ("--file", path, "--vocabulary", "mine")
        done = call("partition", "add", "held", *arguments, root=builder.root)
    assert done.out.endswith(" 1 novel, 0 neither\n")


@pytest.mark.slow
def test_a_mapping_from_a_pipe_is_kept(builder: TreeBuilder) -> None:
    categories = [{"id": 1, "name": "mug"}, {"id": 2, "name": "cup"}]
    builder.file("mine/1.jpg", picture((200, 100)))
    file = builder.json("mine.json", coco_json(categories))
    index = builder.index()
    arguments = ("ingest", "coco", file, "--name", "mine", "--images", builder.root / "mine")
    mapping = f'{{"mug": "{TENCH}", "2": "{APPLE}"}}'
    for said in ("2 added", "nothing has changed"):
        with _pipe(mapping) as path:
            done = call(*arguments, "--synsets", path, root=builder.root)
        assert (done.code, done.err, said in done.out) == (0, "", True)
        assert rows_of(index, SYNSETS) == [("mug", TENCH), ("cup", APPLE)]
    assert "nothing has changed" in call("ingest", root=builder.root).out
    with _pipe(mapping.replace(TENCH, APPLE)) as path:
        assert call(*arguments, "--synsets", path, root=builder.root).code == 0
    assert rows_of(index, SYNSETS) == [("mug", APPLE), ("cup", APPLE)]
    with _pipe('{"mg": "mug.n.04"}') as path:
        done = call(*arguments, "--synsets", path, root=builder.root)
    assert "--synsets: no category is called mg\n" in done.err
    with _pipe("[1]") as path:
        done = call(*arguments, "--synsets", path, root=builder.root)
    assert done.code == 1
    assert f"{path}: is a JSON array; give a JSON object from" in done.error


def test_a_mapping_of_folders_from_a_pipe_is_kept(builder: TreeBuilder) -> None:
    builder.file("own/fish/1.jpg", picture())
    index = builder.index()
    with _pipe(f'{{"fish": "{TENCH}"}}') as path:
        arguments = ("--name", "own", "--synsets", path)
        done = call("ingest", "folder", builder.root / "own", *arguments, root=builder.root)
    assert (done.code, done.err) == (0, "")
    builder.file("own/fish/2.jpg", picture())
    assert "1 added, 1 unchanged" in call("ingest", root=builder.root).out
    assert rows_of(index, SYNSETS) == [("fish", TENCH)]


@pytest.mark.slow
def test_other_files_of_options_are_read_from_pipes(builder: TreeBuilder) -> None:
    index = ingest_coco(builder, [{"id": 1, "name": "mug", "synset": "mug.n.04"}])
    mine = ("--vocabulary", "mine")
    with _pipe('{"mug.n.04": ["cup.n.01"]}') as path:
        assert call("collate", *mine, "--substitutes", path, root=index.root).code == 0
    with _pipe('{"steps": [{"take": "boxes", "dataset": "mine"}]}') as path:
        assert call("collate", *mine, "--rules", path, root=index.root).code == 0
    call("sample", "-K", 1, *mine, "--name", "one", root=index.root)
    assert call("export", "sample", "--name", "one", root=index.root).code == 0
    content = (index.root / "metadata/one.json").read_text()
    with _pipe(content) as path:
        assert call("import-sample", path, *mine, "--name", "two", root=index.root).code == 0
    index.partitions.add("held", ["mug"], vocabulary="mine")
    with _pipe(content) as path:
        arguments = (*mine, "--partition", "held")
        assert call("partition", "check", path, *arguments, root=index.root).code == 1
