"""The option -o of the commands that write a file or a folder."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ovmr_index.cli.options import to_path
from ovmr_index.errors import UsageError
from ovmr_index.storage.regular import STDOUT, descriptor_of, is_stdout

_DASH = Path("-")


def output_file(context: typer.Context, value: Path | None) -> Path | None:
    """Return where to write; `-` is standard output, where nothing else is printed then."""
    path = STDOUT if value == _DASH else value
    if path is not None and is_stdout(path):
        context.obj.data_on_stdout = True
    return path


def output_folder(parameter: typer.CallbackParam, value: Path | None) -> Path | None:
    """Refuse standard output where a folder is written."""
    if value is not None and (value == _DASH or descriptor_of(value) is not None):
        raise UsageError(f"{parameter.opts[0]} {value}: names a folder here; give one")
    return value


def file_option(default: str, text: str = "Write to this file; - is standard output.") -> Any:
    """Return the option -o of a command that writes a file; `default` is where it goes else."""
    return _output("FILE", output_file, text, default)


def folder_option(default: str, text: str = "Write to this folder.") -> Any:
    """Return the option -o of a command that writes a folder; `default` is where it goes else."""
    return _output("DIR", output_folder, text, default)


def seeds_option(default: str) -> Any:
    """Return the option -o of a command that writes a file, or with --seeds a folder of files."""
    return file_option(
        default, "Write to this file (- is standard output), or with --seeds to this folder."
    )


def require_folder(output: Path | None) -> None:
    """Refuse standard output as the folder that --seeds writes to."""
    if output is not None and descriptor_of(output) is not None:
        raise UsageError("-o: names a folder with --seeds; give one")


def _output(metavar: str, callback: Any, text: str, default: str) -> Any:
    return typer.Option(
        "-o",
        "--output",
        parser=to_path,
        metavar=metavar,
        callback=callback,
        help=text,
        show_default=default,
    )


Output = Annotated[Path | None, file_option("the published path")]
