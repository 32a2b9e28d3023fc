"""The public views: their columns, and that each joins with each other by the source's own ids."""

import shutil
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import combinations
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.types.numeric import FloatLoader
from sqlalchemy import Engine

from ovmr_index import Index
from ovmr_index.db.engine import reading, writing
from ovmr_index.db.location import Server
from ovmr_index.samples.options import DrawOptions
from tests.support.few_synsets import index_of_demo_synsets
from tests.support.small_demo import make_small_demo
from tests.support.view_rows import PINNED_EACH, Row, ViewRows

pytestmark = pytest.mark.slow

Ask = Callable[[str], list[tuple[Any, ...]]]

BOX = "x:ANY y:ANY w:ANY h:ANY"
EXEMPLARS = (
    "category_id:INTEGER category:TEXT category_synset:TEXT frequency:TEXT synset:TEXT dataset:TEXT"
    f" split:TEXT file_name:TEXT position:INTEGER {BOX} weight:REAL image_id:INTEGER"
    " region_id:INTEGER source:TEXT path:TEXT image_width:INTEGER image_height:INTEGER"
)
VIEWS = {
    "exemplars": EXEMPLARS,
    "vocabulary_exemplars": f"vocabulary:TEXT {EXEMPLARS}",
    "image_files": (
        "source:TEXT dataset:TEXT split:TEXT file_name:TEXT path:TEXT image_id:INTEGER"
        " width:INTEGER height:INTEGER synset:TEXT coco_id:INTEGER"
    ),
    "boxes": (
        "source:TEXT dataset:TEXT split:TEXT file_name:TEXT image_id:INTEGER region_id:INTEGER"
        " position:INTEGER vocabulary:TEXT category_id:INTEGER category:TEXT frequency:TEXT"
        f" synset:TEXT {BOX} area:ANY is_crowd:INTEGER image_width:INTEGER image_height:INTEGER"
    ),
    "box_synsets": "source:TEXT region_id:INTEGER position:INTEGER synset:TEXT",
    # SQLite has no type for what a table-valued function gives.
    "box_details": "source:TEXT region_id:INTEGER segmentation: fields:TEXT",
    "image_labels": (
        "source:TEXT file_name:TEXT image_id:INTEGER kind:TEXT vocabulary:TEXT category_id:INTEGER"
        " category:TEXT"
    ),
    "image_twins": "source:TEXT file_name:TEXT twin_source:TEXT twin_file_name:TEXT by:TEXT",
    "vocabulary_categories": (
        "vocabulary:TEXT category_id:INTEGER position:INTEGER category:TEXT synset:TEXT wnid:TEXT"
        " frequency:TEXT definition:TEXT synonyms:TEXT fields:TEXT"
    ),
    "category_ancestors": (
        "vocabulary:TEXT category_id:INTEGER category:TEXT ancestor:TEXT distance:INTEGER"
    ),
    "category_coverage": (
        "vocabulary:TEXT category_id:INTEGER category:TEXT dataset:TEXT exemplars:INTEGER"
    ),
    "ingest_problems": "source:TEXT file:TEXT record:TEXT reason:TEXT at:TEXT",
    "marks": (
        "vocabulary:TEXT category_id:INTEGER category:TEXT kind:TEXT rank:INTEGER source:TEXT"
        " file_name:TEXT region_id:INTEGER note:TEXT author:TEXT at:TEXT missing:INTEGER"
    ),
    "sample_exemplars": (
        "sample:TEXT vocabulary:TEXT category_id:INTEGER category:TEXT rank:INTEGER source:TEXT"
        f" dataset:TEXT split:TEXT file_name:TEXT image_id:INTEGER region_id:INTEGER {BOX}"
        " weight:REAL missing:INTEGER"
    ),
}
# What views join by, and the view that has each of these once.
KEYS = {
    "image_files": ("source", "file_name"),
    "boxes": ("source", "region_id"),
    "vocabulary_categories": ("vocabulary", "category_id"),
}
K, SAMPLE = 5, "five"
# What PostgreSQL has for the types of SQLite.
TYPES = {
    "INTEGER": {"bigint", "integer"},
    "TEXT": {"text"},
    "REAL": {"double precision"},
    "ANY": {"numeric"},
    "": {"text"},
}
NAMES_ON_SERVER = "SELECT viewname FROM pg_views WHERE schemaname = 'public'"
COLUMNS_ON_SERVER = (
    "SELECT column_name, data_type FROM information_schema.columns"
    " WHERE table_schema = 'public' AND table_name = '{}' ORDER BY ordinal_position"
)


