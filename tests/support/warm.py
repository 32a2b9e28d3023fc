"""Commands that start at once: each is a process of its own, forked from one that has imported all.

`ovmr-index` of a page's examples is the program that `write_program` makes. It hands its arguments,
folder, variables, limit of memory and open files to the process that `WarmStart` keeps, which forks
the command and gives back its exit code. What the start of Python and of the imports costs is paid
once; whatever depends on that start has tests that pay it.
"""

import array
import ast
import atexit
import io
import os
import resource
import runpy
import shlex
import shutil
import signal
import socket
import sqlite3
import sys
import warnings
from collections.abc import Callable, Collection
from contextlib import closing, suppress
from functools import cache, partial
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen
from tempfile import TemporaryDirectory
from typing import Any, NoReturn
from unittest.mock import patch

import typer.main

from ovmr_index.db import schema
from tests.support.new_indexes import copying
from tests.support.runs import CHECKOUT, Run, environment
from tests.support.warm_process import WarmProcess

STREAMS = (0, 1, 2)
# The variable with the path of an index: no other synsets than its own are known to a command.
FEW_SYNSETS = "TESTS_FEW_SYNSETS"
# That with the path of the demo's tree, of which `demo` makes a copy.
DEMO_TREE = "TESTS_DEMO_TREE"
# That with the folder of `made_indexes`: a new index is a copy of one that is there.
MADE_INDEXES = "TESTS_MADE_INDEXES"
_LONGEST = 1 << 20  # bytes of arguments and variables
# Written for a Python that imports next to nothing: `json` and `socket` take longer than its start.
_PROGRAM = """#!{python} -ISB
import _socket, os, sys
from resource import RLIMIT_DATA, getrlimit
words = [*{first}, *sys.argv[1:]]
said = {{"arguments": words, "folder": os.getcwd(), "variables": dict(os.environ)}}
said["memory"] = getrlimit(RLIMIT_DATA)
caller = _socket.socket(_socket.AF_UNIX)
caller.connect({address!r})
streams = b"".join(stream.to_bytes(4, sys.byteorder) for stream in (0, 1, 2))
given = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)]
caller.sendmsg([ascii(said).encode() + b"\\n"], given)
code = b""
while not code.endswith(b"\\n") and (part := caller.recv(16)):
    code += part
sys.exit(int(code) if code else 1)
"""


