"""An object of the lvis package's class `LVIS`, filled from the index."""

import logging
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from ovmr_index.errors import OvmrIndexError
from ovmr_index.export.annotations import annotation_file

if TYPE_CHECKING:
    from lvis import LVIS


def lvis_object(connection: Connection, source_pk: int) -> "LVIS":
    """Return a `lvis.LVIS` for the annotation file of a source (pk) in the index.

    Raises:
        OvmrIndexError: The package, or what it needs, cannot be imported.
    """
    found = _lvis_class()
    # Its __init__ reads a file; here the data comes from the index.
    made = object.__new__(found)
    made.logger = logging.getLogger(found.__module__)
    made.dataset = annotation_file(connection, source_pk)
    made._create_index()
    return made


def _lvis_class() -> "type[LVIS]":
    """Import the class and undo what its module does to the root logger."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        from lvis import LVIS
    except ImportError as error:
        raise OvmrIndexError(
            f"the lvis package cannot be imported: {error}; install what it needs, on Debian"
            " `apt-get install libgl1 libglib2.0-0`, or `pip install opencv-python-headless`"
        ) from None
    finally:
        root.handlers[:], root.level = handlers, level
    found: type[LVIS] = LVIS
    return found
