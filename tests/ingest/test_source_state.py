"""What a source was when it was last read, against what it is now."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from ovmr_index.db.session import Session
from ovmr_index.ingest.source_state import SourceState
from ovmr_index.ingest.sources import SourceSpec
from tests.support.trees import TreeBuilder, annotation


@pytest.fixture
def spec(builder: TreeBuilder) -> SourceSpec:
    """Return a source that an index of its tree holds."""
    spec = builder.lvis(annotations=[annotation(1), annotation(2)])
    builder.index().ingest()
    return spec


@pytest.fixture
def connection(builder: TreeBuilder, spec: SourceSpec) -> Iterator[Connection]:
    """Return a connection to the index that holds the source."""
    with Session(builder.root, builder.index().location).read() as connection:
        yield connection


def _is_unchanged(builder: TreeBuilder, connection: Connection, spec: SourceSpec) -> bool:
    return SourceState(spec, builder.root).is_unchanged(connection)


def _has_same_content(builder: TreeBuilder, connection: Connection, spec: SourceSpec) -> bool:
    state = SourceState(spec, builder.root)
    with state.hashing():
        return state.has_same_content(connection)


def test_what_was_read_is_unchanged(
    builder: TreeBuilder, connection: Connection, spec: SourceSpec
) -> None:
    assert _is_unchanged(builder, connection, spec)
    assert _has_same_content(builder, connection, spec)


def test_a_new_time_leaves_the_content(
    builder: TreeBuilder, connection: Connection, spec: SourceSpec
) -> None:
    builder.touch(spec.path)
    assert not _is_unchanged(builder, connection, spec)
    assert _has_same_content(builder, connection, spec)


@pytest.mark.parametrize(("old", "new"), [(b"1440.5", b"1440.6"), (b"1440.5", b"1440.50")])
def test_another_content(
    builder: TreeBuilder, connection: Connection, spec: SourceSpec, old: bytes, new: bytes
) -> None:
    content = spec.path.read_bytes()
    assert old in content
    builder.file("lvis/lvis_v1_train.json", content.replace(old, new))
    assert not _is_unchanged(builder, connection, spec)
    assert not _has_same_content(builder, connection, spec)


def test_other_options_and_another_root(
    builder: TreeBuilder, connection: Connection, spec: SourceSpec
) -> None:
    by_name = spec._replace(options=spec.options._replace(by_name=True))
    assert not _is_unchanged(builder, connection, by_name)
    assert not _has_same_content(builder, connection, by_name)
    moved = spec._replace(images=builder.root / "elsewhere")
    assert not _is_unchanged(builder, connection, moved)
    assert _has_same_content(builder, connection, moved)


def test_blocks_are_known_for_the_options_that_they_were_read_with(
    builder: TreeBuilder, connection: Connection, spec: SourceSpec
) -> None:
    known = SourceState(spec, builder.root).known_blocks(connection, 1)
    assert known.images is not None
    assert [regions for regions, _ in known.blocks] == [2]
    other = spec._replace(options=spec.options._replace(strip=1))
    assert SourceState(other, builder.root).known_blocks(connection, 1).images is None


def test_a_source_that_is_new(
    builder: TreeBuilder, connection: Connection, spec: SourceSpec
) -> None:
    new = spec._replace(name="other")
    assert not _is_unchanged(builder, connection, new)
    assert not _has_same_content(builder, connection, new)
