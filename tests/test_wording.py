"""Messages name options and commands as the shell does on the command line, and else as Python."""

import ast
import re
from collections.abc import Callable, Iterator
from operator import attrgetter
from pathlib import Path

import pytest

import ovmr_index
from ovmr_index import DrawOptions, Filters, Index, OvmrIndexError, ReportOptions, Shots
from ovmr_index.errors import Words, command, option, shell_command, speaking
from ovmr_index.methods import METHODS
from ovmr_index.processes import in_processes
from tests.support.runs import call

PACKAGE = Path(ovmr_index.__file__).parent
_IN_SHELL = re.compile(r"(?:^|[ `(])--?[a-zA-Z]|`ovmr-index ")
# The same in the source, where a text begins behind a quotation mark or the value in an f-string.
_MAY_NAME = re.compile(r"[\"' `(}\n]--?[a-zA-Z]|`ovmr-index ")
# What is typed in a shell wherever it is said: whole commands with their options, those of other
# programs, and what is kept in the index, which people read by either way.
_KEPT = {
    "data/loader.py",
    "db/postgresql_errors.py",
    "db/shape.py",
    "errors.py",
    "export/forms/loader.py",
    "export/published.py",
    "export/training/check.py",
    "export/training/code_bases.py",
    "export/training/dataset_root.py",
    "export/training/place.py",
    "export/training/zero_shot.py",
    "formats/imagenet_beside.py",
    "formats/tar.py",
    "index/database.py",
    "index/doctor/environment.py",
    "index/doctor/packages.py",
    "index/doctor/tree.py",
    "index/export_check.py",
    "ingest/commands.py",
    "ingest/stored_sources.py",
    "integrations/packages.py",
    "storage/links.py",
}


def _literals(file: Path) -> Iterator[str]:
    """Yield the texts of a module that are no docstrings, if one of them may name an option."""
    text = file.read_text(encoding="utf-8")
    if _MAY_NAME.search(text) is None:
        return
    nodes = [*ast.walk(ast.parse(text))]
    statements = {one.value for one in nodes if isinstance(one, ast.Expr)}
    for one in nodes:
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and one not in statements:
            yield one.value


def _modules() -> list[str]:
    names = (file.relative_to(PACKAGE).as_posix() for file in PACKAGE.rglob("*.py"))
    return sorted(
        name
        for name in names
        if not name.startswith(("cli/", "web/", "report/", "demo/", "__main__"))
    )


@pytest.mark.slow
def test_no_message_names_an_option_of_the_shell_in_its_own_text() -> None:
    named: dict[str, list[str]] = {}
    for name in _modules():
        found = [text for text in _literals(PACKAGE / name) if _names_option(text)]
        if found and name not in _KEPT:
            named[name] = found
    assert named == {}


def _names_option(text: str) -> bool:
    """Whether a message has an option; a query with a comment, or an option's own name, is none."""
    is_sql = "SELECT" in text or text.startswith(("-", "--[^"))
    return not is_sql and text not in METHODS and _IN_SHELL.search(text) is not None


@pytest.mark.parametrize(
    ("said", "shell", "python"),
    [
        (lambda: option("min_area"), "--min-area", "min_area="),
        (lambda: option("k", flag="-K"), "-K", "k="),
        (lambda: option("root", metavar="DIR"), "--root DIR", "root="),
        (lambda: option("strip", 0), "--strip 0", "strip=0"),
        (lambda: option("rehash", value=True), "--rehash", "rehash=True"),
        (lambda: option("sheet", Path("a b.png")), "--sheet 'a b.png'", "sheet='a b.png'"),
        (lambda: command("collate"), "`ovmr-index collate`", "`index.collate()`"),
        (
            lambda: command("sample rm", "a"),
            "`ovmr-index sample rm a`",
            "`index.samples.rm('a')`",
        ),
        (
            lambda: command("partition rm", "a", vocabulary="b"),
            "`ovmr-index partition rm a --vocabulary b`",
            "`index.partitions.rm('a', vocabulary='b')`",
        ),
        (
            lambda: command("ingest", rehash=True),
            "`ovmr-index ingest --rehash`",
            "`index.ingest(rehash=True)`",
        ),
        (
            lambda: command("ingest imagenet"),
            "`ovmr-index ingest imagenet`",
            "`index.ingest([index.sources.imagenet()])`",
        ),
        (lambda: command("export imagefolder"), *["`ovmr-index export imagefolder`"] * 2),
    ],
)
def test_each_is_named_in_the_words_of_who_asks(
    said: Callable[[], str], shell: str, python: str
) -> None:
    assert said() == python
    with speaking(shell=True):
        assert said() == shell
    assert said() == python


def test_a_command_of_the_shell_has_the_options_that_were_given() -> None:
    with speaking(shell=True):
        Words.given = ("--root", "a b")
        assert command("sample rm", "c d") == "`ovmr-index --root 'a b' sample rm 'c d'`"
        assert shell_command("ingest", "coco") == "ovmr-index --root 'a b' ingest coco"
        said = {*in_processes(_name_command, range(4), workers=2, chunk=1)}
        assert said == {"`ovmr-index --root 'a b' collate`"}
    assert shell_command("ingest", "coco") == "ovmr-index ingest coco"


def _name_command(_: int) -> str:
    return command("collate")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Return an index that is not there yet."""
    return Index.open(tmp_path_factory.mktemp("root"))


@pytest.mark.parametrize("method", [one for text in METHODS.values() for one in text.split("([")])
def test_each_method_is_there(index: Index, method: str) -> None:
    path = re.sub(r"\(\)|\]|\)|^index\.", "", method)
    assert callable(attrgetter(path)(index))


@pytest.mark.parametrize("words", METHODS)
def test_each_command_is_there(words: str) -> None:
    assert call(*(one for one in words.split() if one[0] != "-"), "--help").code == 0


def _name_option(_: int) -> str:
    return option("k", flag="-K")


def test_other_processes_use_the_words_of_whoever_starts_them() -> None:
    with speaking(shell=True):
        assert {*in_processes(_name_option, range(4), workers=2, chunk=1)} == {"-K"}


@pytest.mark.parametrize(
    "wrong",
    [
        lambda _: DrawOptions(k=0),
        lambda _: DrawOptions(seed=-1),
        lambda _: Filters(min_area=-1),
        lambda _: Filters(per_image=0),
        lambda _: DrawOptions(on_shortage="weep"),
        lambda _: Shots(k=0),
        lambda _: ReportOptions(crops=-1),
        lambda _: Index.open("nowhere"),
        lambda index: index.coverage(),
        lambda index: index.samples.rm("none"),
        lambda index: index.verify(),
        lambda index: index.exports.sample("none"),
        lambda index: index.db.upgrade(),
    ],
)
def test_an_error_in_python_names_no_option_of_the_shell(
    index: Index, wrong: Callable[[Index], object]
) -> None:
    with pytest.raises(OvmrIndexError) as caught:
        wrong(index)
    assert not _IN_SHELL.search(str(caught.value))
