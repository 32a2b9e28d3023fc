"""Elements of SVG as text; what is put into them stays text."""

from collections.abc import Iterable
from html import escape


def element(name: str, *children: str, **attributes: str | float | None) -> str:
    """Return an element with its children, which are elements or escaped text.

    Args:
        name: The name of the element.
        children: What is in it, from `element` or `text`.
        attributes: Its attributes; `class_` stands for `class`, other `_` for `-`, and None leaves
            an attribute out. Numbers have two decimals at most.
    """
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{said}>{''.join(children)}</{name}>"


def text(content: str, **attributes: str | float | None) -> str:
    """Return a `text` element that shows its content as it is."""
    return element("text", escape(content), **attributes)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> str:
    """Return a line between two points."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def bar(box: tuple[float, float, float, float], class_: str, says: str) -> str:
    """Return a rectangle (xywh) that says something where a pointer rests on it."""
    x, y, width, height = box
    title = element("title", escape(says))
    return element("rect", title, x=x, y=y, width=width, height=height, class_=class_)


def drawing(key: str, title: str, description: str, size: tuple[int, int], *parts: str) -> str:
    """Return a drawing that fits the width it is given, and that a screen reader can read.

    Args:
        key: What is in the ids of the drawing, and in those of no other of a page.
        title: What it shows, in some words.
        description: What is seen in it, in a sentence.
        size: Width and height in its own units.
        parts: The elements in it.
    """
    names = (
        element("title", escape(title), id=f"{key}-title"),
        element("desc", escape(description), id=f"{key}-description"),
    )
    return element(
        "svg",
        *names,
        *parts,
        viewBox=f"0 0 {size[0]} {size[1]}",
        role="img",
        aria_labelledby=f"{key}-title {key}-description",
        class_="plot",
    )


def polygon_path(points: Iterable[tuple[float, float]]) -> str:
    """Return the `d` of a closed path through points."""
    return "M" + "L".join(f"{_number(x)} {_number(y)}" for x, y in points) + "Z"


def _value(value: str | float | None) -> str:
    return escape(value) if isinstance(value, str) else _number(value or 0)


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
