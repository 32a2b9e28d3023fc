"""What can go wrong, as exceptions: each message is one line that says what to type instead."""

import re
import shlex
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ovmr_index.methods import METHODS

_SUGGESTED = 3
_FEW = 10
_LONGEST = 200  # characters of a value in a message
# In a URL, whose slashes a path may have made one: up to the last @, or all where that was cut off.
_IN_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*:/{1,2}[^\s/:@]*:)\S+(?=@)")
_CUT_URL = re.compile(
    r"([A-Za-z][A-Za-z0-9+.-]*:/{1,2}[^\s/:@]*:)(?!\*\*\*)(?!\d{1,5}(?:\W|$))[^\s@]+"
)
_NAMED = re.compile(
    r"(\b(?:password|passwd|passphrase|sslpassword|pwd|secret|token)=)('[^']*'|[^&\s'\"]+)",
    re.IGNORECASE,
)


class Words:
    """Whose words messages use: those of the shell while the command line runs, or Python's.

    `given` are the global options of the command that runs, for the commands that messages name.
    """

    shell = False
    given: tuple[str, ...] = ()


class OvmrIndexError(Exception):
    """An error of data, files or the index; the command line exits with 1."""

    def __init__(self, message: str = "") -> None:
        super().__init__(without_passwords(message))


class UsageError(OvmrIndexError):
    """A wrong option, name or number; the command line exits with 2."""


class RecordError(OvmrIndexError):
    """A file that cannot be read as what it should be; it names file, record and remedy."""

    def __init__(self, file: Path, record: str, problem: str, remedy: str) -> None:
        where = f"{file}: {shortened(record)}" if record else f"{file}"
        super().__init__(f"{where}: {shortened(problem, 2 * _LONGEST)}; {remedy}")
        self.file = file
        self.record = without_passwords(record)
        self.problem = without_passwords(problem)
        self.remedy = remedy

    def __reduce__(self) -> tuple[type["RecordError"], tuple[Path, str, str, str]]:
        """Let the error be raised again in another process."""
        return RecordError, (self.file, self.record, self.problem, self.remedy)

    def as_issue(self) -> "Issue":
        """Return the error as an issue: its record is left out, and the rest goes on."""
        return Issue(file=str(self.file), record=self.record, reason=self.problem)


class SchemaError(OvmrIndexError):
    """A file that is no index, or an index of another schema revision."""


class ServerError(OvmrIndexError):
    """A server that cannot be reached, refuses, or cannot hold an index."""


class DamagedError(OvmrIndexError):
    """An index that holds what no part of this program writes."""


class UnwritableError(OvmrIndexError):
    """An index that can be read but not written."""


class ShortageError(OvmrIndexError):
    """Categories whose pool holds fewer exemplars than a sample asks for."""


class EmptyOutputError(OvmrIndexError):
    """A file with records that would be replaced by one without any."""


class ProtectedPathError(UsageError):
    """An output that would replace the index or an input, or be among a dataset's images."""

    def __init__(self, path: Path, what: str, *, is_folder: bool = False) -> None:
        super().__init__(f"{path}: {what}; write to another {'folder' if is_folder else 'file'}")


class MissingSourceError(OvmrIndexError):
    """An export target or a command needs a source that the index does not hold."""


@contextmanager
def naming(file: Path | None, where: str = "") -> Iterator[None]:
    """Begin the message of what is wrong with a file's content with the file, and where it is.

    A RecordError names its file already. Nothing is added without a file.
    """
    try:
        yield
    except RecordError:
        raise
    except OvmrIndexError as error:
        if file is not None:
            error.args = (": ".join(filter(None, (str(file), where, str(error)))),)
        raise


def os_reason(error: OSError) -> str:
    """Return what the system says is wrong, without a path or a number."""
    return error.strerror or str(error)


@contextmanager
def speaking(*, shell: bool) -> Iterator[None]:
    """Have messages name options and commands as the shell does, or as Python does.

    It holds for all threads, and for the worker processes that are started meanwhile.
    """
    before = Words.shell, Words.given
    Words.shell = shell
    try:
        yield
    finally:
        Words.shell, Words.given = before


def option(name: str, value: object = None, *, flag: str = "", metavar: str = "") -> str:
    """Return an option as a message names it: `--min-area` in the shell, `min_area=` in Python.

    Args:
        name: The name of the parameter in Python.
        value: What to give it, as in `--strip 4` and `strip=4`; True is a flag's.
        flag: The option in the shell, where the name does not say it.
        metavar: What the shell's help calls the value, where no value is named.
    """
    if Words.shell:
        return _in_shell(flag or name, value, metavar)
    return f"{name}=" if value is None else _in_python(value, f"{name}=")


