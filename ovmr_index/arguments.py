"""Arguments of a wrong type: what failed because of one names its parameter and what to give."""

import inspect
import sys
import types
from collections import abc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from numbers import Integral, Real
from pathlib import Path
from typing import Any, Literal, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

from ovmr_index.errors import UsageError, option, shortened

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")
_Face = TypeVar("_Face")

_NUMBERS = {int: Integral, float: Real}  # those of NumPy too
_WORDS = {
    bool: "True or False",
    bytes: "bytes",
    float: "a number",
    int: "a whole number",
    str: "text",
    types.NoneType: "None",
    Path: "a Path",
}


def naming_arguments(face: type[_Face]) -> type[_Face]:
    """Have every public method of a class name arguments of a wrong type: `naming_argument`."""
    for name, method in list(vars(face).items()):
        if inspect.isfunction(method) and not name.startswith("_"):
            setattr(face, name, naming_argument(method))
    return face


def check_argument(name: str, value: object, wanted: Any) -> None:
    """Raise UsageError where a value is not of a type."""
    if not _fits(value, wanted):
        raise UsageError(_wrong(name, value, wanted))


def naming_argument(function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
    """Have a function raise UsageError where it fails and an argument is not of its annotation.

    The arguments are looked at after the failure alone: whatever works goes on to work.
    """
    if inspect.isgeneratorfunction(function):

        @wraps(function)
        def yielding(*args: Any, **kwargs: Any) -> Iterator[Any]:
            with _explained(function, args, kwargs):
                yield from function(*args, **kwargs)

        return yielding  # type: ignore[return-value]  # an iterator is what such a function returns

    @wraps(function)
    def returning(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Result:
        with _explained(function, args, kwargs):
            return function(*args, **kwargs)

    return returning


@contextmanager
def _explained(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Iterator[None]:
    try:
        yield
    except _of_wrong_types():
        if wrong := _wrong_argument(function, args, kwargs):
            raise UsageError(wrong) from None
        raise


def _of_wrong_types() -> tuple[type[Exception], ...]:
    """Return what is raised by code that gets another type than it was written for.

    A database that was not imported has raised nothing.
    """
    databases = (("sqlite3", "Error"), ("sqlalchemy.exc", "SQLAlchemyError"))
    raised = (getattr(sys.modules.get(module), name, None) for module, name in databases)
    own = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
    return (*own, *(error for error in raised if error is not None))


def _wrong_argument(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> str:
    """Return what to say of the first argument that is not of its annotation, "" without one."""
    try:
        given = inspect.signature(function).bind(*args, **kwargs).arguments
    except TypeError:  # Python's own message says which parameters there are
        return ""
    for name, value in given.items():
        wanted = _annotation(function, name)
        if not _fits(value, wanted):
            return _wrong(name, value, wanted)
    return ""


def _wrong(name: str, value: object, wanted: Any) -> str:
    return f"{option(name)} is {shortened(repr(value))}; give {_described(wanted)}"


def _annotation(function: Callable[..., Any], name: str) -> Any:
    """Return the type of a parameter; Any where it has none, or one that no module has loaded."""
    parameter = inspect.signature(function).parameters[name]
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        return Any
    alone = types.SimpleNamespace(__annotations__={name: function.__annotations__.get(name, Any)})
    loaded: dict[str, Any] = {}
    while True:
        try:
            return get_type_hints(alone, function.__globals__, loaded)[name]
        except NameError as error:
            missing = str(error.name)
            loaded[missing] = _loaded(missing)


def _loaded(name: str) -> Any:
    """Return a type of this package that a module imports for mypy alone; Any if it is not loaded.

    What fails because of an argument has loaded the modules that read it.
    """
    modules = [vars(one) for at, one in [*sys.modules.items()] if at.startswith("ovmr_index.")]
    return next((one[name] for one in modules if name in one), Any)


def _fits(value: object, wanted: Any) -> bool:
    """Whether a value is of a type; what cannot be told from the value is."""
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin in (Union, types.UnionType):
        return any(_fits(value, one) for one in inner)
    if origin is Literal:
        return any(isinstance(value, type(one)) for one in inner)
    kind = origin or wanted
    if wanted is Any or not isinstance(kind, type) or getattr(kind, "_is_protocol", False):
        return True
    if isinstance(value, bool) and kind in _NUMBERS:
        return False
    if not isinstance(value, _NUMBERS.get(kind, kind)):
        return False
    return not inner or _holds(value, kind, inner)


def _holds(value: Any, kind: type, inner: tuple[Any, ...]) -> bool:
    """Whether what is in a container is of the types that its annotation names."""
    if isinstance(value, str | bytes):
        return False
    if issubclass(kind, abc.Mapping):
        return all(_fits(key, inner[0]) and _fits(one, inner[1]) for key, one in value.items())
    if not isinstance(value, abc.Collection):
        return True
    if kind is tuple and inner[-1] is not ...:
        return len(value) == len(inner) and all(map(_fits, value, inner))
    return all(_fits(one, inner[0]) for one in value)


def _described(wanted: Any) -> str:
    """Return a type as a message names it: `a whole number or None`."""
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(map(_described, inner)))
    if origin is Literal:
        return " or ".join(map(repr, inner))
    kind = origin or wanted
    if issubclass(kind, abc.Mapping):
        return "a dictionary"
    if kind is tuple and inner[-1] is not ...:
        return f"a tuple of {' and '.join(map(_described, inner))}"
    if inner:
        return f"a list ({_described(inner[0])} each)"
    return _WORDS.get(kind) or f"{'an' if kind.__name__[0] in 'AEIOU' else 'a'} {kind.__name__}"
