"""What is said where a query names what is not there."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmr_index import Index, UsageError
from ovmr_index.db.query_hints import hint

LONGEST = 400


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """Return an empty index."""
    root: Path = tmp_path_factory.mktemp("root")
    with Index.open(root) as opened:
        opened.vocabularies.add("mine", _list(root))
        yield opened


def _list(root: Path) -> Path:
    file = root / "mine.txt"
    file.write_text("goldfish.n.01\n")
    return file


def _said(index: Index, query: str) -> str:
    with pytest.raises(UsageError) as caught, index.sql(query):
        pass
    return str(caught.value)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "said"),
    [
        (
            "select widht from image_files",
            "no such column: widht; image_files has width, height, split, coco_id, dataset,"
            " image_id, path, synset, file_name, source; did you mean 'width'?",
        ),
        ("select i.file from image_files as i", "did you mean 'file_name'?"),
        ("select is_crowd from exemplars", "h; boxes has it"),
        ("select nope.x from exemplars e", "the query names e, and not 'nope'"),
        ("select nope", "the query names no view: there are box_details, "),
        ("select x from boxes, exemplars e", "column name: x; write boxes.x or e.x"),
        pytest.param(
            "select file_name from exemplars e join exemplars f",
            "write e.file_name or f.file_name",
            marks=pytest.mark.sqlite_only,
        ),
        ("select * from exmplars", "no such table: exmplars; did you mean 'exemplars'"),
        pytest.param(
            "select roun(1)",
            "no such function: roun; did you mean 'round'?",
            marks=pytest.mark.sqlite_only,
        ),
        pytest.param(
            "select xyzzy(1)",
            "no such function: xyzzy; this SQLite has none of that name",
            marks=pytest.mark.sqlite_only,
        ),
        ("select a from exemplars -- of boxes", "exemplars has "),
    ],
)
def test_what_is_meant_is_said(index: Index, query: str, said: str) -> None:
    assert said in _said(index, query)


def test_the_columns_of_each_view_are_listed(index: Index) -> None:
    message = _said(index, "select zz from boxes, image_files join box_synsets using (region_id)")
    assert all(f"; {view} has " in message for view in ("boxes", "image_files", "box_synsets"))
    assert "; box_details" not in message


@pytest.mark.slow
@pytest.mark.sqlite_only  # it asks the file itself
@given(st.text("abc_.\"'[]` é*,()", max_size=30))
def test_it_is_short_whatever_is_asked(index: Index, text: str) -> None:
    query = f"select {text} from exemplars, boxes, image_files, box_details"
    with closing(sqlite3.connect(index.path)) as connection:
        message = _refusal(connection, query)
    said = hint(message, query, index.path.as_uri())
    assert said is None or (len(said) <= LONGEST and "\n" not in said)


def _refusal(connection: sqlite3.Connection, query: str) -> str:
    try:
        connection.execute(query).close()
    except sqlite3.Error as error:
        return str(error)
    return ""


@pytest.mark.slow
def test_long_names_are_shortened(index: Index) -> None:
    name = "n" * 3_000
    for query in (f"select {name} from boxes", f"select * from {name}", f"select {name}(1)"):
        assert len(_said(index, query)) <= LONGEST
