"""The `repr` of an index and its HTML say what is there, and raise nothing in any state."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ovmr_index import Index


@pytest.fixture
def copied(shared: Path, tmp_path: Path) -> Iterator[Index]:
    """Return an index of the demo whose file may be harmed."""
    shutil.copyfile(shared / "ovmr.db", tmp_path / "ovmr.db")
    with Index.open(tmp_path) as index:
        yield index


@pytest.mark.sqlite_only  # its file
def test_a_line_names_sources_categories_and_samples(copied: Index) -> None:
    names = "lvis_v1_train, lvis_v1_val, imagenet21k, visual_genome"
    assert repr(copied) == f"<Index {copied.path}: {names}; 40 categories, pools fresh>"
    copied.sample(k=1, name="one")
    assert repr(copied).endswith("pools fresh; 1 saved sample>")
    copied.close()
    assert repr(copied).endswith("pools fresh; 1 saved sample>")


def test_a_notebook_shows_sources_vocabularies_and_samples(copied: Index) -> None:
    copied.sample(k=1, name="<one>")
    shown = copied._repr_html_()
    for text in ("lvis_v1_train", "visual-genome", ">40<", ">1,459<", ">fresh<", "&lt;one&gt;"):
        assert text in shown
    assert "<script" not in shown
    assert "http" not in shown


@pytest.mark.sqlite_only  # its file
def test_an_index_that_is_not_there_says_what_to_call(tmp_path: Path) -> None:
    index = Index.open(tmp_path)
    assert repr(index) == f"<Index {tmp_path / 'ovmr.db'}: not there yet; call index.ingest()>"
    assert "call index.ingest()" in index._repr_html_()
    assert index._ipython_key_completions_() == []
    assert not list(tmp_path.iterdir())


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:20_000])


def _fill_with_noise(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"\x5a" * (len(content) - 100))


def _replace(path: Path) -> None:
    path.write_bytes(b"no database, but some text that is long enough" * 100)


def _age(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")


@pytest.mark.sqlite_only  # its file
@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (_truncate, "damaged"),
        (_fill_with_noise, "damaged"),
        (_replace, "no SQLite database"),
        (_age, "has schema 0000"),
    ],
)
def test_an_index_that_cannot_be_read_says_why(
    copied: Index, harm: Callable[[Path], None], said: str
) -> None:
    harm(copied.path)
    assert said in repr(copied)
    assert said in copied._repr_html_()
    assert isinstance(copied._ipython_key_completions_(), list)


@pytest.mark.sqlite_only  # its file
def test_an_index_that_is_locked_is_not_waited_for(copied: Index) -> None:
    with closing(sqlite3.connect(copied.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert "another process is writing to it" in repr(copied)
        assert "another process is writing to it" in copied._repr_html_()
