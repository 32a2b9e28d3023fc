"""A terminal for the command line: what a person sees of a run, at a width."""

import fcntl
import os
import struct
import subprocess
import termios

from tests.support.runs import start


def seen(*arguments: object, columns: int, more: dict[str, str] | None = None) -> list[str]:
    """Return the lines of a command on a terminal of so many columns, without colours."""
    reading, writing = os.openpty()
    fcntl.ioctl(writing, termios.TIOCSWINSZ, struct.pack("4H", 40, columns, 0, 0))
    plain = {"NO_COLOR": "1"} | (more or {})
    with start(*arguments, stdout=writing, stderr=subprocess.DEVNULL, more=plain) as process:
        os.close(writing)
        lines = _read(reading).decode().splitlines()
    os.close(reading)
    assert process.returncode == 0
    return lines


def _read(terminal: int) -> bytes:
    """Return what is written to a terminal until nobody has it open."""
    content = b""
    while True:
        try:
            content += os.read(terminal, 1 << 16)
        except OSError:  # how Linux says that it is closed
            return content
