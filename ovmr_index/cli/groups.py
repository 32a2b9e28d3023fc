"""Groups of commands: their help in sections, and their answer to a command that is not there."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup

from ovmr_index.cli.errors import explained_errors
from ovmr_index.cli.plain_values import read_plainly
from ovmr_index.cli.wrong_options import advise
from ovmr_index.errors import alternatives, nearest, without_passwords

# The UsageError of Click, which some versions of Typer hold inside.
_WRONG_ARGUMENTS: Any = typer.BadParameter.__base__
Titled = Mapping[str, Sequence[str]]  # names of commands by the title of their section
_PYDANTICS_OWN = "Value error, "
_PYDANTICS_WORDS = {
    "Input should be a valid integer, unable to parse string as an integer": (
        "give a whole number, as 5"
    ),
    "Input should be a valid number, unable to parse string as a number": "give a number, as 0.5",
}
_SENTENCE = 200  # characters that a first sentence may have: it is wrapped, not cut


class Group(TyperGroup):
    """Commands in one section, which answer an unknown name with the nearest command."""

    def sections(self) -> Titled:
        """Return the names of the commands by the title of their section, in order."""
        return {"Commands": list(self.commands)}

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write each section with the first sentence of each command's help."""
        widest = max(map(len, self.commands))
        for title, names in self.sections().items():
            helps = [
                (name.ljust(widest), self.commands[name].get_short_help_str(_SENTENCE))
                for name in names
            ]
            with formatter.section(title):
                formatter.write_dl(helps)

    def get_params(self, ctx: Any) -> Any:
        """Return the options of the group."""
        params = super().get_params(ctx)
        read_plainly(params)
        return params

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that the first argument names."""
        asked = args[0]
        if asked not in self.commands and (near := nearest(asked, self.commands)):
            ctx.fail(f"No such command {asked!r}. Did you mean {alternatives(near)}?")
        name, command, rest = super().resolve_command(ctx, args)
        if command is not None:
            read_plainly(command.get_params(ctx))
        return name, command, rest


class SectionedGroup(Group):
    """Commands in sections, in the order in which they are used."""

    titled: ClassVar[Titled]

    def sections(self) -> Titled:
        """Return the names of the commands by the title of their section, in order."""
        return self.titled

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the commands, section by section."""
        return [name for names in self.titled.values() for name in names]


class IngestGroup(SectionedGroup):
    """The datasets that are read: those of the published recipe, then those of other formats."""

    titled: ClassVar[Titled] = {
        "Datasets of the published recipe": ("lvis", "imagenet", "visual-genome"),
        "Boxes": ("coco", "openimages", "yolo", "voc"),
        "Images of classes": ("folder", "webdataset", "huggingface"),
        "An index from elsewhere": ("parquet",),
        "Other packages": ("plugin",),
    }


class ExportGroup(SectionedGroup):
    """The files that are written: the published ones, then the forms of other programs."""

    titled: ClassVar[Titled] = {
        "Published files": (
            *("exemplars", "sample", "annotations", "norare", "rareonly"),
            *("cat-info", "imagenet-lvis"),
        ),
        "Boxes": ("coco", "yolo", "odvg", "texts"),
        "Samples": ("crops", "imagefolder", "webdataset", "prompts", "croissant"),
        "Other machines": ("images", "manifest", "loader"),
        "Other programs": ("parquet", "datasette"),
        "Other packages": ("plugin",),
    }


class MainGroup(SectionedGroup):
    """The commands in the order of the job, with the one boundary that all their errors meet."""

    titled: ClassVar[Titled] = {
        "Read datasets": ("ingest", "measure"),
        "Make and look at pools": ("collate", "coverage", "show", "suggest", "curate"),
        "Draw and write": ("sample", "import-sample", "export", "prepare", "parquet"),
        "Choose categories": ("vocabulary", "partition"),
        "Ask and check": ("serve", "report", "status", "sql", "verify", "audit", "evaluate"),
        "Look after the index": ("db", "config", "doctor"),
        "Try it": ("demo",),
    }

    def invoke(self, ctx: Any) -> Any:
        """Run a command; its errors become a line and an exit code."""
        with explained_errors(), _plain_errors():
            return super().invoke(ctx)

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Read the arguments of the command line, which no error repeats with a password."""
        with _plain_errors():
            return super().make_context(*args, **kwargs)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Say what is wrong with arguments without passwords, and in plain words."""
    try:
        yield
    except _WRONG_ARGUMENTS as error:
        advise(error)
        message = error.message.replace(_PYDANTICS_OWN, "")
        for theirs, plain in _PYDANTICS_WORDS.items():
            message = message.replace(theirs, plain)
        error.message = without_passwords(message)
        raise
