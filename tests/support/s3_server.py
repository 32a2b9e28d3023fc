"""An S3 server of the tests' own, SeaweedFS from the wheel that carries it: one for all workers.

The first process that needs it starts it, and the last that is done with it stops it.
"""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

KEY, SECRET = "testkey", "testsecret"
OTHER_KEY, OTHER_SECRET = "otherkey", "othersecret"  # may read nothing
PUBLIC = "public"  # a bucket that anybody may read
_ANYBODY = {"name": "anonymous", "actions": [f"Read:{PUBLIC}", f"List:{PUBLIC}"]}
_PORTS = ("master", "volume", "filer", "s3")
_SECONDS = 60
_started = list["subprocess.Popen[bytes]"]()  # by this process; they may outlast it


class S3Server(NamedTuple):
    """A server that runs, by its address."""

    address: str

    def environment(self) -> dict[str, str]:
        """Return the variables by which s3fs finds the server, and no other one."""
        return {
            "AWS_ENDPOINT_URL": self.address,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def client(self) -> Any:
        """Return a file system of s3fs on the server, which keeps no listings."""
        return import_module("s3fs").S3FileSystem(
            key=KEY,
            secret=SECRET,
            endpoint_url=self.address,
            client_kwargs={"region_name": "us-east-1"},
            use_listings_cache=False,
            skip_instance_cache=True,
        )


@contextmanager
def shared_server(folder: Path) -> Iterator[S3Server]:
    """Give the server of a run of the tests, whose folder this is."""
    folder.mkdir(exist_ok=True)
    with _state(folder) as state:
        if not state.get("users"):
            state.update(_start(folder))
        state["users"] = state.get("users", 0) + 1
        address = state["address"]
    try:
        yield S3Server(address)
    finally:
        with _state(folder) as state:
            state["users"] -= 1
            if not state["users"]:
                os.kill(state["process"], signal.SIGKILL)


@contextmanager
def _state(folder: Path) -> Iterator[dict[str, Any]]:
    """Lock what the processes of a run say of the server, and keep what is changed."""
    with (folder / "state.json").open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        state: dict[str, Any] = json.loads(file.read() or "{}")
        yield state
        file.seek(0)
        file.truncate()
        json.dump(state, file)


def _start(folder: Path) -> dict[str, Any]:
    ports = _free_ports(2 * len(_PORTS))
    options = [f"-{name}.port{kind}={ports.pop()}" for name in _PORTS for kind in ("", ".grpc")]
    port = next(one for one in options if one.startswith("-s3.port=")).partition("=")[2]
    data = folder / "data"
    data.mkdir()
    config = folder / "s3.json"
    config.write_text(json.dumps({"identities": [_identity(), _other_identity(), _ANYBODY]}))
    program = Path(sysconfig.get_path("scripts")) / "weed"
    own = ("-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={data}", "-volume.max=100")
    quiet = ("-s3.iam=false", "-s3.port.iceberg=0", "-s3.port.lance=0")
    kinds = (*quiet, f"-s3.config={config}", "-master.volumeSizeLimitMB=64")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            (program, "-logtostderr=true", "server", "-filer", "-s3", *own, *kinds, *options),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    _started.append(process)
    server = S3Server(f"http://127.0.0.1:{port}")
    _wait(server, process, folder / "log")
    return {"address": server.address, "process": process.pid}


def _wait(server: S3Server, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until the server takes objects; fail with what it said where it ends before."""
    end = time.monotonic() + _SECONDS
    while not _answers(server):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.05)
    client = server.client()
    while True:
        try:
            client.mkdir("ready")
            client.pipe_file("ready/one", b"1")
        except OSError:
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.05)
        else:
            return


def _answers(server: S3Server) -> bool:
    try:
        with urlopen(f"{server.address}/healthz", timeout=5):
            return True
    except URLError as error:
        return getattr(error, "code", None) is not None
    except OSError:
        return False


def _identity() -> dict[str, object]:
    credentials = [{"accessKey": KEY, "secretKey": SECRET}]
    return {"name": "tests", "credentials": credentials, "actions": ["Admin"]}


def _other_identity() -> dict[str, object]:
    credentials = [{"accessKey": OTHER_KEY, "secretKey": OTHER_SECRET}]
    return {"name": "other", "credentials": credentials, "actions": ["Read:another-bucket"]}


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
