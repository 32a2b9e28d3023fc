"""Packages of Debian that tests need, installed where that is allowed."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

OS_RELEASE = Path("/etc/os-release")


class InstallError(Exception):
    """Packages could not be installed; the message says what failed."""


def may_install() -> bool:
    """Return whether this is root of Debian: Ubuntu has other packages of the same names."""
    is_debian = OS_RELEASE.exists() and "ID=debian" in OS_RELEASE.read_text().splitlines()
    return is_debian and os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(packages: Sequence[str]) -> None:
    """Install packages of Debian; raises InstallError where that fails."""
    quiet = ("apt-get", "--quiet", "--quiet")
    for command in (
        (*quiet, "update"),
        (*quiet, "install", "--yes", "--no-install-recommends", *packages),
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
            raise InstallError(f"{' '.join(command)} failed: {last}")
