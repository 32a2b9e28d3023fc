"""Tests of which `make exhaustive` runs every variant, and every other run a few.

`@pytest.mark.exhaustive` is on a test, or on a value of `parametrize`, that no other run has.
`exhaustive(beyond=2)` leaves the first two variants of a test to every run, `exhaustive(but=[...])`
those with these ids. With `on="postgresql"` a mark is of that engine alone, and on the other one
every variant runs.

Hypothesis draws `EXAMPLES` examples, and four times as many in `make exhaustive`. A test that says
how many it needs says it by `examples`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import settings

EXAMPLES = 25


def examples(every: int, few: int | None = None) -> settings:
    """Return settings for `every` examples in `make exhaustive`, and else `few`, or a quarter."""
    if settings().max_examples != EXAMPLES:
        return settings(max_examples=every)
    return settings(max_examples=max(1, every // 4) if few is None else few)


def left_out(items: Iterable[pytest.Item], engine: str = "sqlite") -> set[pytest.Item]:
    """Return the tests that `make exhaustive` alone runs on an engine.

    Raises UsageError where a mark names a variant that is none.
    """
    variants: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        mark = item.get_closest_marker("exhaustive")
        if mark is not None and mark.kwargs.get("on", engine) == engine:
            variants[item.nodeid.partition("[")[0]].append(item)
    return {item for test, found in variants.items() for item in _beyond(test, found)}


def _beyond(test: str, variants: Sequence[pytest.Item]) -> Iterable[pytest.Item]:
    marks = [item.get_closest_marker("exhaustive") for item in variants]
    given = next((mark.kwargs for mark in marks if mark is not None and mark.kwargs), {})
    if unknown := given.keys() - {"beyond", "but", "on"}:
        message = f"{test}: exhaustive knows no {min(unknown)}; give beyond, but or on"
        raise pytest.UsageError(message)
    if "but" not in given:
        return variants[given.get("beyond", 0) :]
    ids = {_id(item): item for item in variants}
    if unknown := {*given["but"]} - ids.keys():
        raise pytest.UsageError(f"{test} has no variant {min(unknown)}, which exhaustive names")
    return [item for name, item in ids.items() if name not in given["but"]]


def _id(item: pytest.Item) -> str:
    return item.nodeid.partition("[")[2].removesuffix("]")
