"""Values that are read without Pydantic: the same as Typer makes of them, wrong ones too."""

import re
import shlex
from pathlib import Path
from typing import Annotated, Literal

import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner

from ovmr_index.cli.groups import Group
from ovmr_index.cli.options import in_range, to_path


def _app(group: type[TyperGroup]) -> typer.Typer:
    """Return a group whose commands print their values."""
    app = typer.Typer(cls=group, rich_markup_mode=None, add_completion=False)

    @app.callback()
    def options(root: Annotated[Path, typer.Option(parser=to_path)] = Path("data")) -> None:
        typer.echo(repr(root))

    @app.command()
    def numbers(
        *,
        k: Annotated[int | None, typer.Option("-k", callback=in_range)] = None,
        at_least: Annotated[int, typer.Option(min=1)] = 3,
        seconds: Annotated[float, typer.Option(callback=in_range)] = 60.0,
        flag: bool = False,
    ) -> None:
        typer.echo(repr((k, at_least, seconds, flag)))

    @app.command()
    def texts(
        *,
        text: Annotated[str, typer.Argument()],
        rest: Annotated[list[str] | None, typer.Argument()] = None,
        split: Literal["train", "val"] = "train",
        name: str | None = None,
        names: Annotated[list[str] | None, typer.Option("-p")] = None,
        path: Annotated[Path | None, typer.Option(parser=to_path)] = None,
    ) -> None:
        typer.echo(repr((text, rest, split, name, names, path)))

    return app


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        "numbers",
        "numbers -k 5",
        "numbers -k 007",
        "numbers -k ' 5 '",
        "numbers -k +5",
        "numbers -k -5",
        "numbers -k 5.0",
        "numbers -k 5.5",
        "numbers -k \u0665",
        "numbers -k 999999999999999999999999",
        "numbers -k 2000000000",
        "numbers -k ''",
        "numbers --at-least 0",
        "numbers --at-least 7",
        "numbers --seconds 7",
        "numbers --seconds 1e3",
        "numbers --seconds nan",
        "numbers --flag",
        "texts",
        "texts a",
        "texts ''",
        "texts \u00e9",
        "texts \udcff",
        "texts a b c",
        "texts a --split val",
        "texts a --split VAL",
        "texts a --split test",
        "texts a --name \u00e9",
        "texts a --name ''",
        "texts a -p k=5 -p \u00e9",
        "texts a --path b",
        "texts a --path ''",
        "texts a --unknown",
        "--root other numbers",
        "--root '' numbers",
    ],
    ids=ascii,
)
def test_values_are_what_typer_makes_of_them(arguments: str) -> None:
    ours, typers = (
        CliRunner().invoke(_app(group), shlex.split(arguments), prog_name="test")
        for group in (Group, TyperGroup)
    )
    assert (ours.exit_code, _said(ours.output)) == (typers.exit_code, _said(typers.output))
    assert str(ours.exception) == str(typers.exception)


def _said(output: str) -> str:
    """Return what a command says, without the line of its usage, which is not Typer's."""
    return re.sub(r"^Usage: .*$", "", output, flags=re.MULTILINE)
