"""`lvis_image_exemplar_dict_K-005_own.json`: a list of K exemplars for each category, by id."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from sqlalchemy import Connection

from ovmr_index.db.engine import Row
from ovmr_index.export.entries import encode_pick
from ovmr_index.export.job import Written
from ovmr_index.export.writer import whole_file, write_list
from ovmr_index.records import CategoryPicks, Pick


def write_sample(
    connection: Connection, path: Path, category_ids: Sequence[int], rows: Iterable[Row]
) -> Written:
    """Write at `path` a list over `category_ids` of lists of exemplars.

    `rows` are entries of `queries.exemplars`, ordered as `category_ids` and then as drawn.
    """
    texts: dict[int, list[str]] = {category_id: [] for category_id in category_ids}
    for row in rows:
        texts[row[0]].append(encode_pick(row))
    with whole_file(path) as file:
        write_list(file, (f"[{','.join(texts[category_id])}]" for category_id in category_ids))
    return Written(path, sum(map(len, texts.values())))


def to_pick(row: Row, root: Path) -> Pick:
    """Return an entry's pick, with the folder of its dataset's pictures below `root`."""
    pick = Pick._make(row[:15])
    return pick._replace(root=str(root / pick.root))


def read_picks(
    categories: Iterable[tuple[int, str]], rows: Iterable[Row], root: Path
) -> list[CategoryPicks]:
    """Return what a sample holds for each (category id, synset); rows as for `write_sample`."""
    picks = groupby((to_pick(row, root) for row in rows), lambda pick: pick.category_id)
    held = {category_id: tuple(group) for category_id, group in picks}
    return [
        CategoryPicks(category_id, synset, held.get(category_id, ()))
        for category_id, synset in categories
    ]


def sample_file(k: int) -> str:
    """Return the path of the published draw of `k` exemplars below the root."""
    return f"metadata/lvis_image_exemplar_dict_K-{k:03d}_own.json"
