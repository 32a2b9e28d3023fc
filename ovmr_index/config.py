"""`ovmr-index.toml`: settings of the command line that stand in files, and where each comes from.

A file in the working folder goes before one in the root, and that before one in the user's folder
of settings, key by key.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ovmr_index.errors import UsageError, alternatives, nearest, os_reason, shortened

FILE_NAME = "ovmr-index.toml"
COLOURS = ("auto", "always", "never")
MOST_WORKERS = 256
DEFAULT = "default"

_LARGEST = 1 << 20  # bytes of a file
_MOST_DIGITS = 9  # of a number in the environment


class Setting(NamedTuple):
    """A value, and where it comes from: an option, a variable, the path of a file, `default`."""

    value: Any
    origin: str


@dataclass(frozen=True)
class Key:
    """A key of the file.

    Attributes:
        name: The key; the variable is `OVMR_INDEX_` and the key in capital letters.
        default: The value where nothing gives one, as `config` shows it.
        read: Returns the value of what TOML holds. It takes the folder that relative paths start
            from, and raises ValueError with what to write.
        from_text: Returns what TOML would hold, of the text of a variable.
    """

    name: str
    default: str
    read: Callable[[Any, Path], Any]
    from_text: Callable[[str], Any] = str

    @property
    def variable(self) -> str:
        """The variable of the environment."""
        return f"OVMR_INDEX_{self.name.upper()}"


def _path(value: Any, folder: Path) -> Path:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError('write a path in quotes, as "/data/datasets"')
    path = Path(value)
    try:
        return folder / path.expanduser()
    except RuntimeError:
        raise ValueError(f"nobody here is {path.parts[0]!r}; write the whole path") from None


def _path_or_address(value: Any, folder: Path) -> Path | str:
    """Return a path, or a URL as it is: a path would make one slash of two."""
    is_address = isinstance(value, str) and "://" in value
    return value if is_address else _path(value, folder)


def _workers(value: Any, _: Path) -> int:
    if type(value) is not int or not 1 <= value <= MOST_WORKERS:
        raise ValueError(f"write a whole number from 1 to {MOST_WORKERS}, as 4")
    return value


def _number(text: str) -> int | str:
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else text


def _colours(value: Any, _: Path) -> str:
    if value not in COLOURS:
        raise ValueError(f"write {alternatives([*COLOURS])}")
    return str(value)


KEYS = {
    key.name: key
    for key in (
        Key("root", "datasets", _path_or_address),
        Key("db", "ovmr.db in the root", _path_or_address),
        Key("workers", "one a processor, at most 16", _workers, _number),
        Key("recipe", "published", _path),
        Key("colours", "auto", _colours),
    )
}


class Configuration:
    """What the environment and the files say, from the nearest to the farthest.

    `left_out` is a file in the working folder that somebody else put there, None without one.
    """

    def __init__(self) -> None:
        """Read the files of the working folder and of the user.

        Raises:
            UsageError: A file cannot be read, or has an unknown key or a wrong value.
        """
        here = Path(FILE_NAME)
        self.left_out = here if _is_planted(here) else None
        self._near = [] if self.left_out else [_read(here)]
        self._users = _read(user_file())

    def add_root(self, root: Path) -> None:
        """Read the file in the root, too; it may be the one of the working folder.

        Raises:
            UsageError: As for the others, or the file names another root.
        """
        file = root / FILE_NAME
        if _is_same(file, Path(FILE_NAME)) or _is_same(file, user_file()):
            return
        found = _read(file)
        if "root" in found:
            raise UsageError(
                f"{file}: root: the file is in the root itself; write this key into {FILE_NAME} of"
                " the folder that you work in, or leave it out"
            )
        self._near.append(found)

    def get(self, name: str) -> Setting:
        """Return the value of a key, None by default.

        Raises:
            UsageError: The variable of the environment has a wrong value.
        """
        key = KEYS[name]
        if given := os.environ.get(key.variable):
            try:
                return Setting(key.read(key.from_text(given), Path()), key.variable)
            except ValueError as error:
                raise UsageError(f"{key.variable} is {shortened(given)!r}: {error}") from None
        files = (*self._near, self._users)
        return next((held[name] for held in files if name in held), Setting(None, DEFAULT))


def user_file() -> Path:
    """Return the path of the user's own file, in the folder that the system keeps settings in.

    It is `$XDG_CONFIG_HOME`, else `~/.config`, and `~/Library/Application Support` on macOS.
    See https://specifications.freedesktop.org/basedir-spec/latest/.
    """
    folder = os.environ.get("XDG_CONFIG_HOME")
    if not folder or not Path(folder).is_absolute():
        usual = "Library/Application Support" if sys.platform == "darwin" else ".config"
        folder = os.path.expanduser(f"~/{usual}")  # noqa: PTH111  without a home it stays as it is
    return Path(folder) / "ovmr-index" / FILE_NAME


def _is_planted(file: Path) -> bool:
    """Return whether a file in the working folder is of somebody who has no say there.

    In a folder that everybody may write to, as /tmp, anybody can put one. Those who have a say are
    this user, root, and the owner of the folder.
    """
    try:
        owner = file.stat().st_uid
        return owner not in {os.geteuid(), 0, file.absolute().parent.stat().st_uid}
    except OSError:
        return False


def _is_same(file: Path, other: Path) -> bool:
    try:
        return file.samefile(other)
    except OSError:
        return False


def _read(file: Path) -> Mapping[str, Setting]:
    """Return the settings of a file, none where there is no file."""
    text = _text_of(file)
    if text is None:
        return {}
    import tomllib

    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f'{file}: {error}; write TOML, as root = "datasets"') from None
    return dict(_settings(file, found))


def _is_there(file: Path) -> bool:
    """Return whether a path leads to something; what cannot be looked for is not there."""
    try:
        return file.exists()
    except OSError:
        return False


def _text_of(file: Path) -> str | None:
    if not _is_there(file):
        return None
    if not file.is_file():
        raise UsageError(f"{file}: is not a file; remove it, or give it another name")
    try:
        with file.open("rb") as opened:
            content = opened.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{file}: {os_reason(error)}; make it readable, or remove it") from None
    if len(content) > _LARGEST:
        raise UsageError(f"{file}: has more than 1 MiB; write settings alone into it")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{file}: line {line} is not UTF-8; save the file as UTF-8") from None


def _settings(file: Path, found: Mapping[str, Any]) -> Iterator[tuple[str, Setting]]:
    """Yield the settings by their keys; paths start from the folder of the file."""
    for name, value in found.items():
        if name not in KEYS:
            near = nearest(name, KEYS)
            remedy = (
                f"did you mean {alternatives(near)}?" if near else f"write {alternatives([*KEYS])}"
            )
            raise UsageError(f"{file}: there is no key {shortened(name)!r}; {remedy}")
        try:
            yield name, Setting(KEYS[name].read(value, file.parent), str(file))
        except ValueError as error:
            shown = shortened(repr(value))
            raise UsageError(f"{file}: {name} is {shown}: {error}") from None
