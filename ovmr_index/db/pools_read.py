"""Which of the pools that a query reads are not what the sources give now."""

from collections.abc import Mapping

from ovmr_index.db.pools_state import PoolsState, generations_text
from ovmr_index.db.query_process import PoolsRead, Value

_ALL = "vocabulary_exemplars"  # the view of all pools, which `exemplars` reads too
_LVIS_TRAIN = "lvis_v1_train"  # the vocabulary of the view `exemplars`


def pools_not_fresh(
    read: PoolsRead, query: str, values: Mapping[str, Value]
) -> dict[str, PoolsState]:
    """Return the state of the pools that a query reads, by vocabulary, but for fresh ones.

    A query of the view `exemplars` reads those of LVIS train alone. Pools that were never made are
    left out where the query, or a value that is bound, names other vocabularies.
    """
    now = generations_text((_text(name), generation) for name, generation in read.generations)
    states = {_text(name): _state(made_from, now) for name, made_from in read.collations}
    if read.views == [_ALL] and _ALL not in query.lower():
        states = {_LVIS_TRAIN: states.get(_LVIS_TRAIN, PoolsState.ABSENT)}
    bound = [value for value in values.values() if isinstance(value, str)]
    named = {name for name in states if _literal(name) in query or name in bound}
    return {
        name: state
        for name, state in states.items()
        if state is not None and (state != PoolsState.NONE or not named or name in named)
    }


def _state(made_from: bytes | None, now: str) -> PoolsState | None:
    """Return the state of pools, None for fresh ones."""
    if made_from is None:
        return PoolsState.NONE
    return None if made_from == now.encode() else PoolsState.STALE


def _literal(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def _text(name: bytes) -> str:
    return name.decode(errors="replace")
