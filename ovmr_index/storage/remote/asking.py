"""Asking a store: again after growing waits where it is busy or breaks off."""

import random
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from ovmr_index.storage.remote.errors import explained, is_transient, is_unreachable

T = TypeVar("T")

WAITS = (0.2, 0.4, 0.8, 1.6, 3.2, 6.4)  # seconds between two tries
_MOST_MORE = 0.5  # of a wait: so that many who were sent away do not come back together
_RAISED = (
    ("aiohttp", "ClientError"),
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
    ("fsspec.exceptions", "FSTimeoutError"),
    ("gcsfs.retry", "HttpError"),
    ("google.auth.exceptions", "GoogleAuthError"),
)


class Asker:
    """Asks one store. What never answered is asked once: its address may be wrong."""

    def __init__(self) -> None:
        """Ask nothing yet."""
        self._has_answered = False

    def ask(self, call: Callable[[], T], url: str) -> T:
        """Return what a call returns; it is made again where it may succeed later.

        Raises:
            OSError: The file at `url` is not there, or cannot be read.
            StoreError: The store cannot be reached, does not let us in, or is busy for long.
        """
        for wait in WAITS:
            try:
                return self._answer(call)
            except _raised() as error:
                may_succeed = is_transient(error)
                if is_unreachable(error):
                    may_succeed = self._has_answered
                if not may_succeed:
                    raise explained(error, url) from None
            time.sleep(wait * (1 + random.random() * _MOST_MORE))
        try:
            return self._answer(call)
        except _raised() as error:
            raise explained(error, url) from None

    def _answer(self, call: Callable[[], T]) -> T:
        found = call()
        self._has_answered = True
        return found


def _raised() -> tuple[type[Exception], ...]:
    """Return what a store may raise; a package that was not imported has raised nothing."""
    found = (getattr(sys.modules.get(module), name, None) for module, name in _RAISED)
    return (OSError, ValueError, *(error for error in found if error is not None))
