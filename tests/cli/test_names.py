"""Names that become parts of paths: one rule for every kind of them, in commands and in Python."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ovmr_index import DrawOptions, Index, SourceOptions
from ovmr_index.errors import UsageError
from ovmr_index.vocabularies.partition_filter import PartitionFilter
from tests.support.coco_files import ingest_coco
from tests.support.runs import call
from tests.support.tampering import damage
from tests.support.trees import TreeBuilder

pytestmark = pytest.mark.slow

NAMES = ["a/c", "../../x", ".", "..", "", "a\nb", ".a", "a ", "a\\b", "n" * 201]
COMMANDS = {
    "dataset": "ingest coco {file} --images {root} --name",
    "folder": "ingest folder {root}/mine --name",
    "split": "ingest coco {file} --images {root} --name x --split",
    "vocabulary": "vocabulary add {list} --name",
    "partition": "partition add --vocabulary mine --file {list}",
    "sample": "sample -K 1 --vocabulary mine --name",
    "import": "import-sample {list} --vocabulary mine --name",
    "saved": "export sample --name",
    "crops": "export crops --name",
    "images": "export images --name",
}
OPTIONS = DrawOptions(k=1, vocabulary="mine")
CALLS: dict[str, Callable[[Index, str], object]] = {
    "dataset": lambda index, name: index.sources.coco(Path("x"), name, Path()),
    "split": lambda index, name: index.sources.coco(Path("x"), "x", Path(), name),
    "folder": lambda index, name: index.sources.folder(Path("x"), name, SourceOptions()),
    "vocabulary": lambda index, name: index.vocabularies.add(name, index.root / "list.txt"),
    "partition": lambda index, name: index.partitions.add(name, ["mug"], vocabulary="mine"),
    "sample": lambda index, name: index.sample(OPTIONS, name=name),
    "saved": lambda index, name: index.exports.sample(name),
}


def _ingested(builder: TreeBuilder) -> Index:
    """Return an index with two categories, and a list of one of them."""
    builder.file("list.txt", b"mug\n")
    return ingest_coco(builder, [{"id": 1, "name": "mug"}, {"id": 2, "name": "cup"}])


@pytest.fixture
def index(builder: TreeBuilder) -> Index:
    """Return such an index of the test's own."""
    return _ingested(builder)


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory, few_synsets: Path) -> Index:
    """Return one for all tests that are refused."""
    return _ingested(TreeBuilder(tmp_path_factory.mktemp("names") / "datasets", few_synsets))


def _files(folder: Path) -> list[str]:
    return sorted(
        str(path) for path in folder.rglob("*") if path.suffix not in (".db-shm", ".db-wal")
    )


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_command_refuses_what_cannot_be_part_of_a_path(unchanged: Index, kind: str) -> None:
    root = unchanged.root
    command = COMMANDS[kind].format(file=root / "mine.json", root=root, list=root / "list.txt")
    before = _files(root.parent)
    for name in NAMES if kind == "dataset" else NAMES[:3]:  # one rule for all kinds
        done = call(*command.split(), name, root=root)
        assert (done.code, done.out) == (2, "")
        assert "cannot name a" in done.error
        assert len(done.error) < 400
    assert _files(root.parent) == before


@pytest.mark.parametrize("kind", CALLS)
def test_python_refuses_the_same(unchanged: Index, kind: str) -> None:
    for name in (*NAMES, "a\0b"):
        with pytest.raises(UsageError, match="cannot name a"):
            CALLS[kind](unchanged, name)


@pytest.mark.parametrize(("name", "split"), [("lvis_v1", "train"), ("visual", "genome")])
def test_a_name_and_a_split_are_not_another_source(unchanged: Index, name: str, split: str) -> None:
    with pytest.raises(UsageError, match=f"the name {name}_{split} stands for something else"):
        unchanged.sources.coco(unchanged.root / "mine.json", name, unchanged.root, split)


def test_names_in_an_index_from_elsewhere_lead_nowhere_else(index: Index, tmp_path: Path) -> None:
    index.partitions.add("held", ["mug"], vocabulary="mine")
    index.sample(OPTIONS, name="one")
    for table in ("partitions", "samples", "vocabularies"):
        damage(index, f"UPDATE {table} SET name = '../../x'")
    before = _files(tmp_path)
    part = PartitionFilter("../../x", "novel", only=False)
    for target in ("exemplars", "annotations", "cat-info"):
        for by in (None, part):
            with pytest.raises(UsageError, match="cannot name a vocabulary"):
                index.exports.target(target, vocabulary="../../x", partition_filter=by)
    with pytest.raises(UsageError, match="cannot name a sample"):
        index.exports.sample("../../x")
    with pytest.raises(UsageError, match="cannot name a vocabulary"):
        index.exports.sample(DrawOptions(k=1, vocabulary="../../x"))
    with pytest.raises(UsageError, match="cannot name a partition"):
        index.exports.sample(DrawOptions(k=1, partition_filter=part))
    assert _files(tmp_path) == before
    index.partitions.rm("../../x", vocabulary="../../x")
    index.samples.rm("../../x")


def test_names_of_the_longest_kind_can_be_used(index: Index) -> None:
    name = "n" * 200
    index.partitions.add(name, ["mug"], vocabulary="mine")
    part = PartitionFilter(name, "novel", only=True)
    options = DrawOptions(k=1, vocabulary="mine", partition_filter=part)
    made = options.made_name()
    index.sample(options, name=made)
    assert index.exports.sample(made).records == 1
    assert len(made.encode()) <= 200
