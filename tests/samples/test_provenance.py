"""Where a sample comes from: saved with it, and written beside its file."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import pytest
from sqlalchemy import update

from ovmr_index import DrawOptions, Filters, Index, Recipe, __version__
from ovmr_index.db.engine import writing
from ovmr_index.db.models import Sample
from ovmr_index.errors import UsageError
from tests.support.copied_tree import fill
from tests.support.oracle import load
from tests.support.trees import APPLE, TENCH_WNID, TreeBuilder, annotation, category

FILTERS = Filters(datasets=("lvis", "imagenet21k"), per_image=1)
OPTIONS = DrawOptions(2, 7, "stable", "take-all", "side", FILTERS)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, few_synsets: Path) -> TreeBuilder:
    """Return LVIS and ImageNet with an index that has pools by other options: to be copied."""
    builder = TreeBuilder(tmp_path_factory.mktemp("made") / "datasets", few_synsets)
    builder.lvis(categories=[category(1), category(2, APPLE)], annotations=[annotation(1)])
    builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG", "é.JPEG"], "val/n07739125": ["b.JPEG"]})
    with builder.index() as index:
        index.ingest()
        index.collate(Recipe(enough=7), {APPLE: ["tench.n.01"]})
    return builder


@pytest.fixture
def index(builder: TreeBuilder, made: TreeBuilder) -> Index:
    """Return a copy of the index, whose tree is that of the builder."""
    fill(builder, made)
    return builder.index()


def test_it_tells_how_the_sample_was_drawn_and_from_what(index: Index) -> None:
    index.sample(OPTIONS, name="one")
    origin = index.samples.show("one").provenance
    lvis = index.root / "lvis" / "lvis_v1_train.json"
    folders = f"train/{TENCH_WNID}\t2\nval/n07739125\t1\n"
    assert origin.as_json() == {
        "k": 2,
        "seed": 7,
        "method": "stable",
        "weight": "side",
        "on_shortage": "take-all",
        "vocabulary": "lvis_v1_train",
        "version": __version__,
        "filters": {"datasets": ["lvis", "imagenet21k"], "per_image": 1},
        "recipe": {
            "min_area": 1024.0,
            "enough": 7,
            "few": 10,
            "substitutes": {APPLE: ["tench.n.01"]},
        },
        "fingerprints": {
            "imagenet21k": {"folders": hashlib.sha256(folders.encode()).hexdigest()},
            "lvis_v1_train": {lvis.name: hashlib.sha256(lvis.read_bytes()).hexdigest()},
        },
    }


@pytest.mark.slow
def test_it_stays_when_the_pools_change(builder: TreeBuilder, index: Index) -> None:
    index.sample(OPTIONS, name="one")
    before = index.samples.show("one").provenance
    builder.lvis(categories=[category(1)], annotations=[annotation(1), annotation(2)])
    index.ingest()
    index.collate()
    assert index.samples.show("one").provenance == before
    index.sample(OPTIONS, name="two")
    after = index.samples.show("two").provenance
    assert after.recipe != before.recipe
    assert after.fingerprints is not None
    assert before.fingerprints is not None
    assert after.fingerprints["imagenet21k"] == before.fingerprints["imagenet21k"]
    assert after.fingerprints["lvis_v1_train"] != before.fingerprints["lvis_v1_train"]


def test_a_sidecar_tells_it_beside_the_file(index: Index, tmp_path: Path) -> None:
    index.sample(OPTIONS, name="one")
    saved = index.exports.sample("one", tmp_path / "one.json", sidecar=True).path
    drawn = index.exports.sample(OPTIONS, tmp_path / "two.json", sidecar=True).path
    told = [path.with_name(f"{path.name}.provenance.json") for path in (saved, drawn)]
    assert told[0].read_bytes() == told[1].read_bytes()
    sha256 = hashlib.sha256(saved.read_bytes()).hexdigest()
    origin = index.samples.show("one").provenance.as_json()
    assert load(told[0]) == {"program": "ovmr-index", **origin, "sha256": sha256}
    index.exports.sample(OPTIONS, tmp_path / "alone.json")
    assert not (tmp_path / "alone.json.provenance.json").exists()


def test_a_sample_from_before_has_less_to_tell(index: Index) -> None:
    index.sample(OPTIONS, name="old")
    origin = index.samples.show("old").provenance
    unknown = ("weight", "vocabulary", "version", "filters", "recipe", "fingerprints")
    with writing(index.engine) as connection:
        connection.execute(update(Sample).values(dict.fromkeys(unknown)))
    assert asdict(index.samples.show("old").provenance) == asdict(origin) | dict.fromkeys(unknown)
    path = index.exports.sample("old", sidecar=True).path
    assert json.loads(path.with_name(f"{path.name}.provenance.json").read_text())["weight"] is None


def test_unknown_samples_have_none(index: Index) -> None:
    with pytest.raises(UsageError, match="there is no sample 'none'"):
        index.samples.show("none")


def test_files_of_many_seeds(index: Index, tmp_path: Path) -> None:
    draws = [DrawOptions(1, seed, "stable", "take-all") for seed in (0, 1, 12)]
    files = index.exports.seeds(draws)
    start = "lvis_image_exemplar_dict_K-001_stable_seed-"
    assert [one.path.name for one in files] == [f"{start}{n:03d}.json" for n in (0, 1, 12)]
    assert {one.path.parent for one in files} == {index.root / "metadata"}
    again = index.exports.seeds(draws[:1], tmp_path / "new", sidecar=True)
    assert again[0].path == tmp_path / "new" / files[0].path.name
    assert again[0].path.read_bytes() == files[0].path.read_bytes()
    assert len(list((tmp_path / "new").iterdir())) == 2
    single = index.exports.sample(draws[0])
    assert single.path == index.root / "metadata" / "lvis_image_exemplar_dict_K-001_stable.json"
    assert single.path.read_bytes() == files[0].path.read_bytes()
