"""Pages of HTML as tests read them: links, what is loaded, tables, text."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

_LOADED = {"img": "src", "script": "src", "link": "href", "iframe": "src", "image": "href"}


@dataclass
class Page:
    """What a page holds: tables are rows of texts by the label of what they are in."""

    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    text: str = ""
    tables: dict[str, list[list[str]]] = field(default_factory=dict)

    def rows(self, label: str) -> list[list[str]]:
        """Return the rows of a table below its heading."""
        return self.tables[label][1:]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._label = ""
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.page.tags.append(tag)
        self._open.append(tag)
        self._label = given.get("aria-label", self._label)
        if "id" in given:
            self.page.ids.append(given["id"])
        if "title" in given:
            self.page.titles.append(given["title"])
        if tag == "a":
            self.page.links.append(given["href"])
        elif tag in _LOADED and _LOADED[tag] in given:
            self.page.loaded.append(given[_LOADED[tag]])
        if tag == "table":
            self.page.tables[self._label] = []
        elif tag == "tr":
            self.page.tables[self._label].append([])
        elif tag in {"td", "th"}:
            self.page.tables[self._label][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if {"script", "style"} & {*self._open}:
            return
        self.page.text += data
        if {"td", "th"} & {*self._open}:
            self.page.tables[self._label][-1][-1] += data.strip()


def read_page(path: Path) -> Page:
    """Return what a page holds."""
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader.page


def broken_links(pages: dict[Path, Page]) -> Iterator[str]:
    """Yield each link and each file to load that leads nowhere, or away from these pages."""
    for path, page in pages.items():
        for link in (*page.links, *page.loaded):
            if link.startswith("data:image/jpeg;base64,"):
                continue
            file, place = urldefrag(link)
            target = path if not file else (path.parent / unquote(file)).resolve()
            if not target.is_file() or (place and place not in pages[target].ids):
                yield f"{path.name}: {link}"
