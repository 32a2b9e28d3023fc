"""Names that are markup, breaks of lines or directions of writing stay text."""

import re
from html import unescape

import pytest

from ovmr_index.web.app import create_app
from ovmr_index.web.options import ServeOptions
from tests.support.asking import Asking
from tests.support.trees import TreeBuilder, category

HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "{{ 7 * 7 }}{% raw %}",
    "../../etc/passwd\nsecond line",
    "\u202eright to left\u2069",
    "&amp;&lt;",
)


@pytest.mark.slow
def test_names_of_categories_stay_text(builder: TreeBuilder) -> None:
    categories = [
        category(
            key, f"hostile_{key}.n.01", name=name, synonyms=[name, f"{name}!"], **{"def": name}
        )
        for key, name in enumerate(HOSTILE, 1)
    ]
    builder.lvis(categories=categories)
    with builder.index() as index:
        index.ingest()
        index.vocabularies.add("two", builder.json("list.json", [{"id": 1, "name": HOSTILE[0]}]))
        text = Asking(create_app(index, ServeOptions()), "http://127.0.0.1:8765").get("/").text
    names = re.findall(
        r'<td role="cell" class="name"><a href="/categories/\d+">(.*?)</a>', text, re.DOTALL
    )
    assert tuple(map(unescape, names)) == HOSTILE
    assert not any("<" in name for name in names)
    assert "<img src=x" not in text
    assert "<script>" not in text
