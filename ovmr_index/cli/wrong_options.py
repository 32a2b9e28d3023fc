"""What to type in place of an option that a command does not have."""

from typing import Any

from ovmr_index.errors import alternatives


def advise(error: Any) -> None:
    """Add to the error of an unknown option where it stands, or its name in the other case.

    Args:
        error: An error of the arguments; any other than of an unknown option stays as it is.
    """
    name, ctx = getattr(error, "option_name", None), error.ctx
    if name is None or ctx is None:
        return
    program, _, command = ctx.command_path.partition(" ")
    if command and (values := _options(ctx.find_root()).get(name)) is not None:
        error.possibilities = None
        error.message += f". It goes before the command: {program} {name}{values} {command} ..."
    elif near := [own for own in _options(ctx) if own != name and own.lower() == name.lower()]:
        error.possibilities = None
        error.message += f". Did you mean {alternatives(near)}?"


def _options(ctx: Any) -> dict[str, str]:
    """Return the options of a command, each with the value that follows it."""
    return {
        name: "" if parameter.is_flag else f" {parameter.metavar}"
        for parameter in ctx.command.get_params(ctx)
        if parameter.param_type_name == "option"
        for name in parameter.opts
    }
