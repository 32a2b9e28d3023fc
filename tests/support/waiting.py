"""Wait for what another process or thread does."""

import time
from collections.abc import Callable

BROWSER_SECONDS = 120  # that a test may take whose browser may be gone


def wait_until(holds: Callable[[], bool], seconds: float = 20) -> None:
    """Return as soon as a condition holds; fail if it does not in this time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "what was waited for did not come"
        time.sleep(0.01)
