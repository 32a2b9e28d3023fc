"""Datasette opens an index with the metadata that is written for it."""

import asyncio
import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import Index
from ovmr_index.db.view_descriptions import COLUMNS, VIEWS
from ovmr_index.demo.questions import MORE_QUESTIONS


class Opened:
    """An index in Datasette, whose pages are asked for in one event loop."""

    def __init__(self, index: Index, folder: Path) -> None:
        metadata, plugin = index.exports.datasette(folder)
        self.metadata: dict[str, Any] = json.loads(metadata.read_text(encoding="utf-8"))
        self.database: dict[str, Any] = self.metadata["databases"]["ovmr"]
        self._loop = asyncio.new_event_loop()
        self._datasette = import_module("datasette.app").Datasette(
            [str(index.path)],
            metadata=self.metadata,
            plugins_dir=str(plugin.parent),
            settings={"suggest_facets": False},
        )

    def get(self, path: str) -> Any:
        """Return an answer, which is 200."""
        answer = self._loop.run_until_complete(self._datasette.client.get(path))
        assert answer.status_code == 200, path
        return answer

    def close(self) -> None:
        """End the event loop."""
        self._loop.close()


@pytest.fixture(scope="module")
def opened(demo_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with Index.open(demo_index, create=False) as index:
        made = Opened(index, tmp_path_factory.mktemp("datasette"))
    yield made
    made.close()


def test_every_view_and_column_is_described(opened: Opened) -> None:
    with_rows = {"ingest_problems", "sample_exemplars", "marks"}  # which may be empty
    shown = {name: one for name, one in opened.database["tables"].items() if "columns" in one}
    assert set(VIEWS) >= set(shown)
    for view, described in shown.items():
        page = opened.get(f"/ovmr/{view}.json?_shape=objects&_size=5").json()
        assert page["rows"] or view in with_rows, view
        assert [*described["columns"]] == page["columns"], view
        text = opened.get(f"/ovmr/{view}?_size=5").text
        assert described["description_html"] in text
    assert {name for one in shown.values() for name in one["columns"]} <= set(COLUMNS)


def test_tables_are_hidden_and_views_are_not(opened: Opened) -> None:
    page = opened.get("/ovmr.json").json()
    assert page["tables"]
    assert all(table["hidden"] for table in page["tables"])
    assert {view["name"] for view in page["views"]} <= set(VIEWS)


def test_facets_count(opened: Opened) -> None:
    faceted = {
        name: one["facets"] for name, one in opened.database["tables"].items() if "facets" in one
    }
    assert len(faceted) > 3
    for view, facets in faceted.items():
        page = opened.get(f"/ovmr/{view}.json").json()
        assert set(page["facet_results"]) == set(facets)


def test_questions_are_those_of_the_documentation() -> None:
    page = (Path(__file__).parents[2] / "docs" / "sql.md").read_text(encoding="utf-8")
    shown = " ".join(page.replace("\n> ", " ").split())
    assert all(one.query in shown for one in MORE_QUESTIONS)


def test_questions_have_answers(opened: Opened) -> None:
    queries = opened.database["queries"]
    assert len(queries) > 4
    for name in queries:
        assert opened.get(f"/ovmr/{name}.json?_shape=objects").json()["rows"], name


def test_links_lead_to_rows(opened: Opened) -> None:
    for view, links in opened.metadata["plugins"]["ovmr-links"].items():
        text = opened.get(f"/ovmr/{view}?_size=5").text
        for column, link in links.items():
            found = re.search(rf'"(/ovmr/{link["view"]}\?[^"]*)">', text)
            if found is None:
                assert f'class="col-{column}' not in text or view in ("image_files", "boxes"), view
                continue
            address = found[1].replace("&amp;", "&")
            path, _, query = address.partition("?")
            rows = opened.get(f"{path}.json?{query}&_shape=objects").json()["rows"]
            assert rows or column in ("region_id", "image_id"), (view, column)
