"""The files that were written from an index, against what it would write now.

An index keeps no list of them: what stands at the usual paths is compared. Each is written again
into a pipe, whose bytes are compared as they come: nothing is written over, and nothing is kept.
"""

import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from ovmr_index.db.models import Partition, Sample, Vocabulary
from ovmr_index.db.session import Session
from ovmr_index.errors import OvmrIndexError, shell_command
from ovmr_index.export.context import ExportContext
from ovmr_index.export.sample import PUBLISHED_SAMPLES, export_drawn, export_saved, sample_file
from ovmr_index.export.target import Target, WrittenFile
from ovmr_index.export.targets import TARGETS
from ovmr_index.index.finding import Finding, note
from ovmr_index.pools.stored_recipe import is_stale
from ovmr_index.samples.draw import open_sampler
from ovmr_index.samples.options import DrawOptions
from ovmr_index.vocabularies.names import LVIS_TRAIN, LVIS_VAL
from ovmr_index.vocabularies.partition_filter import PartitionFilter

_CHUNK = 1 << 20  # bytes
_DRAWN = re.compile(r"image_exemplar_dict_K-(\d+)_(own|stable)(?:_seed-(\d+))?\.json$")
_Write = Callable[[Path], WrittenFile]


def check_exports(session: Session) -> Iterator[Finding]:
    """Compare the files at the usual paths with what would be written there now."""
    with session.read() as connection:
        rows = connection.execute(select(Vocabulary.c.pk, Vocabulary.c.name)).all()
        stale = {name for pk, name in rows if is_stale(connection, pk)}
        parts = connection.execute(
            select(Vocabulary.c.name, Partition.c.name).join_from(Partition, Vocabulary)
        ).all()
        samples = connection.execute(select(Sample.c.name).order_by(Sample.c.name)).scalars().all()
    for name in sorted(name for _, name in rows if name != LVIS_VAL):
        mine = [None, *_filters([part for vocabulary, part in parts if vocabulary == name])]
        yield from _targets(session, name, mine, is_stale=name in stale)
        yield from _draws(session, name, is_stale=name in stale)
    for name in samples:
        path = session.outputs / f"metadata/{name}.json"
        command = shell_command("export", "sample", "--name", name)
        yield from _compare(path, [_saved(session, name)], command)


def _filters(partitions: list[str]) -> list[PartitionFilter]:
    return [
        PartitionFilter(name, part, only)
        for name in partitions
        for part in ("base", "novel")
        for only in (True, False)
    ]


def _targets(
    session: Session, vocabulary: str, filters: list[PartitionFilter | None], *, is_stale: bool
) -> Iterator[Finding]:
    for target in TARGETS.values():
        splits = ("train", "val") if "{split}" in target.file else ("train",)
        if vocabulary != LVIS_TRAIN:
            splits = ("train",)
        for split in splits:
            for one in filters:
                context = ExportContext(
                    session, split, vocabulary=vocabulary, partition_filter=one, allow_empty=True
                )
                path = target.path(context)
                command = _command(target, context)
                if target.needs_pools and is_stale:
                    yield from _older(path, command)
                    continue
                yield from _compare(path, _ways(target, context), command)


def _ways(target: Target, context: ExportContext) -> list[_Write]:
    """Return how a target may have been written: some have two ways to one path."""
    contexts = [context]
    if target.name == "cat-info":
        contexts.append(replace(context, add_frequency=True))
    if target.needs_pools:
        contexts.append(replace(context, ignore_curation=True))
    return [partial(target.write, one) for one in contexts]


def _draws(session: Session, vocabulary: str, *, is_stale: bool) -> Iterator[Finding]:
    """Compare the samples that were drawn to their usual paths; their names say what K was."""
    folder = (session.outputs / sample_file(DrawOptions(vocabulary=vocabulary))).parent
    prefix = "lvis_" if vocabulary == LVIS_TRAIN else ""
    for path in sorted(folder.glob(f"{prefix}image_exemplar_dict_K-*.json")):
        found = _DRAWN.search(path.name)
        if found is None:
            continue
        method = "numpy" if found[2] == "own" else "stable"
        options = DrawOptions(int(found[1]), int(found[3] or 42), method, vocabulary=vocabulary)
        published = [one.on_shortage for one in PUBLISHED_SAMPLES if one.k == options.k]
        ways = dict.fromkeys((*published, "repeat", "take-all"))
        values = ["-K", str(options.k), "--seed", str(options.seed), "--method", method]
        values += _of_vocabulary(vocabulary)
        command = shell_command("export", "sample", *values)
        if is_stale:
            yield from _older(path, command)
            continue
        draws = [
            _drawn(session, replace(options, on_shortage=way, ignore_curation=ignoring))
            for way in ways
            for ignoring in (False, True)
        ]
        yield from _compare(path, draws, command)


def _drawn(session: Session, options: DrawOptions) -> _Write:
    def write(path: Path) -> WrittenFile:
        with open_sampler(session) as sampler:
            return export_drawn(session, sampler, options, path, sidecar=False, allow_empty=True)

    return write


def _saved(session: Session, name: str) -> _Write:
    return lambda path: export_saved(session, name, path, sidecar=False, allow_empty=True)


def _command(target: Target, context: ExportContext) -> str:
    one = context.partition_filter
    options = ["--split", context.split] if context.split != "train" else []
    options += _of_vocabulary(context.vocabulary)
    if one is not None:
        only = "--only" if one.only else "--without"
        options += ["--partition", one.partition, only, one.part]
    return shell_command("export", target.name, *options)


def _of_vocabulary(name: str) -> list[str]:
    return [] if name == LVIS_TRAIN else ["--vocabulary", name]


def _older(path: Path, command: str) -> Iterator[Finding]:
    if path.is_file():
        yield Finding(
            f"{path}: was made from an older state of the index, whose pools are stale:"
            f" run `{command}`"
        )


def _compare(path: Path, ways: list[_Write], command: str) -> Iterator[Finding]:
    """Compare a file, if there is one, with what each way to write it gives."""
    if not path.is_file():
        return
    records = 0
    for write in ways:
        try:
            is_same, written = _is_same(path, write)
        except OvmrIndexError as error:
            yield note(f"{path}: was not compared: {error}")
            return
        if is_same:
            return
        records = written.records
    yield Finding(f"{path}: is not what the index gives now ({records:,} records): run `{command}`")


def _is_same(path: Path, write: _Write) -> tuple[bool, WrittenFile]:
    """Return whether a file holds what is written now, and what that is."""
    with TemporaryDirectory() as folder, ThreadPoolExecutor(1) as pool:
        pipe = Path(folder) / path.name
        os.mkfifo(pipe)
        compared = pool.submit(_compare_pipe, path, pipe)
        try:
            written = write(pipe)
        finally:
            with suppress(OSError):  # where nothing was written, the reader still waits
                os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
        return compared.result(), written


def _compare_pipe(path: Path, pipe: Path) -> bool:
    """Return whether a file holds what comes out of a pipe, which is read to its end."""
    is_same = True
    with pipe.open("rb") as written, path.open("rb") as file:
        while chunk := written.read(_CHUNK):
            is_same = is_same and file.read(len(chunk)) == chunk
        return is_same and not file.read(1)