def _joins() -> Iterator[Any]:
    """Yield each two views that share the ids of something, and these ids.

    Two that join with the view of these things join with each other. Of images and boxes
    `exemplars` has what `vocabulary_exemplars` has.
    """
    for one, other in combinations(VIEWS, 2):
        for of, key in KEYS.items():
            if all(_has(one, name) and _has(other, name) for name in key):
                twice = "vocabulary_exemplars" in (one, other) and of != "vocabulary_categories"
                follows = twice or of not in (one, other)
                yield pytest.param(one, other, key, marks=[pytest.mark.exhaustive] * follows)


def _has(view: str, column: str) -> bool:
    return column in (part.partition(":")[0] for part in VIEWS[view].split())


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, demo_tree: Path, empty_index: Path) -> Path:
    """Return the root of a part of the demo's tree with its index, pools and a sample."""
    root = tmp_path_factory.mktemp("views") / "demo"
    make_small_demo(demo_tree, root)
    few = index_of_demo_synsets(tmp_path_factory, empty_index, demo_tree)
    shutil.copyfile(few, root / "ovmr.db")
    index = Index.open(root)
    index.ingest()
    index.collate()
    index.sample(DrawOptions(k=K), name=SAMPLE)
    pools = [index.exemplars(one.category_id) for one in index.coverage()]
    index.curation.exclude([pool[0] for pool in pools], note="the first")
    index.curation.pin([one for pool in pools for one in pool[1::PINNED_EACH]], author="me")
    return root


@pytest.fixture(scope="module")
def expected(demo: Path) -> ViewRows:
    """Return what the views ought to hold, by the demo's files."""
    return ViewRows(demo, K, SAMPLE)


@pytest.fixture(scope="module")
def server(demo: Path) -> Server | None:
    """Return where the index is, None for a file."""
    location = Index.open(demo).location
    return location if isinstance(location, Server) else None


@pytest.fixture(scope="module")
def ask(demo: Path, server: Server | None) -> Iterator[Ask]:
    """Return what asks on a careful connection of another program: without functions of this one.

    PostgreSQL's exact numbers are taken as floats, as most programs take them.
    """
    if server is None:
        with closing(sqlite3.connect(f"file:{demo / 'ovmr.db'}?mode=ro", uri=True)) as opened:
            opened.execute("PRAGMA trusted_schema = OFF")
            yield lambda query: opened.execute(query).fetchall()
        return
    with psycopg.connect(make_conninfo(**server.parameters)) as connection:
        connection.read_only = True
        connection.adapters.register_loader("numeric", FloatLoader)
        yield lambda query: connection.execute(query.encode()).fetchall()


def test_there_are_the_views_that_are_promised_and_no_others(
    ask: Ask, server: Server | None
) -> None:
    names = "SELECT name FROM sqlite_schema WHERE type = 'view'"
    assert {name for (name,) in ask(NAMES_ON_SERVER if server else names)} == VIEWS.keys()


@pytest.mark.parametrize("view", VIEWS)
def test_columns_come_in_order_with_a_type_each(ask: Ask, server: Server | None, view: str) -> None:
    if server is None:
        columns = ask(f"PRAGMA table_info({view})")
        assert [f"{column[1]}:{column[2]}" for column in columns] == VIEWS[view].split()
        return
    wanted = [part.split(":") for part in VIEWS[view].split()]
    found = ask(COLUMNS_ON_SERVER.format(view))
    assert [name for name, _ in found] == [name for name, _ in wanted]
    pairs = zip(found, wanted, strict=True)
    assert [one for one, (_, named) in pairs if one[1] not in TYPES[named]] == []


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_holds_what_the_files_say(demo: Path, expected: ViewRows, view: str) -> None:
    rows = expected.of(view)
    columns = list(rows[0]) if rows else ["source"]
    assert bool(rows) == (view != "ingest_problems")
    names = ", ".join(f'"{column}"' for column in columns)
    with Index.open(demo).sql(f"SELECT {names} FROM {view}") as result:
        assert Counter(result.rows) == Counter(tuple(row.values()) for row in rows)


@pytest.mark.parametrize(("one", "other", "key"), [*_joins()])
def test_two_views_join_by_the_ids_that_they_share(
    ask: Ask,
    expected: ViewRows,
    one: str,
    other: str,
    key: tuple[str, ...],
) -> None:
    left, right = expected.of(one), expected.of(other)
    columns = [f'a."{name}"' for name in left[0]] + [f'b."{name}"' for name in right[0]]
    on = " AND ".join(f"a.{name} = b.{name}" for name in key)
    query = f"SELECT {', '.join(columns)} FROM {one} AS a JOIN {other} AS b ON {on}"
    found = Counter(ask(query))
    assert found == Counter(_joined(left, right, key))
    assert found or {one, other} == {"box_synsets", "image_labels"}


