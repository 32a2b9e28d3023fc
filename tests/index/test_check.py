"""`db check`: each kind of damage is found and says what to do; a sound index has none."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from ovmr_index import DrawOptions, Index
from ovmr_index.index import wordnet_check
from ovmr_index.index.check import CHECKS
from ovmr_index.index.surroundings import SQLITE_FAULTS, file_system
from ovmr_index.index.wordnet_check import check_wordnet
from tests.support.checked import few_nouns
from tests.support.few_synsets import index_of_few_synsets
from tests.support.once import made_once
from tests.support.tampering import damage
from tests.support.trees import (
    BASKET_WNID,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    image,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow

# PostgreSQL keeps no number that is text or infinite, and no text that is not UTF-8.
_of_sqlite = partial(pytest.param, marks=pytest.mark.sqlite_only)
# Another damage of a kind that the list has already.
_again = partial(pytest.param, marks=pytest.mark.exhaustive)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Path:
    """Return a tree with an index that holds WordNet and every other kind of row: read only."""
    return _made(tmp_path_factory, "tree to check", empty_index)


@pytest.fixture(scope="module")
def made_of_few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the same with three synsets, which are checked quickly: read only."""
    few = index_of_few_synsets(tmp_path_factory)
    return _made(tmp_path_factory, "tree of few synsets to check", few)


def _made(factory: pytest.TempPathFactory, name: str, empty_index: Path) -> Path:
    def make(root: Path) -> None:
        builder = TreeBuilder(root, empty_index)
        builder.lvis(
            images=[image(1, neg_category_ids=[1])],
            annotations=[annotation(1), annotation(2, own=1)],
        )
        builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG"]})
        builder.visual_genome(vg_objects(5, vg_object(1, TENCH)))
        index = builder.index()
        index.ingest()
        index.collate()
        index.pools.hash_images()
        index.sample(DrawOptions(k=2, on_shortage="take-all"), name="two")
        index.close()

    return made_once(factory, name, make)


@pytest.fixture
def index(made: Path, tmp_path: Path) -> Index:
    """Return an index that the test may damage."""
    return Index.open(shutil.copytree(made, tmp_path / "tree"))


@pytest.fixture
def index_of_few(made_of_few: Path, tmp_path: Path) -> Index:
    """Return an index of few synsets that the test may damage."""
    return Index.open(shutil.copytree(made_of_few, tmp_path / "tree"))


@pytest.fixture
def sound(index_of_few: Index) -> Iterator[Index]:
    """Return that index where WordNet is the synsets that it holds: nothing is wrong."""
    with few_nouns():
        yield index_of_few


