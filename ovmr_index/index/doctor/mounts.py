"""The kind of the file system that a folder is on, on Linux and macOS."""

import re
import subprocess
import sys
from pathlib import Path

from ovmr_index.index.surroundings import file_system

_LINE = re.compile(r".* on (?P<point>/.*) \((?P<kind>\w+)[,)].*")  # of `mount` on macOS
_SECONDS = 5


def kind_of(folder: Path) -> str:
    """Return the kind of the file system of a folder, "" where the system does not say."""
    kind = file_system(folder)
    if kind or sys.platform != "darwin":
        return kind
    done = subprocess.run(
        ["/sbin/mount"], check=True, capture_output=True, text=True, timeout=_SECONDS
    )
    return kind_by_mount(folder.resolve(), done.stdout)


def kind_by_mount(folder: Path, text: str) -> str:
    """Return the kind of the innermost mount that holds a folder, by what `mount` prints."""
    lines = filter(None, map(_LINE.fullmatch, text.splitlines()))
    on = [line for line in lines if folder.is_relative_to(line["point"])]
    return max(on, key=lambda line: len(line["point"]))["kind"] if on else ""