class WarmStart:
    """A process that has imported ovmr-index, and starts its commands until this one ends."""

    def __init__(self) -> None:
        """Start it; its socket is in a temporary folder, as the path of a socket is short."""
        self._folder = TemporaryDirectory()
        self._address = str(Path(self._folder.name) / "commands")
        self._process = Popen(
            [sys.executable, "-m", "tests.support.warm", self._address],
            stdin=PIPE,
            stdout=PIPE,
            env=environment() | {"PYTHONPATH": str(CHECKOUT)},
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"
        atexit.register(self._end)

    def write_program(self, path: Path, *first: str) -> None:
        """Write a program whose arguments begin with `first`: none if all are given."""
        text = _PROGRAM.format(python=sys.executable, address=self._address, first=ascii(first))
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)

    def write_python(self, path: Path) -> None:
        """Write a program that does as Python does: `-m MODULE` at once, all else as always."""
        self.write_program(warm := path.with_name(f"{path.name}.warm"))
        path.write_text(
            f"""#!/bin/sh
case "$1" in
-m) exec {shlex.quote(str(warm))} "$@" ;;
*) exec {shlex.quote(sys.executable)} "$@" ;;
esac
""",
            encoding="utf-8",
        )
        path.chmod(0o755)

    def run(
        self,
        *arguments: object,
        more: dict[str, str] | None = None,
        cwd: Path | None = None,
        **options: Any,
    ) -> Run:
        """Run `ovmr-index` as a process of its own, to its end; `options` are those of `Popen`."""
        if not options:
            with self.start(*arguments, more=more, folder=cwd) as process:
                out, err = process.communicate(timeout=120)
            return Run(process.returncode, out, err)
        program = Path(self._folder.name) / "ovmr-index"
        if not program.exists():
            self.write_program(program, program.name)
        streams = {"stdout": PIPE, "stderr": PIPE} | options
        line = [str(program), *map(str, arguments)]
        variables = environment() | (more or {})
        with Popen(line, text=True, env=variables, cwd=cwd, **streams) as started:
            out, err = started.communicate(timeout=120)
        return Run(started.returncode, out or "", err or "")

    def start(
        self,
        *arguments: object,
        more: dict[str, str] | None = None,
        folder: Path | None = None,
        start_new_session: bool = False,
        closed: Collection[int] = (),
        stderr: int | None = PIPE,
    ) -> WarmProcess:
        """Start `ovmr-index` as a process of its own, whose number is known.

        Args:
            arguments: Its arguments.
            more: Variables beside those of `environment`.
            folder: Where it runs, by default where this process does.
            start_new_session: Let it lead a session, and so a group of processes.
            closed: The standard streams that it is started without, as by `>&-` of a shell.
            stderr: PIPE, or STDOUT for that pipe, or None for that of this process.
        """
        line = ["ovmr-index", *map(str, arguments)]
        said = {
            "arguments": line,
            "folder": str(folder or Path.cwd()),
            "variables": environment() | {"PYTHONPATH": str(CHECKOUT)} | (more or {}),
            "memory": resource.getrlimit(resource.RLIMIT_DATA),
            "session": start_new_session,
            "closed": [*closed],
            "number": True,
        }
        reading, writing = {}, {}
        reading["stdout"], writing["stdout"] = os.pipe()
        if stderr == PIPE:
            reading["stderr"], writing["stderr"] = os.pipe()
        caller = socket.socket(socket.AF_UNIX)
        caller.connect(self._address)
        elsewhere = writing["stdout"] if stderr == STDOUT else 2
        given = [0, writing["stdout"], writing.get("stderr", elsewhere)]
        streams = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", given))]
        caller.sendmsg([ascii(said).encode() + b"\n"], streams)
        for stream in writing.values():
            os.close(stream)
        return WarmProcess(caller, reading, line)

    def _end(self) -> None:
        """End it, by closing what it reads."""
        self._process.communicate()
        self._folder.cleanup()


@cache
def warm_start() -> WarmStart:
    """Return the one of this process, which is started when it is first asked for."""
    return WarmStart()


def _serve(address: str) -> None:
    """Fork a process for each caller, which forks the command and waits for it."""
    signal.signal(signal.SIGCHLD, _reap)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen()
        _end_with_standard_input()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            caller, _ = server.accept()
            if os.fork() == 0:
                server.close()
                _answer(caller)
            caller.close()


def _reap(*_: object) -> None:
    """Wait for the processes that have ended, so that the CPU time that they took is counted."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _end_with_standard_input() -> None:
    """End this process when the one that started it closes its end, or ends."""
    import fcntl

    signal.signal(signal.SIGIO, lambda *_: os._exit(0))
    fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)


def _answer(caller: socket.socket) -> NoReturn:
    """Start the command that a caller asks for, and give the caller its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    text, ancillary, _, _ = caller.recvmsg(_LONGEST, socket.CMSG_SPACE(3 * 4))
    while not text.endswith(b"\n"):
        text += caller.recv(_LONGEST)
    ((_, _, data),) = ancillary
    streams = array.array("i")
    streams.frombytes(data)
    said = ast.literal_eval(text.decode())
    child = os.fork()
    if child == 0:
        if said.get("session"):
            os.setsid()
        if said.get("number"):
            caller.sendall(f"{os.getpid()}\n".encode())
        caller.close()
        _become(said, list(streams))
    for stream in streams:
        os.close(stream)  # a reader is to see that the command has ended
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    as_a_shell = code if code >= 0 or said.get("number") else 128 - code
    caller.sendall(f"{as_a_shell}\n".encode())
    os._exit(0)


