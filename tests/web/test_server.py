"""`serve` as real processes: its address, its end, and what it cannot do, each in one line."""

import errno
import os
import signal
import socket
import subprocess
from pathlib import Path

import httpx
import pytest

from ovmr_index.errors import UsageError
from ovmr_index.web.sockets import Place, bind, find_place
from tests.support import runs
from tests.support.runs import Run, call, environment
from tests.support.servers import Server, serving
from tests.support.warm import warm_start

pytestmark = pytest.mark.slow
_FIRST_PORT = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")


def _ended(root: Path, number: signal.Signals) -> Run:
    """Start a server, look at a page, and end it by a signal."""
    with warm_start().start("--root", root, "serve", "--port", "0") as process:
        assert process.stdout is not None
        address = process.stdout.readline()
        assert httpx.get(address.strip()).status_code == 200
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    return Run(process.returncode, out, err)


def _run_script(folder: Path, code: str, *arguments: object) -> Run:
    """Run a script as a process of its own, in which ovmr-index is imported already."""
    program, script = folder / "program", folder / "script.py"
    warm_start().write_program(program)
    script.write_text(code, encoding="utf-8")
    line = [*map(str, (program, script, *arguments))]
    done = subprocess.run(
        line, capture_output=True, text=True, check=False, timeout=60, env=environment()
    )
    return Run(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        (signal.SIGINT, 130, "interrupted"),
        (signal.SIGTERM, 143, "ended by SIGTERM"),
        pytest.param(signal.SIGHUP, 129, "ended by SIGHUP", marks=pytest.mark.exhaustive),
    ],
)
def test_it_serves_until_it_is_ended(
    shared: Path, number: signal.Signals, code: int, said: str
) -> None:
    assert _ended(shared, number) == (code, "", f"ovmr-index: {said}\n")


# A server that gets a signal while it answers, and says what ended it.
ENDED_WHILE_IT_ANSWERS = """
import os, socket, sys, urllib.request
from threading import Thread
import uvicorn
from ovmr_index.cli.signals import SignalledError, end_as_interrupted
from ovmr_index.web.server import _Server
end_as_interrupted()
async def app(scope, receive, send):
    os.kill(os.getpid(), int(sys.argv[1]))
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})
listening = socket.create_server(("127.0.0.1", 0))
address = "http://127.0.0.1:%d/" % listening.getsockname()[1]
asking = Thread(target=lambda: print(urllib.request.urlopen(address).status), daemon=True)
asking.start()
try:
    _Server(uvicorn.Config(app, lifespan="off", log_config=None)).run(sockets=[listening])
except SignalledError as error:
    asking.join()
    print(error)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_comes_while_it_answers_is_heard(
    tmp_path: Path, number: signal.Signals
) -> None:
    done = _run_script(tmp_path, ENDED_WHILE_IT_ANSWERS, number.value)
    assert done == (0, f"200\nended by {number.name}\n", "")


def test_a_port_in_use_is_one_line(server: Server, root: Path) -> None:
    port = server.address.rpartition(":")[2]
    failed = call("serve", "--port", port, root=root)
    assert (failed.code, failed.out) == (1, "")
    assert failed.error.endswith(
        f"port {port} of 127.0.0.1 is in use; give another --port, or 0 for any"
    )


def test_elsewhere_a_second_server_prints_a_token_and_needs_it(server: Server, root: Path) -> None:
    with serving(root, "--host", "0.0.0.0") as second:
        address, _, token = second.address.partition("?token=")
        assert len(token) > 40
        here = f"http://127.0.0.1:{httpx.URL(address).port}/"
        assert httpx.get(here).status_code == 403
        assert httpx.get(here, params={"token": token}, follow_redirects=True).status_code == 200
        assert httpx.get(f"{server.address}/").status_code == 200


def test_without_an_index_it_says_what_every_command_says(tmp_path: Path) -> None:
    failed = call("serve", root=tmp_path)
    assert (failed.code, failed.out) == (1, "")
    assert "there is no index; run `ovmr-index ingest` first" in failed.error


WITHOUT_JINJA = """
import sys
for name in [*sys.modules]:
    if name.startswith(("jinja2", "ovmr_index.web")):
        del sys.modules[name]
sys.modules["jinja2"] = None
from ovmr_index.__main__ import main
main()
"""


def test_without_the_extra_it_says_what_to_install(root: Path, tmp_path: Path) -> None:
    done = _run_script(tmp_path, WITHOUT_JINJA, "--root", root, "serve")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("ovmr-index: error: what `serve` needs cannot be imported: ")
    assert done.err.endswith("; run `pip install 'ovmr-index[web]'`\n")


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_port_that_is_none_is_wrong_usage(tmp_path: Path, port: str) -> None:
    failed = call("serve", "--port", port, root=tmp_path)
    assert (failed.code, failed.out) == (2, "")


def test_standard_output_that_is_closed_is_one_line(root: Path) -> None:
    with warm_start().start("--root", root, "serve", "--port", "0", closed=[1]) as process:
        out, err = process.communicate(timeout=60)
    failed = Run(process.returncode, out, err)
    assert failed.code == 1
    assert "open standard output" in failed.error


@pytest.mark.parametrize("host", ["no.such.host.invalid", "", "a" * 70, "http://127.0.0.1", "a b"])
def test_a_host_that_is_none_is_wrong_usage(host: str) -> None:
    with pytest.raises(UsageError, match="give a name or an address of this machine"):
        find_place(host, 0)


def test_an_address_of_another_machine_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match=r"192\.0\.2\.1 is no address of this machine"):
        bind(Place(socket.AF_INET, "192.0.2.1", 0))


def test_a_port_that_is_not_permitted_is_an_error(shared: Path, tmp_path: Path) -> None:
    if int(_FIRST_PORT.read_text(encoding="ascii")) <= 80:
        pytest.skip("everybody may use port 80 here")
    arguments = (runs.COMMAND[-1], "--root", shared, "serve", "--port", "80")
    code = f"import sys; del sys.modules['ovmr_index.__main__']\n{runs._WITHOUT_POWER}"
    failed = _run_script(tmp_path, code, *arguments)
    assert failed.code == 1
    assert failed.error.endswith(
        f"port 80: {os.strerror(errno.EACCES)}; give a --port from 1024 on, or 0 for any"
    )