def _joined(
    left: list[Row], right: list[Row], key: tuple[str, ...]
) -> Iterator[tuple[object, ...]]:
    by_key = defaultdict(list)
    for row in right:
        by_key[tuple(row[name] for name in key)].append(row)
    for row in left:
        ids = tuple(row[name] for name in key)
        for match in by_key[ids] if None not in ids else ():
            yield (*row.values(), *match.values())


def test_boxes_join_with_what_is_above_their_synsets(ask: Ask, expected: ViewRows) -> None:
    query = (
        "SELECT region_id, category_id, distance FROM box_synsets"
        " JOIN category_ancestors ON ancestor = synset WHERE source = 'visual_genome'"
    )
    wanted = Counter(
        (box["region_id"], above["category_id"], above["distance"])
        for box in expected.box_synsets
        for above in expected.category_ancestors
        if box["source"] == "visual_genome" and box["synset"] == above["ancestor"]
    )
    assert wanted
    assert Counter(ask(query)) == wanted


def test_paths_lead_to_the_files(ask: Ask, demo: Path) -> None:
    for view in ("image_files", "exemplars"):
        paths = ask(f"SELECT path, image_id FROM {view}")
        assert paths
        assert all((demo / path).is_file() for path, _ in paths)


def test_exemplars_shows_the_sources_own_names(engine: Engine) -> None:
    apple = (12, "apple", "apple.n.01", "f", "apple.n.01")
    with reading(engine) as connection:
        rows = connection.exec_driver_sql("SELECT * FROM exemplars ORDER BY position").all()
    wnid = "n07739125"
    lvis = ("lvis", "train", "train2017/000000000009.jpg", 0, 1.5, 2.0, 50, 60.25, 3012.5, 9, 70)
    whole = ("imagenet21k", "train", f"train/{wnid}/{wnid}_1.JPEG", 1, *4 * [None], 1e4, None, None)
    region = ("visual_genome", None, "1.jpg", 2, -1, 4, 40, 40, 1600.0, 1, 90)
    assert [tuple(row) for row in rows] == [
        (*apple, *lvis, "lvis_v1_train", "coco/train2017/000000000009.jpg", 640, 480),
        (*apple, *whole, "imagenet21k", f"imagenet/train/{wnid}/{wnid}_1.JPEG", None, None),
        (*apple, *region, "visual_genome", "VisualGenome/1.jpg", 800, 600),
    ]


def test_every_vocabulary_has_its_exemplars(engine: Engine) -> None:
    query = "SELECT vocabulary, category, position FROM vocabulary_exemplars ORDER BY 1, 3"
    with writing(engine) as connection:
        connection.exec_driver_sql("INSERT INTO vocabularies VALUES (2, 'mine', NULL)")
        connection.exec_driver_sql(
            "INSERT INTO categories VALUES (3, 2, 12, 0, 'my apple', 1, NULL, '{}')"
        )
        connection.exec_driver_sql("INSERT INTO pool_entries VALUES (3, 0, 2, 2, NULL, 1, 0, 1)")
    with reading(engine) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM exemplars").scalar() == 3
        rows = connection.exec_driver_sql(query).all()
    assert [tuple(row) for row in rows] == [
        *(("lvis_v1_train", "apple", position) for position in range(3)),
        ("mine", "my apple", 0),
    ]


@pytest.mark.parametrize(
    ("hashes", "reasons"),
    [
        ((("a", 5), ("a", None)), {"content"}),
        ((("a", 5), ("b", 5)), {"looks"}),
        ((("a", 5), ("a", 2)), {"content", "looks"}),
        ((("a", 0), ("b", 0)), set()),
        ((("a", 7 << 20), ("b", 1 << 40)), set()),
        ((("a", 7 << 20), ("b", 3 << 40 | 7 << 20)), {"looks"}),
        ((("a", -1), ("b", -1 & ~(7 << 30))), {"looks"}),
        ((("a", -1), ("b", -1 & ~(15 << 30))), set()),
        ((("a", -1), ("b", (1 << 63) - 4)), {"looks"}),
        ((("a", -1), ("b", (1 << 63) - 8)), set()),
        ((("a", -1), ("b", (1 << 63) - 1)), {"looks"}),
        ((("a", 1), ("b", -(1 << 63) + 7)), {"looks"}),
        ((("a", 1), ("b", -(1 << 63) + 15)), set()),
    ],
)
def test_twins_by_content_and_by_looks(
    engine: Engine, hashes: tuple[tuple[str, int | None], ...], reasons: set[str]
) -> None:
    with writing(engine) as connection:
        for image_pk, (sha256, perceptual) in enumerate(hashes, 1):
            connection.exec_driver_sql(
                "INSERT INTO image_hashes (image_pk, sha256, perceptual) VALUES (?, ?, ?)",
                (image_pk, sha256, perceptual),
            )
    with reading(engine) as connection:
        rows = connection.exec_driver_sql(
            "SELECT source, twin_source, [by] FROM image_twins ORDER BY 1, 2, 3"
        ).all()
    pair = ("imagenet21k", "lvis_v1_train")
    assert [tuple(row) for row in rows] == [
        (*ends, reason) for ends in (pair, pair[::-1]) for reason in sorted(reasons)
    ]


