"""`partition`: base and novel categories, and the proof that training sees no novel one."""

from pathlib import Path
from typing import Annotated

import typer

from ovmr_index.cli.options import AsJson, Vocabulary, settings
from ovmr_index.cli.output import print_json, print_table, show
from ovmr_index.errors import UsageError
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.partition_filter import RARE_PARTITION

app = typer.Typer(no_args_is_help=True, epilog="Example: ovmr-index partition list")

Name = Annotated[str, typer.Argument(metavar="NAME", help="What the partition is called.")]


@app.callback()
def partition() -> None:
    """Divide a vocabulary into base and novel categories; check training files."""


@app.command("list", epilog="Example: ovmr-index partition list --json")
def list_partitions(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the partitions; `rare` is there by itself where categories are rare."""
    chosen = settings(context, as_json)
    held = chosen.open().partitions.list()
    if chosen.json:
        print_json([one._asdict() for one in held])
    elif held:
        print_table(held[0]._fields, held)
    else:
        chosen.note("there is no partition")


@app.command(epilog="Example: ovmr-index partition add ov-coco --builtin ov-coco --vocabulary coco")
def add(
    context: typer.Context,
    *,
    name: Name,
    frequency: Annotated[
        str | None,
        typer.Option(metavar="LETTERS", help="Novel are these frequencies, for example rc."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Novel are the categories that a file names."),
    ] = None,
    builtin: Annotated[
        str | None, typer.Option(metavar="NAME", help="A published partition: ov-coco.")
    ] = None,
    vocabulary: Vocabulary = LVIS_TRAIN,
    as_json: AsJson = False,
) -> None:
    """Keep a partition of a vocabulary: by frequency, from a file, or as published.

    The file is text with a category a line, a JSON array of them, or a JSON object with `novel`
    and `base`; a category is given by id, name or synset. Those not named are base, but in neither
    part if `base` is given.
    """
    chosen = settings(context, as_json)
    if sum(one is not None for one in (frequency, file, builtin)) != 1:
        raise UsageError("give one of --frequency, --file and --builtin")
    index = chosen.open()
    added = index.partitions.add(
        name, frequency=frequency, file=file, builtin=builtin, vocabulary=vocabulary
    )
    if chosen.json:
        print_json(added._asdict())
    else:
        show(f"{name}: {added.base:,} base, {added.novel:,} novel, {added.neither:,} neither")


@app.command(epilog="Example: ovmr-index partition rm ov-coco --vocabulary coco")
def rm(
    context: typer.Context,
    *,
    name: Name,
    vocabulary: Vocabulary = LVIS_TRAIN,
    as_json: AsJson = False,
) -> None:
    """Forget a partition."""
    chosen = settings(context, as_json)
    chosen.open().partitions.rm(name, vocabulary=vocabulary)
    if chosen.json:
        print_json({"removed": name})
    else:
        show(f"{name}: removed")


@app.command(epilog="Example: ovmr-index partition check datasets/lvis/lvis_v1_train_norare.json")
def check(
    context: typer.Context,
    *,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Annotations, imagenet-lvis, exemplars or a sample."),
    ],
    partition: Annotated[
        str, typer.Option(metavar="NAME", help="Whose novel categories are looked for.")
    ] = RARE_PARTITION,
    vocabulary: Vocabulary = LVIS_TRAIN,
    as_json: AsJson = False,
) -> None:
    """Prove that a training file labels nothing with a novel category.

    Reads the whole file. Exits with 1 if a box or a picture has a novel category.
    """
    chosen = settings(context, as_json)
    found = chosen.open().partitions.check(file, partition, vocabulary=vocabulary)
    if chosen.json:
        leaks = [leak._asdict() for leak in found.leaks]
        print_json({**found._asdict(), "leaks": leaks})
    else:
        what = f"{found.entries:,} boxes or exemplars and {found.pictures:,} labelled pictures"
        of = f"of {found.novel:,} novel categories"
        show(f"{file}: {what}, {len(found.leaks):,} {of} among them")
        if found.leaks:
            print_table(found.leaks[0]._fields, found.leaks)
        if found.neither:
            chosen.note(f"{found.neither:,} are neither base nor novel")
    if found.leaks:
        raise typer.Exit(1)
