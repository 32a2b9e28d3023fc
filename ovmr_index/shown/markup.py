"""HTML for notebooks: escaped, styled in place, in colours that fit light and dark, no script."""

import base64
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from ovmr_index.shown.numbers import rounded

MOST_ROWS = 20

_FAINT = "opacity:.7"
_LINE = "1px solid rgba(128,128,128,.4)"
_CELL = f"padding:2px 12px 2px 0;border:0;border-bottom:{_LINE};vertical-align:top"
_FRAME = "width:96px;height:96px;box-sizing:border-box;border-radius:4px"


def text(value: Any) -> str:
    """Return a value as text of HTML; what no screen shows, as half a character, is a �."""
    value = rounded(value) if isinstance(value, float) else value
    said = "" if value is None else f"{value:,}" if isinstance(value, int) else f"{value}"
    return escape("".join(sign if sign.isprintable() else "\ufffd" for sign in said))


def block(title: str, *parts: str) -> str:
    """Return parts of HTML below a title, which is text."""
    head = f'<div style="font-weight:600;margin-bottom:4px">{text(title)}</div>'
    return f'<div style="margin:4px 0">{head}{"".join(parts)}</div>'


def note(said: str) -> str:
    """Return a line of text that is less important than what is beside it."""
    return f'<div style="{_FAINT}">{text(said)}</div>'


def more(left: int, what: str) -> str:
    """Return the line that says how many are not shown, "" where none is."""
    return note(f"and {left:,} more {what}") if left > 0 else ""


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], what: str = "rows") -> str:
    """Return a table of the first rows; numbers are on the right."""
    if not rows:
        return note(f"no {what}")
    head = "".join(_cell("th", name, _side(rows[0][i])) for i, name in enumerate(columns))
    body = "".join(_row(row) for row in rows[:MOST_ROWS])
    content = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    look = "border-collapse:collapse;margin:0 0 4px;color:inherit;font-size:inherit"
    made = f'<table style="{look}">{content}</table>'
    return made + more(len(rows) - MOST_ROWS, what)


def _row(row: Sequence[Any]) -> str:
    return f"<tr>{''.join(_cell('td', value, _side(value)) for value in row)}</tr>"


def _cell(tag: str, value: Any, side: str) -> str:
    return f'<{tag} style="text-align:{side};{_CELL}">{text(value)}</{tag}>'


def _side(value: Any) -> str:
    return "right" if isinstance(value, int | float) else "left"


def strip(pictures: Iterable[str]) -> str:
    """Return pictures beside each other, in as many lines as they need."""
    return f'<div style="display:flex;flex-wrap:wrap;gap:6px">{"".join(pictures)}</div>'


def picture(content: bytes | None, said: str, reason: str | None = None) -> str:
    """Return a JPEG that is part of the page, or a grey box that says why there is none.

    `said` is what a screen reader says of it, and what a pointer over it shows.
    """
    if content is None:
        look = f"{_FRAME};background:rgba(128,128,128,.25);font-size:11px;line-height:1.2"
        whole = f"{said}: {reason}"
        return (
            f'<div title="{text(whole)}" style="{look};padding:6px;overflow:hidden">'
            f"{text(reason)}</div>"
        )
    address = f"data:image/jpeg;base64,{base64.b64encode(content).decode()}"
    look = f"{_FRAME};object-fit:contain;margin:0;background:rgba(128,128,128,.12)"
    return f'<img src="{address}" alt="{text(said)}" title="{text(said)}" style="{look}">'