def test_nothing_is_wrong(sound: Index) -> None:
    assert sound.db.report(exports=True) == ([], [])


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        ("DELETE FROM images WHERE pk = 1", "points to no row of images"),
        _of_sqlite(
            "UPDATE categories SET name = CAST(x'ff' AS TEXT)", "categories.name: 1 times text that"
        ),
        (
            "UPDATE region_records SET record = '{' WHERE region_pk = 1",
            "region_records.record is no JSON where JSON is kept: 1 times, first in row 1",
        ),
        ("UPDATE region_fields SET fields = '[1]'", "region_fields.fields is no JSON where JSON"),
        ("UPDATE image_records SET record = '[]'", "image_records.record is no JSON where JSON is"),
        ("UPDATE sources SET header = 'x' WHERE pk = 1", "sources.header is no JSON where JSON is"),
        (
            "UPDATE sources SET options = '{' WHERE pk = 1",
            "sources.options of lvis_v1_train is not",
        ),
        _again(
            "UPDATE sources SET options = '[]' WHERE pk = 1",
            "sources.options of lvis_v1_train is not",
        ),
        _again(
            "UPDATE sources SET options = '{\"strip\": \"a\"}' WHERE name = 'imagenet21k'",
            "sources.options of",
        ),
        ("UPDATE sources SET options = '{\"new\": 1}'", "sources.options of lvis_v1_train is not"),
        (
            "UPDATE categories SET record = '{' WHERE pk = 1",
            "categories.record is no JSON where JSON",
        ),
        ("UPDATE categories SET name = 'cat'", "whose id, name or frequency is not that of its"),
        _again(
            "UPDATE categories SET frequency = 'r'",
            "whose id, name or frequency is not that of its",
        ),
        (
            "UPDATE categories SET frequency = NULL",
            "whose id, name or frequency is not that of its",
        ),
        ("UPDATE categories SET key = 7", "whose id, name or frequency is not that of its record"),
        (
            "UPDATE categories SET synset_pk = NULL",
            "a category whose synset is not that of its record: 1 times; run `index.ingest"
            "(rehash=True)`, which reads it again",
        ),
        _again("UPDATE categories SET synset_pk = 2", "a category whose synset is not that of its"),
        (
            "UPDATE images SET height = 9 WHERE key IS NOT NULL",
            "an image whose id or size is not that of its record: 2 times; run `index.ingest",
        ),
        (
            "UPDATE regions SET w = w + 0.01 WHERE pk = 1;"
            " UPDATE regions SET area = 7 WHERE pk = 2",
            "a box whose id, category or numbers are not those of its record: 2 times; run `index",
        ),
        (
            "DELETE FROM image_categories WHERE kind = 'negative'",
            "a category that the record of an image names, and the index does not: 1 times; run",
        ),
        ("DELETE FROM source_blocks WHERE position = 0", "a source whose blocks have a gap, by"),
        (
            "UPDATE collations SET recipe = '{}'",
            "collations.recipe of vocabulary 1 is not the JSON",
        ),
        _again(
            "UPDATE collations SET recipe = 'null'", "collations.recipe of vocabulary 1 is not the"
        ),
        ("UPDATE samples SET recipe = '{'", "samples.recipe of two is not the JSON that it should"),
        ("UPDATE samples SET filters = '[]'", "samples.filters of two is not the JSON that it"),
        ("UPDATE samples SET fingerprints = '7'", "samples.fingerprints of two is not the JSON"),
        ("UPDATE regions SET w = 1e308", "a box or an area that is no number that a file can have"),
        _of_sqlite(
            "UPDATE regions SET w = 'wide'",
            "a box or an area that is no number that a file can have",
        ),
        _again(
            "UPDATE regions SET x = -1e308",
            "a box or an area that is no number that a file can have",
        ),
        pytest.param(
            "UPDATE regions SET area = 'a'",
            "a box or an area that is no number that a file can have",
            marks=[pytest.mark.sqlite_only, pytest.mark.exhaustive],
        ),
        ("UPDATE pool_entries SET weight = 1e308", "a weight of a pool that no box has: 4 times"),
        pytest.param(
            "UPDATE pool_entries SET weight = -9e999",
            "a weight of a pool that no box has: 4 times",
            marks=[pytest.mark.sqlite_only, pytest.mark.exhaustive],
        ),
        _of_sqlite(
            "UPDATE sample_picks SET weight = 9e999",
            "a weight or a box of a saved sample that is no",
        ),
        _of_sqlite(
            "UPDATE sample_picks SET h = 'high'", "a weight or a box of a saved sample that is no"
        ),
        (
            "UPDATE regions SET area = 9e999 WHERE pk = 1",
            "that is no number that a file can have: 1 times",
        ),
        _again(
            "UPDATE regions SET x = -9e999 WHERE pk = 1",
            "that is no number that a file can have: 1 times",
        ),
        (
            "UPDATE images SET file_name = '../' || file_name",
            "a path in the index that leaves its dataset's folder: 3 times; take the index",
        ),
        (
            "UPDATE folders SET path = '/etc'",
            "a path in the index that leaves its dataset's folder",
        ),
        (
            "UPDATE images SET file_name = 'b/c' || pk",
            "an image whose path is not that of its folder: 3 times",
        ),
        (
            "UPDATE images SET file_name = file_name || '/b'",
            "an image whose path is not that of its folder: 3 times",
        ),
        (
            "DELETE FROM image_hashes; UPDATE images SET width = NULL",
            "a state without a measurement: 1 times; run `index.ingest(rehash=True)`",
        ),
        ("DELETE FROM pool_entries WHERE position = 0", "a gap: 1 times; run `index.collate()`"),
        (
            "UPDATE regions SET is_crowd = 1; UPDATE sources SET format = 'coco'",
            "the box of a crowd: 3 times; run `index.collate()`",
        ),
        ("UPDATE samples SET k = 1", "more exemplars than K, or a gap among them: 1 times"),
        (
            "UPDATE pool_entries SET weight = weight + 1 WHERE position = 1",
            "those of 1 category are not what their recipe gives: tench.n.01 (4 exemplars, 4 by"
            " the recipe, 1 differ); run `index.collate()`",
        ),
        _again(
            "DELETE FROM pool_entries WHERE position = 3",
            "tench.n.01 (3 exemplars, 4 by the recipe, 1 differ); run `index.collate()`",
        ),
        _again(
            "UPDATE regions SET area = 1",
            "are not what their recipe gives: tench.n.01 (4 exemplars",
        ),
        _again(
            "UPDATE collations SET recipe = '{'",
            "collations.recipe of vocabulary 1 is not the JSON that it should be",
        ),
        (
            "DELETE FROM substitutes; DELETE FROM collations",
            "a pool, but no recipe that made it: 1",
        ),
        (
            "UPDATE sample_picks SET weight = 1 WHERE position = 0",
            "sample two: 1 category differ from the same draw of now: 1 (1 exemplar); draw it",
        ),
        _again(
            "UPDATE samples SET seed = 3",
            "sample two: 1 category differ from the same draw of now",
        ),
        (
            "UPDATE sample_picks SET name = 'gone.jpg', region_key = 99 WHERE position = 0",
            "sample two: 1 exemplar not in the index as it was, first",
        ),
        (
            "UPDATE sample_categories SET synset = 'cat.n.01'",
            "sample two: categories that lvis_v1_train does not hold so: 1 (cat.n.01)",
        ),
        (
            "UPDATE samples SET on_shortage = 'error'; DELETE FROM sample_picks WHERE position = 1",
            "sample two: K is 2, but it holds 1 of category 1; draw it under another name",
        ),
        ("DELETE FROM source_files", "rows, but not its path: 2 times; run `index.ingest()`"),
        ("DELETE FROM image_records", "an image without the record that its annotation file holds"),
        (
            "UPDATE ingest_runs SET added = 2 WHERE source = 'imagenet21k'",
            "imagenet21k: the index holds 1 image, but 2 were read of it: run `index.ingest",
        ),
        ("DELETE FROM sample_picks WHERE position = 0", "or a gap among them: 1 times; draw"),
        (
            "DELETE FROM region_records; DELETE FROM pool_entries; DELETE FROM regions",
            "another number of boxes than was read of its file: 2 times; run `index.ingest",
        ),
    ],
)
def test_damage_is_found(index_of_few: Index, statements: str, found: str) -> None:
    _require_found(index_of_few, statements, found)


