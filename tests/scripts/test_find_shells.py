"""The script that finds the shells that completion is tested in, in a folder of programs."""

import os
import sys
from pathlib import Path

import pytest

from scripts import debian_packages, find_shells
from scripts.find_shells import ShellsError

# It puts the packages that it is asked for beside itself.
APT_GET = """#!/bin/sh
case "$*" in
*install*) while [ $# -gt 0 ]; do
               case "$1" in bash|zsh|fish)
                   printf '#!/bin/sh\\n' > "${0%/*}/$1"; /bin/chmod +x "${0%/*}/$1" ;; esac
               shift
           done ;;
esac
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that is the whole PATH, with bash in it: on Debian, as root."""
    release = tmp_path / "os-release"
    release.write_text("ID=debian\n")
    monkeypatch.setattr(debian_packages, "OS_RELEASE", release)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    _add(folder / "bash", "#!/bin/sh\n")
    return folder


def _add(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def test_those_that_are_missing_are_named(programs: Path) -> None:
    _add(programs / "apt-get", APT_GET)
    with pytest.raises(ShellsError, match="no zsh and no fish is here"):
        find_shells.require_shells()


def test_debians_are_installed_where_that_is_asked(programs: Path) -> None:
    _add(programs / "apt-get", APT_GET)
    find_shells.require_shells(may_get=True)
    assert {path.name for path in programs.iterdir()} == {"apt-get", "bash", "fish", "zsh"}


def test_what_apt_get_says_last_is_the_reason(programs: Path) -> None:
    _add(programs / "apt-get", "#!/bin/sh\necho 'E: no network' >&2\nexit 100\n")
    with pytest.raises(ShellsError, match=r"update failed: E: no network; install zsh and fish"):
        find_shells.require_shells(may_get=True)


def test_without_one_the_exit_code_is_1(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not (programs / "fish").exists()
    monkeypatch.setattr(sys, "argv", ["find_shells.py", "--install"])
    with pytest.raises(SystemExit, match="no zsh and no fish is here"):
        find_shells.main()
