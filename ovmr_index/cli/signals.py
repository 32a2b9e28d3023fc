"""Signals that ask the program to end: they end a command as Ctrl-C does, and are said."""

import signal
from types import FrameType

_received: list["SignalledError"] = []
_NAMES = ("SIGTERM", "SIGHUP")  # of what `kill`, `timeout` and batch systems, and a terminal send


class SignalledError(KeyboardInterrupt):
    """A signal that came; `code` is the exit code for it."""

    def __init__(self, number: int) -> None:
        super().__init__(f"ended by {signal.Signals(number).name}")
        self.code = 128 + number


def end_as_interrupted() -> None:
    """From now on raise SignalledError where a signal would end the process at once.

    What the caller has the process ignore, as `nohup` does, it goes on to ignore.
    """
    for name in _NAMES:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _raise)


def _raise(number: int, _: FrameType | None) -> None:
    """Raise the error of a signal; what comes after it does not disturb the clean-up."""
    for name in _NAMES:
        if other := getattr(signal, name, None):
            signal.signal(other, signal.SIG_IGN)
    _received.append(SignalledError(number))
    raise _received[-1]


def received() -> SignalledError | None:
    """Return the signal that came, if one has: others may have caught its error."""
    return _received[-1] if _received else None
