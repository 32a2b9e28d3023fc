"""WebDataset shards in the index: labels are a vocabulary, images stay in their shards."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ovmr_index import Index, SourceOptions
from ovmr_index.errors import RecordError, UsageError
from ovmr_index.ingest.report import SourceReport
from tests.support.checked import problems_but_wordnet
from tests.support.contents import rows_of
from tests.support.tars import tar_of
from tests.support.trees import APPLE, BASKET, TENCH, TENCH_WNID, TreeBuilder, picture

CATEGORIES = "SELECT category_id, category, synset FROM vocabulary_categories ORDER BY category_id"
FILES = "SELECT file_name, split, synset FROM image_files ORDER BY file_name"


class Shards:
    """A folder of shards and its index."""

    def __init__(self, builder: TreeBuilder) -> None:
        self.builder, self.root = builder, builder.root / "shards"
        self.index: Index = builder.index()

    def shard(self, path: str, labels: Mapping[str, str | dict[str, object]]) -> Path:
        """Write a shard: the label of each key, in `.cls` or as the object of `.json`."""
        members: dict[str, bytes] = {}
        for key, label in labels.items():
            members[f"{key}.jpg"] = picture((64, 40 + len(members)))
            is_text = isinstance(label, str)
            content = label if isinstance(label, str) else json.dumps(label)
            members[f"{key}.{'cls' if is_text else 'json'}"] = content.encode()
        file = self.builder.file(f"shards/{path}", tar_of(members))
        self.builder.touch(file)
        return file

    def ingest(self, options: SourceOptions | None = None) -> SourceReport:
        source = self.index.sources.webdataset(self.root, "mine", options or SourceOptions())
        return self.index.ingest([source]).sources[0]

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return rows_of(self.index, query)


@pytest.fixture
def shards(builder: TreeBuilder) -> Shards:
    return Shards(builder)


def test_an_index_of_keys_in_folders_is_sound(shards: Shards) -> None:
    shards.shard("0.tar", {"a/x": "mug", "b/x": "mug"})
    assert shards.ingest().counts.added == 2
    assert shards.rows(FILES) == [("0/mug/a/x.jpg", None, "mug"), ("0/mug/b/x.jpg", None, "mug")]
    assert not [one for one in problems_but_wordnet(shards.index) if "path" in one]


def test_labels_are_the_categories_of_a_vocabulary(shards: Shards) -> None:
    shards.shard("train-000.tar", {"a": "mug", "b": TENCH_WNID, "c": "mug"})
    shards.shard("val-000.tar", {"a": "mug", "d": {"category": "fruit", "synset": APPLE}})
    report = shards.ingest()
    assert (report.counts.added, report.problems) == (5, [])
    assert shards.rows(CATEGORIES) == [
        (1, "fruit", APPLE),
        (2, "mug", "mug"),
        (3, TENCH_WNID, TENCH),
    ]
    assert shards.rows(FILES) == [
        ("train-000/mug/a.jpg", "train", "mug"),
        ("train-000/mug/c.jpg", "train", "mug"),
        (f"train-000/{TENCH_WNID}/b.jpg", "train", TENCH),
        ("val-000/fruit/d.jpg", "val", APPLE),
        ("val-000/mug/a.jpg", "val", "mug"),
    ]


def test_numbers_are_in_their_order(shards: Shards) -> None:
    shards.shard("0.tar", {"a": "10", "b": "9", "c": "x"})
    shards.ingest()
    assert [row[1] for row in shards.rows(CATEGORIES)] == ["x", "9", "10"]


@pytest.mark.slow
def test_a_mapping_gives_labels_synsets(shards: Shards) -> None:
    shards.shard("0.tar", {"a": "7", "b": "mug"})
    file = shards.builder.json("labels.json", {"7": BASKET})
    shards.ingest(SourceOptions(file))
    assert shards.rows(CATEGORIES) == [(1, "mug", "mug"), (2, "7", BASKET)]
    shards.builder.json("labels.json", {"7": BASKET, "mug": APPLE})
    shards.ingest(SourceOptions(file))
    assert shards.rows(CATEGORIES) == [(1, "mug", APPLE), (2, "7", BASKET)]
    assert {row[2] for row in shards.rows(FILES)} == {BASKET, APPLE}


@pytest.mark.slow
def test_an_unchanged_shard_is_not_read_again(
    shards: Shards, monkeypatch: pytest.MonkeyPatch
) -> None:
    shards.shard("0.tar", {"a": {"category": "fruit", "synset": APPLE}})
    shards.shard("1.tar", {"b": "mug"})
    shards.ingest()
    read: list[str] = []
    real = Path.open

    def noted(path: Path, *arguments: object, **options: object) -> object:
        if path.suffix == ".tar":
            read.append(path.name)
        return real(path, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", noted)
    report = shards.ingest()
    assert (read, report.counts.unchanged, report.counts.did_work) == ([], 2, False)
    shards.shard("1.tar", {"b": "mug", "c": "fruit"})
    read.clear()
    report = shards.ingest()
    assert read == ["1.tar", "1.tar"]
    assert (report.counts.added, report.counts.unchanged) == (1, 2)
    assert shards.rows(CATEGORIES) == [(1, "fruit", APPLE), (2, "mug", "mug")]
    assert ("1/fruit/c.jpg", None, APPLE) in shards.rows(FILES)


@pytest.mark.slow
def test_what_leaves_the_shards_leaves_the_index(shards: Shards) -> None:
    shards.shard("0.tar", {"a": "mug", "b": "cup"})
    shards.shard("1.tar", {"c": "pan"}).unlink()
    shards.ingest()
    file = shards.shard("1.tar", {"c": "pan"})
    shards.ingest()
    file.unlink()
    shards.shard("0.tar", {"a": "mug"})
    report = shards.ingest()
    assert (report.counts.vanished, report.counts.unchanged) == (2, 1)
    assert [row[1] for row in shards.rows(CATEGORIES)] == ["mug"]


def test_a_label_that_changes_moves_its_image(shards: Shards) -> None:
    shards.shard("0.tar", {"a": "mug"})
    shards.ingest()
    shards.shard("0.tar", {"a": "cup"})
    shards.ingest()
    assert shards.rows(FILES) == [("0/cup/a.jpg", None, "cup")]


def test_two_synsets_of_a_label_are_said(shards: Shards) -> None:
    shards.shard(
        "0.tar",
        {
            str(number): {"category": "fruit", "synset": one}
            for number, one in enumerate((APPLE, TENCH, APPLE))
        },
    )
    report = shards.ingest()
    assert "1 label with several synsets, the first of which counts: fruit" in report.notes
    assert shards.rows(CATEGORIES) == [(1, "fruit", APPLE)]


def test_pools_and_crops_are_read_from_the_shards(shards: Shards, tmp_path: Path) -> None:
    shards.shard("train/0.tar", {"a": "mug", "b": "cup"})
    shards.shard("train/1.tar", {"c": "mug"})
    shards.ingest()
    shards.index.collate(vocabulary="mine")
    coverage = {one.synset: one.total for one in shards.index.coverage(vocabulary="mine")}
    assert coverage == {"cup": 1, "mug": 2}
    names = [one.file_name for one in shards.index.exemplars("mug", vocabulary="mine")]
    assert names == ["train/0/mug/a.jpg", "train/1/mug/c.jpg"]
    assert shards.index.sources.verify("decode").issues == []


def test_the_images_of_a_category_are_counted(shards: Shards) -> None:
    shards.shard("0.tar", {"a": "mug", "b": "cup"})
    shards.shard("1.tar", {"c": "mug"})
    shards.ingest()
    shards.index.collate(vocabulary="mine")
    written = shards.index.exports.target("cat-info", vocabulary="mine")
    counts = {one["name"]: one["image_count"] for one in json.loads(written.path.read_bytes())}
    assert counts == {"cup": 1, "mug": 2}


def test_a_shard_that_is_cut_short_changes_nothing(shards: Shards) -> None:
    shards.shard("0.tar", {"a": "mug"})
    shards.ingest()
    file = shards.shard("1.tar", {"b": "cup"})
    file.write_bytes(file.read_bytes()[:700])
    with pytest.raises(RecordError, match=str(file)):
        shards.ingest()
    assert [row[1] for row in shards.rows(CATEGORIES)] == ["mug"]


@pytest.mark.parametrize("name", ["lvis", "a/b", ""])
def test_a_name_that_stands_for_something_else_is_refused(shards: Shards, name: str) -> None:
    with pytest.raises(UsageError):
        shards.index.sources.webdataset(shards.root, name)
