"""A plain picture that says in words why there is no other."""

import re
import textwrap
from xml.sax.saxutils import escape

_WIDTH = 24  # letters in a line
_LINES = 5
_SIDE = 192  # pixels
_UNSHOWN = re.compile("[^\\x20-\\x7e\\xa0-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def plain_tile(reason: str) -> str:
    """Return an SVG that shows a text, shortened to a few lines."""
    text = _UNSHOWN.sub("\ufffd", reason)
    lines = textwrap.wrap(text, _WIDTH, max_lines=_LINES, placeholder=" …")
    first = _SIDE / 2 - 8 * len(lines)
    rows = "".join(
        f'<text x="50%" y="{first + 18 * number + 14:g}">{escape(line)}</text>'
        for number, line in enumerate(["No picture:", *lines])
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIDE} {_SIDE}" width="{_SIDE}"'
        f' height="{_SIDE}" fill="#6b7180" font-family="sans-serif" font-size="13"'
        f' text-anchor="middle"><title>{escape(text)}</title>'
        '<rect width="100%" height="100%" fill="#e9eaf0"/>'
        f'<g fill="#3b3f4c">{rows}</g></svg>'
    )
