"""Ingest is tested on an index of few synsets, which is quick to copy and to read."""

import ctypes
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ovmr_index import Index
from tests.support.contents import assert_sound
from tests.support.few_synsets import index_of_few_synsets
from tests.support.refusals import filled_index
from tests.support.trees import TreeBuilder


@pytest.fixture(scope="session")
def empty_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an index that holds three synsets alone, to be copied."""
    return index_of_few_synsets(tmp_path_factory)


# What is refused of a new index, `test_two_images_or_categories_with_one_id` sees each time.
@pytest.fixture(
    scope="module",
    params=[pytest.param(False, marks=pytest.mark.exhaustive), True],
    ids=["new", "filled"],
)
def state(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, empty_index: Path
) -> tuple[TreeBuilder, Index]:
    """Return a tree and its index, new or filled: what is refused leaves it as it was."""
    builder = TreeBuilder(tmp_path_factory.mktemp("state") / "datasets", empty_index)
    index = filled_index(builder) if request.param else builder.index()
    assert_sound(index)
    return builder, index


@pytest.fixture
def with_index(builder: TreeBuilder) -> None:
    """Begin with an index, which is copied: a first ingest would fill one with all of WordNet."""
    builder.index().close()


@pytest.fixture
def without_power() -> Iterator[None]:
    """Give up root's power to read and write what nobody may, so that the modes of files hold.

    That is of this thread alone, and comes back after the test (capget and capset, VERSION_3).
    """
    if os.getuid() != 0:
        yield
        return
    library = ctypes.CDLL(None)
    header, power = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert library.capget(header, power) == 0
    none = (ctypes.c_uint32 * 6)(0, *power[1:3], 0, *power[4:])  # in effect
    assert library.capset(header, none) == 0
    try:
        yield
    finally:
        assert library.capset(header, power) == 0
