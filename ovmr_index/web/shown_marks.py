"""The marks of a vocabulary as pages show them, and what tells that they have changed."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ovmr_index.curation.mark import Mark
from ovmr_index.web.context import WebContext

MarkKey = tuple[str, str, int | None]  # source, file name, id of a box or None


@dataclass(frozen=True, slots=True)
class ShownMarks:
    """Marks, by the id of the category; `state` differs where one of them does."""

    state: str
    by_category: Mapping[int, Sequence[Mark]]

    def by_exemplar(self, category_id: int) -> dict[MarkKey, Mark]:
        """Return the marks of a category by what names their exemplars in it."""
        marks = self.by_category.get(category_id, ())
        return {(one.source, one.file_name, one.region_id): one for one in marks}


def shown_marks(page: WebContext) -> ShownMarks:
    """Return the marks of the vocabulary that the address names, read once for each state."""
    return page.cached(("marks", page.vocabulary), lambda: _read(page))


def _read(page: WebContext) -> ShownMarks:
    marks = page.index.curation.list(vocabulary=page.vocabulary)
    state = hashlib.sha256(repr(marks).encode(errors="surrogatepass")).hexdigest()[:16]
    by_category: dict[int, list[Mark]] = {}
    for one in marks:
        by_category.setdefault(one.category_id, []).append(one)
    return ShownMarks(state, by_category)
