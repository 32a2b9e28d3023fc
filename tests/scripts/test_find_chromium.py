"""The script that finds a browser, in a folder of programs that only say their version."""

import os
import sys
from pathlib import Path

import pytest

from scripts import debian_packages, find_chromium
from scripts.find_chromium import BrowserError

SAYS = "#!/bin/sh\necho '{} 140.0'\n"
# It puts a Chromium beside itself.
APT_GET = """#!/bin/sh
case "$*" in
*install*) printf "#!/bin/sh\\necho 'Chromium 140.0'\\n" > "${0%/*}/chromium-headless-shell"
           /bin/chmod +x "${0%/*}/chromium-headless-shell" ;;
esac
"""


class Programs:
    """The folder that PATH names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o755)
        return str(path)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    """Return an empty folder that is the whole PATH, on a Debian of which this is root."""
    folder = tmp_path / "bin"
    folder.mkdir()
    release = tmp_path / "os-release"
    release.write_text('NAME="Debian GNU/Linux"\nID=debian\n')
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv(find_chromium.VARIABLE, raising=False)
    names = tuple(name for name in find_chromium.NAMES if not name.startswith("/"))
    monkeypatch.setattr(find_chromium, "NAMES", names)
    monkeypatch.setattr(debian_packages, "OS_RELEASE", release)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return Programs(folder)


def test_a_stand_in_that_does_not_start_is_passed_over(programs: Programs) -> None:
    programs.add("chromium", "#!/bin/sh\necho 'Chromium: install the snap'\nexit 1\n")
    programs.add("google-chrome", SAYS.format("nothing"))
    found = programs.add("chromium-browser", SAYS.format("Chromium"))
    assert find_chromium.find_chromium() == found


def test_one_without_windows_is_taken_first(programs: Programs) -> None:
    programs.add("chromium", SAYS.format("Chromium"))
    shell = programs.add("chromium-headless-shell", SAYS.format("Chromium"))
    assert find_chromium.find_chromium() == shell


def test_the_one_that_is_named_is_taken(
    programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs.add("chromium", SAYS.format("Chromium"))
    named = Programs(tmp_path).add("mine", SAYS.format("Google Chrome"))
    monkeypatch.setenv(find_chromium.VARIABLE, named)
    assert find_chromium.find_chromium() == named


def test_one_that_is_named_and_does_not_start_is_refused(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs.add("chromium", SAYS.format("Chromium"))
    programs.add("apt-get", APT_GET)
    monkeypatch.setenv(find_chromium.VARIABLE, "missing")
    with pytest.raises(BrowserError, match="CHROMIUM is missing, which is no Chromium that starts"):
        find_chromium.find_or_install()


def test_debians_is_installed_where_there_is_none(programs: Programs) -> None:
    programs.add("apt-get", APT_GET)
    assert find_chromium.find_or_install() == str(programs.folder / "chromium-headless-shell")


def test_what_apt_get_says_last_is_the_reason(programs: Programs) -> None:
    programs.add("apt-get", "#!/bin/sh\necho 'first\nE: no network' >&2\nexit 100\n")
    with pytest.raises(BrowserError, match=r"apt-get .* update failed: E: no network; install"):
        find_chromium.find_or_install()


@pytest.mark.parametrize("lacking", ["root", "Debian", "apt-get"])
def test_nothing_is_installed_elsewhere(
    programs: Programs, lacking: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if lacking != "apt-get":
        programs.add("apt-get", APT_GET)
    if lacking == "root":
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
    if lacking == "Debian":
        debian_packages.OS_RELEASE.write_text("ID=ubuntu\nID_LIKE=debian\n")
    with pytest.raises(BrowserError, match="no Chromium or Chrome is here; install Chromium or"):
        find_chromium.find_or_install()


def test_without_one_the_exit_code_is_1(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not list(programs.folder.iterdir())
    monkeypatch.setattr(sys, "argv", ["find_chromium.py"])
    with pytest.raises(SystemExit, match="no Chromium or Chrome is here"):
        find_chromium.main()
