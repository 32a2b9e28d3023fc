"""What a server has to say, in lines on standard error."""

import logging

from ovmr_index.cli.output import say


class _Lines(logging.Handler):
    """Print a line for each record."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print a message, and in the same line the error that it is about."""
        error = record.exc_info[1] if record.exc_info else None
        about = "" if error is None else f": {type(error).__name__}: {error}"
        try:
            say(f"ovmr-index: {record.getMessage().strip().splitlines()[0]}{about}")
        except OSError:  # the terminal may be gone
            self.setLevel(logging.CRITICAL + 1)


def log_in_lines() -> None:
    """Print what goes wrong in a server or in a page."""
    for name in ("uvicorn.error", "ovmr_index.web"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [_Lines(logging.WARNING)], False
