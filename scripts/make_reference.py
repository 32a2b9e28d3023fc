"""Make the pages of docs/reference from the program, its docstrings, its tables and its views.

    python -m scripts.make_reference

The pages are kept beside the others, and a test compares them with what this writes.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from scripts.reference.commands_page import commands_page
from scripts.reference.python_page import python_page
from scripts.reference.schema_diagram import schema_diagram
from scripts.reference.schema_page import schema_page
from scripts.reference.views_page import views_page

FILES: Mapping[str, Callable[[], str]] = {
    "reference/commands.md": commands_page,
    "reference/python.md": python_page,
    "reference/views.md": views_page,
    "reference/schema.md": schema_page,
    "images/schema.svg": schema_diagram,
}


def main(docs: Path = Path(__file__).parents[1] / "docs") -> None:
    """Write each page to its place below a folder."""
    for name, make in FILES.items():
        path = docs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(make(), encoding="utf-8")
        print(path.relative_to(docs.parent))


if __name__ == "__main__":
    main()
