"""Items done in several processes: in order, no more than needed, and errors come back."""

import os
import resource
import threading
import time
from collections.abc import Callable
from itertools import count

import pytest

from ovmr_index.errors import OvmrIndexError
from ovmr_index.processes import has_room, in_processes, in_threads


def test_items_are_drawn_as_they_are_needed() -> None:
    numbers = count()
    results = in_processes(abs, numbers, workers=2, chunk=10)
    assert next(results) == 0
    results.close()
    assert next(numbers) < 100


def test_an_exception_in_a_process_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError):
        list(in_processes(_inverse, range(5, -100, -1), workers=2, chunk=2))


def test_a_process_that_dies_is_an_error_with_a_remedy() -> None:
    with pytest.raises(OvmrIndexError, match="use fewer workers"):
        list(in_processes(_exit_at_once, range(9), workers=2, chunk=2))


def _slower_first(number: int) -> int:
    time.sleep(0.02 / (number + 1))
    return number


def test_results_of_threads_come_in_order() -> None:
    functions = [_slower_first, _slower_first, _slower_first]
    assert list(in_threads(functions, range(40))) == list(range(40))


def test_each_function_runs_in_one_thread_at_a_time() -> None:
    running, most = [0, 0], [0, 0]

    def function(which: int) -> Callable[[int], int]:
        def run(number: int) -> int:
            running[which] += 1
            most[which] = max(most[which], running[which])
            time.sleep(0.001)
            running[which] -= 1
            return number

        return run

    assert list(in_threads([function(0), function(1)], range(60))) == list(range(60))
    assert most == [1, 1]


def test_threads_take_items_as_they_are_needed_and_end_with_the_iterator() -> None:
    numbers = count()
    results = in_threads([abs, abs], numbers)
    assert next(results) == 0
    results.close()
    assert next(numbers) < 20


def test_an_exception_in_a_thread_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError):
        list(in_threads([_inverse, _inverse], range(5, -100, -1)))


def _inverse(number: int) -> float:
    return 1 / number


def _exit_at_once(number: int) -> None:
    os._exit(number + 1)


@pytest.mark.parametrize("limit", [resource.RLIMIT_AS, resource.RLIMIT_DATA])
def test_no_process_is_started_where_memory_is_limited(
    monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    def small(kind: int) -> tuple[int, int]:
        return (64 << 20, 64 << 20) if kind == limit else (resource.RLIM_INFINITY,) * 2

    monkeypatch.setattr(resource, "getrlimit", small)
    assert set(in_processes(_number_of_process, range(9), workers=2, chunk=2)) == {os.getpid()}


def test_half_a_gibibyte_of_memory_is_room_for_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    def limited(kind: int) -> tuple[int, int]:
        return (512 << 20,) * 2 if kind == resource.RLIMIT_DATA else (resource.RLIM_INFINITY,) * 2

    monkeypatch.setattr(resource, "getrlimit", limited)
    assert has_room()


def test_no_process_is_started_where_no_thread_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", fail)
    assert set(in_processes(_number_of_process, range(9), workers=2, chunk=2)) == {os.getpid()}


def test_no_thread_is_started_where_none_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", fail)
    assert list(in_threads([abs, abs], range(9))) == list(range(9))


def _number_of_process(_: int) -> int:
    return os.getpid()
