"""What the pages of findings answer to whom: numbers, refusals, hashes; no browser is needed."""

import re
import shutil
from pathlib import Path

import httpx
import pytest

from ovmr_index import Index
from ovmr_index.web.app import create_app
from ovmr_index.web.options import ServeOptions
from tests.support.asking import Asking
from tests.support.planted import planted_tree
from tests.support.trees import APPLE, TreeBuilder, category, image
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Path:
    """Return the root of an index with planted leaks, without hashes of looks: read only."""
    return planted_tree(tmp_path_factory, empty_index, is_hashed=False)


@pytest.fixture(scope="module")
def hashed(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Path:
    """Return the root of an index with planted leaks, whose images have all hashes: read only."""
    return planted_tree(tmp_path_factory, empty_index, is_hashed=True)


class _Asking(Asking):
    """Requests to the pages of an index, changes with the token of the page."""

    def __init__(self, index: Index, *, read_only: bool = False) -> None:
        options = ServeOptions(read_only=read_only)
        super().__init__(create_app(index, options), "http://127.0.0.1")
        self._token = options.page_token

    def post(self, path: str) -> httpx.Response:
        return self.ask("POST", path, headers={"X-Ovmr-Token": self._token})


def test_another_number_than_was_told_changes_nothing(hashed: Path, tmp_path: Path) -> None:
    with Index.open(shutil.copytree(hashed, tmp_path / "own")) as index:
        client = _Asking(index)
        answer = client.post("/audit/exclude?expected=3")
        assert answer.status_code == 409
        assert answer.json() == {"error": "there are 4 now, and not 3; look at the page again"}
        assert not index.curation.list()
        assert client.post("/audit/exclude?expected=1&by=looks").json() == {"changed": 1}


def test_read_only_shows_what_to_type_and_no_button(hashed: Path) -> None:
    with Index.open(hashed) as index:
        client = _Asking(index, read_only=True)
        for address in ("/audit", "/duplicates", "/duplicates?category=tench"):
            text = client.get(address).text
            assert "<code>ovmr-index audit" in text
            main = text.partition("<main")[2].partition("</main>")[0]
            assert [one for one in re.findall("<button[^>]*>", main) if "apply" not in one] == [
                '<button type="button" data-job-stop>'
            ]
        assert client.post("/audit/exclude?expected=4").status_code == 403


def test_without_lvis_val_it_says_what_to_ingest(builder: TreeBuilder) -> None:
    builder.lvis(categories=[category(1, APPLE)], images=[image(1)])
    index = builder.index()
    index.ingest()
    text = _Asking(index).get("/audit").text
    assert "the index holds no LVIS val annotations, and" in text
    assert "there, and run `ovmr-index ingest lvis`" in text


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("/audit?category=x", "category &#39;x&#39; is no id; give the number of a category"),
        ("/audit?by=zzz", "by &#39;zzz&#39;: leaks are known by id, content, looks"),
        ("/duplicates?category=tennch", "did you mean &#39;tench&#39;"),
        ("/audit?vocabulary=lvs", "vocabulary &#39;lvs&#39;"),
        ("/duplicates?vocabulary=lvs", "vocabulary &#39;lvs&#39;"),
    ],
)
def test_wrong_addresses(hashed: Path, address: str, reason: str) -> None:
    with Index.open(hashed) as index:
        answer = _Asking(index).get(address)
        assert answer.status_code == 404
        assert reason in answer.text


def test_hashes_are_computed_from_the_page(planted: Path, tmp_path: Path) -> None:
    with Index.open(shutil.copytree(planted, tmp_path / "own")) as index:
        client = _Asking(index)
        assert "10 of 10 images have no hash of their looks" in client.get("/duplicates").text
        assert client.post("/hashes?of=looks&category=tench").json() == {"job": "hashes"}
        wait_until(lambda: client.get("/jobs/hashes").json()["ended"])
        assert client.get("/jobs/hashes").json()["problem"] == ""
        assert "5 of 10 images have no hash of their looks" in client.get("/duplicates").text
        answer = client.post("/hashes?of=sound")
        assert answer.json() == {"error": "of=sound: is neither content nor looks"}
        assert client.get("/jobs/nothing").status_code == 404
