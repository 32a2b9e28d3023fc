"""Arguments of a wrong type: each is named, with what to give, whatever failed in the depth."""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import Index
from ovmr_index.arguments import naming_argument
from ovmr_index.errors import ShortageError, UsageError
from ovmr_index.index.rows import Rows
from tests.support.trees import APPLE, TreeBuilder, annotation, category, image


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """Yield an index of one category with one box."""
    root = tmp_path_factory.mktemp("arguments")
    TreeBuilder(root / "tree").lvis(
        categories=[category(1, APPLE)], images=[image(3)], annotations=[annotation(11, 3, 1)]
    )
    with Index.open(root / "tree") as opened:
        opened.ingest()
        yield opened


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda index: index.collate("x"), "recipe= is 'x'; give a Recipe or None"),
        (lambda index: index.coverage(under="x"), "under= is 'x'; give a whole number or None"),
        (lambda index: index.coverage(under=True), "under= is True; give a whole number or None"),
        (lambda index: index.exports.yolo(split=3), "split= is 3; give 'train' or 'val' or 'test'"),
        (lambda index: index.exports.coco("x"), "options= is 'x'; give a BoxOptions or None"),
        (lambda index: index.exemplars(1)[0].crop(context="x"), "context= is 'x'; give a number"),
        (lambda index: index.samples.show(["a"]), "name= is ['a']; give text"),
        (lambda index: next(index.samples.draw_each("x")), "draws= is 'x'; give a list (a tuple"),
        (lambda index: index.categories(vocabulary=[]), "vocabulary= is []; give text"),
        (lambda index: index.ingest("x"), "sources= is 'x'; give a list (a SourceSpec each) or"),
        (lambda index: list(index.sql(None)), "query= is None; give text"),
        (lambda index: list(index.sql("SELECT 1", seconds="x")), "seconds= is 'x'; give a number"),
        (
            lambda index: type(index)("demo"),
            "Index takes no str; open a folder with Index.open('demo')",
        ),
    ],
)
def test_an_argument_of_a_wrong_type_is_named(
    index: Index, call: Callable[[Any], object], message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        call(index)
    assert str(caught.value).startswith(message)


def test_every_public_method_names_its_arguments(index: Index) -> None:
    """Walk the index and its namespaces: a face without the decorator would go unnoticed."""
    faces = [index, *(getattr(index, name) for name in dir(Index) if _is_namespace(index, name))]
    assert len(faces) > 8
    plain = {
        f"{type(face).__name__}.{name}"
        for face in faces
        for name in dir(type(face))
        if not name.startswith("_")
        and inspect.isfunction(method := inspect.getattr_static(type(face), name))
        and not hasattr(method, "__wrapped__")
    }
    assert not plain


def _is_namespace(index: Index, name: str) -> bool:
    static = inspect.getattr_static(Index, name)
    return (
        not name.startswith("_")
        and not inspect.isfunction(static)
        and not isinstance(static, classmethod)
        and name != "path"  # of a file alone
        and type(getattr(index, name)).__module__.startswith("ovmr_index.")
    )


def test_a_failure_that_no_argument_explains_stays_what_it_is() -> None:
    @naming_argument
    def halved(path: Path | str, number: float) -> float:
        """Fail, whatever is given."""
        raise TypeError(f"{path}: {number}")

    with pytest.raises(TypeError, match="a: 1"):
        halved("a", 1)
    with pytest.raises(TypeError, match="missing 1 required"):
        halved("a")  # type: ignore[call-arg]


def test_a_shortage_quotes_both_remedies(index: Index) -> None:
    with pytest.raises(ShortageError, match="give on_shortage='repeat' or 'take-all', or a"):
        index.samples.draw(k=3, on_shortage="error")


def test_a_draw_of_samples_takes_keywords_as_sample_does(index: Index) -> None:
    drawn = index.samples.draw(k=2, on_shortage="repeat").categories
    assert drawn == index.sample(k=2, on_shortage="repeat")
    with pytest.raises(UsageError, match="no option of a draw 'kk'"):
        index.samples.draw(kk=2)  # type: ignore[call-arg]


def test_findings_and_marks_are_readable(index: Index) -> None:
    assert "duplicates(category)" in repr(index.pools.findings)
    index.curation.exclude(index.exemplars(1))
    marks = index.curation.list()
    assert "exclude" in marks._repr_html_()
    faces = (index.samples, index.vocabularies, index.partitions)
    for listed in (marks, *(face.list() for face in faces)):
        assert isinstance(listed, Rows)  # which has to_pandas()
    index.curation.undo()
