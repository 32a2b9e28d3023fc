"""Make a release: number it, build it, check it, commit and tag it. Nothing leaves the machine.

    python -m scripts.release 0.3.0 [--output dist] [--check]

It wants the branch `main` without uncommitted changes and a changelog with something under
`[Unreleased]`. It writes the number into `ovmr_index/__init__.py`, CITATION.cff and the changelog,
builds wheel and sdist, checks both, and runs the installed wheel. Then it commits and tags. With
`--check` all but that happens in a copy, which is thrown away.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).parents[1]
VERSION = re.compile(r"\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?")
UNRELEASED = "## [Unreleased]\n"


class ReleaseError(Exception):
    """What keeps a release from being made, in one line."""


class Edit(NamedTuple):
    """A line of a file that holds the number or the day of the release."""

    file: str
    line: str  # a regular expression, with the line's beginning as its group
    value: str


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command and return what it printed; raises ReleaseError with its last line."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise ReleaseError(f"{' '.join(map(str, command))} failed: {''.join(said)}")
    return done.stdout


def require_ready(checkout: Path, version: str) -> None:
    """Raise ReleaseError unless the checkout can become a release of that number."""
    if not VERSION.fullmatch(version):
        raise ReleaseError(f"{version} is no number of a version; give one like 0.3.0")
    if changed := run("git", "status", "--porcelain", cwd=checkout).strip():
        raise ReleaseError(f"{changed.split()[-1]} is not committed; commit it first")
    branch = run("git", "rev-parse", "--abbrev-ref", "HEAD", cwd=checkout).strip()
    if branch != "main":
        raise ReleaseError(f"this is the branch {branch}; release from main")
    if run("git", "tag", "--list", f"v{version}", cwd=checkout).strip():
        raise ReleaseError(f"v{version} is released already; give the next number")
    if not unreleased(checkout):
        raise ReleaseError("CHANGELOG.md says nothing under [Unreleased]; write what changed")


def unreleased(checkout: Path) -> str:
    """Return what the changelog says of the next release."""
    text = (checkout / "CHANGELOG.md").read_text(encoding="utf-8")
    return text.partition(UNRELEASED)[2].partition("\n## [")[0].strip()


def number(checkout: Path, version: str, day: str) -> None:
    """Write the number and the day of a release wherever they stand."""
    for edit in (
        Edit("ovmr_index/__init__.py", r'(__version__ = ").*(")', version),
        Edit("CITATION.cff", r"(version: )\d.*()", version),
        Edit("CITATION.cff", r"(date-released: ).*()", day),
        Edit("CHANGELOG.md", r"(## \[Unreleased\]\n\n## \[).*()", f"{version}] - {day}"),
    ):
        path = checkout / edit.file
        text = path.read_text(encoding="utf-8")
        if edit.file == "CHANGELOG.md":
            text = text.replace(UNRELEASED, f"{UNRELEASED}\n## [\n", 1)
        text, found = re.subn(
            f"^{edit.line}$", rf"\g<1>{edit.value}\g<2>", text, flags=re.MULTILINE
        )
        if found != 1:
            raise ReleaseError(f"{edit.file}: there are {found} lines like {edit.line}, not one")
        path.write_text(text, encoding="utf-8")


def build(checkout: Path, output: Path) -> list[Path]:
    """Build wheel and sdist below a folder, and check them; return their paths."""
    python = sys.executable
    run(python, "-m", "build", "--no-isolation", "--outdir", output, checkout, cwd=checkout)
    built = sorted(output.iterdir())
    run(python, "-m", "twine", "check", "--strict", *built, cwd=checkout)
    wheel = next(path for path in built if path.suffix == ".whl")
    run(Path(python).with_name("check-wheel-contents"), wheel, cwd=checkout)
    return built


def require_installed_version(wheel: Path, version: str, folder: Path) -> None:
    """Raise ReleaseError unless the wheel, installed alone, says its number."""
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv" / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "--quiet")
    run(*pip, "install", "--no-index", "--no-deps", wheel, cwd=folder)
    said = run(python, "-I", "-c", "import ovmr_index; print(ovmr_index.__version__)", cwd=folder)
    if said.strip() != version:
        raise ReleaseError(f"{wheel.name} says that it is {said.strip()}")


def release(checkout: Path, version: str, day: str, output: Path) -> list[Path]:
    """Number, build and check a release of a checkout; return the files that were built."""
    require_ready(checkout, version)
    number(checkout, version, day)
    with tempfile.TemporaryDirectory() as folder:
        built = build(checkout, Path(folder) / "dist")
        wheel = next(path for path in built if path.suffix == ".whl")
        require_installed_version(wheel, version, Path(folder))
        output.mkdir(parents=True, exist_ok=True)
        return [Path(shutil.copy(path, output)) for path in built]


def commit(checkout: Path, version: str) -> None:
    """Commit a release and tag it."""
    run("git", "commit", "--all", "--quiet", "--message", f"Release {version}", cwd=checkout)
    notes = f"ovmr-index {version}"
    run("git", "tag", "--annotate", f"v{version}", "--message", notes, cwd=checkout)


def main() -> None:
    """Make the release that the command line asks for."""
    parser = argparse.ArgumentParser(description="Make a release of ovmr-index.")
    parser.add_argument("version", help="its number, as 0.3.0")
    parser.add_argument("--output", type=Path, default=CHECKOUT / "dist", help="the files' folder")
    parser.add_argument("--check", action="store_true", help="try it in a copy, and keep nothing")
    arguments = parser.parse_args()
    day = datetime.now(UTC).date().isoformat()
    try:
        with tempfile.TemporaryDirectory() as folder:
            checkout, output = CHECKOUT, arguments.output.resolve()
            if arguments.check:
                checkout, output = Path(folder) / "checkout", Path(folder) / "dist"
                run("git", "clone", "--quiet", CHECKOUT, checkout, cwd=CHECKOUT)
            built = release(checkout, arguments.version, day, output)
            for path in built:
                print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB, checked")
        if not arguments.check:
            commit(CHECKOUT, arguments.version)
            print(f"v{arguments.version} is tagged; next: git push --follow-tags")
    except ReleaseError as error:
        sys.exit(f"release: {error}")


if __name__ == "__main__":
    main()
