"""The scripts that teach a shell to complete, and where each is put."""

import os
import subprocess
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from ovmr_index.cli.completion.values import SHELLS
from ovmr_index.errors import UsageError, alternatives, shortened

_LONGEST = 5  # seconds that a list of processes may take


class Installed(NamedTuple):
    """Where the script of a shell is, and the file of settings with the line that reads it."""

    script: Path
    settings: Path | None


def script_of(shell: str) -> str:
    """Return the script of a shell."""
    folder = resources.files("ovmr_index").joinpath("data", "completion")
    return folder.joinpath(f"ovmr-index.{shell}").read_text(encoding="utf-8")


def install(shell: str) -> Installed:
    """Write the script of a shell, and add a line that reads it to the shell's settings, once.

    fish needs no such line: it reads what is in its folder of completions.
    """
    if shell == "fish":
        folder = _folder("XDG_CONFIG_HOME", ".config") / "fish" / "completions"
        return Installed(_write(folder / "ovmr-index.fish", shell), None)
    script = _folder("XDG_DATA_HOME", ".local/share") / "ovmr-index" / f"completion.{shell}"
    home = os.environ.get("ZDOTDIR") if shell == "zsh" else None
    settings = (Path(home) if home else Path.home()) / f".{shell}rc"
    _write(script, shell)
    _add_line(settings, f"source {_quoted(script)}")
    return Installed(script, settings)


def shell_of(given: str) -> str:
    """Return the shell that an option names, or the one that runs this program where it is empty.

    Raises:
        UsageError: It is no shell that there is a script for.
    """
    name = given or _running_shell()
    if name in SHELLS:
        return name
    what = f"there is no script for the shell {shortened(name)!r}" if name else "no shell is known"
    raise UsageError(f"{what}; give {alternatives([*SHELLS])} after the option")


def _running_shell() -> str:
    """Return the name of the shell that started this program, else of the one of the user."""
    name = _parent().lstrip("-")  # a hyphen begins the name of a shell of a login
    found = name if Path(name).name in SHELLS else os.environ.get("SHELL", "")
    return Path(found).name


def _parent() -> str:
    """Return the name of the process that started this one, empty where nobody says it."""
    command = ("ps", "-o", "comm=", "-p", str(os.getppid()))
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_LONGEST
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def _folder(variable: str, usual: str) -> Path:
    given = Path(os.environ.get(variable, ""))
    return given if given.is_absolute() else Path.home() / usual


def _quoted(path: Path) -> str:
    import shlex

    return shlex.quote(str(path))


def _write(file: Path, shell: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(script_of(shell), encoding="utf-8")
    return file


def _add_line(file: Path, line: str) -> None:
    """Add a line to a file that others write, unless it is in there; nothing else is changed."""
    content = file.read_bytes() if file.exists() else b""
    added = os.fsencode(line)
    if added in content.splitlines():
        return
    between = b"" if not content or content.endswith(b"\n") else b"\n"
    with file.open("ab") as opened:
        opened.write(between + added + b"\n")
