"""Signals that ask the program to end: they end a command as Ctrl-C does, and are said."""

import atexit
import signal
import sys
from types import FrameType

_AGAIN = 0.01  # seconds after which a signal is raised again

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
    sys.unraisablehook = _raise_later
    atexit.register(signal.setitimer, signal.ITIMER_REAL, 0)  # nobody is left to hear it
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


def _raise_later(found: "sys.UnraisableHookArgs") -> None:
    """Raise a signal's error again that came where Python drops it, as while an object is freed."""
    if not isinstance(found.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(found)
        return
    signal.signal(signal.SIGALRM, _raise_again)
    signal.setitimer(signal.ITIMER_REAL, _AGAIN)


def _raise_again(_number: int, _frame: FrameType | None) -> None:
    raise received() or KeyboardInterrupt


def received() -> SignalledError | None:
    """Return the signal that came, if one has: others may have caught its error."""
    return _received[-1] if _received else None
