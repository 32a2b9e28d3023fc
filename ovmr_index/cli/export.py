"""`export`: files made from the index."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ovmr_index.cli.draw_options import DrawArguments, Seeds, takes_draw
from ovmr_index.cli.export_report import print_report, report_of
from ovmr_index.cli.next_step import note_next, of_vocabulary
from ovmr_index.cli.options import (
    AllowEmpty,
    AsJson,
    IgnoreCuration,
    Only,
    OptionalPartition,
    SavedName,
    Settings,
    SplitOption,
    Vocabulary,
    Without,
    partition_filter,
    settings,
)
from ovmr_index.cli.output_options import Output, require_folder, seeds_option
from ovmr_index.cli.shard_notes import note_missing_shards
from ovmr_index.cli.usual_recipe import note_recipe
from ovmr_index.errors import UsageError
from ovmr_index.vocabularies.names import LVIS_TRAIN

app = typer.Typer(invoke_without_command=True, epilog="Example: ovmr-index --root demo export")


@app.callback()
def export(
    context: typer.Context,
    *,
    vocabulary: Vocabulary = LVIS_TRAIN,
    allow_empty: AllowEmpty = False,
    ignore_curation: IgnoreCuration = False,
    as_json: AsJson = False,
) -> None:
    """Write the files that training reads.

    Without a command it writes the published files whose sources are there. Each file goes to its
    published path below the root, or to metadata/VOCABULARY for another vocabulary. A file whose
    source is missing is left out. Exits with 1 if a file could not be written, or none was.
    """
    chosen = settings(context, as_json)
    if context.invoked_subcommand is None:
        index = chosen.open()
        report = index.export(
            vocabulary=vocabulary, allow_empty=allow_empty, ignore_curation=ignore_curation
        )
        print_report(chosen, report)
        note_missing_shards(chosen, index)
        note_recipe(chosen, index, vocabulary)
        note_next(chosen, "export", "crops", *of_vocabulary(vocabulary))
    elif vocabulary != LVIS_TRAIN:
        raise UsageError("--vocabulary: give it after the target")
    elif allow_empty:
        raise UsageError("--allow-empty: give it after the target")
    elif ignore_curation:
        raise UsageError("--ignore-curation: give it after the target")


@app.command(epilog="Example: ovmr-index --root demo export exemplars -o exemplars.json")
def exemplars(
    context: typer.Context,
    *,
    output: Output = None,
    vocabulary: Vocabulary = LVIS_TRAIN,
    partition: OptionalPartition = None,
    only: Only = None,
    without: Without = None,
    allow_empty: AllowEmpty = False,
    ignore_curation: IgnoreCuration = False,
    as_json: AsJson = False,
) -> None:
    """Write the pool of each category.

    Goes to metadata/exemplar_dict.json. What is excluded is left out.
    """
    selected = partition_filter(partition, only, without)
    chosen = settings(context, as_json)
    index = chosen.open()
    written = index.exports.target(
        "exemplars",
        output,
        vocabulary=vocabulary,
        partition_filter=selected,
        allow_empty=allow_empty,
        ignore_curation=ignore_curation,
    )
    print_report(chosen, report_of("exemplars", written))
    note_missing_shards(chosen, index)
    note_recipe(chosen, index, vocabulary)


@app.command(epilog="Example: ovmr-index --root demo export annotations --without novel")
def annotations(
    context: typer.Context,
    *,
    output: Output = None,
    split: SplitOption = "train",
    vocabulary: Vocabulary = LVIS_TRAIN,
    partition: OptionalPartition = None,
    only: Only = None,
    without: Without = None,
    allow_empty: AllowEmpty = False,
    as_json: AsJson = False,
) -> None:
    """Write LVIS with only some categories.

    The annotations of other categories are left out, the rest is unchanged. Goes to
    lvis/lvis_v1_train_all.json; with --without novel, for example, to
    lvis/lvis_v1_train_PARTITION_without_novel.json. The file of another vocabulary, which has no
    --split, goes to metadata/VOCABULARY.
    """
    _export(
        settings(context, as_json),
        "annotations",
        output,
        split=split,
        vocabulary=vocabulary,
        partition_filter=partition_filter(partition, only, without),
        allow_empty=allow_empty,
    )


@app.command(epilog="Example: ovmr-index --root demo export sample -K 30 --on-shortage repeat")
@takes_draw
def sample(
    context: typer.Context,
    *,
    output: Annotated[Path | None, seeds_option("the published path")] = None,
    draw: DrawArguments,
    seeds: Seeds = None,
    name: SavedName = None,
    sidecar: Annotated[
        bool,
        typer.Option("--sidecar", help="Write where it comes from to FILE.provenance.json."),
    ] = False,
    allow_empty: AllowEmpty = False,
    as_json: AsJson = False,
) -> None:
    """Write K exemplars of each category.

    They are drawn now, or saved under a name. Goes to
    metadata/lvis_image_exemplar_dict_K-005_own.json: K in three digits, _stable in place of _own
    for the stable draw, then _seed-007 with --seeds. A saved sample goes to metadata/NAME.json.
    """
    chosen = settings(context, as_json)
    many = draw.seeds(seeds)
    wanted = draw.saved_or_drawn(name)
    if many is not None and name is not None:
        raise UsageError("--seeds: a saved sample is not drawn again; give --name or --seeds")
    if many is not None:
        require_folder(output)
    index = chosen.open()
    if many is None:
        files = [index.exports.sample(wanted, output, sidecar=sidecar, allow_empty=allow_empty)]
    else:
        files = index.exports.seeds(many, output, sidecar=sidecar, allow_empty=allow_empty)
    print_report(chosen, report_of("sample", *files))
    chosen.note_selection(index, *(many or ()), wanted)


@app.command(epilog="Example: ovmr-index --root demo export norare")
def norare(
    context: typer.Context,
    *,
    output: Output = None,
    split: SplitOption = "train",
    allow_empty: AllowEmpty = False,
    as_json: AsJson = False,
) -> None:
    """Write LVIS without rare categories.

    Only annotations of rare categories are left out. Goes to lvis/lvis_v1_train_norare.json.
    """
    _export(settings(context, as_json), "norare", output, split=split, allow_empty=allow_empty)


@app.command(epilog="Example: ovmr-index --root demo export rareonly")
def rareonly(
    context: typer.Context,
    *,
    output: Output = None,
    split: SplitOption = "train",
    allow_empty: AllowEmpty = False,
    as_json: AsJson = False,
) -> None:
    """Write LVIS with rare categories alone.

    Only annotations of rare categories are kept. Goes to lvis/lvis_v1_train_rare_only.json.
    """
    _export(settings(context, as_json), "rareonly", output, split=split, allow_empty=allow_empty)


@app.command(
    "cat-info", epilog="Example: ovmr-index --root demo export cat-info --split val --add-freq"
)
def cat_info(
    context: typer.Context,
    *,
    output: Output = None,
    split: SplitOption = "train",
    add_freq: Annotated[
        bool, typer.Option("--add-freq", help="Set the frequency (r, c, f) by the images.")
    ] = False,
    vocabulary: Vocabulary = LVIS_TRAIN,
    partition: OptionalPartition = None,
    only: Only = None,
    without: Without = None,
    allow_empty: AllowEmpty = False,
    as_json: AsJson = False,
) -> None:
    """Write LVIS's categories with their counts.

    Goes to metadata/lvis_v1_train_cat_info.json. Those of another vocabulary go to
    metadata/VOCABULARY. Categories that are left out count 0.
    """
    _export(
        settings(context, as_json),
        "cat-info",
        output,
        split=split,
        vocabulary=vocabulary,
        partition_filter=partition_filter(partition, only, without),
        allow_empty=allow_empty,
        add_frequency=add_freq,
    )


@app.command("imagenet-lvis", epilog="Example: ovmr-index --root demo export imagenet-lvis")
def imagenet_lvis(
    context: typer.Context,
    *,
    output: Output = None,
    vocabulary: Vocabulary = LVIS_TRAIN,
    partition: OptionalPartition = None,
    only: Only = None,
    without: Without = None,
    allow_empty: AllowEmpty = False,
    as_json: AsJson = False,
) -> None:
    """Write ImageNet's images of LVIS categories.

    Goes to imagenet/annotations/imagenet_lvis_image_info.json, or to metadata/VOCABULARY for
    another vocabulary. Sizes are read once and kept in the index. Categories that are left out have
    no images.
    """
    _export(
        settings(context, as_json),
        "imagenet-lvis",
        output,
        vocabulary=vocabulary,
        partition_filter=partition_filter(partition, only, without),
        allow_empty=allow_empty,
    )


@app.command(epilog="Example: ovmr-index --root demo export plugin exemplars-csv -o exemplars.csv")
def plugin(
    context: typer.Context,
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help="The name that the package gives to it.")
    ],
    *,
    output: Output = None,
    split: SplitOption = "train",
    allow_empty: AllowEmpty = False,
    as_json: AsJson = False,
) -> None:
    """Write a target of another package.

    docs/plugins.md shows how to write one.
    """
    _export(settings(context, as_json), target, output, split=split, allow_empty=allow_empty)


def _export(chosen: Settings, target: str, output: Path | None, **options: Any) -> None:
    """Write a target; the options are those of `index.exports.target`."""
    index = chosen.open()
    print_report(chosen, report_of(target, index.exports.target(target, output, **options)))
    note_missing_shards(chosen, index)
