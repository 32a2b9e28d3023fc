"""The benchmark of scale: each engine is asked, a second run goes on, lines go through points."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from benchmarks import scale
from benchmarks.scale_server import ScaleServer
from benchmarks.scale_table import Line, Measured, as_tables, line_through
from tests.support.benchmark_tree import benchmark_index, copied_benchmark_tree

_STEPS = [
    (9000, "sqlite", "export parquet"),
    (9000, "duckdb", "collate"),
    (9000, "duckdb", "coverage"),
    (9000, "duckdb", "sample"),
    (9000, "duckdb", "size"),
    (15000, "duckdb", "size"),
]
_KEPT = [
    Measured(15000, "duckdb", "collate", 1.5, 100 << 20, None),
    Measured(15000, "duckdb", "coverage", 2.0, 100 << 20, None),
    Measured(15000, "duckdb", "sample", 2.5, 100 << 20, None),
]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a new folder that a server of another user gets at."""
    with TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.mark.slow
@pytest.mark.usefixtures("quick_start")
def test_each_step_is_measured_and_a_second_run_measures_nothing(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    empty_index: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    copied_benchmark_tree(tmp_path_factory, tmp_path / "tree")
    shutil.copyfile(benchmark_index(tmp_path_factory, empty_index), tmp_path / "base.db")
    kept = tmp_path / "scale.jsonl"
    kept.write_text("".join(f"{json.dumps(one._asdict())}\n" for one in _KEPT))
    given = ["--boxes", "9000", "--boxes", "15000", "--export-up-to", "9000", "--engine", "duckdb"]
    monkeypatch.setattr(sys, "argv", ["scale", str(tmp_path), *given])
    scale.main()
    first = capsys.readouterr().out
    measured = [Measured(**json.loads(line)) for line in kept.read_text().splitlines()]
    assert measured[:3] == _KEPT
    assert [(one.boxes, one.engine, one.step) for one in measured[3:]] == _STEPS
    assert all(one.size or (one.seconds and one.memory) for one in measured)
    assert not [*tmp_path.glob("9000*"), *tmp_path.glob("15000*")]
    scale.main()
    assert capsys.readouterr().out == first
    assert len(kept.read_text().splitlines()) == len(measured)


@pytest.mark.slow
def test_the_server_keeps_its_databases(folder: Path) -> None:
    for number in range(2):
        with ScaleServer(folder / "server") as server:
            assert server.has("copying") is False
            assert server.has("boxes_1") is bool(number)
            with psycopg.connect(server.make("copying")) as opened:
                opened.execute("CREATE TABLE kept AS SELECT generate_series(1, 50000)")
            server.drop("boxes_1")
            server.rename("copying", "boxes_1")
            assert server.size("boxes_1") > 2_000_000
            assert Path(f"/proc/{server.pid}").exists()


@pytest.mark.parametrize("line", [Line(0.4, 2.5e-6), Line(0.0, 1.0)])
def test_a_line_goes_through_points_that_are_on_one(line: Line) -> None:
    found = line_through([(boxes, line.at(boxes)) for boxes in (10**6, 10**7, 10**8)])
    assert found == pytest.approx(line)


def test_what_grows_faster_than_its_boxes_has_no_negative_start() -> None:
    found = line_through([(1_000_000, 1.0), (10_000_000, 12.0)])
    assert found.fixed == 0
    assert found.each == pytest.approx(1.1e-6)


def test_what_took_less_with_more_boxes_does_not_grow() -> None:
    assert line_through([(1_000_000, 2.0), (10_000_000, 1.4)]) == pytest.approx(Line(1.7, 0))


def test_tables_have_a_column_for_each_number_of_boxes() -> None:
    rows = [
        Measured(1_000_000, "duckdb", "collate", 1.5, 100 << 20, None),
        Measured(10_000_000, "duckdb", "collate", 6.0, None, None),
        Measured(10_000_000, "duckdb", "size", None, None, 300_000_000),
    ]
    measured, lines = as_tables(reversed(rows)).split("\n\n")
    assert measured.splitlines() == [
        "| engine | step | 1,000,000 boxes | 10,000,000 boxes |",
        "| --- | --- | ---: | ---: |",
        "| duckdb | collate | 1.5 s, 100 MiB | 6.0 s |",
        "| duckdb | size |  | 300 MB |",
    ]
    assert lines.splitlines()[2:] == ["| duckdb | collate | 1.0 s | 0.50 s | 1.4 h |"]
