"""The packages of an engine, which ovmr-index needs for nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager

from ovmr_index.errors import OvmrIndexError


@contextmanager
def installed(extra: str, package: str) -> Iterator[None]:
    """Say which extra of ovmr-index to install where the block cannot import a package.

    Raises:
        OvmrIndexError: It cannot be imported.
    """
    try:
        yield
    except ImportError as error:
        reason = " ".join(str(error).split())
        raise OvmrIndexError(
            f"{package} cannot be imported: {reason}; run `pip install 'ovmr-index[{extra}]'`"
        ) from None
