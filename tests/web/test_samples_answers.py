"""What the samples pages say: what is missing or stale, hostile names, nothing saved."""

import re
from pathlib import Path

import pytest

from ovmr_index import DrawOptions, Index
from ovmr_index.web.app import create_app
from ovmr_index.web.options import ServeOptions
from tests.support.asking import Asking
from tests.support.coco_files import ingest_coco
from tests.support.trees import TreeBuilder

HOSTILE = "<script>alert(1)<!-- \"quoted\" 'é' #1"


def _asking(index: Index) -> Asking:
    return Asking(create_app(index, ServeOptions()), "http://127.0.0.1:8765")


@pytest.fixture(scope="module")
def asks(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Asking:
    """Return what asks for pages of an index with samples.

    One of them has a name that a page must not take for HTML.
    """
    builder = TreeBuilder(tmp_path_factory.mktemp("samples") / "datasets", empty_index)
    builder.lvis()
    index = builder.index()
    index.ingest()
    for name in ("one", "same", HOSTILE):
        index.sample(DrawOptions(1), name=name)
    return _asking(index)


@pytest.mark.slow
def test_samples_that_are_the_same(asks: Asking) -> None:
    said = asks.get("/samples/one/diff/same").text
    assert "Both hold the same exemplars in the same order." in said
    assert 'class="row' not in said


def test_hostile_names_stay_text(asks: Asking) -> None:
    (address,) = re.findall(r'href="(/samples/%3C[^"]*)"', asks.get("/samples").text)
    for path in ("/samples", address, f"{address}/diff/one"):
        answer = asks.get(path)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "&lt;script&gt;alert(1)" in answer.text
    chosen = asks.get("/samples", params={"a": HOSTILE, "b": "one"})
    assert (chosen.status_code, chosen.headers["location"]) == (303, f"{address}/diff/one")


@pytest.mark.parametrize("path", ["/samples/onne", "/samples/onne/diff/one", "/samples/one/diff/x"])
def test_a_sample_that_is_not_there(asks: Asking, path: str) -> None:
    answer = asks.get(path)
    assert answer.status_code == 404
    assert "there is no sample" in answer.text


def test_nothing_saved_says_what_to_type(shared: Path) -> None:
    asks = _asking(Index.open(shared))
    said = asks.get("/samples").text
    assert "No sample is saved in this index yet." in said
    assert f"ovmr-index --root {shared} sample -K 5 --seed 42 --name five" in said


@pytest.mark.slow
def test_what_is_missing_has_a_plain_tile(builder: TreeBuilder) -> None:
    builder.lvis()
    index = builder.index()
    index.ingest()
    index.sample(DrawOptions(1), name="one")
    builder.lvis(annotations=[])
    index.ingest(allow_vanished=True)
    asks = _asking(index)
    sheet, listed = asks.get("/samples/one").text, asks.get("/samples").text
    assert "1 of its exemplars is missing" in sheet
    assert '<span class="plain-tile">Missing' in sheet
    assert 'data-missing="True"' in sheet
    assert "one: lvis_v1_train has changed since it was drawn" in sheet
    assert '<strong class="bad">1</strong>' in listed


@pytest.mark.slow
def test_a_sample_of_another_vocabulary_keeps_it_in_the_address(builder: TreeBuilder) -> None:
    index = ingest_coco(builder, [{"id": 1, "name": "cat"}])
    index.sample(DrawOptions(1, vocabulary="mine"), name="one")
    asks = _asking(index)
    answer = asks.get("/samples/one", follow_redirects=True)
    assert answer.url.query == b"vocabulary=mine"
    (link,) = re.findall(r'class="item" href="([^"]*)"', answer.text)
    assert "vocabulary=mine" in link
    assert "1 of 1" in asks.get(link.replace("&amp;", "&")).text
    both = asks.get("/samples/one/diff/one")
    assert both.headers["location"].endswith("/samples/one/diff/one?vocabulary=mine")
