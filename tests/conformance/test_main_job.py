"""The main job on the conformance tree and on a real LVIS file: the published files come out."""

import json
import os
import random
import shutil
from pathlib import Path

import pytest

from ovmr_index import ExportReport, Index
from ovmr_index.errors import MissingSourceError
from ovmr_index.ingest.sources import find_sources, lvis_source
from tests.support.conformance_trees import PUBLISHED, copied, is_published, linked
from tests.support.copied_tree import quick_copy
from tests.support.lvis_package import read_lvis
from tests.support.oracle import Oracle, load

pytestmark = pytest.mark.slow

SOURCES = ("lvis_v1_train", "lvis_v1_val", "imagenet21k", "visual_genome")
# All at once they come in the order of `SOURCES`: here each comes after those that it comes before.
ORDER = (3, 2, 1, 0)


def _opened(root: Path, empty_index: Path) -> Index:
    shutil.copyfile(empty_index, root / "ovmr.db")
    return Index.open(root, create=False)


def _check(report: ExportReport, root: Path, expected: Path) -> None:
    assert (report.left_out, report.failed) == ([], [])
    assert [str(one.path.relative_to(root)) for _, one in report.written] == list(PUBLISHED)
    assert not [one.problems for _, one in report.written if one.problems]
    for path, name in PUBLISHED.items():
        assert is_published((root / path).read_bytes(), expected / name), path


@pytest.mark.exhaustive(on="postgresql")  # the next one writes them there, too
def test_ingest_and_export_write_the_six_published_files(
    tree: Path, ingested: Path, expected: Path, tmp_path: Path
) -> None:
    """That they have the same bytes again is shown of a small tree by `export/test_contract.py`."""
    index = copied(ingested, tree, tmp_path / "datasets")
    index.collate()
    again = index.ingest()
    assert [source.name for source in again.sources] == list(SOURCES)
    assert not [one for one in again.sources if one.counts.did_work]
    _check(index.export(), index.root, expected)


@pytest.fixture(scope="module")
def imagenet(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy to link to: links change the times of files, which others compare."""
    copy = tmp_path_factory.mktemp("imagenet") / "imagenet21k_P"
    quick_copy(tree / "imagenet" / "imagenet21k_P", copy)
    return copy


# The one before writes them in SQLite; `export/test_contract.py` shows of a small tree that the
# order of ingest and of entries changes no byte.
@pytest.mark.exhaustive(on="sqlite")
def test_sources_one_by_one_in_another_order_and_entries_shuffled(
    tree: Path, imagenet: Path, expected: Path, tmp_path: Path, empty_index: Path
) -> None:
    root = linked(tree, tmp_path / "datasets")
    (root / "imagenet" / "imagenet21k_P").unlink()
    _link_shuffled(imagenet, root / "imagenet" / "imagenet21k_P", ORDER)
    index = _opened(root, empty_index)
    places, _ = find_sources(root)
    for i in ORDER:
        (source,) = index.ingest([places[i]]).sources
        assert source.name == SOURCES[i]
    _check(index.export(), root, expected)


def _link_shuffled(source: Path, target: Path, seed: object) -> None:
    """Make the folders and files of `source` below `target`, in a random order."""
    files = sorted(Path(folder, name) for folder, _, names in os.walk(source) for name in names)
    random.Random(str(seed)).shuffle(files)
    for folder in dict.fromkeys(file.parent for file in files):
        (target / folder.relative_to(source)).mkdir(parents=True, exist_ok=True)
    for file in files:
        os.link(file, target / file.relative_to(source))


@pytest.fixture(scope="module")
def real(shared: Path, tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Index:
    """Return the index of an empty root and of a real LVIS v0.5 file, which is elsewhere."""
    root = tmp_path_factory.mktemp("real") / "datasets"
    root.mkdir()
    index = _opened(root, empty_index)
    file = shared / "data" / "lvis_v0.5_val_100.json"
    (source,) = index.ingest([lvis_source(root, file, "val")]).sources
    assert (source.name, source.format) == ("lvis_v1_val", "lvis")
    assert (source.counts.added, source.problems) == (977, [])
    return index


def test_a_real_file_comes_out_again(real: Index, shared: Path, tmp_path: Path) -> None:
    (tmp_path / "other" / "lvis").mkdir(parents=True)
    file = shared / "data" / "lvis_v0.5_val_100.json"
    shutil.copyfile(file, tmp_path / "other" / "lvis" / "lvis_v1_val.json")
    oracle = Oracle(tmp_path / "other")
    for target, wanted in {
        "cat-info": oracle.cat_info("val"),
        "norare": oracle.norare("val"),
        "rareonly": oracle.rareonly("val"),
    }.items():
        path = real.exports.target(target, split="val").path
        assert json.dumps(load(path), sort_keys=True) == json.dumps(wanted, sort_keys=True)
    counts = [
        len(read_lvis(real.root / "lvis" / f"lvis_v1_val_{name}.json").anns)
        for name in ("norare", "rare_only")
    ]
    assert sum(counts) == 977
    assert min(counts) > 0
    read = read_lvis(file)
    made = real.lvis("val")
    assert (made.anns, made.imgs, made.cats) == (read.anns, read.imgs, read.cats)
    assert made.img_ann_map == read.img_ann_map


def test_a_real_file_answers_in_sql(real: Index, shared: Path) -> None:
    content = load(shared / "data" / "lvis_v0.5_val_100.json")
    synsets = {category["id"]: category["synset"] for category in content["categories"]}
    counts: dict[str, int] = {}
    for annotation in content["annotations"]:
        synset = synsets[annotation["category_id"]]
        counts[synset] = counts.get(synset, 0) + 1
    query = (
        "SELECT synsets.name, count(*) FROM regions"
        " JOIN categories ON categories.pk = regions.category_pk"
        " JOIN synsets ON synsets.pk = categories.synset_pk GROUP BY synsets.name"
    )
    with real.sql(query) as result:
        assert dict(result.rows) == counts


def test_what_a_real_file_alone_cannot_give_is_left_out(real: Index) -> None:
    report = real.export()
    assert (report.written, report.failed) == ([], [])
    assert [name for name, _ in report.left_out] == [*dict(report.left_out)]
    assert len(report.left_out) == len(PUBLISHED) - 1  # `sample`, which writes two, is said once
    with pytest.raises(MissingSourceError, match=r"run `index.ingest\(\)` first"):
        real.collate()
