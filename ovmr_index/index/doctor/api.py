"""`doctor`: every check, in order; nothing is written, and no check ends the others."""

from pathlib import Path

from ovmr_index.db.location import Location, Server, located
from ovmr_index.index.doctor.environment import environment_looks
from ovmr_index.index.doctor.finding import DoctorCheck, made
from ovmr_index.index.doctor.index_file import index_look, time_look
from ovmr_index.index.doctor.machine import machine_looks
from ovmr_index.index.doctor.packages import package_looks
from ovmr_index.index.doctor.places import place_looks, root_look
from ovmr_index.index.doctor.server import server_look
from ovmr_index.index.doctor.tree import tree_looks
from ovmr_index.index.opening import usual_place
from ovmr_index.storage.remote.path import RemotePath
from ovmr_index.storage.remote.urls import place


def doctor(root: str | Path = "datasets", db: Location | str | None = None) -> list[DoctorCheck]:
    """Check the environment, the tree and the index, and say what to type.

    It needs no index and no root, writes nothing, and opens an index to read alone. A check that
    fails itself is a problem in the answer. A file system has 5 seconds to answer each check, and
    is asked no more where it does not answer for the root.

    Args:
        root: The folder that the datasets are in.
        db: The file of the index, or its URL; `ovmr.db` below the root by default.

    Raises:
        UsageError: The URL is wrong.

    Returns:
        The checks in order of their sections.
    """
    root = place(root)
    index = located(usual_place(root) if db is None else db)
    looks = [*environment_looks(), *package_looks(), *machine_looks(), root_look(root)]
    checks = [check for look in looks for check in made(look)]
    has_disk = checks[-1].state != "problem" and not isinstance(root, RemotePath)
    looks = [*place_looks(root, index), *tree_looks(root)] if has_disk else []
    looks += [server_look(index) if isinstance(index, Server) else index_look(index, root)]
    looks += [time_look(root)] if has_disk else []
    return [*checks, *(check for look in looks for check in made(look))]
