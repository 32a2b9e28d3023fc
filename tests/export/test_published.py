"""A file never takes the usual path of another kind of file."""

from pathlib import Path

import pytest

from ovmr_index import DrawOptions, Index, ProtectedPathError, UsageError
from ovmr_index.vocabularies.partition_filter import PartitionFilter
from tests.support.runs import call
from tests.support.trees import TreeBuilder, annotation

pytestmark = pytest.mark.slow

TAKEN = {
    "exemplar_dict": "exemplars",
    "Exemplar_Dict": "exemplars",
    "exemplar_dict_rare_without_novel": "exemplars",
    "lvis_v1_train_cat_info": "cat-info",
    "lvis_v1_val_cat_info": "cat-info",
    "lvis_v1_train_cat_info_mine_only_base": "cat-info",
    "lvis_image_exemplar_dict_K-005_own": "sample",
    "LVIS_image_exemplar_dict_k-1000_stable_seed-007": "sample",
    "lvis_image_exemplar_dict_K-005_own_rare_only_novel": "sample",
    "manifest": "manifest",
    "two.json.provenance": "sample --sidecar",
}
FREE = ("two", "exemplar_dict_mine", "lvis_image_exemplar_dict", "manifest2", "K-005_own")
DRAW = DrawOptions(k=1, on_shortage="take-all")


@pytest.fixture
def index(builder: TreeBuilder) -> Index:
    """Return an index of one box."""
    builder.lvis(annotations=[annotation(1)])
    index = builder.index()
    index.ingest()
    return index


@pytest.mark.exhaustive(
    but=[
        "exemplar_dict",
        "Exemplar_Dict",
        "lvis_v1_train_cat_info_mine_only_base",
        "LVIS_image_exemplar_dict_k-1000_stable_seed-007",
        "two.json.provenance",
    ]
)
@pytest.mark.parametrize("name", TAKEN)
def test_a_saved_sample_is_refused_there(index: Index, builder: TreeBuilder, name: str) -> None:
    index.sample(DRAW, name=name)
    usual = builder.root / "metadata" / f"{name}.json"
    usual.parent.mkdir()
    usual.write_text("of another")
    done = call("export", "sample", "--name", name, root=builder.root)
    assert done.code == 2
    assert f"is where `export {TAKEN[name]}` writes" in done.error
    assert done.error.endswith("; give -o FILE")
    assert usual.read_text() == "of another"
    elsewhere = builder.root / "sample.json"
    assert call("export", "sample", "--name", name, "-o", elsewhere, root=builder.root).code == 0


@pytest.mark.exhaustive(but=["two", "lvis_image_exemplar_dict", "K-005_own"])
@pytest.mark.parametrize("name", FREE)
def test_other_names_have_a_usual_path(index: Index, builder: TreeBuilder, name: str) -> None:
    index.sample(DRAW, name=name)
    assert call("export", "sample", "--name", name, root=builder.root).code == 0
    assert (builder.root / "metadata" / f"{name}.json").is_file()


@pytest.mark.exhaustive(
    but=[
        "metadata/exemplar_dict.json-exemplars",
        "metadata/kitchen/imagenet_image_info.json-imagenet-lvis",
        "metadata/manifest.json-manifest",
    ]
)
@pytest.mark.parametrize(
    ("file", "owner"),
    [
        ("metadata/exemplar_dict.json", "exemplars"),
        ("metadata/kitchen/exemplar_dict.json", "exemplars"),
        ("metadata/kitchen/imagenet_image_info.json", "imagenet-lvis"),
        ("metadata/manifest.json", "manifest"),
        ("lvis/lvis_v1_train_norare.json", "norare"),
        ("lvis/lvis_v1_train_all.json", "annotations"),
    ],
)
def test_so_is_a_file_that_is_given(
    index: Index, builder: TreeBuilder, file: str, owner: str
) -> None:
    index.sample(DRAW, name="exemplar_dict")
    given = builder.root / file
    for draw in ("--name", "exemplar_dict"), ("-K", 1, "--on-shortage", "take-all"):
        done = call("export", "sample", *draw, "-o", given, root=builder.root)
        assert done.code == 2
        assert f"is where `export {owner}` writes; write to another file" in done.error
    with pytest.raises(ProtectedPathError):
        index.exports.target("rareonly", given)
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


@pytest.mark.exhaustive(but=["f.json.gz", "f.zst"])
@pytest.mark.parametrize("name", ["f.json.gz", "f.JSON.GZ", "f.zst", "f.json.xz"])
def test_plain_json_is_not_called_compressed(
    index: Index, builder: TreeBuilder, tmp_path: Path, name: str
) -> None:
    index.sample(DRAW, name="two")
    for command in (
        "norare",
        "exemplars",
        "cat-info",
        "sample --name two",
        "sample -K 1 --on-shortage take-all",
        "manifest",
    ):
        done = call("export", *command.split(), "-o", tmp_path / name, root=builder.root)
        assert done.code == 2
        assert "is written as plain JSON, which its name does not say; leave out ." in done.error
    assert list(tmp_path.glob("f.*")) == []
