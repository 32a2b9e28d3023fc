"""Find the shells that completion is tested in, or install Debian's where that is allowed.

    python -m scripts.find_shells [--install]

Where one is missing it says which on standard error and ends with exit code 1. With `--install`,
root of a system that has apt-get and Debian's packages gets those that are missing.
"""

import argparse
import shutil
import sys

from scripts.debian_packages import InstallError, install, may_install

SHELLS = ("bash", "zsh", "fish")


class ShellsError(Exception):
    """A shell is not here."""


def require_shells(*, may_get: bool = False) -> None:
    """Look for the shells, and install those that are not here if `may_get`.

    Raises ShellsError where one is missing afterwards.
    """
    missing = _missing()
    if missing and may_get and may_install():
        try:
            install(missing)
        except InstallError as error:
            raise ShellsError(f"{error}; install {' and '.join(missing)}") from None
        missing = _missing()
    if missing:
        raise ShellsError(f"no {' and no '.join(missing)} is here; install what is missing")


def _missing() -> list[str]:
    return [shell for shell in SHELLS if shutil.which(shell) is None]


def main() -> None:
    """Look for the shells."""
    parser = argparse.ArgumentParser(description="Find bash, zsh and fish.")
    parser.add_argument("--install", action="store_true", help="install Debian's if one is missing")
    try:
        require_shells(may_get=parser.parse_args().install)
    except ShellsError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
