"""What the exemplar page says of what is gone, of addresses of nothing, of hostile names."""

from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from ovmr_index import Index
from ovmr_index.pools.exemplar_details import ExemplarDetails
from ovmr_index.web.app import create_app
from ovmr_index.web.options import ServeOptions
from tests.support.asking import Asking
from tests.support.exemplar_pages import address_of, pool_of

CATEGORY = "apple.n.01"


@pytest.fixture(scope="module")
def pool(shared: Path) -> list[ExemplarDetails]:
    """Return some exemplars of a category: the first of its pool, and a whole image."""
    return pool_of(Index.open(shared), CATEGORY)


@pytest.fixture(scope="module")
def asks(shared: Path) -> Asking:
    """Return what asks for pages without a browser."""
    return Asking(create_app(Index.open(shared), ServeOptions()), "http://127.0.0.1:8765")


@pytest.mark.slow
def test_a_whole_image_has_no_box(asks: Asking, pool: list[ExemplarDetails]) -> None:
    found = next(one for one in pool if one.region_id is None)
    said = asks.get(address_of(found)).text
    assert "the whole image is the exemplar" in said
    assert "<rect" not in said


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("lvis_v1_train/99999?file=a.jpg", "The index holds no such image of lvis_v1_train now."),
        ("flickr/1?file=a.jpg", "The index holds no source flickr now."),
        ("a/b/1?file=a.jpg", "The index holds no source a/b now."),
        ("lvis_v1_train/-?file=../../ovmr.db", "The index holds no such image"),
    ],
)
def test_what_is_gone_is_said(
    asks: Asking, pool: list[ExemplarDetails], address: str, said: str
) -> None:
    answer = asks.get(f"/exemplars/{pool[0].category_id}/{address}")
    assert answer.status_code == 200
    assert said in answer.text
    assert "The image is not in the index." in answer.text


def test_a_box_that_is_gone_leaves_its_image(asks: Asking, pool: list[ExemplarDetails]) -> None:
    found = pool[0]
    gone = address_of(found).replace(f"/{found.region_id}?", "/99999?")
    said = asks.get(gone).text
    assert "lvis_v1_train has no box 99999 on this image now." in said
    assert said.count('<g class="other"') == len(found.others) + 1


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("0/lvis_v1_train/1?file=a.jpg", "there is no category 0"),
        ("apple/lvis_v1_train/1?file=a.jpg", "&#39;apple&#39; in the address is no id"),
        ("{id}/lvis_v1_train/one?file=a.jpg", "&#39;one&#39; in the address is no id"),
        ("{id}/lvis_v1_train/99999999999999999999?file=a.jpg", "in the address is no id"),
        ("{id}/lvis_v1_train/1", "ends in ?file=NAME"),
        ("{id}/lvis_v1_train/1?file=a.jpg&vocabulary=none", "there is no vocabulary"),
    ],
)
def test_an_address_of_nothing(
    asks: Asking, pool: list[ExemplarDetails], path: str, said: str
) -> None:
    answer = asks.get(f"/exemplars/{path.format(id=pool[0].category_id)}")
    assert answer.status_code == 404
    assert said in answer.text


def test_hostile_names_stay_text(asks: Asking, pool: list[ExemplarDetails]) -> None:
    hostile = "<script>alert(1)</script>\"'\u202e../x"
    query = urlencode({"file": f"{hostile}\n"})
    path = f"/exemplars/{pool[0].category_id}/{quote(hostile, safe='')}/-?{query}"
    said = asks.get(path).text
    assert "<script>alert" not in said
    assert "&lt;script&gt;alert(1)" in said


def test_read_only_pages_have_no_buttons(shared: Path, pool: list[ExemplarDetails]) -> None:
    app = create_app(Index.open(shared), ServeOptions(read_only=True))
    said = Asking(app, "http://127.0.0.1:8765").get(address_of(pool[0])).text
    assert "Not marked." in said
    assert "data-kind" not in said
    assert 'id="note"' not in said
