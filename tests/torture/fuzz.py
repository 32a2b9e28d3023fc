"""Damaged files for every reader and damaged indexes for every command: answered in one line."""

import random
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ovmr_index.db.schema import PAGE_BYTES
from tests.support.runs import CHECKOUT, Run, command_line, environment
from tests.support.warm import warm_start
from tests.torture.trials import Trial
from tests.torture.workplace import Workplace

SECONDS, MIB = 10, 1_024  # what an answer may take
_JSON_BITS = (
    b"null",
    b"true",
    b"-1",
    b"1e999",
    b"9223372036854775808",
    b'"\\ud800"',
    b"[",
    b"}",
    b'""',
    b"0.5",
    b'"../../x"',
    b"[[[[]]]]",
    b"NaN",
    b'"\\u0000"',
    b"{}",
    b"\xff",
    b"\xef\xbb\xbf",
)
_LVIS = "lvis/lvis_v1_train.json"
_READERS = {
    "lvis": (_LVIS, ("ingest", "lvis")),
    "coco": (_LVIS, ("ingest", "coco", f"ROOT/{_LVIS}", "--name", "a", "--images", "ROOT/coco")),
    "visual genome": ("VisualGenome/objects.json", ("ingest", "visual-genome")),
    "its images": ("VisualGenome/image_data.json", ("ingest", "visual-genome")),
    "a class tar": ("tars/n01440764.tar", ("ingest", "imagenet", "ROOT/tars", "--allow-vanished")),
    "a sample": ("theirs.json", ("import-sample", "ROOT/theirs.json", "--name", "theirs")),
    "a partition": ("list.json", ("partition", "add", "mine", "--file", "ROOT/list.json")),
    "a class list": ("classes.txt", ("vocabulary", "add", "ROOT/classes.txt", "--name", "v")),
    "a checked file": (_LVIS, ("partition", "check", f"ROOT/{_LVIS}", "--partition", "rare")),
    "a mapping": (
        "mapping.json",
        ("ingest", "folder", "ROOT/imagenet", "--name", "b", "--synsets", "ROOT/mapping.json"),
    ),
}
_QUESTIONS = (
    ("status",),
    ("db", "check"),
    ("collate",),
    ("export",),
    ("coverage",),
    ("sample", "-K", "2", "--on-shortage", "take-all"),
    ("sql", "SELECT * FROM exemplars"),
    ("audit",),
    ("verify",),
)


def limit() -> None:
    """Leave this process, and those that it starts, the memory that an answer may take."""
    resource.setrlimit(resource.RLIMIT_DATA, (MIB << 20, MIB << 20))


def run_limited(line: list[str]) -> Run:
    """Run a command as a process of its own that has the memory that an answer may take."""
    done = subprocess.run(
        command_line(*line),
        capture_output=True,
        text=True,
        timeout=3 * SECONDS,
        preexec_fn=limit,
        env=environment() | {"PYTHONPATH": str(CHECKOUT)},
        check=False,
        errors="replace",
    )
    return Run(done.returncode, done.stdout, done.stderr)


