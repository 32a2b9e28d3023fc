"""`evaluate` where faster-coco-eval is missing, and options that exclude each other."""

import sys
from pathlib import Path

import pytest

from tests.support.runs import call


def test_a_missing_package_is_told_before_the_results_are_read(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "faster_coco_eval", None)
    done = call("evaluate", "results.json", root=shared)
    assert done.code == 1
    assert "faster-coco-eval cannot be imported: " in done.error
    assert done.error.endswith("run `pip install 'ovmr-index[eval]'`")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("r.json --split val --source mine", "--split and --source are both given; give one of"),
        ("r.json --split test", "'test'"),
        ("r.json --type mask", "'mask'"),
        ("", "Missing argument 'RESULTS'"),
        ("r.json s.json", "unexpected extra argument"),
    ],
)
def test_wrong_usage(shared: Path, arguments: str, message: str) -> None:
    done = call("evaluate", *arguments.split(), root=shared)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
