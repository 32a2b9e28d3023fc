"""Where rows come from: WordNet, datasets and their files, what ingest did."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ovmr_index.db.models.base import Base, strict


class Synset(Base):
    """A WordNet 3.0 noun synset, or a name that a source uses and WordNet lacks (no wnid)."""

    __tablename__ = "synsets"
    __table_args__ = strict(UniqueConstraint("name"), UniqueConstraint("wnid"))
    pk: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    wnid: Mapped[str | None]
    lemmas: Mapped[str | None]


class Hypernym(Base):
    """A synset and one that is more general; `instance` is 1 for an instance (Paris, city)."""

    __tablename__ = "hypernyms"
    __table_args__ = strict(
        CheckConstraint("instance IN (0, 1)", name="instance"),
        Index(None, "hypernym_pk"),
        rowid=False,
    )
    synset_pk: Mapped[int] = mapped_column(ForeignKey("synsets.pk"), primary_key=True)
    hypernym_pk: Mapped[int] = mapped_column(ForeignKey("synsets.pk"), primary_key=True)
    instance: Mapped[int]


class Dataset(Base):
    """Images under one root; `root` is relative to the index's root, or absolute outside it."""

    __tablename__ = "datasets"
    __table_args__ = strict(UniqueConstraint("name"))
    pk: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    root: Mapped[str]


class Source(Base):
    """What one ingest reads: an annotation file (with its helpers) or a tree of class folders.

    `generation` grows with every change of its rows. `header` is the JSON object of an annotation
    file with null for each list of records. `options` is the JSON object of the options of ingest
    beside the path, by which the source can be read again.
    """

    __tablename__ = "sources"
    __table_args__ = strict(
        UniqueConstraint("name"),
        CheckConstraint("generation >= 1", name="generation"),
        Index("ix_sources_dataset_id", "dataset_pk"),  # the planner would go through images first
    )
    pk: Mapped[int] = mapped_column(primary_key=True)
    dataset_pk: Mapped[int] = mapped_column(ForeignKey("datasets.pk"))
    name: Mapped[str]
    format: Mapped[str]
    split: Mapped[str | None]
    generation: Mapped[int]
    header: Mapped[str | None]
    options: Mapped[str | None]


class SourceFile(Base):
    """A file that a source was read from; `path` as `Dataset.root`, times in nanoseconds.

    `mtime_ns` is null when the file changed so lately that its time proves nothing. `ctime_ns` and
    `inode` change with a file whose size and time were kept; they are null from older revisions.
    """

    __tablename__ = "source_files"
    __table_args__ = strict(
        UniqueConstraint("source_pk", "path"), CheckConstraint("size >= 0", name="size")
    )
    pk: Mapped[int] = mapped_column(primary_key=True)
    source_pk: Mapped[int] = mapped_column(ForeignKey("sources.pk"))
    path: Mapped[str]
    size: Mapped[int]
    mtime_ns: Mapped[int | None]
    sha256: Mapped[str]
    ctime_ns: Mapped[int | None]
    inode: Mapped[int | None]


class SourceBlock(Base):
    """A part of an annotation file by the fingerprint of its JSON, which shows whether it changed.

    Position 0 stands for images and categories; the others are blocks of `regions` regions each,
    in the file's order.
    """

    __tablename__ = "source_blocks"
    __table_args__ = strict(rowid=False)
    source_pk: Mapped[int] = mapped_column(ForeignKey("sources.pk"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    regions: Mapped[int]
    fingerprint: Mapped[str]


class IngestRun(Base):
    """What one ingest of one source did, counted in annotations, objects or image files."""

    __tablename__ = "ingest_runs"
    __table_args__ = strict()
    pk: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    ended_at: Mapped[str]
    seconds: Mapped[float]
    added: Mapped[int]
    changed: Mapped[int]
    unchanged: Mapped[int]
    vanished: Mapped[int]
    errors: Mapped[int]


class IngestError(Base):
    """Something that a run left out, and why."""

    __tablename__ = "ingest_errors"
    __table_args__ = strict(rowid=False)
    run_pk: Mapped[int] = mapped_column(ForeignKey("ingest_runs.pk"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    file: Mapped[str]
    record: Mapped[str]
    reason: Mapped[str]
