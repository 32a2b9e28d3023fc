"""docs/images/schema.svg: the tables as boxes in groups, their foreign keys as lines."""

from collections.abc import Iterator
from html import escape

from sqlalchemy import Index, Table, UniqueConstraint

from scripts.reference.routes import Box, Point, Router, Tree
from scripts.reference.tables import KINDS, Described, Group, groups

CELL = 8  # pixels
WIDTH = 23  # of a box, in cells
HEIGHT = 5
# The groups from top to bottom, in columns from left to right.
COLUMNS = (
    ("Sources",),
    ("Vocabularies", "Pools", "Curation"),
    ("Images",),
    ("Regions", "Samples", "Work"),
)
LEFT, TOP = 4, 8
PITCH = WIDTH + 11  # from column to column
STEP = HEIGHT + 4  # from box to box
TITLE = 5  # from the upper edge of a panel to its first box
BETWEEN = 6  # between two panels
COLOURS = ("#0b6fa4", "#c2571a", "#4d7f2c", "#8a4fb0", "#b0305c", "#7a6a1d", "#00807a")
_LONGEST = 28  # characters of a key that fit a box
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.name { font: 600 14px ui-monospace, monospace }
.key { font-size: 11.5px; fill: #59636e }
.title { font-weight: 600; fill: #59636e }
.page { fill: #fff } .panel { fill: #f3f5f7 } .box { fill: #fff; stroke: #8c959f }
.read { fill: #0b6fa4 } .computed { fill: #c2571a } .kept { fill: #4d7f2c }
.line { fill: none; stroke-width: 1.4; stroke-linejoin: round }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .key, .title { fill: #9da7b1 }
  .page { fill: #0d1117 } .panel { fill: #161b22 } .box { fill: #21262d; stroke: #6e7681 }
  .read { fill: #58b0e3 } .computed { fill: #f0883e } .kept { fill: #7bbf52 }
  .lines { filter: brightness(1.7) }
}
"""


class Layout:
    """Where the tables and their groups are, in cells."""

    def __init__(self) -> None:
        """Put the groups below each other in their columns."""
        held = {group.title: group for group in groups()}
        self.boxes: dict[str, Box] = {}
        self.panels: dict[str, Box] = {}
        self.tables = {one.table.name: one for group in held.values() for one in group.tables}
        for place, titles in enumerate(COLUMNS):
            y = TOP
            for title in titles:
                y = self._put(held[title], LEFT + place * PITCH, y) + BETWEEN
        bottom = max(panel.y + panel.h for panel in self.panels.values())
        self.size = LEFT + len(COLUMNS) * PITCH - 4, bottom + 3

    def _put(self, group: Group, x: int, y: int) -> int:
        """Put a group at a place; return where its panel ends."""
        for number, one in enumerate(group.tables):
            self.boxes[one.table.name] = Box(x + 2, y + TITLE + number * STEP, WIDTH, HEIGHT)
        height = TITLE + len(group.tables) * STEP - 2
        self.panels[group.title] = Box(x, y, WIDTH + 4, height)
        return y + height

    def titles(self) -> Iterator[Point]:
        """Yield the points on which the titles of the panels are."""
        for panel in self.panels.values():
            for y in range(panel.y, panel.y + 4):
                yield from ((x, y) for x in range(panel.x + 1, panel.x + 16))


def schema_diagram() -> str:
    """Return the diagram as SVG."""
    layout = Layout()
    width, height = (cells * CELL for cells in layout.size)
    parts = [*_panels(layout), *_lines(layout), *_boxes(layout), *_legend()]
    drawn = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        ' aria-labelledby="title">\n'
        '<title id="title">The tables of an index, and their foreign keys</title>\n'
        f"<style>{STYLE}</style>\n"
        f'<rect class="page" width="{width}" height="{height}" rx="8"/>\n{drawn}\n</svg>\n'
    )


def _panels(layout: Layout) -> Iterator[str]:
    for title, panel in layout.panels.items():
        yield _rectangle("panel", panel)
        yield _text("title", panel.x + 2, panel.y + 3, title)


def _boxes(layout: Layout) -> Iterator[str]:
    for name, box in layout.boxes.items():
        one = layout.tables[name]
        yield _rectangle("box", box)
        stripe = f'x="{box.x * CELL}" y="{box.y * CELL}" width="4" height="{box.h * CELL}"'
        yield f'<rect class="{one.kind}" {stripe}/>'
        yield _text("name", box.x + 1.5, box.y + 2.1, name)
        yield _text("key", box.x + 1.5, box.y + 4.1, _key(one))


def _key(one: Described) -> str:
    """Return the columns by which a row is known, shortened."""
    names = ", ".join(_natural_key(one.table))
    return names if len(names) <= _LONGEST else f"{names[: _LONGEST - 1].rstrip(', ')}…"


def _natural_key(table: Table) -> list[str]:
    """Return the columns of the first rule that rows are unique, else of the primary key."""
    unique = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    indexes = [one for one in table.indexes if one.unique]
    held: list[UniqueConstraint | Index] = [*unique, *indexes]
    chosen = min(held, key=lambda one: str(one.name), default=table.primary_key)
    return [column.name for column in chosen.columns]


def _legend() -> Iterator[str]:
    x = LEFT
    for kind in KINDS:
        yield f'<rect class="{kind}" x="{x * CELL}" y="24" width="12" height="12"/>'
        yield _text("", x + 2.2, 4.4, kind)
        x += len(kind) + 5
    yield _text("key", x + 1, 4.4, "below a name: the columns by which a row is known")


def _lines(layout: Layout) -> Iterator[str]:
    router = Router(layout.size, layout.boxes, layout.titles())
    for start, target in sorted(_keys(layout), key=lambda pair: _distance(layout, *pair)):
        router.connect(start, target)
    yield '<g class="lines">'
    # Those that many tables lead to have a colour that no other such has.
    targets = sorted(router.trees, key=lambda name: (-len(router.trees[name].starts), name))
    for number, target in enumerate(targets):
        colour = COLOURS[number % len(COLOURS)]
        yield from _tree(router.trees[target], layout.boxes, target, colour)
    yield "</g>"


def _keys(layout: Layout) -> set[tuple[str, str]]:
    """Return each table with each that it has a foreign key of."""
    return {
        (name, key.column.table.name)
        for name, one in layout.tables.items()
        for key in one.table.foreign_keys
    }


def _distance(layout: Layout, start: str, target: str) -> tuple[int, str, str]:
    a, b = layout.boxes[start], layout.boxes[target]
    return abs(a.x - b.x) + abs(a.y - b.y), start, target


def _tree(tree: Tree, boxes: dict[str, Box], target: str, colour: str) -> Iterator[str]:
    """Yield the lines to a target, a dot where lines join, and an arrow at the target."""
    drawn = [f"M{_at(a)}L{_at(b)}" for a, b in sorted(tree.edges)]
    inside = {point for box in boxes.values() for point in box.points()}
    for x, y in sorted({*tree.starts}):
        side = x + 1 if (x + 1, y) in inside else x - 1
        drawn.append(f"M{_at((x, y))}L{_at((side, y))}")
    yield f'<path class="line" stroke="{colour}" d="{"".join(drawn)}"/>'
    for x, y in sorted(_joints(tree)):
        yield f'<circle cx="{x * CELL}" cy="{y * CELL}" r="2.6" fill="{colour}"/>'
    for x, y in sorted(tree.ends):
        back = CELL if x < boxes[target].x else -CELL
        tip = f"M{x * CELL + back} {y * CELL}l{-back} -4v8z"
        yield f'<path d="{tip}" fill="{colour}"/>'


def _joints(tree: Tree) -> list[Point]:
    meeting = [point for edge in tree.edges for point in edge]
    return [point for point in {*meeting} if meeting.count(point) > 2]


def _at(point: Point) -> str:
    return f"{point[0] * CELL} {point[1] * CELL}"


def _rectangle(kind: str, box: Box) -> str:
    size = f'x="{box.x * CELL}" y="{box.y * CELL}" width="{box.w * CELL}" height="{box.h * CELL}"'
    return f'<rect class="{kind}" {size} rx="{6 if kind == "panel" else 2}"/>'


def _text(kind: str, x: float, y: float, text: str) -> str:
    return f'<text class="{kind}" x="{x * CELL:g}" y="{y * CELL:g}">{escape(text)}</text>'
