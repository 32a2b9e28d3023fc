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
    """Yield a line for each link of a page to a file or a heading of the checkout that is not there.

    Addresses outside the checkout are not looked at.
    """
    text = _CODE.sub("", _FENCED.sub("", page.read_text(encoding="utf-8")))
    for found in _LINK.finditer(text):
        link = found[1] or found[2]
        if reason := _why_dead(page, link):
            yield f"{page.relative_to(CHECKOUT)}: {link}: {reason}"


def why_dead(address: str) -> str | None:
    """Tell why an address below the repository's is dead; None if it is not, or is elsewhere."""
    return _why_dead(CHECKOUT / "README.md", address)


def _why_dead(page: Path, link: str) -> str | None:
    for base in (REPOSITORY, RAW):
        if link.startswith(base):
            page, link = CHECKOUT / "README.md", link.removeprefix(base)
    if re.match(r"[a-z]+:", link):
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
