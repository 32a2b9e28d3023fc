"""`metadata.json` for Datasette: what the public views hold, facets, and questions."""

import json
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from sqlalchemy import inspect

from ovmr_index.db.session import Session
from ovmr_index.db.view_descriptions import VIEWS, Link, ViewDescription, meaning
from ovmr_index.demo.questions import MORE_QUESTIONS, QUESTIONS
from ovmr_index.export.forms.form_paths import form_folder
from ovmr_index.export.outputs import check_output
from ovmr_index.storage.atomic import whole_file

PLUGIN = Path(__file__).parents[2] / "data" / "datasette_links.txt"
METADATA, LINKS = "metadata.json", "plugins/ovmr_links.py"
_TITLE = "Image exemplars"
_DESCRIPTION = (
    "What ovmr-index read of LVIS, ImageNet-21K, Visual Genome and others. Ask the views: every id"
    " in them is the source's own."
)
_SLUG = 60  # characters of the address of a question
_ROWS = 50


def write_datasette(session: Session, folder: Path | None) -> list[Path]:
    """Write `metadata.json`, and the plug-in that links the views, to a folder.

    Raises:
        ProtectedPathError: The folder is among the images of a dataset, or a file is an input.
    """
    folder = form_folder(session, folder, "datasette", "")
    content = json.dumps(metadata(session), indent=2) + "\n"
    files = {folder / METADATA: content.encode(), folder / LINKS: PLUGIN.read_bytes()}
    for path in files:
        check_output(session, path)
    for path, data in files.items():
        with whole_file(path) as file:
            file.write(data)
    return [*files]


def metadata(session: Session) -> dict[str, Any]:
    """Return the metadata that Datasette shows for an index."""
    with session.read() as connection:
        found = inspect(connection)
        tables = found.get_table_names()
        columns = {
            view: [one["name"] for one in found.get_columns(view)]
            for view in sorted(found.get_view_names())
        }
    described = {view: _view(view, names) for view, names in columns.items()}
    hidden = {table: {"hidden": True} for table in tables}
    database = {
        "description": _DESCRIPTION,
        "tables": described | hidden,
        "queries": _queries(),
    }
    name = session.path.stem
    links = {view: _links(VIEWS[view]) for view in columns if view in VIEWS}
    return {
        "title": _TITLE,
        "description": _DESCRIPTION,
        "databases": {name: database},
        "plugins": {"ovmr-links": links},
    }


def _view(name: str, columns: Sequence[str]) -> dict[str, Any]:
    """Return the metadata of a view."""
    known = VIEWS.get(name, ViewDescription(""))
    meanings = {column: meaning(name, column) for column in columns}
    members: dict[str, Any] = {
        "description_html": _html(known),
        "columns": {column: said for column, said in meanings.items() if said},
        "size": _ROWS,
    }
    if known.facets:
        members["facets"] = [*known.facets]
    if known.sort:
        members["sort"] = known.sort
    return members


def _html(view: ViewDescription) -> str:
    """Return the description of a view, with the views that it joins with."""
    joined = {
        f'<a href="{link.view}">{link.view}</a> on {", ".join(link.on)}': None
        for link in view.links.values()
    }
    joins = f" Joins with {'; '.join(joined)}." if joined else ""
    return f"{escape(view.rows)}.{joins}"


def _links(view: ViewDescription) -> dict[str, dict[str, Any]]:
    return {column: _link(link) for column, link in view.links.items()}


def _link(link: Link) -> dict[str, Any]:
    return {"view": link.view, "on": {**link.on}, "where": {**link.where}}


def _queries() -> dict[str, dict[str, str]]:
    """Return the questions that Datasette has the time for, which is a second."""
    quick = [one for one in (*QUESTIONS, *MORE_QUESTIONS) if not one.is_slow]
    return {
        re.sub(r"\W+", "-", one.question.lower())[:_SLUG].strip("-"): {
            "title": one.question,
            "sql": one.query,
        }
        for one in quick
    }
