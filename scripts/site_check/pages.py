"""The pages of a built site: their links, and what a browser loads for them."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from scripts.site_check.markdown import CHECKOUT, why_dead

# It is shown at any address, so that its links begin with that of the site.
_NOT_FOUND = "404.html"
_LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "object": "data"}
_RELATIONS = {"stylesheet", "icon", "preload", "modulepreload", "preconnect", "manifest"}
_OUTSIDE = re.compile(r"(?:https?:)?//")
_STYLES = re.compile(r"(?:url\(|@import )\s*[\"']?((?:https?:)?//[^\"')\s]+)")
# What the script of the theme loads from elsewhere where a page has an element of this class.
_FETCHED = {"mermaid", "glightbox"}


class Page(HTMLParser):
    """A page: the names of its places, its links, and the addresses that it loads."""

    def __init__(self, path: Path) -> None:
        """Read the file at `path`."""
        super().__init__()
        self.path = path
        self.places: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what the attributes of a tag name."""
        found = {name: value for name, value in attrs if value is not None}
        self.places |= {found[name] for name in ("id", "name") if name in found}
        self.loads += sorted(_FETCHED & set(found.get("class", "").split()))
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag in _LOADED and _LOADED[tag] in found:
            self.loads.append(found[_LOADED[tag]])
        if tag == "link" and _RELATIONS & set(found.get("rel", "").split()):
            self.loads.append(found["href"])


class Site:
    """The pages below a folder, which a browser opens from disk."""

    def __init__(self, folder: Path) -> None:
        """Read every page."""
        self._folder = folder.resolve()
        files = sorted(self._folder.glob("**/*.html"))
        self._pages = {file: Page(file) for file in files if file.name != _NOT_FOUND}

    def problems(self) -> Iterator[str]:
        """Yield a line for each dead link, address outside, and page that is not in the menu."""
        for path, page in self._pages.items():
            for link in (*page.links, *page.loads):
                if link not in _FETCHED and (reason := self._why_dead(page, link)):
                    yield f"{self._name(path)}: {link}: {reason}"
            for address in page.loads:
                if _OUTSIDE.match(address) or address in _FETCHED:
                    yield f"{self._name(path)}: {address}: loaded from elsewhere"
        for style in sorted(self._folder.glob("**/*.css")):
            for address in _STYLES.findall(style.read_text(encoding="utf-8")):
                yield f"{self._name(style)}: {address}: loaded from elsewhere"
        yield from self._not_in_the_menu()

    def _not_in_the_menu(self) -> Iterator[str]:
        start = self._folder / "index.html"
        if start not in self._pages:
            yield "index.html: there is no such page"
            return
        listed = {self._target(start, link) for link in self._pages[start].links}
        for path in self._pages:
            if path != start and path not in listed:
                yield f"{self._name(path)}: not in `nav` of zensical.toml"

    def _why_dead(self, page: Page, link: str) -> str | None:
        split = urlsplit(link)
        if split.scheme or split.netloc:
            return why_dead(CHECKOUT / "README.md", link)
        target = self._target(page.path, link)
        if not target.is_file():
            return "there is no such file"
        there = self._pages.get(target)
        if split.fragment and there and unquote(split.fragment) not in there.places:
            return "there is no such place on that page"
        return None

    def _target(self, page: Path, link: str) -> Path:
        path = unquote(urlsplit(link).path)
        return (page.parent / path).resolve() if path else page

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self._folder))
