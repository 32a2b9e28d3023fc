"""A new index as a copy of one that was really made: to make it takes a second."""

import shutil
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection

from ovmr_index.db.engine import open_engine, writing
from ovmr_index.vocabularies.synsets import load_wordnet

WITH_WORDNET, BARE = "empty.db", "bare.db"
Fill = Callable[[Connection], None]


def copying(made: Path) -> Callable[[Path, Fill], None]:
    """Return what makes a file as `schema` does, by a copy from the folder of `made_indexes`."""

    def create(path: Path, fill: Fill) -> None:
        if fill is load_wordnet:
            shutil.copyfile(made / WITH_WORDNET, path)
        else:
            shutil.copyfile(made / BARE, path)
            with writing(open_engine(path), bulk=True) as connection:
                fill(connection)

    return create
