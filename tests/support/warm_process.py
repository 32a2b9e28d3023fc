"""A process that `WarmStart` has started: what `subprocess.Popen` of the command would be."""

import os
import select
import signal
import socket
import time
from subprocess import TimeoutExpired
from types import TracebackType
from typing import IO, Any, Self

_MOST = 1 << 16  # bytes that are read at once


class WarmProcess:
    """A command that runs: `pid` is its own, and signals reach it alone, or its session.

    `stdout` and `stderr` are None where the caller has given the stream.
    """

    def __init__(self, caller: socket.socket, reading: dict[str, int], line: list[str]) -> None:
        """Take the socket on which its number and its exit code come, and pipes to read."""
        self._caller, self._line = caller, line
        self.returncode: int | Any = None  # as typeshed has that of Popen
        self.stdout, self.stderr = (
            None if name not in reading else os.fdopen(reading[name], encoding="utf-8")
            for name in ("stdout", "stderr")
        )
        number = b""
        while not number.endswith(b"\n"):
            number += self._received(1)
        self.pid = int(number)

    def poll(self) -> int | None:
        """Return the exit code, as of `Popen`, or None where it has not ended."""
        if self.returncode is None and select.select([self._caller], [], [], 0)[0]:
            self.returncode = int(self._received(_MOST))
            self._caller.close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code once it has ended."""
        if self.returncode is None and not select.select([self._caller], [], [], timeout)[0]:
            raise TimeoutExpired(self._line, timeout or 0)
        code = self.poll()
        assert code is not None
        return code

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Return what it and its processes write until none of them can write any more."""
        end = None if timeout is None else time.monotonic() + timeout
        streams = [one for one in (self.stdout, self.stderr) if one is not None]
        found: dict[IO[str], bytes] = dict.fromkeys(streams, b"")
        while streams:
            left = None if end is None else max(0, end - time.monotonic())
            ready, _, _ = select.select(streams, [], [], left)
            if not ready:
                raise TimeoutExpired(self._line, timeout or 0)
            for stream in ready:
                part = os.read(stream.fileno(), _MOST)
                found[stream] += part
                if not part:
                    streams.remove(stream)
        self.close()
        out, err = (
            "" if one is None else found[one].decode() for one in (self.stdout, self.stderr)
        )
        return out, err

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def close(self) -> None:
        """Close what it is read by, and wait for its end."""
        for stream in (self.stdout, self.stderr):
            if stream is not None:
                stream.close()
        self.wait()

    def __enter__(self) -> Self:
        """Close it at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for its end, as `Popen` does."""
        self.close()

    def _received(self, most: int) -> bytes:
        """Return what the warm start says of it."""
        received = self._caller.recv(most)
        assert received, "the warm start has ended"
        return received
