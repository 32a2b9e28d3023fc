"""The ways to install ovmr-index, each used from another folder, without a network."""

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import NamedTuple

import pytest

import ovmr_index
from tests.support.wheels import Archives, archives

ROOT = Path(__file__).parents[1]
# The folders of the package and of its migrations, a line each.
WHERE = """
import ovmr_index
from ovmr_index.db.revision import migrations_dir
print(ovmr_index.__path__[0], migrations_dir(), sep="\\n")
"""
MAIN = "from ovmr_index.cli import main; main()"

pytestmark = pytest.mark.slow


class Installation(NamedTuple):
    """A way to run ovmr-index: its interpreter, and what the environment must say.

    The package is below a folder, and its migrations are at a path from there.
    """

    python: Path
    environment: dict[str, str]
    folder: Path
    migrations: str = "migrations"


def run(*command: str | Path, cwd: Path, environment: dict[str, str] | None = None) -> str:
    """Run a command and return its standard output; fail with all that it said."""
    inherited = {name: os.environ[name] for name in os.environ if name != "PYTHONPATH"}
    done = subprocess.run(
        command,
        cwd=cwd,
        env=inherited | (environment or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def make_environment(folder: Path) -> Path:
    """Make a virtual environment that sees the packages of this one; return its interpreter.

    A line of a .pth file adds a folder but not that folder's own .pth files, so that an editable
    installation of ovmr-index in this environment is out of sight.
    """
    venv.create(folder, symlinks=True)
    paths = {"base": str(folder), "platbase": str(folder)}
    packages = Path(sysconfig.get_path("purelib", scheme="venv", vars=paths))
    here = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "outside.pth").write_text("\n".join(sorted(here)), encoding="utf-8")
    return folder / "bin" / "python"


def install(folder: Path, *what: str | Path) -> Path:
    """Install by pip into a new virtual environment; return its interpreter."""
    python = make_environment(folder / "venv")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    options = ["--no-index", "--no-deps", "--no-build-isolation", "--ignore-installed"]
    options.append("--no-compile")  # a command compiles what it imports
    run(*pip, "install", "--quiet", *options, *what, cwd=folder)
    return python


def install_by_uv(folder: Path, what: Path) -> Path:
    """Do the same by uv, which makes a wheel of an sdist sooner."""
    python = make_environment(folder / "venv")
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(python)]
    options = ["--offline", "--no-index", "--no-cache", "--no-deps", "--no-build-isolation"]
    run(*uv, *options, what, cwd=folder)
    return python


@pytest.fixture(scope="module", name="archives")
def _archives(tmp_path_factory: pytest.TempPathFactory) -> Archives:
    return archives(tmp_path_factory)


# `make venv` installs the checkout as an editable package, and so whoever runs the tests has one.
# Every command that the tests start as a process is that of the checkout.
OF_THE_TESTS = [pytest.param(one, marks=pytest.mark.exhaustive) for one in ("editable", "checkout")]


@pytest.fixture(scope="module", params=["wheel", "sdist", *OF_THE_TESTS])
def installation(
    request: pytest.FixtureRequest, archives: Archives, tmp_path_factory: pytest.TempPathFactory
) -> Installation:
    folder = tmp_path_factory.mktemp("installation")
    of_checkout = (ROOT / "ovmr_index", "../migrations")
    if request.param == "checkout":
        python = make_environment(folder / "venv")
        return Installation(python, {"PYTHONPATH": str(ROOT)}, *of_checkout)
    if request.param == "editable":
        return Installation(install(folder, "--editable", ROOT), {}, *of_checkout)
    if request.param == "sdist":
        return Installation(install_by_uv(folder, archives.sdist), {}, folder)
    return Installation(install(folder, archives.wheel), {}, folder)


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return Parser().parsestr(archive.read(name).decode("utf-8"))


def test_the_package_and_its_migrations_are_found(
    installation: Installation, tmp_path: Path
) -> None:
    found = run(
        installation.python,
        *("-c", WHERE),
        cwd=tmp_path,
        environment=installation.environment,
    )
    package, migrations = map(Path, found.splitlines())
    assert package.is_relative_to(installation.folder)
    assert migrations == (package / installation.migrations).resolve()


def test_the_command_line_answers(installation: Installation, tmp_path: Path) -> None:
    script = installation.python.with_name("ovmr-index")
    call = [script] if script.exists() else [installation.python, "-c", MAIN]
    shown = run(*call, "--help", cwd=tmp_path, environment=installation.environment)
    assert "ingest" in shown


def test_the_wheel_holds_the_package_and_the_migrations_alone(archives: Archives) -> None:
    with zipfile.ZipFile(archives.wheel) as archive:
        names = archive.namelist()
    wanted = {"py.typed", "migrations/env.py", "migrations/script.py.mako"}
    assert {f"ovmr_index/{name}" for name in wanted} <= set(names)
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"ovmr_index"}


def test_the_wheel_names_its_licences(archives: Archives) -> None:
    said = metadata(archives.wheel)
    assert said["License-Expression"] == "MIT"
    assert said.get_all("License-File") == ["LICENSE", "ovmr_index/data/WORDNET_LICENSE.txt"]


def test_the_sdist_holds_what_a_checkout_needs(archives: Archives) -> None:
    with tarfile.open(archives.sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {
        "CHANGELOG.md",
        "CITATION.cff",
        "CONTRIBUTING.md",
        "LICENSE",
        "Makefile",
        "README.md",
        "SECURITY.md",
        "requirements-demo.lock",
        "requirements.lock",
    }
    wanted |= {"alembic.ini", "migrations/env.py", "tests/test_packaging.py"}
    assert wanted <= names
    assert {name.split("/")[0] for name in names} >= {"benchmarks", "docs", "ovmr_index", "scripts"}


def test_the_citation_is_of_this_version() -> None:
    lines = (ROOT / "CITATION.cff").read_text(encoding="utf-8").splitlines()
    assert f"version: {ovmr_index.__version__}" in lines


def test_the_demo_needs_no_package_of_developers() -> None:
    """OpenCV and matplotlib, which lvis brings, are larger than all else."""
    lock = (ROOT / "requirements-demo.lock").read_text(encoding="utf-8")
    pinned = {line.split("==")[0] for line in lock.splitlines() if "==" in line[:60]}
    assert pinned >= {"alembic", "msgspec", "numpy", "pillow", "sqlalchemy", "tqdm", "typer"}
    assert not pinned & {"lvis", "matplotlib", "mypy", "opencv-python", "pytest", "ruff"}
    assert "://" not in lock


def test_the_extra_all_holds_each_other_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    assert extras.pop("all") == [f"ovmr-index[{','.join(sorted(extras))}]"]


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("requirements.lock", "dev"),
        ("requirements-benchmark.lock", "benchmark"),
        ("requirements-clients.lock", "clients"),
    ],
)
def test_a_lock_holds_every_dependency_with_hashes_and_no_address(name: str, group: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = project["dependency-groups"][group]
    if group != "benchmark":  # which is installed beside the others
        wanted = wanted + project["project"]["dependencies"]
    lock = (ROOT / name).read_text(encoding="utf-8")
    pinned = {line.split("==")[0] for line in lock.splitlines() if "==" in line[:60]}
    names = {re.split(r"[\[>]", requirement)[0] for requirement in wanted}  # without their extras
    assert names <= pinned
    assert "://" not in lock
    assert lock.count("--hash=sha256:") >= len(pinned)
