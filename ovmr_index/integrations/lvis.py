"""An object of the lvis package's own class, filled from the index: the one place to import it."""

import logging
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from ovmr_index.errors import OvmrIndexError
from ovmr_index.export.annotations import annotation_file

if TYPE_CHECKING:
    from lvis import LVIS


def lvis_object(connection: Connection, source_pk: int) -> "LVIS":
    """Return `lvis.LVIS` for an LVIS file that the index holds.

    Raises OvmrIndexError where the package, or what it needs, cannot be imported.
    """
    found = _lvis_class()
    # The class reads a file when it is made; its data comes from the index, so it is not called.
    made = object.__new__(found)
    made.logger = logging.getLogger(found.__module__)
    made.dataset = annotation_file(connection, source_pk)
    made._create_index()
    return made


def _lvis_class() -> "type[LVIS]":
    """Import the class; its module sets up the root logger, which is put back as it was."""
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