def test_an_image_in_a_tar_has_no_path(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("INSERT INTO archives VALUES (1, 2, 'a.tar', 1, 1, 1)")
        connection.exec_driver_sql("INSERT INTO folder_archives VALUES (2, 1, NULL, NULL, NULL)")
        connection.exec_driver_sql("UPDATE datasets SET root = '/far' WHERE name = 'lvis'")
        connection.exec_driver_sql("UPDATE datasets SET root = '.' WHERE name = 'visual_genome'")
    with reading(engine) as connection:
        for view in ("image_files", "exemplars"):
            paths = connection.exec_driver_sql(f"SELECT source, path FROM {view} ORDER BY 1").all()
            assert [tuple(row) for row in paths] == [
                ("imagenet21k", None),
                ("lvis_v1_train", "/far/train2017/000000000009.jpg"),
                ("visual_genome", "1.jpg"),
            ]


def test_a_box_with_several_synsets_has_none_of_them_alone(engine: Engine) -> None:
    with reading(engine) as connection:
        boxes = connection.exec_driver_sql("SELECT region_id, synset FROM boxes ORDER BY 1").all()
        synsets = connection.exec_driver_sql("SELECT * FROM box_synsets ORDER BY 2, 3").all()
    apples = [(70, "apple.n.01"), (71, "apple.n.01"), (90, "apple.n.01")]
    assert [tuple(row) for row in boxes] == [*apples, (91, None)]
    assert [tuple(row) for row in synsets] == [
        *(("lvis_v1_train", key, 0, synset) for key, synset in apples[:2]),
        ("visual_genome", 90, 0, "apple.n.01"),
        ("visual_genome", 91, 0, "apple.n.01"),
        ("visual_genome", 91, 1, "crab_apple.n.03"),
    ]


def test_what_left_the_index_is_missing_from_a_sample(engine: Engine) -> None:
    picks = (
        (0, "lvis", "train", "train2017", "000000000009.jpg", 9, 70),
        (1, "lvis", "train", "train2017", "000000000009.jpg", 9, 69),
        (2, "imagenet21k", "train", "train/n07739125", "n07739125_1.JPEG", None, None),
        (3, "imagenet21k", "train", "train/n07739125", "n07739125_2.JPEG", None, None),
    )
    with writing(engine) as connection:
        connection.exec_driver_sql(
            "INSERT INTO samples (pk, name, k, seed, method, on_shortage, created_at, generations)"
            " VALUES (1, 'old', 4, 42, 'numpy', 'error', '', '')"
        )
        connection.exec_driver_sql(
            "INSERT INTO sample_categories VALUES (1, 12, 0, 'apple.n.01', 'apple')"
        )
        for pick in picks:
            connection.exec_driver_sql(
                "INSERT INTO sample_picks (sample_pk, category_key, position, synset, dataset,"
                " split, folder, name, weight, image_key, region_key)"
                " VALUES (1, 12, ?, 'apple.n.01', ?, ?, ?, ?, 1.0, ?, ?)",
                pick,
            )
    with reading(engine) as connection:
        rows = connection.exec_driver_sql(
            "SELECT vocabulary, category, rank, source, missing FROM sample_exemplars ORDER BY rank"
        ).all()
    apple = ("lvis_v1_train", "apple")
    assert [tuple(row) for row in rows] == [
        (*apple, 0, "lvis_v1_train", 0),
        (*apple, 1, None, 1),
        (*apple, 2, "imagenet21k", 0),
        (*apple, 3, None, 1),
    ]


def test_the_last_run_of_a_source_names_its_problems(engine: Engine) -> None:
    runs = [("imagenet21k", "t1"), ("imagenet21k", "t2"), ("visual_genome", "t1"), ("left", "t1")]
    with writing(engine) as connection:
        for run_pk, run in enumerate(runs, 1):
            connection.exec_driver_sql(
                "INSERT INTO ingest_runs VALUES (?, ?, ?, 0.0, 0, 0, 0, 0, 1)", (run_pk, *run)
            )
            connection.exec_driver_sql(
                "INSERT INTO ingest_errors VALUES (?, 0, 'a file', 'a record', 'why')", (run_pk,)
            )
    with reading(engine) as connection:
        rows = connection.exec_driver_sql("SELECT * FROM ingest_problems ORDER BY 1").all()
    what = ("a file", "a record", "why")
    assert [tuple(row) for row in rows] == [
        ("imagenet21k", *what, "t2"),
        ("visual_genome", *what, "t1"),
    ]
