"""A file never takes the usual path of another kind of file."""

from pathlib import Path

import pytest

from ovmr_index import DrawOptions, Index, ProtectedPathError, UsageError
from ovmr_index.vocabularies.partition_filter import PartitionFilter
from tests.support.copied_tree import fill
from tests.support.runs import call
from tests.support.trees import TreeBuilder, annotation

pytestmark = pytest.mark.slow

TAKEN = {
    "exemplar_dict": "exemplars",
    "Exemplar_Dict": "exemplars",
    "lvis_v1_train_cat_info_mine_only_base": "cat-info",
    "LVIS_image_exemplar_dict_k-1000_stable_seed-007": "sample",
    "two.json.provenance": "sample --sidecar",
}
MORE_TAKEN = {
    "exemplar_dict_rare_without_novel": "exemplars",
    "lvis_v1_train_cat_info": "cat-info",
    "lvis_v1_val_cat_info": "cat-info",
    "lvis_image_exemplar_dict_K-005_own": "sample",
    "lvis_image_exemplar_dict_K-005_own_rare_only_novel": "sample",
    "manifest": "manifest",
}
FREE = ("two", "lvis_image_exemplar_dict", "K-005_own")
MORE_FREE = ("exemplar_dict_mine", "manifest2")
DRAW = DrawOptions(k=1, on_shortage="take-all")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> TreeBuilder:
    """Return a tree with an index of one box, which has its pools: to be copied."""
    builder = TreeBuilder(tmp_path_factory.mktemp("made") / "datasets", empty_index)
    builder.lvis(annotations=[annotation(1)])
    with builder.index() as index:
        index.ingest()
        index.collate()
    return builder


@pytest.fixture
def index(builder: TreeBuilder, made: TreeBuilder) -> Index:
    """Return an index of one box."""
    fill(builder, made)
    return builder.index()


@pytest.mark.parametrize(
    "taken", [TAKEN, pytest.param(MORE_TAKEN, marks=pytest.mark.exhaustive)], ids=["usual", "more"]
)
def test_a_saved_sample_is_refused_there(
    index: Index, builder: TreeBuilder, taken: dict[str, str]
) -> None:
    (builder.root / "metadata").mkdir()
    for name, owner in taken.items():
        index.sample(DRAW, name=name)
        usual = builder.root / "metadata" / f"{name}.json"
        usual.write_text("of another")
        done = call("export", "sample", "--name", name, root=builder.root)
        assert done.code == 2, name
        assert f"is where `export {owner}` writes" in done.error
        assert done.error.endswith("; give -o FILE")
        assert usual.read_text() == "of another"
        elsewhere = builder.root / f"{owner}.json"
        done = call("export", "sample", "--name", name, "-o", elsewhere, root=builder.root)
        assert done.code == 0, name


@pytest.mark.parametrize(
    "free", [FREE, pytest.param(MORE_FREE, marks=pytest.mark.exhaustive)], ids=["usual", "more"]
)
def test_other_names_have_a_usual_path(
    index: Index, builder: TreeBuilder, free: tuple[str, ...]
) -> None:
    for name in free:
        index.sample(DRAW, name=name)
        assert call("export", "sample", "--name", name, root=builder.root).code == 0, name
        assert (builder.root / "metadata" / f"{name}.json").is_file()


GIVEN = {
    "metadata/exemplar_dict.json": "exemplars",
    "metadata/kitchen/exemplar_dict.json": "exemplars",
    "metadata/kitchen/imagenet_image_info.json": "imagenet-lvis",
    "metadata/manifest.json": "manifest",
    "lvis/lvis_v1_train_norare.json": "norare",
    "lvis/lvis_v1_train_all.json": "annotations",
}


def test_so_is_a_file_that_is_given(index: Index, builder: TreeBuilder) -> None:
    index.sample(DRAW, name="exemplar_dict")
    for file, owner in GIVEN.items():
        given, says = builder.root / file, f"is where `export {owner}` writes; write to another"
        with pytest.raises(ProtectedPathError, match=says):
            index.exports.sample("exemplar_dict", given)
        with pytest.raises(ProtectedPathError):
            index.exports.target("rareonly", given)
        assert not given.exists()
    given = builder.root / "metadata/exemplar_dict.json"
    for draw in ("--name", "exemplar_dict"), ("-K", 1, "--on-shortage", "take-all"):
        done = call("export", "sample", *draw, "-o", given, root=builder.root)
        assert done.code == 2
        assert "is where `export exemplars` writes; write to another file" in done.error
        assert not given.exists()


def test_files_of_the_kind_go_there(index: Index, builder: TreeBuilder, tmp_path: Path) -> None:
    metadata = builder.root / "metadata"
    index.sample(DRAW, name="two")
    index.exports.target("exemplars")
    index.exports.sample(DRAW)
    index.exports.manifest()
    own = metadata / "lvis_image_exemplar_dict_K-005_own.json"
    assert index.exports.sample("two", own).path == own
    index.exports.target("exemplars", metadata / "exemplar_dict.json")
    index.exports.target("cat-info", metadata / "kitchen" / "cat_info.json")
    index.exports.target("exemplars", partition_filter=PartitionFilter("rare", "novel", only=False))
    index.exports.target("norare", tmp_path / "exemplar_dict.json")
    with pytest.raises(UsageError):
        index.exports.target("norare", metadata / "exemplar_dict_rare_without_novel.json")


def test_plain_json_is_not_called_compressed(
    index: Index, builder: TreeBuilder, tmp_path: Path
) -> None:
    says = "is written as plain JSON, which its name does not say; leave out ."
    for name in ("f.json.gz", "f.JSON.GZ", "f.zst", "f.json.xz"):
        with pytest.raises(UsageError, match=says):
            index.exports.target("norare", tmp_path / name)
    index.sample(DRAW, name="two")
    for command in (
        "norare",
        "exemplars",
        "cat-info",
        "sample --name two",
        "sample -K 1 --on-shortage take-all",
        "manifest",
    ):
        done = call("export", *command.split(), "-o", tmp_path / "f.json.gz", root=builder.root)
        assert done.code == 2, command
        assert says in done.error
    assert list(tmp_path.glob("f.*")) == []
