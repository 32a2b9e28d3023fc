"""Groups of options that several commands take together."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

Command = Callable[..., None]


def takes_group(
    name: str,
    options: Mapping[str, inspect.Parameter],
    collected: Callable[[dict[str, Any]], Any],
) -> Callable[[Command], Command]:
    """Return a decorator that gives a command the options of a group.

    Typer reads options from a signature, and so the signature is made: the options stand in it in
    place of the parameter `name`. The command gets as `name` what `collected` makes of their
    values.
    """

    def takes(command: Command) -> Command:
        def with_options(**values: Any) -> None:
            given = {option: values.pop(option) for option in options}
            command(**values, **{name: collected(given)})

        parameters: list[inspect.Parameter] = []
        for one in inspect.signature(command).parameters.values():
            parameters += options.values() if one.name == name else [one]
        with_options.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        with_options.__annotations__ = {one.name: one.annotation for one in parameters}
        with_options.__name__, with_options.__doc__ = command.__name__, command.__doc__
        return with_options

    return takes