def _become(said: dict[str, Any], streams: list[int]) -> NoReturn:
    """Be the process that would have been started in that folder, with these open files."""
    for stream, given in zip(STREAMS, streams, strict=True):
        os.dup2(given, stream)
        os.close(given)
    for name in (signal.SIGINT, signal.SIGIO):
        signal.signal(name, signal.SIG_DFL)
    variables, arguments, memory = (said[name] for name in ("variables", "arguments", "memory"))
    assert isinstance(variables, dict)
    assert isinstance(memory, tuple)
    resource.setrlimit(resource.RLIMIT_DATA, memory)
    assert isinstance(arguments, list)
    os.chdir(str(said["folder"]))
    os.environ.clear()
    os.environ.update(variables)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout, sys.stderr = _text(1), _text(2)
    for stream in said.get("closed", ()):
        os.close(stream)
        setattr(sys, ("stdin", "stdout", "stderr")[stream], None)
    warnings.resetwarnings()
    sys.argv = [str(one) for one in arguments]
    sys.modules["__main__"] = sys.modules["ovmr_index.__main__"]  # which workers do not import
    if made := os.environ.get(MADE_INDEXES):
        patch.object(schema, "_create", copying(Path(made))).start()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os._exit(_exit_code())


def _text(stream: int) -> io.TextIOWrapper:
    """Return standard output or standard error, which is written at once, as if unbuffered."""
    raw = open(stream, "wb", buffering=0, closefd=False)  # noqa: SIM115
    return io.TextIOWrapper(raw, encoding="utf-8", write_through=True)


def _exit_code() -> int:
    """Run a script, a module or `ovmr-index`; return the exit code that Python would end with."""
    try:
        if sys.argv[0].endswith(".py"):
            sys.path.insert(0, str(Path.cwd()))
            runpy.run_path(sys.argv[0], run_name="__main__")
            return 0
        is_module = sys.argv[0] == "-m"
        del sys.argv[:is_module]
        if is_module and sys.argv[0] != "ovmr_index":
            runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
        else:
            _command()()
    except SystemExit as ended:
        if isinstance(ended.code, str):
            sys.stderr.write(f"{ended.code}\n")
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # as Python's own end of a script  # noqa: BLE001
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def _command() -> Callable[[], None]:
    """Return `ovmr-index`, with the databases of the tests where they are on PostgreSQL."""
    import ovmr_index.demo.tree
    from ovmr_index.__main__ import main
    from tests.support import redirected

    if like := os.environ.get(FEW_SYNSETS):
        _know_only_synsets_of(Path(like))
    if demo := os.environ.get(DEMO_TREE):
        copy = partial(shutil.copytree, demo, dirs_exist_ok=True)
        patch.object(ovmr_index.demo.tree, "make_demo_tree", copy).start()
    return redirected.main if redirected.GIVEN in os.environ else main


def _know_only_synsets_of(index: Path) -> None:
    """Let an index that is made hold the synsets of another one: WordNet takes most of the time."""
    from ovmr_index.vocabularies import synsets, wordnet

    with closing(sqlite3.connect(index)) as connection:
        known = {name for (name,) in connection.execute("SELECT name FROM synsets")}
    really_read = wordnet.read_nouns
    patch.object(
        synsets, "read_nouns", lambda: (one for one in really_read() if one.name in known)
    ).start()


def _import_all() -> None:
    """Import what commands import, and nothing that starts a thread; build the command line."""
    import importlib
    import pkgutil

    import ovmr_index.__main__
    from ovmr_index.cli.app import app

    for found in pkgutil.walk_packages(ovmr_index.__path__, "ovmr_index."):
        if not found.name.startswith(("ovmr_index.__main__", "ovmr_index.integrations")):
            importlib.import_module(found.name)
    # To build the command line takes a fifth of many a command.
    patch.object(typer.main, "get_command", cache(typer.main.get_command)).start()
    typer.main.get_command(app)


if __name__ == "__main__":
    _import_all()
    _serve(sys.argv[1])
