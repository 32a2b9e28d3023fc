"""Commands as processes: their memory, their limit, their failure."""

import sys
from pathlib import Path

import pytest

from benchmarks.processes import CommandError, Run, run

_HOLD = "held = bytearray({} << 20); import time; time.sleep(0.3)"


def _python(program: str, *, limited: bool = False) -> Run:
    return run("the program", (sys.executable, "-c", program), {"WORD": "here"}, limited=limited)


def test_memory_is_that_of_all_processes_together() -> None:
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {_HOLD.format(64)!r}])"
    peak = _python(f"held = bytearray(32 << 20); {child}").memory
    if Path("/proc/self/status").exists():
        assert peak is not None
        assert 96 << 20 <= peak < 160 << 20
    else:
        assert peak is None


def test_a_process_in_another_session_counts() -> None:
    started = "subprocess.run([sys.executable, '-c', {!r}], start_new_session=True)"
    peak = _python(f"import subprocess, sys; {started.format(_HOLD.format(64))}").memory
    assert peak is None or peak >= 64 << 20


def test_seconds_and_output_are_those_of_the_process() -> None:
    done = _python("import os, time; time.sleep(0.1); print(os.environ['WORD'])")
    assert done.output == "here\n"
    assert done.seconds >= 0.1


@pytest.mark.slow
def test_cpu_is_that_of_all_processes_together() -> None:
    spin = "import time; [None for _ in iter(lambda: time.process_time() > 0.1, True)]"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {spin!r}]); {spin}"
    assert _python(child).cpu >= 0.2
    assert _python("import time; time.sleep(0.3)").cpu < 0.3


@pytest.mark.slow
def test_a_limited_command_cannot_have_more_memory() -> None:
    hold = _HOLD.format(600)
    _python(hold)
    with pytest.raises(CommandError, match="MemoryError"):
        _python(hold, limited=True)


def test_a_command_that_fails_says_why() -> None:
    with pytest.raises(CommandError, match=r"^the program: exit code 3: no such luck$"):
        _python("import sys; print('no such luck', file=sys.stderr); sys.exit(3)")
