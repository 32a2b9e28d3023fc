"""Completion in the real shells, installed into a home of its own."""

import subprocess
from pathlib import Path

import pytest

from ovmr_index.cli.completion.scripts import script_of
from ovmr_index.cli.completion.values import SHELLS
from ovmr_index.db.location import Location, Server
from tests.support.completing import home_with_completion, interactive, require_shell

LINES = {
    "sample show fi\t": "<sample><show><five>",
    "show od\\ \t": "<show><od (one) 'two'>",
    'show "od (\t': "<show><od (one) 'two'>",
    "show odd:\t": "<show><odd:colon>",
    "show odq\t": '<show><odq"$HOME`*\\!>',
    "show ode\t": "<show><ode=ünï>",
    "export sample --name=fi\t": "<export><sample><--name=five>",
    "ingest lvis a\\ f\t": "<ingest><lvis><a file.json>",
    "--root fol\t": "<--root><folder>",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SHELLS)
def test_a_completed_line_means_the_name(
    name: str, named: Path, place: Location, tmp_path: Path
) -> None:
    require_shell(name)
    work = tmp_path / "work"
    (work / "folder").mkdir(parents=True)
    (work / "a file.json").touch()
    variables = home_with_completion(tmp_path / "home", name, named)
    if isinstance(place, Server):
        variables["OVMR_INDEX_DB"] = str(place)
    with interactive(name, variables, work) as shell:
        said = {keys: shell.run(f"ovmr-index {keys}") for keys in LINES}
    assert {keys: line.replace("/>", ">") for keys, line in said.items()} == LINES


@pytest.mark.parametrize("name", SHELLS)
def test_the_script_is_one_that_the_shell_reads(name: str) -> None:
    require_shell(name)
    done = subprocess.run([name, "-n"], input=script_of(name), text=True, check=False)
    assert done.returncode == 0
