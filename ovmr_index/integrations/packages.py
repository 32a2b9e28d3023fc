"""Packages that are no needs of ovmr-index: what to type where one is missing."""

from collections.abc import Iterator
from contextlib import contextmanager

from ovmr_index.errors import OvmrIndexError


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Say which extra of ovmr-index to install where the block cannot import its package.

    Raises:
        OvmrIndexError: The package, or what it needs, cannot be imported.
    """
    with installed_by(name, f"run `pip install 'ovmr-index[{name}]'`"):
        yield


@contextmanager
def installed_by(name: str, remedy: str) -> Iterator[None]:
    """Say what to do where the block cannot import a package.

    One whose compiled part does not load raises other errors than ImportError, as torchvision
    beside another build of PyTorch.

    Raises:
        OvmrIndexError: The package, or what it needs, cannot be imported.
    """
    try:
        yield
    except (ImportError, OSError, RuntimeError) as error:
        reason = " ".join(str(error).split())
        raise OvmrIndexError(f"{name} cannot be imported: {reason}; {remedy}") from None
