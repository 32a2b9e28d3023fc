"""Where rows come from: WordNet, datasets and their files, what ingest did."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Named, UniqueConstraint

from ovmr_index.db.models.base import DOUBLE, TEXT, WHOLE, Columns, row_numbers, strict_table


class SynsetColumns(Columns):
    """A WordNet 3.0 noun synset, or a name that a source uses and WordNet lacks (no wnid)."""

    pk: Named[int] = Column(WHOLE, row_numbers(), primary_key=True)
    name: Named[str] = Column(TEXT)
    wnid: Named[str | None] = Column(TEXT)
    lemmas: Named[str | None] = Column(TEXT)


Synset = strict_table("synsets", SynsetColumns, UniqueConstraint("name"), UniqueConstraint("wnid"))


class HypernymColumns(Columns):
    """A synset and one that is more general; `instance` is 1 for an instance (Paris, city)."""

    synset_pk: Named[int] = Column(WHOLE, ForeignKey("synsets.pk"), primary_key=True)
    hypernym_pk: Named[int] = Column(WHOLE, ForeignKey("synsets.pk"), primary_key=True)
    instance: Named[int] = Column(WHOLE)


Hypernym = strict_table(
    "hypernyms",
    HypernymColumns,
    CheckConstraint("instance IN (0, 1)", name="instance"),
    Index(None, "hypernym_pk"),
    rowid=False,
)


class DatasetColumns(Columns):
    """Images under one root; `root` is relative to the index's root, or absolute outside it."""

    pk: Named[int] = Column(WHOLE, row_numbers(), primary_key=True)
    name: Named[str] = Column(TEXT)
    root: Named[str] = Column(TEXT)


Dataset = strict_table("datasets", DatasetColumns, UniqueConstraint("name"))


class SourceColumns(Columns):
    """What one ingest reads: an annotation file (with its helpers) or a tree of class folders.

    `generation` grows with every change of its rows. `header` is the JSON object of an annotation
    file with null for each list of records. `options` is the JSON object of the options of ingest
    beside the path, by which the source can be read again.
    """

    pk: Named[int] = Column(WHOLE, row_numbers(), primary_key=True)
    dataset_pk: Named[int] = Column(WHOLE, ForeignKey("datasets.pk"))
    name: Named[str] = Column(TEXT)
    format: Named[str] = Column(TEXT)
    split: Named[str | None] = Column(TEXT)
    generation: Named[int] = Column(WHOLE)
    header: Named[str | None] = Column(TEXT)
    options: Named[str | None] = Column(TEXT)


Source = strict_table(
    "sources",
    SourceColumns,
    UniqueConstraint("name"),
    CheckConstraint("generation >= 1", name="generation"),
    Index("ix_sources_dataset_id", "dataset_pk"),  # the planner would go through images first
)


class SourceFileColumns(Columns):
    """A file that a source was read from; `path` as `Dataset.root`, times in nanoseconds.

    `mtime_ns` is null when the file changed so lately that its time proves nothing. `ctime_ns` and
    `inode` change with a file whose size and time were kept; they are null from older revisions.
    """

    pk: Named[int] = Column(WHOLE, row_numbers(), primary_key=True)
    source_pk: Named[int] = Column(WHOLE, ForeignKey("sources.pk"))
    path: Named[str] = Column(TEXT)
    size: Named[int] = Column(WHOLE)
    mtime_ns: Named[int | None] = Column(WHOLE)
    sha256: Named[str] = Column(TEXT)
    ctime_ns: Named[int | None] = Column(WHOLE)
    inode: Named[int | None] = Column(WHOLE)


SourceFile = strict_table(
    "source_files",
    SourceFileColumns,
    UniqueConstraint("source_pk", "path"),
    CheckConstraint("size >= 0", name="size"),
)


class SourceBlockColumns(Columns):
    """A part of an annotation file by the fingerprint of its JSON, which shows whether it changed.

    Position 0 stands for images and categories; the others are blocks of `regions` regions each,
    in the file's order.
    """

    source_pk: Named[int] = Column(WHOLE, ForeignKey("sources.pk"), primary_key=True)
    position: Named[int] = Column(WHOLE, primary_key=True)
    regions: Named[int] = Column(WHOLE)
    fingerprint: Named[str] = Column(TEXT)


SourceBlock = strict_table("source_blocks", SourceBlockColumns, rowid=False)


class IngestRunColumns(Columns):
    """What one ingest of one source did, counted in annotations, objects or image files."""

    pk: Named[int] = Column(WHOLE, row_numbers(), primary_key=True)
    source: Named[str] = Column(TEXT)
    ended_at: Named[str] = Column(TEXT)
    seconds: Named[float] = Column(DOUBLE)
    added: Named[int] = Column(WHOLE)
    changed: Named[int] = Column(WHOLE)
    unchanged: Named[int] = Column(WHOLE)
    vanished: Named[int] = Column(WHOLE)
    errors: Named[int] = Column(WHOLE)


IngestRun = strict_table("ingest_runs", IngestRunColumns)


class IngestErrorColumns(Columns):
    """Something that a run left out, and why."""

    run_pk: Named[int] = Column(WHOLE, ForeignKey("ingest_runs.pk"), primary_key=True)
    position: Named[int] = Column(WHOLE, primary_key=True)
    file: Named[str] = Column(TEXT)
    record: Named[str] = Column(TEXT)
    reason: Named[str] = Column(TEXT)


IngestError = strict_table("ingest_errors", IngestErrorColumns, rowid=False)
