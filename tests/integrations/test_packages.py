"""Packages that are not installed here: one line with what to type, by every object."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from ovmr_index import Index, OvmrIndexError
from ovmr_index.integrations import (
    detectron2,
    fiftyone,
    huggingface,
    pandas,
    polars,
    supervision,
    torch,
)
from ovmr_index.integrations.packages import extra as extra_of

MAKERS: dict[str, list[Callable[[Index], object]]] = {
    "torch": [lambda index: torch.ExemplarDataset(index, "any"), torch.DetectionDataset],
    "huggingface": [lambda index: huggingface.exemplars(index, "any"), huggingface.boxes],
    "supervision": [supervision.detection_dataset],
    "fiftyone": [lambda index: next(fiftyone.samples(index)), fiftyone.dataset],
    "pandas": [lambda index: pandas.frame(index, "boxes")],
    "polars": [lambda index: polars.frame(index, "boxes")],
}
MODULES = {name: name for name in MAKERS} | {"huggingface": "datasets"}


@pytest.mark.parametrize(
    ("extra", "make"), [(extra, make) for extra, makers in MAKERS.items() for make in makers]
)
def test_a_missing_package_is_named_with_its_extra(
    odd_index: Path, extra: str, make: Callable[[Index], object]
) -> None:
    assert find_spec(MODULES[extra]) is None, "the tests of clients have it, this environment not"
    with Index.open(odd_index) as index, pytest.raises(OvmrIndexError) as raised:
        make(index)
    assert str(raised.value) == (
        f"{extra} cannot be imported: No module named '{MODULES[extra]}';"
        f" run `pip install 'ovmr-index[{extra}]'`"
    )


def test_detectron2_says_how_it_is_installed(odd_index: Path) -> None:
    with Index.open(odd_index) as index, pytest.raises(OvmrIndexError) as raised:
        detectron2.register(index, "lvis")
    assert str(raised.value) == (
        "detectron2 cannot be imported: No module named 'detectron2'; install it as"
        " https://detectron2.readthedocs.io/tutorials/install.html says"
    )


def test_a_package_that_does_not_load_is_named_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "unfit_part.py").write_text("raise OSError('undefined symbol:\\n_ZN5torch')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(OvmrIndexError) as raised, extra_of("torch"):
        import_module("unfit_part")
    assert str(raised.value) == (
        "torch cannot be imported: undefined symbol: _ZN5torch;"
        " run `pip install 'ovmr-index[torch]'`"
    )


def test_torchvision_of_another_build_is_replaced_together_with_torch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reason = "operator torchvision::nms does not exist"
    (tmp_path / "other_vision.py").write_text(f"raise RuntimeError({reason!r})")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(OvmrIndexError) as raised, extra_of("torch"):
        import_module("other_vision")
    assert str(raised.value) == (
        f"torch cannot be imported: {reason}; torch and torchvision are of two builds: run"
        " `pip uninstall torch torchvision` and `pip install torch torchvision`, from one index"
    )
