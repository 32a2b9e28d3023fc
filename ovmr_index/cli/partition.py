"""`partition`: base and novel categories, and whether training files hold novel ones."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ovmr_index.cli.formats import Form
from ovmr_index.cli.next_step import note_next, of_vocabulary
from ovmr_index.cli.options import AsJson, Vocabulary, settings, to_path
from ovmr_index.cli.output import print_json, show
from ovmr_index.errors import UsageError, counted
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.partition_filter import RARE_PARTITION

if TYPE_CHECKING:
    from ovmr_index.vocabularies.partitions import PartitionSummary

app = typer.Typer(no_args_is_help=True, epilog="Example: ovmr-index --root demo partition list")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of the partition.")]
_COLUMNS = ("vocabulary", "name", "base", "novel", "neither")  # the note is said below the table


@app.callback()
def partition() -> None:
    """Divide categories into base and novel.

    A partition does so with the categories of a vocabulary. Training files can be checked for novel
    ones.
    """


@app.command("list", epilog="Example: ovmr-index --root demo partition list")
def list_partitions(
    context: typer.Context, *, form: Form = "table", as_json: AsJson = False
) -> None:
    """List the partitions.

    Every vocabulary with rare categories has the partition `rare`: its novel categories are those.
    """
    chosen = settings(context, as_json, form)
    found = chosen.open().partitions.list()
    if chosen.json:
        print_json([_as_json(one) for one in found])
    else:
        rows = [one[: len(_COLUMNS)] for one in found]
        chosen.print_table(_COLUMNS, rows, otherwise="there is no partition")
        for one in found:
            if one.note is not None:
                chosen.note(one.note)


@app.command(epilog="Example: ovmr-index --root demo partition add common --frequency rc")
def add(
    context: typer.Context,
    *,
    name: Name,
    frequency: Annotated[
        str | None,
        typer.Option(
            metavar="LETTERS",
            help="Take the categories of these frequencies as novel, for example rc.",
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            parser=to_path, metavar="FILE", help="Take the categories that a file names as novel."
        ),
    ] = None,
    builtin: Annotated[
        str | None, typer.Option(metavar="NAME", help="Take a published partition: ov-coco.")
    ] = None,
    vocabulary: Vocabulary = LVIS_TRAIN,
    as_json: AsJson = False,
) -> None:
    """Add a partition of a vocabulary.

    By frequency, from a file, or as published. The file is text with a category a line, a JSON
    array of categories, or a JSON object with the arrays `novel` and `base`. A category is given by
    id, name or synset. Categories that are not in the file are base; if the file has `base`, they
    are neither.
    """
    chosen = settings(context, as_json)
    if sum(one is not None for one in (frequency, file, builtin)) != 1:
        raise UsageError("give one of --frequency, --file and --builtin")
    index = chosen.open()
    added = index.partitions.add(
        name, frequency=frequency, file=file, builtin=builtin, vocabulary=vocabulary
    )
    if chosen.json:
        print_json(_as_json(added))
    else:
        show(f"{name}: {added.base:,} base, {added.novel:,} novel, {added.neither:,} neither")
        if added.note is not None:
            chosen.note(added.note)
    part = ("--partition", name, "--without", "novel")
    note_next(chosen, "export", "annotations", *part, *of_vocabulary(vocabulary))


@app.command(epilog="Example: ovmr-index --root demo partition rm common")
def rm(
    context: typer.Context,
    *,
    name: Name,
    vocabulary: Vocabulary = LVIS_TRAIN,
    as_json: AsJson = False,
) -> None:
    """Remove a partition."""
    chosen = settings(context, as_json)
    chosen.open().partitions.rm(name, vocabulary=vocabulary)
    if chosen.json:
        print_json({"removed": name})
    else:
        show(f"{name}: removed")


@app.command(
    epilog="Example: ovmr-index --root demo partition check demo/lvis/lvis_v1_train_norare.json"
)
def check(
    context: typer.Context,
    *,
    file: Annotated[
        Path,
        typer.Argument(
            parser=to_path,
            metavar="FILE",
            help="An annotation file, or imagenet-lvis, exemplars or a sample, as exported.",
        ),
    ],
    partition: Annotated[
        str,
        typer.Option(metavar="NAME", help="The partition whose novel categories are looked for."),
    ] = RARE_PARTITION,
    vocabulary: Vocabulary = LVIS_TRAIN,
    form: Form = "table",
    as_json: AsJson = False,
) -> None:
    """Look for novel categories in a file.

    A training file must label nothing with them. Reads the whole file. Exits with 1 if a box, an
    exemplar or an image has a novel category. The file's own categories say which ones it means, by
    synset, then by name, then by id.
    """
    from ovmr_index.vocabularies.partition_check import Leak

    chosen = settings(context, as_json, form)
    found = chosen.open().partitions.check(file, partition, vocabulary=vocabulary)
    if chosen.json:
        print_json(found.as_json())
    else:
        entries = counted(found.entries, "box or exemplar", "boxes or exemplars")
        chosen.report(
            f"{file}: {entries} and {counted(found.images, 'labelled image')};"
            f" {len(found.leaks):,} of {found.novel:,} novel categories are among them"
        )
        if found.leaks or chosen.form != "table":
            chosen.print_table(Leak._fields, found.leaks)
        for note in found.notes:
            chosen.note(note)
        if found.neither:
            chosen.note(f"{counted(found.neither, 'label')} of neither base nor novel categories")
    if found.leaks:
        raise typer.Exit(1)


def _as_json(one: "PartitionSummary") -> dict[str, object]:
    """Return a partition as JSON output has it, with a note where there is something to say."""
    return {key: value for key, value in one._asdict().items() if value is not None}
