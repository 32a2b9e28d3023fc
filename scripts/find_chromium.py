"""Find a Chromium or Chrome for the browser tests, or install Debian's where that is allowed.

    python -m scripts.find_chromium [--install]

It prints the path of the program. Where there is none it says why on standard error and ends with
exit code 1. CHROMIUM names a program to take instead of those that are looked for. With
`--install`, root of a system that has apt-get and Debian's packages gets one installed.
"""

import argparse
import os
import shutil
import subprocess
import sys

from scripts.debian_packages import InstallError, install, may_install

VARIABLE = "CHROMIUM"
# A shell draws no windows of a desktop, which takes two thirds of the work of a page.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "google-chrome",
    "google-chrome-stable",
    "chromium-browser",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
PACKAGES = ("chromium-headless-shell", "fonts-liberation")
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
        if os.environ.get(VARIABLE) or not may_install():
            raise
    try:
        install(PACKAGES)
    except InstallError as error:
        raise BrowserError(f"{error}; {REMEDY}") from None
    return find_chromium()


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
