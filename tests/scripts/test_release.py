"""A release, made in a copy of the checkout: numbered, built, checked, committed and tagged."""

import shutil
import subprocess
from pathlib import Path

import pytest

from scripts import release

CHECKOUT = Path(__file__).parents[2]
CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n{}## [0.2.0] - 2026-11-26\n\nFirst.\n"
DAY = "2026-12-01"


def git(checkout: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Tests", "-c", "user.email=tests@example.org")
    command = ("git", *identity, *arguments)
    return subprocess.run(
        command, cwd=checkout, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with the files that a release numbers, committed on main."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "CITATION.cff", ".gitignore"):
        shutil.copy(CHECKOUT / name, folder / name)
    (folder / "CHANGELOG.md").write_text(CHANGELOG.format("- A change.\n\n"), encoding="utf-8")
    for name in ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"):
        monkeypatch.setenv(name, "Tests")
    for name in ("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"):
        monkeypatch.setenv(name, "tests@example.org")
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "All")
    return folder


@pytest.fixture
def whole_checkout(checkout: Path) -> Path:
    """Return the repository with the package, too: with all that a wheel is built from."""
    for name in ("ovmr_index", "migrations"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(CHECKOUT / name, checkout / name, ignore=ignored)
    git(checkout, "add", "--all")
    git(checkout, "commit", "--quiet", "--message", "The package")
    return checkout


@pytest.mark.exhaustive  # which is run before a release
@pytest.mark.slow
def test_a_release_is_numbered_built_and_tagged(whole_checkout: Path, tmp_path: Path) -> None:
    checkout = whole_checkout
    built = release.release(checkout, "0.3.0", DAY, tmp_path / "dist")
    release.commit(checkout, "0.3.0")
    assert [path.name for path in built] == [
        "ovmr_index-0.3.0-py3-none-any.whl",
        "ovmr_index-0.3.0.tar.gz",
    ]
    assert git(checkout, "status", "--porcelain") == ""
    assert git(checkout, "describe", "--tags") == "v0.3.0"
    assert (checkout / "CHANGELOG.md").read_text(encoding="utf-8") == (
        "# Changelog\n\n## [Unreleased]\n\n"
        f"## [0.3.0] - {DAY}\n\n- A change.\n\n## [0.2.0] - 2026-11-26\n\nFirst.\n"
    )
    citation = (checkout / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: 0.3.0\ndate-released: {DAY}\n" in citation
    with pytest.raises(release.ReleaseError, match=r"CHANGELOG.md says nothing"):
        release.require_ready(checkout, "0.4.0")
    with pytest.raises(release.ReleaseError, match=r"v0.3.0 is released already"):
        release.require_ready(checkout, "0.3.0")


@pytest.mark.slow
def test_what_is_not_ready_is_not_released(checkout: Path) -> None:
    release.require_ready(checkout, "0.3.0")
    for number in ("0.3", "v0.3.0", "0.3.0;ls", ""):
        with pytest.raises(release.ReleaseError, match="is no number of a version"):
            release.require_ready(checkout, number)
    git(checkout, "switch", "--quiet", "--create", "more")
    with pytest.raises(release.ReleaseError, match="this is the branch more"):
        release.require_ready(checkout, "0.3.0")
    (checkout / "new.py").write_text("", encoding="utf-8")
    with pytest.raises(release.ReleaseError, match=r"new.py is not committed"):
        release.require_ready(checkout, "0.3.0")
