"""Where the pages and images of a report are, as links of one of its pages."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ovmr_index.report.place import INDEX

CATEGORIES = "categories.html"
CROPS = "crops"
_ON_A_PAGE = 100  # categories with their crops


@dataclass(frozen=True, slots=True)
class Links:
    """The links of a page.

    Attributes:
        category_ids: The categories, in the order of the contact sheets.
        crops: The folder with the crops.
        data: Where the other files are, from this page: `files-…/` or "".
        index: Where the first page is.
        is_single: Whether everything is in this page.
    """

    category_ids: Sequence[int]
    crops: Path
    data: str = ""
    index: str = f"../{INDEX}"
    is_single: bool = False

    @property
    def categories(self) -> str:
        """The table of all categories."""
        return "#categories" if self.is_single else f"{self.data}{CATEGORIES}"

    @property
    def sheets(self) -> str:
        """The first contact sheet."""
        return "#sheets" if self.is_single else f"{self.data}{sheet_name(1)}"

    def sheet(self, category_id: int) -> str:
        """Return where the crops of a category are."""
        place = f"#category-{category_id}"
        if self.is_single:
            return place
        number = self.category_ids.index(category_id) // _ON_A_PAGE + 1
        return f"{self.data}{sheet_name(number)}{place}"

    def crop(self, file: str) -> str:
        """Return where a crop is, or the crop itself."""
        if not self.is_single:
            return f"{self.data}{CROPS}/{file}"
        content = b64encode((self.crops / file).read_bytes()).decode()
        return f"data:image/jpeg;base64,{content}"


def sheet_name(number: int) -> str:
    """Return the name of a page with contact sheets."""
    return f"sheets-{number}.html"


def sheet_pages(category_ids: Sequence[int]) -> dict[str, Sequence[int]]:
    """Return the categories of each page with contact sheets, by its name."""
    starts = range(0, len(category_ids), _ON_A_PAGE)
    return {
        sheet_name(number): category_ids[start : start + _ON_A_PAGE]
        for number, start in enumerate(starts, 1)
    }
