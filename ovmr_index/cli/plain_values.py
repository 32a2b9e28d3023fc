"""Options and arguments that read their values without Pydantic, and have help in plain words.

Typer hands every value to Pydantic: text too, defaults, and what was not given. To import it takes
half of the time of a short command.
"""

from collections.abc import Callable, Iterable
from typing import Any

from typer.core import TyperArgument, TyperOption

from ovmr_index.cli.plain_help import argument_help, argument_usage, option_help

_DIGITS = 18  # that every whole number of an option has room for
_NOT_PLAIN: Any = object()

_TypersOwn = Callable[[Any, Any], Any]


class _PlainOption(TyperOption):
    """An option that reads plain values itself."""

    def process_value(self, ctx: Any, value: Any) -> Any:
        """Return the value of the option."""
        return _process(self, ctx, value, super().process_value)

    def get_help_record(self, ctx: Any) -> tuple[str, str] | None:
        """Return the names of the option and what it does."""
        return option_help(self, ctx)


class _PlainArgument(TyperArgument):
    """An argument that reads plain values itself."""

    def process_value(self, ctx: Any, value: Any) -> Any:
        """Return the value of the argument."""
        return _process(self, ctx, value, super().process_value)

    def get_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the argument as the first line of the help has it."""
        return [argument_usage(self)]

    def get_help_record(self, ctx: Any) -> tuple[str, str] | None:
        """Return the name of the argument and what it is."""
        return argument_help(self)


_PLAIN: dict[type, type] = {TyperArgument: _PlainArgument, TyperOption: _PlainOption}


def read_plainly(parameters: Iterable[Any]) -> None:
    """Have the parameters of a command read plain values; all else goes Typer's way."""
    for parameter in parameters:
        parameter.__class__ = _PLAIN.get(type(parameter), type(parameter))


def _process(parameter: Any, ctx: Any, value: Any, otherwise: _TypersOwn) -> Any:
    read = _read(parameter, value)
    if read is _NOT_PLAIN:
        return otherwise(ctx, value)
    return read if parameter.callback is None else parameter.callback(ctx, parameter, read)


def _read(parameter: Any, value: Any) -> Any:
    """Return what Typer makes of a value, `_NOT_PLAIN` where that is not certain.

    Versions of Typer without Pydantic describe no types, and read all themselves.
    """
    kind = getattr(parameter, "type_descriptor", None)
    takes_many = parameter.multiple or parameter.nargs != 1
    if kind is None or (value is None and parameter.required):
        return _NOT_PLAIN
    if value is None:
        return () if takes_many else None
    return _NOT_PLAIN if takes_many else _read_one(kind, value)


def _read_one(kind: Any, value: Any) -> Any:
    if kind.parameter_info.parser is not None:
        return kind.parameter_info.parser(value)
    if isinstance(value, int | float):
        return value if type(value) is kind.annotation and not kind.is_ranged else _NOT_PLAIN
    if not isinstance(value, str) or not value.isascii():
        return _NOT_PLAIN
    if kind.annotation is str:
        return value
    if kind.annotation is int and not kind.is_ranged:
        return int(value) if value.isdigit() and len(value) <= _DIGITS else _NOT_PLAIN
    return next((choice for choice in kind.choices or () if choice == value), _NOT_PLAIN)
