"""The packages that ovmr-index needs, those that more of it needs, and WordNet's tables."""

import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from importlib import metadata

from ovmr_index.errors import shortened
from ovmr_index.index.doctor.finding import DoctorCheck, Look
from ovmr_index.integrations.packages import lvis_remedy
from ovmr_index.vocabularies.wordnet import read_first_senses, read_nouns

_SECTION = "packages"
_NOUNS = 82_115  # synsets of WordNet 3.0
_IMPORT_SECONDS = 60
_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)(?:\[[\w,-]+\])?(?P<rest>[^;]*)(?P<marker>.*)")
_AT_LEAST = re.compile(r">=\s*([\d.]+)")
_EXTRA = re.compile(r"""extra\s*==\s*['"]([\w-]+)['"]""")
# What each extra is for; those that are made of others are not said.
_GIVES = {
    "eval": "`evaluate`",
    "fiftyone": "datasets for FiftyOne",
    "huggingface": "datasets for Hugging Face",
    "pandas": "pandas frames",
    "parquet": "Parquet files",
    "polars": "polars frames",
    "postgresql": "an index in PostgreSQL",
    "remote": "images in S3 and on the web",
    "supervision": "detections for supervision",
    "torch": "datasets for PyTorch",
    "web": "`serve` and `report`",
}


class _Need:
    """A package that is needed: by the program, or by one of its extras."""

    def __init__(self, requirement: str) -> None:
        found = _REQUIREMENT.match(requirement)
        assert found is not None
        self.name = found["name"]
        extra, least = _EXTRA.search(found["marker"]), _AT_LEAST.search(found["rest"])
        self.extra = extra[1] if extra else ""
        self.least = least[1] if least else "0"

    def lack(self) -> str:
        """Return what is wrong with it, "" where it is there and new enough."""
        try:
            version = metadata.version(self.name)
        except metadata.PackageNotFoundError:
            return self.name
        is_old = _numbers(version) < _numbers(self.least)
        return f"{self.name} {version}, at least {self.least} is needed" if is_old else ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(one) for one in re.findall(r"\d+", version)[:3])


def package_looks() -> list[Look]:
    """Return the checks of packages and of what this one ships."""
    return [
        Look(_SECTION, "needs", _needs),
        Look(_SECTION, "extras", _extras),
        Look(_SECTION, "lvis", _lvis),
        Look(_SECTION, "WordNet", _wordnet),
    ]


def _by_extra() -> dict[str, list[_Need]]:
    needs = defaultdict[str, list[_Need]](list)
    for requirement in metadata.requires("ovmr-index") or ():
        need = _Need(requirement)
        needs[need.extra].append(need)
    return needs


def _needs() -> Iterator[DoctorCheck]:
    needs = _by_extra()[""]
    lacking = [
        lack for need in needs if need.name not in ("lvis", "pycocotools") and (lack := need.lack())
    ]
    if lacking:
        advice = "run `pip install --upgrade ovmr-index`"
        yield DoctorCheck(_SECTION, "needs", "problem", f"missing: {', '.join(lacking)}", advice)
        return
    versions = ", ".join(
        f"{name} {metadata.version(name)}" for name in ("SQLAlchemy", "alembic", "numpy", "pillow")
    )
    yield DoctorCheck(_SECTION, "needs", "ok", f"all there: {versions} and others")


def _extras() -> Iterator[DoctorCheck]:
    """Say of each extra that is there what it is for, and of all others how to get them."""
    needs = _by_extra()
    missing = dict[str, str]()
    for extra, gives in _GIVES.items():
        lacking = [lack for need in needs[extra] if (lack := need.lack())]
        if lacking:
            missing[extra] = extra if lacking == [extra] else f"{extra} ({', '.join(lacking)})"
        elif needs[extra]:
            yield DoctorCheck(_SECTION, f"[{extra}]", "ok", f"there, for {gives}")
    if missing:
        advice = f"those that you want of `pip install 'ovmr-index[{','.join(missing)}]'`"
        found = f"not installed: {', '.join(missing.values())}"
        yield DoctorCheck(_SECTION, "extras", "note", found, advice)


def _lvis() -> Iterator[DoctorCheck]:
    """Import lvis in another process: a library of it that does not fit may end the process."""
    done = subprocess.run(
        [sys.executable, "-c", "import lvis"],
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_IMPORT_SECONDS,
    )
    if done.returncode == 0:
        found = f"{metadata.version('lvis')} can be imported, for `index.lvis()`"
        yield DoctorCheck(_SECTION, "lvis", "ok", found)
        return
    reason = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
    found = f"cannot be imported: {shortened(reason)}"
    yield DoctorCheck(_SECTION, "lvis", "note", found, f"for `index.lvis()` {lvis_remedy(reason)}")


def _wordnet() -> Iterator[DoctorCheck]:
    nouns, senses = sum(1 for _ in read_nouns()), len(read_first_senses())
    if nouns == _NOUNS and senses:
        yield DoctorCheck(_SECTION, "WordNet", "ok", f"3.0, {nouns:,} noun synsets")
        return
    found = f"its table has {nouns:,} noun synsets, not {_NOUNS:,}"
    advice = "run `pip install --force-reinstall ovmr-index`"
    yield DoctorCheck(_SECTION, "WordNet", "problem", found, advice)
