"""The values of a query's names, as Python's own types, which the process of the query can take."""

from collections.abc import Mapping

from ovmr_index.db import query_process
from ovmr_index.errors import UsageError, Words, shortened

LARGEST_INTEGER = 2**63 - 1

Value = int | float | str


def parameter(name: str) -> str:
    """Return what gives a name its value: `-p k=...` in the shell, `params['k']` in Python."""
    return f"-p {name}=..." if Words.shell else f"params[{name!r}]"


def plain_values(params: Mapping[str, Value]) -> dict[str, query_process.Value]:
    """Return the values as Python's own types.

    Raises:
        UsageError: They are no mapping, or one of them is neither a number nor text, or has more
            than 64 bits.
    """
    if not isinstance(params, Mapping):
        given = shortened(repr(params))
        raise UsageError(f"params= is {given}; give a dict, as in {{'k': 5}} for :k in the query")
    return {str(name): _plain_value(name, value) for name, value in params.items()}


def _plain_value(name: str, value: Value | None) -> query_process.Value:
    if value is None:
        return None
    if isinstance(value, int):
        if not -LARGEST_INTEGER - 1 <= value <= LARGEST_INTEGER:
            raise UsageError(
                f"{parameter(name)}: an integer has at most 64 bits here; give a smaller one"
            )
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, str):
        return str(value)
    raise UsageError(f"{parameter(name)}: is neither a number nor text; give one of them")
