"""What is said of pools that are not what the sources give now, and of marks that are missing."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ovmr_index.cli.next_step import of_vocabulary
from ovmr_index.cli.options import Settings
from ovmr_index.db.pools_state import PoolsState
from ovmr_index.errors import command, counted, shell_command
from ovmr_index.vocabularies.notes import listed

if TYPE_CHECKING:
    from ovmr_index import Index

_COMMANDS = 3  # that a note gives; of more vocabularies one stands for all


def note_pools(chosen: Settings, pools: Mapping[str, PoolsState]) -> None:
    """Say in one line which pools these are, by vocabulary, and what to type."""
    of = {state: [name for name in pools if pools[name] == state] for state in PoolsState}
    said = []
    if absent := of[PoolsState.ABSENT]:
        said.append(
            f"the view exemplars is of {listed(absent)}, which is not in the index; ask"
            " vocabulary_exemplars"
        )
    if stale := of[PoolsState.STALE]:
        said.append(f"the pools of {listed(stale)} are older than what was ingested since")
    if never := of[PoolsState.NONE]:
        said.append(f"the pools of {listed(never)} were never made")
    if made_again := stale + never:
        said.append(f"run {_collate_command(made_again)}")
    chosen.note("; ".join(said))


def _collate_command(vocabularies: list[str]) -> str:
    if len(vocabularies) > _COMMANDS:
        return f"{command('collate', vocabulary='NAME')} for each"
    commands = (shell_command("collate", *of_vocabulary(name)) for name in vocabularies)
    return " and ".join(f"`{one}`" for one in commands)


def note_missing_marks(chosen: Settings, index: "Index") -> None:
    """Say how many marks are of exemplars that no pool of their category holds."""
    counts = index.curation.counts()
    if counts is not None and counts.missing:
        are = "is" if counts.missing == 1 else "are"
        chosen.note(
            f"{counted(counts.missing, 'mark')} {are} missing: no pool of the category holds the"
            f" exemplar; see {command('curate list')}"
        )
