"""The options that install completion or show the script; the name of a shell may follow them."""

from collections.abc import Sequence
from typing import Annotated

import typer

from ovmr_index.cli.output import show

INSTALL, SHOW = "--install-completion", "--show-completion"


def _install(shell: str | None) -> None:
    """Install completion, say where, and exit."""
    if shell is None:
        return
    from ovmr_index.cli.completion.scripts import install, shell_of

    found = install(shell_of(shell))
    show(f"{found.script}: completes ovmr-index from the next start of the shell")
    if found.settings is not None:
        show(f"{found.settings}: has a line that reads it")
    raise typer.Exit


def _show(shell: str | None) -> None:
    """Print the script alone, and exit."""
    if shell is None:
        return
    from ovmr_index.cli.completion.scripts import script_of, shell_of

    print(script_of(shell_of(shell)), end="")
    raise typer.Exit


InstallCompletion = Annotated[
    str | None,
    typer.Option(
        INSTALL,
        metavar="[SHELL]",
        is_eager=True,
        callback=_install,
        help="Let Tab complete, in bash, zsh or fish.",
        show_default="the shell that runs",
    ),
]
ShowCompletion = Annotated[
    str | None,
    typer.Option(
        SHOW,
        metavar="[SHELL]",
        is_eager=True,
        callback=_show,
        help="Print the script that lets Tab complete.",
        show_default="the shell that runs",
    ),
]


def with_shells(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with an empty shell behind an option that none follows."""
    filled = []
    for argument, following in zip(arguments, [*arguments, "-"][1:], strict=True):
        filled.append(argument)
        if argument in {INSTALL, SHOW} and following.startswith("-"):
            filled.append("")
    return filled