def command(words: str, *values: object, **options: object) -> str:
    """Return a command in backticks: `ovmr-index sample rm a` or `index.samples.rm('a')`.

    A command that no method stands for is the shell's in Python too.

    Args:
        words: The command and its subcommand in the shell.
        values: Its arguments, in order.
        options: Its options by their names in Python.
    """
    method = METHODS.get(words)
    if Words.shell or method is None:
        given = [shlex.quote(str(value)) for value in values]
        given += [_in_shell(name, value) for name, value in options.items()]
        return f"`{' '.join((shell_command(*words.split()), *given))}`"
    given = [_in_python(value) for value in values]
    given += [_in_python(value, f"{name}=") for name, value in options.items()]
    start, _, end = method.partition("()")
    return f"`index.{start}({', '.join(given)}){end}`"


def shell_command(*words: str) -> str:
    """Return a command line that can be pasted into a shell, with the global options given here."""
    return shlex.join(("ovmr-index", *Words.given, *words))


def _in_python(value: object, name: str = "") -> str:
    return f"{name}{(str(value) if isinstance(value, Path) else value)!r}"


def _in_shell(name: str, value: object, metavar: str = "") -> str:
    flag = name if name.startswith("-") else f"--{name.replace('_', '-')}"
    given = metavar if value is None or value is True else shlex.quote(str(value))
    return f"{flag} {given}".rstrip()


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


def shortened(text: str, longest: int = _LONGEST) -> str:
    """Return a text as messages show it: its beginning and its end where it is longer."""
    if len(text) <= longest:
        return text
    return f"{text[: longest - 20]}…{text[-19:]}"


def without_passwords(text: str) -> str:
    """Return a message with `***` in the place of a password in a URL or a connection string."""
    if ":/" in text:
        text = _CUT_URL.sub(r"\1***", _IN_URL.sub(r"\1***", text))
    return _NAMED.sub(r"\1***", text) if "=" in text else text


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun, as messages say it: `1 image`, `1,234 images`."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def unknown(
    kind: str, name: str | int, known: Iterable[str], *, within: str = "", see: str = ""
) -> UsageError:
    """Return the error for a name that nothing has, with the names that may be meant.

    Args:
        kind: What the name should be the name of, as in `category`.
        name: The name as it was given.
        known: The names that there are, in the order in which equally near ones are suggested.
        within: What the names belong to, as in `lvis_v1_train`.
        see: What to do where no name is near and there are too many to list, or none.
    """
    names = list(known)
    given = name if isinstance(name, int) else shortened(name)
    message = f"there is no {kind} {given!r}" + (f" in {shortened(within)}" if within else "")
    if near := nearest(str(given), names):
        return UsageError(f"{message}; did you mean {alternatives(near)}?")
    if 0 < len(names) <= _FEW:
        return UsageError(f"{message}; give {alternatives(names)}")
    return UsageError(f"{message}; {see or 'there is none yet'}")


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """Return up to three of the known names that may be meant, the likeliest first.

    A name is near if it begins with the one given or contains it, whatever the case, spaces and
    hyphens (`coin` finds `penny_(coin)`); if no name does, those that differ in a few letters.
    """
    from difflib import get_close_matches

    asked = folded(name)
    spelled: dict[str, list[str]] = {}
    for one in known:
        for form in dict.fromkeys((folded(one), folded(one.partition("(")[0]))):
            spelled.setdefault(form, []).append(one)
    parts = [form for form in spelled if asked in form] if len(asked) > 1 else []
    parts.sort(key=lambda form: (not form.startswith(asked), len(form)))
    found = parts or get_close_matches(asked, spelled, _SUGGESTED)
    near = dict.fromkeys(one for form in found for one in spelled[form])
    return list(near)[:_SUGGESTED]


def alternatives(names: list[str]) -> str:
    """Return names as a choice: `'a', 'b' or 'c'`."""
    *first, last = map(repr, map(shortened, names))
    return f"{', '.join(first)} or {last}" if first else last


def folded(name: str) -> str:
    """Return a name in lower case without what people separate words by: spaces, `-` and `_`.

    Letters of full width are usual ones; what is not seen, as a space without width, is left out.
    """
    signs = unicodedata.normalize("NFKC", name).casefold()
    return "".join(
        sign
        for sign in signs
        if not (sign.isspace() or sign in "-_" or unicodedata.category(sign) == "Cf")
    )
