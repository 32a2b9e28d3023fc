"""`doctor` looks at the packages: those that are needed, the extras, lvis and WordNet."""

from importlib import metadata

import pytest

from ovmr_index.index.doctor.finding import DoctorCheck, made
from ovmr_index.index.doctor.packages import package_looks
from ovmr_index.integrations.packages import lvis_remedy

NEEDS = [
    "numpy>=99999",
    "none-such>=1",
    "pyarrow>=18.0; extra == 'parquet'",
    'fiftyone-none>=1; extra == "fiftyone"',
    "numpy>=99999; extra == 'torch'",
]


def _checks(*names: str) -> list[DoctorCheck]:
    return [one for look in package_looks() if look.check in names for one in made(look)]


@pytest.mark.slow
def test_the_packages_of_the_tests_are_well() -> None:
    checks = _checks("needs", "lvis", "WordNet")
    assert [one.state for one in checks] == ["ok"] * 3
    assert checks[1].found.endswith("can be imported, for `index.lvis()`")
    assert checks[2].found == "3.0, 82,115 noun synsets"


def test_what_is_missing_or_old_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _: NEEDS)
    (needs,) = _checks("needs")
    old = f"numpy {metadata.version('numpy')}, at least 99999 is needed"
    assert (needs.state, needs.found) == ("problem", f"missing: {old}, none-such")
    there, without = _checks("extras")
    assert (there.check, there.state) == ("[parquet]", "ok")
    assert (without.check, without.state) == ("extras", "note")
    assert without.found == f"not installed: fiftyone (fiftyone-none), torch ({old})"
    assert without.advice == "those that you want of `pip install 'ovmr-index[fiftyone,torch]'`"


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        ("ImportError: libGL.so.1: cannot open shared object file", "apt-get install libgl1"),
        ("ModuleNotFoundError: No module named 'cv2'", "pip install opencv-python-headless"),
        ("ModuleNotFoundError: No module named 'pycocotools'", "pip install pycocotools"),
        ("ModuleNotFoundError: No module named 'lvis'", "pip install --upgrade lvis"),
    ],
)
def test_what_lvis_needs(reason: str, remedy: str) -> None:
    assert remedy in lvis_remedy(reason)
