"""Colours on a terminal: of the sixteen that every terminal has, legible on dark and on light."""

import os
from typing import Literal, TextIO

Colours = Literal["auto", "always", "never"]
Style = Literal["error", "note", "heading", "good", "bad"]

_CODES: dict[Style, str] = {
    "error": "1;31",
    "note": "2",
    "heading": "1",
    "good": "32",
    "bad": "31",
}
_STATES: dict[str, Style] = {
    **dict.fromkeys(("ok", "there", "made"), "good"),
    **dict.fromkeys(("missing", "unreadable", "changed", "val_image", "problem", "error"), "bad"),
}
_STATE_COLUMNS = ("state", "kind")

_chosen: list[Colours] = ["auto"]


def choose(colours: Colours) -> None:
    """Have all that is printed from now on colours on a terminal, always or never."""
    _chosen[0] = colours


def styled(text: str, style: Style | None, stream: TextIO | None) -> str:
    """Return a text with the codes of a style, if what goes to a stream has colours.

    A choice of `always` or `never` goes before the environment. There NO_COLOR (https://no-color.org)
    goes before FORCE_COLOR; both hold with any text. Without them a terminal has colours, unless it
    is dumb.
    """
    if style is None or not text or not _has_colours(stream):
        return text
    return f"\033[{_CODES[style]}m{text}\033[0m"


def style_of_state(column: str, value: str) -> Style | None:
    """Return the style of a value in a column of states, as `missing`; None of all else."""
    return _STATES.get(value) if column in _STATE_COLUMNS else None


def _has_colours(stream: TextIO | None) -> bool:
    (chosen,) = _chosen
    if chosen != "auto":
        return chosen == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"
