"""The values that a parameter may have: which names of which index, which words, or files."""

from collections.abc import Callable, Sequence
from importlib import resources
from os.path import expandvars
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ovmr_index import plugins
from ovmr_index.cli.completion.asked import Asked
from ovmr_index.cli.configured import Configured
from ovmr_index.cli.groups import ExportGroup
from ovmr_index.config import Setting
from ovmr_index.db.names import Kind, names
from ovmr_index.errors import OvmrIndexError
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.partition_filter import PUBLISHED_PARTITIONS, RARE_PARTITION

Files = Literal["file", "folder", "none"]

SHELLS = ("bash", "zsh", "fish")


class Values(NamedTuple):
    """The values of a parameter, and whether the shell completes files or folders beside them."""

    words: Sequence[str]
    files: Files = "none"


_Words = Callable[[], Sequence[str]]


def _tables() -> Sequence[str]:
    folder = resources.files("ovmr_index").joinpath("data", "class_synsets")
    return sorted(file.name[:-4] for file in folder.iterdir() if file.name.endswith(".tsv"))


# By the command, `*` for all others, and the name of its parameter.
NAMES: dict[tuple[str, str], Kind | _Words] = {
    ("*", "at_least_one"): "dataset",
    ("*", "builtin"): lambda: PUBLISHED_PARTITIONS,
    ("*", "category"): "category",
    ("*", "datasets"): "dataset",
    ("*", "format_name"): lambda: plugins.names(plugins.SOURCES),
    ("*", "install_completion"): lambda: SHELLS,
    ("*", "partition"): "partition",
    ("*", "remove"): "source",
    ("*", "show_completion"): lambda: SHELLS,
    ("*", "source"): "source",
    ("*", "target"): lambda: plugins.names(plugins.TARGETS),
    ("*", "targets"): lambda: ExportGroup.titled["Published files"],
    ("*", "vocabulary"): "vocabulary",
    ("export *", "name"): "sample",
    ("partition rm", "name"): "partition",
    ("sample diff", "a"): "sample",
    ("sample diff", "b"): "sample",
    ("sample rm", "name"): "sample",
    ("sample show", "name"): "sample",
    ("sample show", "only"): "category",
    ("vocabulary rm", "name"): "vocabulary",
}
_FILES: dict[str, Files] = {"FILE": "file", "PATH": "file", "RESULTS": "file", "DIR": "folder"}


def values_of(parameter: Any, asked: Asked, begin: str) -> Values:
    """Return the values of a parameter that begin with a text, as far as the line says whose."""
    kind = kind_of(parameter, asked.path)
    if isinstance(kind, str):
        always = [RARE_PARTITION] if parameter.name == "partition" else []
        return Values([*always, *_names(asked, kind, begin)])
    if kind is not None:
        return Values(kind())
    if choices := choices_of(parameter):
        return Values(choices)
    parts = (parameter.metavar or "").split("|")
    if "TABLE" in parts:
        return Values(_tables(), "file")
    files: Files = next((_FILES[part] for part in parts if part in _FILES), "none")
    return Values([part for part in parts if part.islower()], files)


def kind_of(parameter: Any, path: Sequence[str]) -> Kind | _Words | None:
    """Return what the values of a parameter are the names of, None where they are none."""
    commands = (" ".join(path), f"{path[0]} *" if path else "", "*")
    found = (NAMES.get((command, parameter.name)) for command in commands)
    return next((kind for kind in found if kind is not None), None)


def choices_of(parameter: Any) -> Sequence[str]:
    """Return the words that a parameter chooses from; Typer has had them in two places."""
    for holder in ("type_descriptor", "type"):
        if choices := getattr(getattr(parameter, holder, None), "choices", None):
            return [str(choice) for choice in choices]
    return ()


def _names(asked: Asked, kind: Kind, begin: str) -> list[str]:
    """Return the names of an index: the one that the line, the environment or a file names."""
    options = {
        name: Setting(Path(expandvars(asked.given[name])).expanduser(), f"--{name}")
        for name in ("root", "db")
        if asked.given.get(name)
    }
    try:
        held = Configured(options)
    except (OvmrIndexError, RuntimeError):
        return []
    path = held.value("db") or held.root / "ovmr.db"
    vocabulary = asked.given.get("vocabulary", LVIS_TRAIN)
    return names(path, kind, begin, vocabulary=vocabulary)
