"""Pools that an engine makes: by the steps of a recipe, as `collate` makes those of an index."""

import json

from sqlalchemy import Connection, func, select

from ovmr_index.db.bulk import recreate
from ovmr_index.db.models import Collation, PoolEntry, Substitute, Synset
from ovmr_index.engines.tables import (
    TableFiles,
    extend_table,
    own,
    replace_table,
    restore_table,
)
from ovmr_index.pools.candidate_queries import StepSources
from ovmr_index.pools.collate import fill_pools
from ovmr_index.pools.collation_queries import Candidates, names_without_synset
from ovmr_index.pools.filling import box_of_none
from ovmr_index.pools.found_queries import entry_of_no_file, put_entries
from ovmr_index.pools.leaks import require_val
from ovmr_index.pools.recipe import Recipe, Step
from ovmr_index.pools.step_checks import require_usable
from ovmr_index.pools.stored_recipe import source_generations
from ovmr_index.pools.substitutes import Substitutes, named_synsets, substitute_rows, synset_pks
from ovmr_index.progress import Progress

_COLLATION = 1  # there is no other


class EngineFilling:
    """The pools of a vocabulary as an engine fills them: each step is appended at once."""

    reads_in_order = False

    def __init__(self, connection: Connection) -> None:
        """Begin with empty pools, in the place of those that were read."""
        self._connection = connection
        recreate(connection, own(PoolEntry))

    def find(self, step: Step, sources: StepSources, found: Candidates, *, but_held: bool) -> None:
        """Append what a step finds; with `but_held` what the pools do not hold."""
        self._connection.execute(put_entries(step, sources, found, but_held=but_held))

    def append(self) -> None:
        """Leave the pools as they are."""


def collate(
    connection: Connection,
    vocabulary_pk: int,
    recipe: Recipe,
    synset_files: TableFiles,
    progress: Progress,
) -> None:
    """Make the pools of a vocabulary by a recipe, in the place of those that were read.

    `synset_files` are those of the table of synsets.

    Raises:
        OvmrIndexError: A step takes from what the index does not hold, or can give nothing; or LVIS
            val is to be left out, and the index does not hold it.
        DamagedError: A box is one that no file can have.
    """
    require_usable(connection, recipe)
    if recipe.exclude_val:
        require_val(connection)
    store_recipe(connection, vocabulary_pk, recipe, synset_files)
    filling = EngineFilling(connection)
    fill_pools(connection, vocabulary_pk, _COLLATION, recipe, progress, filling)
    if (region_pk := connection.execute(entry_of_no_file()).scalar()) is not None:
        raise box_of_none(region_pk)


def store_recipe(
    connection: Connection, vocabulary_pk: int, recipe: Recipe, synset_files: TableFiles
) -> None:
    """Put a recipe and what it needs in the place of what was read of recipes.

    Synsets that only the recipe names, or only a category, get row numbers behind the others: the
    same ones each time.
    """
    text, state = json.dumps(recipe.as_json()), source_generations(connection)
    replace_table(connection, Collation, [(_COLLATION, vocabulary_pk, text, state)])
    substitutes = recipe.all_substitutes()
    _add_synsets(connection, vocabulary_pk, substitutes, synset_files)
    rows = substitute_rows(connection, _COLLATION, substitutes)
    replace_table(connection, Substitute, rows)


def _add_synsets(
    connection: Connection, vocabulary_pk: int, substitutes: Substitutes, files: TableFiles
) -> None:
    restore_table(connection, Synset, files)
    named = named_synsets(substitutes)
    missing = named - synset_pks(connection, named).keys()
    missing.update(connection.execute(names_without_synset(vocabulary_pk)).scalars())
    if added := sorted(missing):
        last = connection.execute(select(func.max(Synset.c.pk))).scalar() or 0
        rows = [(last + turn, name, None, None) for turn, name in enumerate(added, 1)]
        extend_table(connection, Synset, files, rows)
