"""Links of Markdown pages, as a code host follows them."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

CHECKOUT = Path(__file__).parents[2]
# Where a code host shows the files of the checkout.
REPOSITORY = "https://github.com/ovmr-index/ovmr-index/blob/main/"
# The same for images, which are shown as they are.
RAW = "https://raw.githubusercontent.com/ovmr-index/ovmr-index/main/"

_FENCED = re.compile(r"^( *)(`{3,}|~{3,}).*?^\1\2`*$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_LINK = re.compile(r"\]\(<?([^()<>\s]+)>?(?:\s+\"[^\"]*\")?\)|\b(?:src|href)=\"([^\"]+)\"")
_HEADING = re.compile(r"^#{1,6} +(.*?)(?: +#+)?(?: *\{[^}]*\})?$", re.MULTILINE)
_NAMED = re.compile(r"\b(?:id|name)=\"([^\"]+)\"|\{#([\w-]+)\}")
_LEFT_OUT = re.compile(r"[^\w\- ]")


def dead_links(page: Path) -> Iterator[str]:
    """Yield a line for each link of a page to a file or heading that the checkout has not.

    Addresses outside the repository are not looked at.
    """
    for link in links(page.read_text(encoding="utf-8")):
        if reason := why_dead(page, link):
            yield f"{page.relative_to(CHECKOUT)}: {link}: {reason}"


def links(text: str) -> Iterator[str]:
    """Yield the links and images of a text in Markdown, those in code left out."""
    for found in _LINK.finditer(_CODE.sub("", _FENCED.sub("", text))):
        yield found[1] or found[2]


def why_dead(page: Path, link: str) -> str | None:
    """Tell why a link of a page of the checkout is dead; None if it is not, or leads elsewhere."""
    for base in (REPOSITORY, RAW):
        if link.startswith(base):
            page, link = CHECKOUT / "README.md", link.removeprefix(base)
    if re.match(r"[a-z]+:|//", link):
        return None
    path, _, anchor = link.partition("#")
    target = page.parent / unquote(path) if path else page
    if not target.exists():
        return "there is no such file"
    if not target.resolve().is_relative_to(CHECKOUT):
        return "it is outside the repository"
    if anchor and target.suffix == ".md" and anchor not in anchors(target):
        return "there is no such heading"
    return None


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return the anchors of a page: its headings in lower case, with - for spaces, and its ids."""
    text = _FENCED.sub("", page.read_text(encoding="utf-8"))
    found = {name or braced for name, braced in _NAMED.findall(text)}
    for heading in _HEADING.findall(text):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").replace("*", "")
        anchor = _LEFT_OUT.sub("", shown.lower()).replace(" ", "-")
        number = 0
        while (new := f"{anchor}-{number}" if number else anchor) in found:
            number += 1
        found.add(new)
    return frozenset(found)
