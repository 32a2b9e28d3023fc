"""Links of the Markdown pages; README.md is also the page of the published package."""

from pathlib import Path

import pytest

from scripts.site_check.markdown import (
    CHECKOUT,
    RAW,
    REPOSITORY,
    anchors,
    dead_links,
    links,
    why_dead,
)
from scripts.site_check.pages import Site
from tests.support.pages import PAGES, name_of

MARKDOWN = sorted({*PAGES, *CHECKOUT.glob("*.md")})
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("page", MARKDOWN, ids=name_of)
def test_no_link_is_dead(page: Path) -> None:
    assert list(dead_links(page)) == []


def test_the_readme_is_short_and_its_links_hold_anywhere() -> None:
    assert len(README.splitlines()) <= 150
    found = list(links(README))
    assert all(link.startswith("https://") for link in found)
    assert sum(link.startswith(REPOSITORY) for link in found) > 10
    assert sum(link.startswith(RAW) for link in found) == 2


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("missing.md", "there is no such file"),
        ("sampling.md#nowhere", "there is no such heading"),
        ("../../elsewhere.md", "there is no such file"),
        ("../../..", "it is outside the repository"),
        (f"{REPOSITORY}docs/sql.md#nowhere", "there is no such heading"),
        (f"{RAW}docs/images/none.png", "there is no such file"),
        ("sampling.md#two-methods", None),
        ("#the-tables", None),
        (f"{REPOSITORY}CHANGELOG.md", None),
        ("https://example.org/none", None),
    ],
)
def test_a_dead_link_is_told_from_one_that_is_not(link: str, reason: str | None) -> None:
    assert why_dead(CHECKOUT / "docs" / "sql.md", link) == reason


def test_links_in_code_are_none() -> None:
    text = '[a](b.md) `[c](d.md)` ![e](f.png)\n\n```text\n[g](h.md)\n```\n<img src="i.png">\n'
    assert list(links(text)) == ["b.md", "f.png", "i.png"]


def test_anchors_are_those_of_a_code_host(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        '# A `b`, c!\n\n## A b c\n\n## [Link](x.md) - d\n\n<a id="own"></a>\n```\n# e\n```\n'
    )
    assert anchors(page) == {"a-b-c", "a-b-c-1", "link---d", "own"}


def test_faults_of_a_site_are_found(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '<a href="page.html#here">1</a><a href="page.html#there">2</a><a href="none.html">3</a>'
        f'<a href="{REPOSITORY}none.md">4</a><img src="none.png">'
        '<script src="https://example.org/a.js"></script><link rel="icon" href="//example.org/i">'
    )
    (tmp_path / "page.html").write_text('<h2 id="here">a</h2><pre class="mermaid">b</pre>')
    (tmp_path / "alone.html").write_text('<a href="index.html">home</a>')
    (tmp_path / "style.css").write_text("@import 'https://example.org/b.css'; p {color: red}")
    assert sorted(Site(tmp_path).problems()) == [
        "alone.html: not in `nav` of zensical.toml",
        "index.html: //example.org/i: loaded from elsewhere",
        "index.html: https://example.org/a.js: loaded from elsewhere",
        f"index.html: {REPOSITORY}none.md: there is no such file",
        "index.html: none.html: there is no such file",
        "index.html: none.png: there is no such file",
        "index.html: page.html#there: there is no such place on that page",
        "page.html: mermaid: loaded from elsewhere",
        "style.css: https://example.org/b.css: loaded from elsewhere",
    ]
