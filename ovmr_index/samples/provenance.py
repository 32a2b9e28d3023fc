"""Where a sample comes from: enough to draw it again, and to say why another draw differs."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path, PurePath
from typing import Any

from sqlalchemy import Connection, func, select

from ovmr_index import __version__
from ovmr_index.curation.stored_marks import marks_fingerprint
from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.models import Folder, Image, Source, SourceFile, Vocabulary
from ovmr_index.errors import UsageError
from ovmr_index.images.locations import in_folder
from ovmr_index.pools.stored_recipe import stored_recipe
from ovmr_index.samples.import_report import ImportReport
from ovmr_index.samples.options import DEFAULT_SEED, DrawOptions, Filters
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.partition_filter import PartitionFilter

_IMPORTED = "imported"
_PARTS = ("only", "without")  # of a partition, as filters say it


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a sample was drawn by, and from what; nothing of it names a machine or a time.

    `filters` are those that were asked for, `recipe` made the pools. `fingerprints` has for each
    source the SHA-256 of each of its files, by name; of a tree of images it is that of the list of
    its folders with the number of images in each. `marks` is the fingerprint of the marks of
    exemplars, None for a draw without any.
    """

    k: int
    seed: int
    method: str
    weight: str | None
    on_shortage: str
    vocabulary: str | None
    version: str | None
    filters: dict[str, Any] | None
    recipe: dict[str, Any] | None
    fingerprints: dict[str, dict[str, str]] | None
    marks: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the fields by name; marks only where the draw had some."""
        found = asdict(self)
        if self.marks is None:
            del found["marks"]
        return found

    def is_draw_by(self, options: DrawOptions) -> bool:
        """Return whether a draw by these options has this provenance, as far as they say.

        A sample of an older version does not say what was the only way then.
        """
        known = replace(
            self,
            weight=self.weight or "area",
            vocabulary=self.vocabulary or LVIS_TRAIN,
            filters=self.filters or {},
        )
        wanted = options.as_json()
        return {key: getattr(known, key) for key in wanted} == wanted

    @property
    def is_imported(self) -> bool:
        """Whether it was read from a file, and not drawn."""
        return self.method == _IMPORTED

    def draw_options(self) -> DrawOptions:
        """Return the options that it was drawn by; raises UsageError where there are none such."""
        values: dict[str, Any] = {
            key: tuple(one) if isinstance(one, list) else one
            for key, one in (self.filters or {}).items()
        }
        partition, only, without = (values.pop(key, None) for key in ("partition", *_PARTS))
        part: Any = only or without
        try:
            filters = Filters(**values)
        except TypeError:
            raise UsageError(f"it was drawn by other filters than there are: {values}") from None
        return DrawOptions(
            k=self.k,
            seed=self.seed,
            method=self.method,
            on_shortage=self.on_shortage,
            weight=self.weight or "area",
            filters=filters,
            vocabulary=self.vocabulary or LVIS_TRAIN,
            partition_filter=partition and PartitionFilter(partition, part, only is not None),
            ignore_curation=self.marks is None,
        )

    def changed_sources(self, fingerprints: Mapping[str, object]) -> list[str]:
        """Return the names of the sources that have other fingerprints now, or came or went."""
        before = {key: one for key, one in (self.fingerprints or {}).items() if key != _IMPORTED}
        names = sorted({*before, *fingerprints})
        return [name for name in names if before.get(name) != fingerprints.get(name)]


def provenance(connection: Connection, vocabulary_pk: int, options: DrawOptions) -> Provenance:
    """Return where a sample that is drawn now comes from."""
    name = select(Vocabulary.c.name).where(Vocabulary.c.pk == vocabulary_pk)
    return Provenance(
        k=options.k,
        seed=options.seed,
        method=options.method,
        weight=options.weight,
        on_shortage=options.on_shortage,
        vocabulary=connection.execute(name).scalar_one(),
        version=__version__,
        filters=options.filters_as_json(),
        recipe=recipe_of(connection, vocabulary_pk),
        fingerprints=fingerprints_of(connection),
        marks=marks_of(connection, options),
    )


def marks_of(connection: Connection, options: DrawOptions) -> str | None:
    """Return the fingerprint of the marks that a draw of now takes account of, None without any."""
    if options.ignore_curation:
        return None
    return marks_fingerprint(connection, options.vocabulary)


def imported_provenance(
    connection: Connection, vocabulary_pk: int, file: Path, report: ImportReport, *, k: int
) -> Provenance:
    """Return where a sample comes from that was read from `file`, of at most `k` a category."""
    with file.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    return Provenance(
        k=max(1, k),
        seed=DEFAULT_SEED,
        method=_IMPORTED,
        weight="area" if report.replaced else None,
        on_shortage="take-all",
        vocabulary=report.vocabulary,
        version=__version__,
        filters={},
        recipe=recipe_of(connection, vocabulary_pk) if report.replaced else None,
        fingerprints={**fingerprints_of(connection), _IMPORTED: {file.name: sha256}},
        marks=marks_fingerprint(connection, report.vocabulary) if report.replaced else None,
    )


def recipe_of(connection: Connection, vocabulary_pk: int) -> dict[str, Any]:
    """Return the `recipe` of the pools of a vocabulary."""
    return stored_recipe(connection, vocabulary_pk).provenance()


def fingerprints_of(connection: Connection) -> dict[str, dict[str, str]]:
    """Return the `fingerprints` of every source, by name."""
    found: dict[str, dict[str, str]] = {}
    files = (
        select(Source.c.name, SourceFile.c.path, SourceFile.c.sha256)
        .join(SourceFile, SourceFile.c.source_pk == Source.c.pk)
        .order_by(Source.c.name, SourceFile.c.path)
    )
    for source, path, sha256 in connection.execute(files):
        found.setdefault(source, {})[PurePath(path).name] = sha256
    folders = (
        select(Source.c.name, Folder.c.path, func.count(Image.c.pk))
        .join(Folder, Folder.c.source_pk == Source.c.pk)
        .join(Image, in_folder(Source.c.pk, Folder.c.pk, Folder.c.path) & Image.c.key.is_(None))
        .where(Source.c.pk.not_in(select(SourceFile.c.source_pk)))
        .group_by(Source.c.name, Folder.c.path)
        .order_by(Source.c.name, Folder.c.path)
    )
    by_source = itemgetter(0)  # the name, which is the first column
    for source, rows in groupby(stream_rows(connection, folders), by_source):
        digest = hashlib.sha256()
        for _, path, images in rows:
            digest.update(f"{path}\t{images}\n".encode())
        found[source] = {"folders": digest.hexdigest()}
    return dict(sorted(found.items()))