@pytest.mark.parametrize(
    ("statements", "table", "wnid"),
    [
        (
            "INSERT INTO hypernyms (synset_pk, hypernym_pk, instance) VALUES (1, 2, 0)",
            "hypernyms",
            TENCH_WNID,
        ),
        ("UPDATE synsets SET lemmas = 'x' WHERE pk = 3", "synsets", BASKET_WNID),
        ("DELETE FROM synsets WHERE pk = 3", "synsets", BASKET_WNID),
        (
            "INSERT INTO synsets (pk, wnid, name) VALUES (99999999, 'n99999999', 'no_such.n.01')",
            "synsets",
            "n99999999",
        ),
    ],
)
def test_damage_of_wordnet_is_found(sound: Index, statements: str, table: str, wnid: str) -> None:
    _require_found(sound, statements, f"{table}: not as WordNet 3.0 has them: {wnid}")


@pytest.mark.exhaustive  # the one above sees it in an index of few synsets
@pytest.mark.parametrize(
    ("statements", "found"),
    [
        ("DELETE FROM hypernyms WHERE synset_pk = 9", "hypernyms: not as WordNet 3.0 has them: n"),
        ("UPDATE hypernyms SET instance = 1 - instance WHERE synset_pk = 9", "hypernyms: not as"),
        ("UPDATE synsets SET lemmas = 'x' WHERE pk = 3", "synsets: not as WordNet 3.0 has them: n"),
        (
            "DELETE FROM hypernyms WHERE 99 IN (synset_pk, hypernym_pk);"
            "DELETE FROM synsets WHERE pk = 99",
            "synsets: not as WordNet 3.0 has them: n",
        ),
        (
            "INSERT INTO synsets (pk, wnid, name) VALUES (99999999, 'n99999999', 'no_such.n.01')",
            "synsets: not as WordNet 3.0 has them: n99999999",
        ),
    ],
)
def test_damage_of_all_of_wordnet_is_found(index: Index, statements: str, found: str) -> None:
    _require_found(index, statements, found)


