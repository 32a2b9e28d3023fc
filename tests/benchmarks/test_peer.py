"""The peer's folder, and that what it needs is locked apart from what ovmr-index needs."""

import re
import tomllib
from pathlib import Path

from benchmarks.peer import PACKAGES, Peer
from benchmarks.steps import AFTERWARDS
from tests.support.runs import CHECKOUT


def test_it_begins_with_an_empty_folder_and_follows_steps_of_the_job_alone(tmp_path: Path) -> None:
    earlier = tmp_path / "peer" / "peer.duckdb.tmp"
    earlier.mkdir(parents=True)
    peer = Peer(tmp_path)
    assert not any(peer.folder.iterdir())
    for step in AFTERWARDS:
        peer.run_after(step)
    assert peer.runs == []


def test_its_packages_are_locked_with_hashes_and_no_address() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = project["dependency-groups"]["benchmark"]
    assert [re.split(r"[<>=]", requirement)[0] for requirement in wanted] == list(PACKAGES)
    lock = (CHECKOUT / "requirements-benchmark.lock").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^([a-z]+)==", lock, re.MULTILINE)) == sorted(PACKAGES)
    assert lock.count("--hash=sha256:") > len(PACKAGES)
    assert "://" not in lock
