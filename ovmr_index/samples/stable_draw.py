"""The stable draw: the same picks on every machine, in every order of ingest, made by SQL alone."""

from typing import Any, Protocol

from sqlalchemy import Connection

from ovmr_index.curation.marked_queries import is_marked
from ovmr_index.db.bulk import Query, recreate
from ovmr_index.db.engine import data_version
from ovmr_index.db.models import Category
from ovmr_index.samples.numpy_draw import no_weight
from ovmr_index.samples.options import DrawOptions
from ovmr_index.samples.stable_draw_queries import (
    DRAWABLE,
    put_drawable,
    stable_keys,
    weights_of_no_box,
)


class StableKeys(Protocol):
    """What gives the keys of stable draws."""

    def keys(
        self, vocabulary_pk: int, options: DrawOptions, *, has_marks: bool, only: int | None = None
    ) -> Query:
        """Return what may be drawn with its key, as `stable_keys` does."""


class StableDraw:
    """Stable draws by one connection: what does not depend on the seed is made once for them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._made_of: tuple[Any, ...] | None = None

    def keys(
        self, vocabulary_pk: int, options: DrawOptions, *, has_marks: bool, only: int | None = None
    ) -> Query:
        """Return what may be drawn with its key, as `stable_keys` does.

        With `has_marks` the entries of `MARKED` are not among it, with `only` those of this
        category (pk) alone are. Raises DamagedError for a weight that no box has.
        """
        what = vocabulary_pk, options.weight, options.filters
        # Another connection may have changed the index since the table was filled.
        made_of = (data_version(self._connection), *what, has_marks, only)
        if made_of != self._made_of:
            recreate(self._connection, DRAWABLE)
            among = [~is_marked()] if has_marks else []
            among += [] if only is None else [Category.c.pk == only]
            self._connection.execute(put_drawable(*what, *among))
            if self._connection.execute(weights_of_no_box()).first() is not None:
                raise no_weight()
            self._made_of = made_of
        return stable_keys(DRAWABLE, options.seed)
