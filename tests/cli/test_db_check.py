"""`db check` from the command line: exports, samples that were filtered, exit codes and JSON."""

from pathlib import Path

import pytest

from tests.support.runs import call
from tests.support.tampering import damage

pytestmark = pytest.mark.slow

NORARE = "lvis/lvis_v1_train_norare.json"
FILTERED = {
    "part": ("--partition", "mine", "--without", "novel"),
    "unseen": ("--exclude-val",),
    "both": ("--partition", "mine", "--only", "novel", "--exclude-val", "--method", "stable"),
}


def _draw(root: Path) -> None:
    assert call("partition", "add", "mine", "--frequency", "rc", root=root).code == 0
    for name, options in FILTERED.items():
        drawn = ("sample", "-K", 2, "--on-shortage", "take-all", "--name", name, *options)
        assert call(*drawn, root=root).code == 0


def test_sound_index(shared: Path) -> None:
    done = call("db", "check", root=shared)
    assert (done.code, done.out, done.err) == (0, "the index is sound\n", "")
    assert call("db", "check", "--json", root=shared).data == {"problems": [], "notes": []}


def test_filtered_samples_are_drawn_again(tree: Path) -> None:
    _draw(tree)
    done = call("db", "check", root=tree)
    assert (done.code, done.out, done.err) == (0, "the index is sound\n", "")


def test_filtered_sample_that_differs_is_a_note(tree: Path) -> None:
    """The categories of a partition, and what LVIS val shows, may be others than they were."""
    _draw(tree)
    damage(tree, "UPDATE sample_picks SET weight = weight + 1")
    done = call("db", "check", "--json", root=tree)
    assert done.code == 0
    assert done.data["problems"] == []
    said = "differ from the same draw of now"
    notes = [one for one in done.data["notes"] if said in one]
    assert [one.partition(":")[0] for one in notes] == [
        f"sample {name}" for name in sorted(FILTERED)
    ]
    assert all("may have changed since: partitions, hashes, options" in one for one in notes)


def test_partition_that_has_changed_is_a_note(tree: Path) -> None:
    _draw(tree)
    other = "CASE part WHEN 'base' THEN 'novel' ELSE 'base' END"
    damage(tree, f"UPDATE partition_categories SET part = {other}")
    done = call("db", "check", "--json", root=tree)
    assert done.code == 0
    notes = "\n".join(done.data["notes"])
    assert "sample both: " in notes
    assert "sample part: " in notes
    assert "sample unseen: " not in notes


def test_exports(tree: Path) -> None:
    assert call("export", root=tree).code in (0, 1)
    done = call("db", "check", "--exports", root=tree)
    assert (done.code, done.out, done.err) == (0, "the index is sound\n", "")
    written = tree / NORARE
    written.write_bytes(written.read_bytes()[:-1])
    assert call("db", "check", root=tree).code == 0
    done = call("db", "check", "--exports", root=tree)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"{written}: is not what the index gives now (")
    assert done.err.endswith(" records): run `ovmr-index export norare`\n")
    problems = call("db", "check", "--exports", "--json", root=tree).data["problems"]
    assert problems == [done.err.strip()]
    assert call("export", "norare", root=tree).code == 0
    assert call("db", "check", "--exports", root=tree).code == 0


def test_exports_of_stale_pools_are_older(tree: Path) -> None:
    assert call("export", "exemplars", root=tree).code == 0
    damage(tree, "UPDATE sources SET generation = generation + 1")
    done = call("db", "check", "--exports", root=tree)
    assert done.code == 1
    assert "exemplar_dict.json: was made from an older state of the index" in done.err
    assert "run `ovmr-index export exemplars`" in done.err
