"""What tests of several benchmarks use: commands that start at once."""

import sys
from pathlib import Path

import pytest

from tests.support.benchmark_tree import index_of_benchmark_synsets
from tests.support.warm import FEW_SYNSETS, warm_start


@pytest.fixture
def quick_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, empty_index: Path
) -> None:
    """Let the modules that a benchmark runs start at once, take one process, and know few synsets.

    What a process takes, with its start, is what `test_processes` and `test_results` are about.
    """
    program = tmp_path_factory.mktemp("bin") / "python"
    warm_start().write_python(program)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setenv("OVMR_INDEX_WORKERS", "1")
    few = index_of_benchmark_synsets(tmp_path_factory, empty_index)
    monkeypatch.setenv(FEW_SYNSETS, str(few))
