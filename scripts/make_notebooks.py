"""Make the notebooks of the documentation: run their cells on a demo, and keep what they show.

    .venv-clients/bin/python -m scripts.make_notebooks

The text and the cells of each are in `scripts/notebooks`, in Markdown. What is kept has no time, no
place of this machine and no number of a run: to make a notebook again changes nothing.
"""

import argparse
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbclient
import nbformat

from ovmr_index import Index
from ovmr_index.demo.tree import make_demo_tree

CHECKOUT = Path(__file__).parent.parent
SOURCES = CHECKOUT / "scripts" / "notebooks"
TARGET = CHECKOUT / "docs" / "notebooks"
_CODE = re.compile(r"^```python\n(.*?)^```\n", re.DOTALL | re.MULTILINE)
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def make_demo(folder: Path) -> None:
    """Make the tree `demo` with its index in a folder: what the notebooks run on."""
    make_demo_tree(folder / "demo")
    with Index.open(folder / "demo") as index:
        index.ingest()
        index.collate()


def executed(source: Path, folder: Path) -> Any:
    """Return the notebook of a source, its cells run in a folder that holds `demo`.

    Raises:
        nbclient.exceptions.CellExecutionError: A cell fails.
    """
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": _KERNEL})
    notebook.cells = [*_cells(source.read_text(encoding="utf-8"))]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join((str(CHECKOUT), os.environ.get("PYTHONPATH", ""))),
        "PYTHONWARNINGS": "ignore",  # packages warn of each other
        "IPYTHONDIR": str(folder / ".ipython"),
    }
    # What a cell prints comes in pieces where the machine is busy.
    client = nbclient.NotebookClient(
        notebook, coalesce_streams=True, resources={"metadata": {"path": str(folder)}}
    )
    client.execute(env=environment)
    for number, cell in enumerate(one for one in notebook.cells if one.cell_type == "code"):
        _keep(cell, number + 1)
    notebook.metadata = {"kernelspec": _KERNEL}
    return notebook


def _cells(text: str) -> Iterator[Any]:
    """Yield the cells of a source: each block of Python is one, and what is between them."""
    for place, part in enumerate(_CODE.split(text)):
        content = part.strip()
        if content:
            new = nbformat.v4.new_code_cell if place % 2 else nbformat.v4.new_markdown_cell
            yield new(content, id=f"cell-{place}")


def _keep(cell: Any, number: int) -> None:
    """Keep of a cell that was run what is the same in every run."""
    cell.metadata, cell.execution_count = {}, number
    for output in cell.outputs:
        if "execution_count" in output:
            output.execution_count = number
        if "data" in output and output.data.keys() & {"image/png", "image/jpeg"}:
            output.data = {"image/png": output.data["image/png"], "text/plain": "an image"}


def main() -> None:
    """Make every notebook."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--output", type=Path, default=TARGET, help="the folder of the notebooks")
    output: Path = parser.parse_args().output
    for source in sorted(SOURCES.glob("*.md")):
        with tempfile.TemporaryDirectory() as folder:
            make_demo(Path(folder))
            nbformat.write(executed(source, Path(folder)), output / f"{source.stem}.ipynb")


if __name__ == "__main__":
    main()
