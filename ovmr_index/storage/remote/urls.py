"""The addresses of remote files: which are taken, and none that holds a secret."""

import os
import re
from pathlib import Path

from ovmr_index.errors import UsageError
from ovmr_index.storage.remote.path import RemotePath

LISTED = ("s3", "gs")  # the schemes of what can be listed, and may be a root
SCHEMES = (*LISTED, "https", "http")

# A path makes one slash of two.
_ADDRESS = re.compile(rf"(?P<scheme>{'|'.join(SCHEMES)}):/+(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_CREDENTIALS = "credentials come from the usual places: the environment, ~/.aws, ~/.netrc"


def place(given: str | os.PathLike[str]) -> Path:
    """Return a path, which is a RemotePath for an address of a scheme that is read here.

    Raises:
        UsageError: The address holds a name, a password or a query, or names nothing.
    """
    if isinstance(given, RemotePath):
        return given
    found = _ADDRESS.fullmatch(os.fspath(given))
    if found is None:
        return Path(given)
    scheme, rest = found["scheme"].lower(), found["rest"]
    if problem := _problem(scheme, rest):
        raise UsageError(f"{scheme}://…: {problem}")  # no more of it: there may be a secret in it
    return RemotePath(f"{scheme}://{rest}")


def require_listed(path: Path) -> None:
    """Raise UsageError for a remote folder of a kind that cannot be listed."""
    if isinstance(path, RemotePath) and path.scheme not in LISTED:
        schemes = " or ".join(f"{scheme}://" for scheme in LISTED)
        raise UsageError(f"{path}: a web server lists no folders; give {schemes}, or a folder here")


def _problem(scheme: str, rest: str) -> str:
    """Return what is wrong with an address, "" for nothing."""
    host, *parts = rest.split("/")
    problems = (
        (not host, "names no bucket" if scheme in LISTED else "names no server"),
        ("@" in host, f"holds a name or a password; take it out: {_CREDENTIALS}"),
        ("?" in rest, "has a query, which may hold a signature; give the address without one"),
        ("#" in rest, "has a fragment; give the address without one"),
        (".." in parts, "leads upwards (..); write the whole address"),
        (not rest.isprintable(), "holds a control character"),
    )
    return next((problem for is_so, problem in problems if is_so), "")
