"""What can go wrong, as exceptions: each message is one line that names the remedy."""

from dataclasses import dataclass
from pathlib import Path


class OvmrIndexError(Exception):
    """An error of data, files or the index; the command line exits with 1."""


class UsageError(OvmrIndexError):
    """A wrong option, name or number; the command line exits with 2."""


class RecordError(OvmrIndexError):
    """A file that cannot be read as what it should be: names file, record and remedy."""

    def __init__(self, file: Path, record: str, problem: str, remedy: str) -> None:
        where = f"{file}: {record}" if record else f"{file}"
        super().__init__(f"{where}: {problem}; {remedy}")
        self.file = file
        self.record = record
        self.problem = problem
        self.remedy = remedy

    def __reduce__(self) -> tuple[type["RecordError"], tuple[Path, str, str, str]]:
        """Let the error be raised again in another process."""
        return RecordError, (self.file, self.record, self.problem, self.remedy)


class SchemaError(OvmrIndexError):
    """A file that is no index, or an index of another schema revision."""


class UnwritableError(OvmrIndexError):
    """An index that can be read, and that something was to be kept in."""


class ShortageError(OvmrIndexError):
    """Categories whose pool holds fewer exemplars than a sample asks for."""


class MissingSourceError(OvmrIndexError):
    """An export target or a command needs a source that the index does not hold."""


Problem = tuple[str, str, str]  # dataset and file name of a picture, and what is wrong with it


def os_reason(error: OSError) -> str:
    """Return what the system says is wrong, without a path or a number."""
    return error.strerror or str(error)


@dataclass(frozen=True, slots=True, order=True)
class Issue:
    """What is wrong with a file or a record, or odd about it, while the rest went on.

    `dataset` names whose it is, `file` is its path below the dataset's root (or the path of an
    annotation file), `record` where in the file it is; each is empty where it has no meaning.
    `kind` sorts issues of one report.
    """

    dataset: str = ""
    file: str = ""
    record: str = ""
    kind: str = ""
    reason: str = ""

    def describe(self) -> str:
        """Return the issue in one line, for people."""
        return ": ".join(filter(None, (self.dataset, self.file, self.record, self.reason)))


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun, as messages say it: `1 image`, `1,234 images`."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"