def test_wordnet_as_it_was_made_is_known_by_its_hashes(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(wordnet_check, "read_nouns", pytest.fail)
        assert not list(check_wordnet(index._session))
    monkeypatch.setattr(wordnet_check, "_AS_MADE", ())  # as with other row numbers
    assert not list(check_wordnet(index._session))


def _require_found(index: Index, statements: str, found: str) -> None:
    damage(index, statements)
    findings = (finding for one in CHECKS for finding in one(index._session))
    assert any(found in finding.text and not finding.is_note for finding in findings)


def test_network_file_system(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\nhost:/a {tmp_path}/far nfs4 rw 0 0\n")
    assert file_system(tmp_path / "far" / "ovmr.db", mounts) == "nfs4"
    assert file_system(tmp_path / "ovmr.db", mounts) == "ext4"
    assert file_system(tmp_path / "ovmr.db", tmp_path / "none") == ""
    mounts.write_text(f"a {tmp_path}/my\\040disk xfs rw\nb {tmp_path}/my\\040disk cifs rw\n")
    assert file_system(tmp_path / "my disk" / "ovmr.db", mounts) == "cifs"
    (tmp_path / "link").symlink_to(tmp_path / "my disk")
    assert file_system(tmp_path / "link" / "ovmr.db", mounts) == "cifs"


@pytest.mark.parametrize(
    ("version", "traits", "number"),
    [
        ((3, 40, 1), {"delete"}, 0),
        ((3, 40, 1), {"wal"}, 1),
        ((3, 51, 2), {"wal"}, 1),
        ((3, 51, 3), {"wal"}, 0),
        ((3, 44, 5), {"wal"}, 1),
        ((3, 44, 6), {"wal"}, 0),
        ((3, 45, 0), {"wal"}, 1),
        ((3, 50, 7), {"wal"}, 0),
        ((3, 37, 1), {"delete"}, 0),
        ((3, 37, 1), {"delete", "temp_store in memory"}, 1),
        ((3, 38, 2), {"delete"}, 1),
        ((3, 38, 3), {"delete"}, 0),
    ],
)
def test_known_faults_of_sqlite(version: tuple[int, ...], traits: set[str], number: int) -> None:
    assert sum(fault.harms(version, traits) for fault in SQLITE_FAULTS) == number


@pytest.mark.sqlite_only
def test_fault_is_noted_only_in_its_mode(sound: Index) -> None:
    sound.close()
    with closing(sqlite3.connect(sound.path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    has_fault = SQLITE_FAULTS[0].harms(sqlite3.sqlite_version_info, {"wal"})
    found = sound.db.report()
    assert found.problems == []
    assert any("sqlite.org/wal.html#walresetbug" in one for one in found.notes) == has_fault


def test_what_cannot_be_compared_is_a_note(sound: Index) -> None:
    sound.exports.sample("two", sound.root / "two.json")
    sound.samples.import_file(sound.root / "two.json", "far")
    imported = "sample far was not drawn again: it was imported: its exemplars and categories"
    (said,) = sound.db.report().notes
    assert said.startswith(imported)
    damage(sound, "UPDATE sources SET generation = 9 WHERE name = 'visual_genome'")
    problems, notes = sound.db.report()
    assert problems == []
    assert "they were not compared with their recipe" in notes[0]
    assert notes[1:] == [
        f"{imported} were looked up",
        "sample two was not drawn again: its pools are stale or were not made",
    ]


def test_exports(sound: Index) -> None:
    sound.export(vocabulary="lvis_v1_train")
    sound.exports.target("cat-info", add_frequency=True)
    sound.exports.sample(DrawOptions(k=3, method="stable"))
    sound.exports.sample("two")
    assert sound.db.report(exports=True) == ([], [])
    norare = sound.root / "lvis" / "lvis_v1_train_norare.json"
    written = [norare, *sorted(sound.root.glob("metadata/*.json"))]
    assert len(written) >= 5
    for path in written:
        path.write_bytes(path.read_bytes() + b" ")
    found = sound.db.report(exports=True)
    assert found.notes == []
    for path in written:
        (line,) = [one for one in found.problems if one.startswith(f"{path}: is not what")]
        assert "run `ovmr-index export " in line
    damage(sound, "UPDATE sources SET generation = 9 WHERE name = 'visual_genome'")
    older = [one for one in sound.db.report(exports=True).problems if "an older state" in one]
    assert any("exemplar_dict.json" in one for one in older)


def test_what_is_stale_is_a_note(sound: Index) -> None:
    assert sound.db.notes() == []
    sound.ingest()  # the tree is a copy, whose folders are newer
    file = sound.root / "imagenet" / "imagenet21k_P" / "train" / TENCH_WNID / "a.JPEG"
    file.write_bytes(file.read_bytes() + b" ")
    train = sound.root / "lvis" / "lvis_v1_train.json"
    train.write_text(train.read_text().replace("1440.5", "1441.5"))
    sound.ingest()
    assert sound.db.check() == []
    assert sound.db.notes() == [
        "the pools of lvis_v1_train are stale: run `index.collate()`; they were not compared"
        " with their recipe",
        "sample two was not drawn again: sources have changed since: lvis_v1_train",
        "1 image has another file than was measured (first imagenet21k"
        " train/n01440764/a.JPEG): run `index.verify()`, then `index.ingest()`",
    ]
