"""The pages of a report, from templates that leave every name text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ovmr_index import __version__
from ovmr_index.integrations.packages import installed_by
from ovmr_index.pools.coverage import Coverage
from ovmr_index.report.contents import FEW, SHORT, Contents
from ovmr_index.report.figures import figures
from ovmr_index.report.links import CATEGORIES, Links, sheet_pages
from ovmr_index.report.place import GENERATOR, INDEX
from ovmr_index.report.plots import colour, shares_bar
from ovmr_index.report.rows import (
    describe_leaks,
    describe_recipe,
    file_rows,
    findings,
    mark_rows,
    sample_rows,
    shortfall_rows,
    source_rows,
    substitute_rows,
)
from ovmr_index.report.tiles import Sheets

if TYPE_CHECKING:
    from jinja2 import Environment

_STYLES = ("style.css", "plots.css")
_SCRIPT = "sort.js"


def environment() -> "Environment":
    """Return what renders the templates.

    Raises:
        OvmrIndexError: Jinja2 is not installed; the message says what to type.
    """
    with installed_by("jinja2", "run `pip install 'ovmr-index[web]'`"):
        import jinja2  # noqa: F401  # to say each time that it is missing
    return _environment()


@cache
def _environment() -> "Environment":
    """Return the one environment of a process, which compiles each template once."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("ovmr_index.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters |= {"number": "{:,}".format, "colour": colour}
    return made


@dataclass
class Pages:
    """Writes the pages of a report.

    Attributes:
        templates: What renders them, from `environment`.
        contents: What they tell.
        tiles: The crops that are shown, by category id.
        crops: How many of each category there are at most; 0 for none.
        links: Those of the first page of a report in one file.
    """

    templates: "Environment"
    contents: Contents
    tiles: Sheets
    crops: int
    links: Links

    def write_single(self, path: Path) -> None:
        """Write the whole report to one file."""
        links = replace(self.links, index="#main", is_single=True)
        both = zip(self.contents.categories, self.contents.coverage, strict=True)
        self._write(path, INDEX, links, sheets=[*both])

    def write_index(self, path: Path, data: str) -> None:
        """Write the first page, for other files that are in the folder `data` beside it."""
        self._write(path, INDEX, replace(self.links, data=f"{data}/", index=INDEX))

    def write_others(self, folder: Path) -> None:
        """Write all pages but the first, the style and the script into a folder."""
        (folder / "style.css").write_text(_static(*_STYLES), encoding="utf-8")
        (folder / _SCRIPT).write_text(_static(_SCRIPT), encoding="utf-8")
        self._write(folder / CATEGORIES, CATEGORIES, self.links)
        if not self.crops:
            return
        found = zip(self.contents.categories, self.contents.coverage, strict=True)
        shown = {one.category_id: (one, covered) for one, covered in found}
        pages = sheet_pages([*shown])
        labels = [(name, _label(ids)) for name, ids in pages.items()]
        for name, ids in pages.items():
            sheets = [shown[one] for one in ids]
            self._write(
                folder / name, "sheets.html", self.links, sheets=sheets, pages=labels, here=name
            )

    def _write(self, path: Path, template: str, links: Links, **values: Any) -> None:
        """Write a page as it is rendered: one with all crops in it can have many megabytes."""
        name = template.removesuffix(".html")
        page = {"links": links, "current": _current(name), "title": self._title(name)}
        page["has_contents"] = template == INDEX
        rendered = self.templates.get_template(template).generate(**self._values, **page, **values)
        with path.open("wb") as file:
            for part in rendered:
                file.write(part.encode("utf-8", "backslashreplace"))

    def _title(self, name: str) -> str:
        first = {"index": "Exemplars", "categories": "Categories", "sheets": "Contact sheets"}[name]
        return f"{first} of {self.contents.vocabulary}"

    def _bar_of(self, covered: Coverage) -> str:
        """Return a bar of the datasets that the exemplars of a category are from."""
        return shares_bar([covered.by_dataset[name] for name in self.contents.datasets])

    @cached_property
    def _values(self) -> Mapping[str, Any]:
        """What the templates show."""
        report = self.contents
        problems = [tile.problem for some in self.tiles.values() for tile in some]
        return {
            "report": report,
            "tiles": self.tiles,
            "crops": self.crops,
            "shown": problems.count(None),
            "unseen": len(problems) - problems.count(None),
            "few": FEW,
            "short": SHORT,
            "bar_of": self._bar_of,
            "figures": figures(report),
            "sources": source_rows(report),
            "files": file_rows(report),
            "recipe": describe_recipe(report.recipe),
            "shortfalls": shortfall_rows(report),
            "substitutes": substitute_rows(report),
            "samples": sample_rows(report),
            "marks": mark_rows(report),
            "findings": findings(report),
            "leaks_said": describe_leaks(report),
            "categories": [*zip(report.categories, report.coverage, strict=True)],
            "generator": GENERATOR,
            "style": _static(*_STYLES),
            "script": _static(_SCRIPT),
            "version": __version__,
        }


def _static(*names: str) -> str:
    """Return the text of files that the package ships, one behind the other."""
    folder = resources.files("ovmr_index.report").joinpath("static")
    return "\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names)


def _current(here: str) -> Any:
    """Return what marks the link to the page that it stands on."""
    from markupsafe import Markup

    return lambda name: Markup(' aria-current="page"') if name == here else ""


def _label(category_ids: Sequence[int]) -> str:
    first, last = category_ids[0], category_ids[-1]
    return f"{first}" if first == last else f"{first} to {last}"