class Fuzz:
    """Trials of readers and of stored indexes with bytes that were changed."""

    def __init__(
        self, workplace: Workplace, seed: int, start: Callable[[list[str]], Run] = run_limited
    ) -> None:
        """Use the workplace's trees, and start commands by `start`."""
        self._workplace, self._seed, self._start = workplace, seed, start
        self._right: set[str] = set()

    def trials(self) -> Iterator[Trial]:
        """Yield trials without end: of each reader and of each question in turn."""
        number = 0
        while True:
            for reader in _READERS:
                yield self.of_reader(reader, number)
            yield self.of_index(number)
            number += 1

    def of_reader(self, reader: str, number: int) -> Trial:
        """Return the trial of a reader with a damaged file."""
        path, arguments = _READERS[reader]
        self._read_undamaged(reader, arguments)
        name = f"{self._seed}:{reader}:{number}"
        root = self._workplace.filled("trial")
        try:
            file = root / path
            damaged, how = mutated(file.read_bytes(), random.Random(name))
            file.write_bytes(damaged)
            problems = self._answered(root, arguments)
        finally:
            shutil.rmtree(root)
        return Trial("fuzz", reader, how, name, problems)

    def _read_undamaged(self, reader: str, arguments: tuple[str, ...]) -> None:
        """See once that a command does what it should where nothing is damaged."""
        if reader not in self._right:
            root = self._workplace.filled("undamaged")
            done = warm_start().run(*_given(root, arguments))
            shutil.rmtree(root)
            assert done.code in {0, 1}, f"{reader}: {done.err}"
            assert "error:" not in done.err, f"{reader}: {done.err}"
            self._right.add(reader)

    def of_index(self, number: int) -> Trial:
        """Return the trial of a command on an index with changed bytes."""
        arguments = _QUESTIONS[number % len(_QUESTIONS)]
        name = f"{self._seed}:index:{number}"
        root = self._workplace.filled("trial")
        try:
            how = _damage_pages(root / "ovmr.db", random.Random(name))
            problems = self._answered(root, arguments)
        finally:
            shutil.rmtree(root)
        return Trial("fuzz", f"an index, {arguments[0]}", how, name, problems)

    def _answered(self, root: Path, arguments: tuple[str, ...]) -> tuple[str, ...]:
        """Run a command; return what is wrong with how it answered."""
        started = time.perf_counter()
        try:
            done = self._start(_given(root, arguments))
        except subprocess.TimeoutExpired:
            return (f"took over {SECONDS} s",)
        problems = []
        if done.code not in (0, 1, 2):
            problems.append(f"exit code {done.code}: {done.err.strip()[-200:]}")
        if "Traceback" in done.err:
            problems.append(f"a traceback: {done.err.strip()[-200:]}")
        if any(len(one) > 2_000 for one in done.err.splitlines()):
            problems.append("a line of over 2,000 characters")
        if time.perf_counter() - started > SECONDS:
            problems.append(f"took over {SECONDS} s")
        return tuple(problems)


def mutated(content: bytes, chance: random.Random) -> tuple[bytes, str]:
    """Return content with up to eight changes, and what kind they were."""
    how = []
    for _ in range(chance.randint(1, 8)):
        change = chance.choice(_CHANGES)
        content = change(content, chance)
        how.append(change.__name__.lstrip("_"))
    return content, " ".join(sorted(set(how)))


def _damage_pages(index: Path, chance: random.Random) -> str:
    """Change bytes of one to thirty pages, of the first more often than of others."""
    content = bytearray(index.read_bytes())
    pages = len(content) // PAGE_BYTES
    count = chance.randint(1, 30)
    for _ in range(count):
        start = PAGE_BYTES * (0 if chance.random() < 0.1 else chance.randrange(pages))
        page, _how = mutated(bytes(content[start : start + PAGE_BYTES]), chance)
        content[start : start + PAGE_BYTES] = page[:PAGE_BYTES].ljust(PAGE_BYTES, b"\0")
    index.write_bytes(content)
    return f"{count} pages"


def _at(content: bytes, chance: random.Random) -> int:
    return chance.randrange(len(content)) if content else 0


def _flip(content: bytes, chance: random.Random) -> bytes:
    at = _at(content, chance)
    return content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]


def _cut(content: bytes, chance: random.Random) -> bytes:
    at = _at(content, chance)
    return content[:at] + content[at + chance.choice((1, 7, 512, len(content))) :]


def _put(content: bytes, chance: random.Random) -> bytes:
    """Replace a value of JSON, or what stands there, by another."""
    at = max(content.find(b":", _at(content, chance)), 0) + 1
    end = min((found for sign in b",}]" if (found := content.find(sign, at)) > 0), default=at)
    return content[:at] + chance.choice(_JSON_BITS) + content[end:]


def _repeat(content: bytes, chance: random.Random) -> bytes:
    at, size = _at(content, chance), chance.choice((1, 8, 64, 4_096))
    return content[: at + size] + content[at : at + size] + content[at + size :]


def _swap(content: bytes, chance: random.Random) -> bytes:
    first, second = sorted((_at(content, chance), _at(content, chance)))
    size = min(64, second - first)
    a, b = content[first : first + size], content[second : second + size]
    return content[:first] + b + content[first + size : second] + a + content[second + size :]


_CHANGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip,
    _cut,
    _put,
    _repeat,
    _swap,
)


def _given(root: Path, arguments: tuple[str, ...]) -> list[str]:
    return ["--root", str(root), *(text.replace("ROOT", str(root)) for text in arguments)]
