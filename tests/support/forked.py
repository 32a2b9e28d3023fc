"""A process that is forked from that of a test."""

import os
from collections.abc import Callable


def holds_in_fork(check: Callable[[], bool]) -> Callable[[], bool]:
    """Begin to check something in a forked process; return what waits for it and says the result.

    Where the check raises, the result is False. Nothing of pytest runs in that process.
    """
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = int(not check())
        finally:
            os._exit(code)
    return lambda: os.waitpid(child, 0)[1] == 0
