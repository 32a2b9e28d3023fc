"""Which shards of a source are still to be read: units of work, of which those read are done."""

from sqlalchemy import Delete, Select, Update, delete, func, select, update

from ovmr_index.db.models import Folder, Image, WorkUnit

_JOB = "shards of "


def job_of(source: str) -> str:
    """Return the job that the shards of a source are units of."""
    return f"{_JOB}{source}"


def open_shares() -> Select[str, str]:
    """Return (source, shard) of the shards that are still to be read, in their order."""
    source = func.substr(WorkUnit.c.job, len(_JOB) + 1)
    return (
        select(source, WorkUnit.c.unit)
        .where(func.substr(WorkUnit.c.job, 1, len(_JOB)) == _JOB, WorkUnit.c.state != "done")
        .order_by(WorkUnit.c.job, WorkUnit.c.pk)
    )


def delete_shares(source: str) -> Delete:
    """Return the statement that forgets that a source is read in shards: all of it is."""
    return delete(WorkUnit).where(WorkUnit.c.job == job_of(source))


def end_share(source: str, share: str) -> Update:
    """Return the statement that says that a shard was read."""
    one = update(WorkUnit).where(WorkUnit.c.job == job_of(source), WorkUnit.c.unit == share)
    return one.values(state="done")


def image_count(source_pk: int) -> Select[int]:
    """Return how many images of a source the index holds."""
    return select(func.count()).select_from(Image).where(Image.c.source_pk == source_pk)


def folder_paths(source_pk: int) -> Select[str]:
    """Return the paths of the class folders of a source."""
    return select(Folder.c.path).where(Folder.c.source_pk == source_pk).order_by(Folder.c.path)
