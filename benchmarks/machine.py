"""What a benchmark was measured on."""

import os
import platform
import sqlite3
from pathlib import Path

from benchmarks.processes import INTERVAL, MOST_DATA

CONDITIONS = (
    "Seconds are wall time of whole processes, the best of several for `--help` and questions; "
    "seconds of CPU are those of all processes of a command together, user and system. The "
    "page cache was warm: every file had been read before, or every folder listed where names "
    "alone are read. Peak memory is the private memory of all processes of a command together, "
    f"measured {1 / INTERVAL:.0f} times a second; each of them was limited to "
    f"{MOST_DATA >> 20} MiB of it, and a command that needs more ends the benchmark."
)


def describe_run(extent: str, conditions: str = CONDITIONS) -> str:
    """Return a paragraph on the machine, on the extent of the tree and on how was measured."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / (1 << 30)
    machine = f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB of memory"
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return f"{machine}; {versions}; {extent}.\n\n{conditions}"


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()
