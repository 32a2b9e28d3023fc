"""Find a Chromium or Chrome for the browser tests, or install Debian's where that is allowed.

    python scripts/find_chromium.py [--install]

It prints the path of the program. Where there is none it says why on standard error and ends with
exit code 1. CHROMIUM names a program to take instead of those that are looked for. With
`--install`, root of a system that has apt-get and Debian's packages gets `chromium` installed.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

VARIABLE = "CHROMIUM"
NAMES = (
    "chromium",
    "google-chrome",
    "google-chrome-stable",
    "chromium-browser",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
PACKAGES = ("chromium", "fonts-liberation")
OS_RELEASE = Path("/etc/os-release")
REMEDY = f"install Chromium or Chrome, or give its path as {VARIABLE}"
LONGEST = 30  # seconds that a program may take to say its version


class BrowserError(Exception):
    """There is no browser that works."""


def find_chromium() -> str:
    """Return the path of a Chromium or Chrome; raises BrowserError where there is none."""
    if given := os.environ.get(VARIABLE):
        path = shutil.which(given)
        if path is None or not _works(path):
            raise BrowserError(f"{VARIABLE} is {given}, which is no Chromium that starts; {REMEDY}")
        return path
    for name in NAMES:
        path = shutil.which(name)
        if path is not None and _works(path):
            return path
    raise BrowserError(f"no Chromium or Chrome is here; {REMEDY}")


def find_or_install() -> str:
    """Return the path of a Chromium or Chrome, which is installed where there is none.

    Raises BrowserError where there is none and none may be installed.
    """
    try:
        return find_chromium()
    except BrowserError:
        if os.environ.get(VARIABLE) or not _may_install():
            raise
    _install()
    return find_chromium()


def _may_install() -> bool:
    """Return whether this is root of Debian: the package of that name in Ubuntu is a snap."""
    is_debian = OS_RELEASE.exists() and "ID=debian" in OS_RELEASE.read_text().splitlines()
    return is_debian and os.geteuid() == 0 and shutil.which("apt-get") is not None


def _install() -> None:
    """Install Debian's Chromium; raises BrowserError where that fails."""
    quiet = ("apt-get", "--quiet", "--quiet")
    for command in (
        (*quiet, "update"),
        (*quiet, "install", "--yes", "--no-install-recommends", *PACKAGES),
    ):
        done = subprocess.run(
            command,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            last = (done.stderr.strip() or done.stdout.strip()).rpartition("\n")[2]
            raise BrowserError(f"{' '.join(command)} failed: {last}; {REMEDY}")


def _works(path: str) -> bool:
    """Return whether a program says its version: a stand-in for a package that is absent fails."""
    try:
        done = subprocess.run(
            (path, "--version"), capture_output=True, check=False, timeout=LONGEST
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and b"Chrom" in done.stdout


def main() -> None:
    """Print the path of a browser."""
    parser = argparse.ArgumentParser(description="Find a Chromium or Chrome.")
    parser.add_argument("--install", action="store_true", help="install Debian's if there is none")
    arguments = parser.parse_args()
    try:
        print(find_or_install() if arguments.install else find_chromium())
    except BrowserError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
