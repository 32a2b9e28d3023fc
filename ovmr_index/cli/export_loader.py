"""`export loader`: a file of Python for where ovmr-index is not installed."""

from pathlib import Path
from typing import Annotated

import typer

from ovmr_index.cli.options import AsJson, settings
from ovmr_index.cli.output_options import file_option

EXAMPLE = "Example: ovmr-index --root demo export loader -o ovmr_loader.py"


def loader(
    context: typer.Context,
    *,
    output: Annotated[Path | None, file_option("ROOT/exports/loader/ovmr_loader.py")] = None,
    as_json: AsJson = False,
) -> None:
    """Write a Python file that reads exports.

    It reads them without ovmr-index. It needs Python 3.8 or newer and Pillow, and gives tensors
    where PyTorch is installed: ExemplarDataset of a sample's file, DetectionDataset of an
    annotation file.
    """
    chosen = settings(context, as_json)
    path = chosen.open().exports.loader(output)
    if chosen.json:
        chosen.report_json({"file": str(path)})
    else:
        chosen.report(str(path))
