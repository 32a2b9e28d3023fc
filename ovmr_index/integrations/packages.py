"""Packages that are no needs of ovmr-index: what to type where one is missing."""

from collections.abc import Iterator
from contextlib import contextmanager

from ovmr_index.errors import OvmrIndexError

# A package whose compiled part does not load raises other errors than ImportError, as torchvision
# beside another build of PyTorch.
_FAILURES = (ImportError, OSError, RuntimeError)


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Say which extra of ovmr-index to install where the block cannot import its package.

    Raises:
        OvmrIndexError: The package, or what it needs, cannot be imported.
    """
    try:
        yield
    except _FAILURES as error:
        reason = _in_one_line(error)
        remedy = (
            "torch and torchvision are of two builds: run"
            " `pip uninstall torch torchvision` and `pip install torch torchvision`, from one index"
            if "operator torchvision::" in reason
            else f"run `pip install 'ovmr-index[{name}]'`"
        )
        raise OvmrIndexError(f"{name} cannot be imported: {reason}; {remedy}") from None


@contextmanager
def installed_by(name: str, remedy: str) -> Iterator[None]:
    """Say what to do where the block cannot import a package.

    Raises:
        OvmrIndexError: The package, or what it needs, cannot be imported.
    """
    try:
        yield
    except _FAILURES as error:
        raise OvmrIndexError(
            f"{name} cannot be imported: {_in_one_line(error)}; {remedy}"
        ) from None


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def lvis_remedy(reason: str) -> str:
    """Return what to type where lvis cannot be imported, by what Python says of it."""
    if "libGL" in reason or "libgthread" in reason or "libglib" in reason:
        return (
            "run `apt-get install libgl1 libglib2.0-0`, or `pip uninstall opencv-python` and"
            " `pip install opencv-python-headless`"
        )
    for module, package in (("cv2", "opencv-python-headless"), ("pycocotools", "pycocotools")):
        if module in reason:
            return f"run `pip install {package}`"
    return "run `pip install --upgrade lvis pycocotools opencv-python-headless`"
