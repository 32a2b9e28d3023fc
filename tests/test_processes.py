"""Items done in several processes: in order, no more than needed, and errors come back."""

import os
from itertools import count

import pytest

from ovmr_index.errors import OvmrIndexError
from ovmr_index.processes import in_processes


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


def _inverse(number: int) -> float:
    return 1 / number


def _exit_at_once(number: int) -> None:
    os._exit(number + 1)
