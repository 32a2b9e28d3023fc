"""The lvis package: its class `LVIS` filled from the index, and its classes as they work here.

`LVIS`, `LVISEval`, `LVISResults` and `LVISVis` are the package's own. They can be imported from
here, which leaves the root logger as it is, and lets `LVISEval` run with numpy 1.24 and later.
"""

import logging
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from ovmr_index.db.session import Session
from ovmr_index.errors import OvmrIndexError
from ovmr_index.export.annotations import annotation_file
from ovmr_index.ingest.stored_sources import find_lvis_source
from ovmr_index.integrations.packages import lvis_remedy

if TYPE_CHECKING:
    from lvis import LVIS, LVISEval, LVISResults, LVISVis

__all__ = ["LVIS", "LVISEval", "LVISResults", "LVISVis", "lvis_object", "lvis_package"]
_CLASSES = ("LVIS", "LVISEval", "LVISResults", "LVISVis")


def lvis_object(session: Session, split: str) -> "LVIS":
    """Return a `lvis.LVIS` for the annotation file of a split in the index.

    Raises:
        MissingSourceError: The index does not hold that split.
        OvmrIndexError: The package, or what it needs, cannot be imported.
    """
    found: type[LVIS] = lvis_package().LVIS
    # Its __init__ reads a file; here the data comes from the index.
    made = object.__new__(found)
    made.logger = logging.getLogger(found.__module__)
    with session.read() as connection:
        made.dataset = annotation_file(connection, find_lvis_source(connection, split))
    made._create_index()
    return made


def lvis_package() -> ModuleType:
    """Import the lvis package, and let its `LVISEval` run with this numpy.

    `lvis.eval` of lvis 0.5.3 calls `np.float`, which numpy 1.24 removed. That module alone is given
    a numpy that has it; numpy itself is left as it is. What the package does to the root logger
    is undone.

    Raises:
        OvmrIndexError: The package, or what it needs, cannot be imported.
    """
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        import lvis
        import lvis.eval
    except ImportError as error:
        message = f"the lvis package cannot be imported: {error}; {lvis_remedy(str(error))}"
        raise OvmrIndexError(message) from None
    finally:
        root.handlers[:], root.level = handlers, level
    if not hasattr(lvis.eval.np, "float"):
        lvis.eval.np = _NumpyWithFloat("numpy")
    package: ModuleType = lvis
    return package


class _NumpyWithFloat(ModuleType):
    """Numpy with the name `float` that it had until 1.24: Python's own type."""

    float = float

    def __getattr__(self, name: str) -> Any:
        """Return what numpy itself has of that name."""
        return getattr(np, name)


def __getattr__(name: str) -> Any:
    """Return a class of the package, imported when it is first used."""
    if name not in _CLASSES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(lvis_package(), name)
