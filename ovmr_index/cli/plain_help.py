"""The help of options and arguments in plain words: choices, defaults, ranges, variables."""

from collections.abc import Iterator
from typing import Any


def option_help(option: Any, context: Any) -> tuple[str, str] | None:
    """Return the names of an option and what it does; None where it is hidden."""
    if option.hidden:
        return None
    spellings = filter(None, (option.opts, option.secondary_opts))
    names = " / ".join(", ".join(sorted(some, key=len)) for some in spellings)
    if not option.is_flag:
        names = f"{names} {_value_name(option)}"
    notes = "; ".join(_notes(option, context))
    return names, f"{option.help}  [{notes}]" if notes else option.help or ""


def argument_help(argument: Any) -> tuple[str, str] | None:
    """Return the name of an argument and what it is; None where it is hidden."""
    return None if argument.hidden else (_value_name(argument), argument.help or "")


def argument_usage(argument: Any) -> str:
    """Return an argument as the first line of the help has it: `FILE`, `[FILE]`, `FILE...`."""
    name = _value_name(argument)
    some = name if argument.nargs == 1 else f"{name}..."
    return some if argument.required else f"[{some}]"


def _value_name(parameter: Any) -> str:
    """Return what stands for a value: its name in capitals, or its choices."""
    if parameter.metavar is not None:
        return str(parameter.metavar)
    kind = getattr(parameter, "type_descriptor", None) or parameter.type
    return "|".join(getattr(kind, "choices", None) or (parameter.name.upper(),))


def _notes(option: Any, context: Any) -> Iterator[str]:
    if default := _default(option, context):
        yield f"default: {default}"
    if values := _range(option):
        yield values
    if option.envvar:
        yield f"environment: {option.envvar}"
    if option.required:
        yield "required"


def _default(option: Any, context: Any) -> str:
    """Return the value that holds where an option is not given, "" where that says nothing."""
    if isinstance(option.show_default, str):
        return option.show_default
    value = option.get_default(context, call=False)
    if option.is_flag:
        others = option.opts if value else option.secondary_opts
        return str(others[0]) if option.secondary_opts else ""
    if value is None or value == "" or callable(value) or not option.show_default:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _range(option: Any) -> str:
    """Return the values that an option may have, "" where it says nothing."""
    kind = option if hasattr(option, "min") else option.type
    least, most = getattr(kind, "min", None), getattr(kind, "max", None)
    if least is None:
        return "" if most is None else f"at most {most}"
    return f"{least} or more" if most is None else f"{least} to {most}"
