"""`db check` from the command line: exports, samples that were filtered, exit codes and JSON."""

from pathlib import Path

import pytest

from tests.support.runs import call
from tests.support.tampering import damage

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few_are_checked")]

NORARE = "lvis/lvis_v1_train_norare.json"
FILTERED = {
    "part": ("--partition", "mine", "--without", "novel"),
    "unseen": ("--exclude-val",),
    "both": ("--partition", "mine", "--only", "novel", "--exclude-val", "--method", "stable"),
}
# Is undone by itself.
SWAP = "UPDATE partition_categories SET part = CASE part WHEN 'base' THEN 'novel' ELSE 'base' END"


def test_sound_index(small_shared: Path) -> None:
    done = call("db", "check", root=small_shared)
    assert (done.code, done.out, done.err) == (0, "the index is sound\n", "")
    assert call("db", "check", "--json", root=small_shared).data == {"problems": [], "notes": []}


def test_filtered_samples_are_drawn_again(small_tree: Path) -> None:
    """The categories of a partition, and what LVIS val shows, may be others than they were."""
    assert call("partition", "add", "mine", "--frequency", "rc", root=small_tree).code == 0
    for name, options in FILTERED.items():
        drawn = ("sample", "-K", 2, "--on-shortage", "take-all", "--name", name, *options)
        assert call(*drawn, root=small_tree).code == 0
    done = call("db", "check", root=small_tree)
    assert (done.code, done.out, done.err) == (0, "the index is sound\n", "")
    damage(small_tree, SWAP)
    assert _noted(small_tree) == ["sample both", "sample part"]
    damage(small_tree, f"{SWAP}; UPDATE sample_picks SET weight = weight + 1")
    assert _noted(small_tree) == [f"sample {name}" for name in sorted(FILTERED)]


def _noted(root: Path) -> list[str]:
    """Return the samples that a check notes, and finds no fault in."""
    done = call("db", "check", "--json", root=root)
    assert done.code == 0
    assert done.data["problems"] == []
    said = "differ from the same draw of now"
    notes = [one for one in done.data["notes"] if said in one]
    assert all("may have changed since: partitions, hashes, options" in one for one in notes)
    return [one.partition(":")[0] for one in notes]


def test_exports(small_tree: Path) -> None:
    assert call("export", "norare", root=small_tree).code == 0
    written = small_tree / NORARE
    written.write_bytes(written.read_bytes()[:-1])
    assert call("db", "check", root=small_tree).code == 0
    done = call("db", "check", "--exports", "--json", root=small_tree)
    assert done.code == 1
    assert done.err.startswith(f"{written}: is not what the index gives now (")
    assert done.err.endswith(" records): run `ovmr-index export norare`\n")
    assert done.data["problems"] == [done.err.strip()]
    assert call("export", "norare", root=small_tree).code == 0
    assert call("db", "check", "--exports", root=small_tree).out == "the index is sound\n"


def test_exports_of_stale_pools_are_older(small_tree: Path) -> None:
    assert call("export", "exemplars", root=small_tree).code == 0
    damage(small_tree, "UPDATE sources SET generation = generation + 1")
    done = call("db", "check", "--exports", root=small_tree)
    assert (done.code, done.out) == (1, "")
    assert "exemplar_dict.json: was made from an older state of the index" in done.err
    assert "run `ovmr-index export exemplars`" in done.err
