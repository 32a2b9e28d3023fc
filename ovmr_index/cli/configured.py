"""The settings that hold for a command: of options, the environment and `ovmr-index.toml`."""

from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from ovmr_index.config import DEFAULT, FILE_NAME, KEYS, Configuration, Setting, user_file
from ovmr_index.storage.remote.path import RemotePath
from ovmr_index.storage.remote.urls import place

DEFAULT_ROOT = Path("datasets")


class Configured:
    """The value of each key with where it comes from, and the files that were looked for.

    `left_out` is a file in the working folder that was not read, as somebody else put it there.
    """

    def __init__(self, given: Mapping[str, Setting]) -> None:
        """Find the values; those `given` by options and their variables go before the files.

        Raises:
            UsageError: A file, a variable of the environment or the URL of the index is wrong.
        """
        files = Configuration()
        self.left_out = files.left_out
        root = given.get("root") or files.get("root")
        self.root: Path = place(root.value or DEFAULT_ROOT)
        root = root._replace(value=root.value and self.root)
        if not isinstance(self.root, RemotePath):
            files.add_root(self.root)
        held = {name: given.get(name) or files.get(name) for name in KEYS}
        self.settings = held | {"root": root, "db": _located(held["db"])}

    def value(self, name: str) -> Any:
        """Return the value of a key, None by default."""
        return self.settings[name].value

    def as_given(self) -> tuple[str, ...]:
        """Return the options for the root and the index that the command line has."""
        named = {name: self.settings[name] for name in ("root", "db")}
        given = [(at, str(value)) for name, (value, at) in named.items() if at == f"--{name}"]
        return tuple(chain.from_iterable(given))

    def rows(self) -> list[tuple[str, str, str]]:
        """Return each key with its value and where that comes from, as `config` shows them."""
        rows = []
        for name, (value, origin) in self.settings.items():
            shown = KEYS[name].default if origin == DEFAULT else str(value)
            rows.append((name, shown, origin))
        return rows

    def files(self) -> list[Path]:
        """Return the paths at which a file is looked for, the nearest first."""
        in_root = [] if isinstance(self.root, RemotePath) else [self.root / FILE_NAME]
        return [Path(FILE_NAME), *in_root, user_file()]


def _located(given: Setting) -> Setting:
    """Return the place of the index, which shows no password."""
    if given.value is None:
        return given
    from ovmr_index.db.location import located

    return Setting(located(given.value), given.origin)


def configured(context: Any, **values: Any) -> Configured:
    """Return the settings of a command; `values` are of its options, None where not given."""
    return Configured(
        {
            name: Setting(value, _origin(context, name))
            for name, value in values.items()
            if value is not None
        }
    )


def _origin(context: Any, name: str) -> str:
    """Return whether the value of an option is from the command line or from its variable."""
    source = context.get_parameter_source(name)
    is_variable = source is not None and source.name == "ENVIRONMENT"
    return KEYS[name].variable if is_variable else f"--{name}"
