"""Where the time of the largest steps goes: the functions that take most of it themselves.

    python -m benchmarks.profiles DIR

`DIR` holds the tree that `python -m benchmarks DIR` has made. The steps run on a temporary index
under the profiler of Python, which makes them slower: compare shares, not seconds, with what the
benchmark prints. The readers of large files are profiled separately, since an ingest runs them in
another process.
"""

import argparse
import cProfile
import marshal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.processes import CommandError, run
from ovmr_index.formats.base import BlockReader
from ovmr_index.formats.table import find_format
from ovmr_index.ingest.sources import find_sources

FUNCTIONS = 5  # of a step
STEPS = {
    "ingest LVIS": ("ingest", "lvis"),
    "ingest Visual Genome": ("ingest", "visual-genome"),
    "ingest ImageNet": ("ingest", "imagenet"),
    "collate": ("collate",),
    "export exemplars": ("export", "exemplars"),
    "export norare": ("export", "norare"),
    "export imagenet-lvis": ("export", "imagenet-lvis"),
}
READERS = ("lvis_v1_train", "visual_genome")  # sources
HEADINGS = ("step", "function", "calls", "seconds", "share")


class Function(NamedTuple):
    """A function of a step: its calls, its own seconds, and their share of all seconds."""

    name: str
    calls: int
    seconds: float
    share: float


def profile_steps(root: Path) -> Iterator[tuple[str, list[Function]]]:
    """Yield each step with its functions, those that take most first.

    Raises CommandError where a step fails.
    """
    with tempfile.TemporaryDirectory(dir=root) as scratch:
        for name, arguments in STEPS.items():
            yield name, _of_command(name, root, Path(scratch), arguments)
        for source in find_sources(root)[0]:
            if source.name in READERS:
                functions = _of_reader(source.format, source.path, Path(scratch))
                yield f"the reader of {source.format}", functions


def most_of(profile: Path) -> list[Function]:
    """Return the functions that take most time themselves, of a file that cProfile has written."""
    found: dict[tuple[str, int, str], tuple[int, int, float, float, object]]
    found = marshal.loads(profile.read_bytes())
    total = sum(one[2] for one in found.values())
    functions = [
        Function(name if line == 0 else f"{Path(file).name}: {name}", calls, own, own / total)
        for (file, line, name), (_, calls, own, _, _) in found.items()
    ]
    return sorted(functions, key=lambda one: -one.seconds)[:FUNCTIONS]


def _of_command(name: str, root: Path, scratch: Path, arguments: Sequence[str]) -> list[Function]:
    """Return the functions of a command, on the tree at `root` and an index in `scratch`.

    Raises CommandError where it fails.
    """
    output = scratch / "profile"
    profiler = (sys.executable, "-m", "cProfile", "-o", str(output))
    settings = {"OVMR_INDEX_ROOT": str(root), "OVMR_INDEX_DB": str(scratch / "ovmr.db")}
    done = run(name, (*profiler, "-m", "ovmr_index", *arguments, "--json"), settings)
    if not done.output:  # the profiler exits with 0 whatever it profiles
        raise CommandError(f"{name}: fails")
    return most_of(output)


def _of_reader(format_name: str, path: Path, scratch: Path) -> list[Function]:
    """Return the functions that read a source for an ingest, without sending records to it."""
    profile = cProfile.Profile()
    profile.runcall(_read, format_name, path)
    profile.dump_stats(scratch / "profile")
    return most_of(scratch / "profile")


def _read(format_name: str, path: Path) -> None:
    reader = find_format(format_name).open(path)
    assert isinstance(reader, BlockReader)
    reader.images_fingerprint()
    for _ in reader.images():
        pass
    for start in range(0, reader.total, reader.parts):
        reader.block_fingerprint(start)
        reader.block(start)


def as_markdown(steps: Iterator[tuple[str, list[Function]]]) -> Iterator[str]:
    """Yield the lines of the table, each as soon as it is known."""
    yield f"| {' | '.join(HEADINGS)} |"
    yield "| --- | --- | ---: | ---: | ---: |"
    for step, functions in steps:
        for name, calls, seconds, share in functions:
            yield f"| {step} | `{name}` | {calls:,} | {seconds:.2f} | {share:.0%} |"


def main() -> None:
    """Profile the steps, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profiles", description=__doc__)
    parser.add_argument("folder", type=Path)
    root = parser.parse_args().folder
    if not (root / "lvis").is_dir():
        parser.error(f"{root}: there is no tree; make one with python -m benchmarks.tree")
    try:
        for line in as_markdown(profile_steps(root)):
            print(line, flush=True)
    except CommandError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
