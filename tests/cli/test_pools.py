"""`collate`, `coverage` and `sample`: pools and what is drawn from them."""

import json
from pathlib import Path

import pytest

from tests.support.runs import call
from tests.support.tampering import damage
from tests.support.trees import TreeBuilder

pytestmark = pytest.mark.slow

COVERAGE = [
    "category_id",
    "synset",
    "lvis",
    "imagenet21k",
    "visual_genome",
    "substitutes",
    "total",
]
MADE = "K-005_seed-42_numpy"


def test_options_of_collate_hold_until_it_runs_again(small_tree: Path) -> None:
    published = call("collate", "--json", root=small_tree).data
    assert published["categories"] == 12
    assert {pool["synset"] for pool in published["short"]} == {"die.n.01", "snowman.n.01"}
    changed = call("collate", "--few", 20, "--min-area", 0, "--json", root=small_tree).data
    assert changed["entries"] > published["entries"]
    assert len(changed["short"]) > 2
    assert "fewer than 20 exemplars" in call("coverage", root=small_tree).err
    (small_tree / "lvis" / "lvis_v1_val.json").write_text(
        (small_tree / "lvis" / "lvis_v1_val.json").read_text() + " "
    )
    assert call("ingest", "lvis", "--split", "val", root=small_tree).code == 0
    assert call("status", "--json", root=small_tree).data["pools"] == "stale"
    assert "fewer than 20 exemplars" in call("coverage", root=small_tree).err
    assert call("collate", "--json", root=small_tree).data == published


def test_collate_names_what_is_short(tree: Path) -> None:
    lines = call("collate", root=tree).out.splitlines()
    assert lines[0] == "1,459 exemplars for 40 categories"
    assert lines[1] == "2 categories have fewer than 10:"
    assert lines[-2:] == ["die.n.01              7", "snowman.n.01          8"]


def test_coverage_under_counts_what_it_lists(shared: Path) -> None:
    done = call("coverage", "--under", 20, root=shared)
    assert len(done.out.splitlines()) == 2 + 3
    assert "3 of 40 categories have fewer than 20 exemplars\n" in done.err


def test_under_what_no_category_is(shared: Path) -> None:
    none = call("coverage", "--why", "--under", 5, root=shared)
    assert (none.code, none.err) == (0, "no category has fewer than 5 exemplars\n")
    assert call("coverage", "--why", "--under", 5, "--json", root=shared).data == []
    one = call("coverage", "--why", "--under", 1, root=shared)
    assert one.err == "no category has fewer than 1 exemplar\n"
    some = call("coverage", "--why", "--under", 9, root=shared)
    assert some.err.startswith("candidates that are no exemplars: ")


def test_your_own_substitutes(small_tree: Path, tmp_path: Path) -> None:
    file = tmp_path / "substitutes.json"
    file.write_text(json.dumps({"snowman.n.01": ["penguin.n.01"]}))
    assert call("collate", "--substitutes", file, root=small_tree).code == 0
    substituted = {
        pool["synset"]: pool["substitutes"]
        for pool in call("coverage", "--json", root=small_tree).data
        if pool["substitutes"]
    }
    assert list(substituted) == ["snowman.n.01"]


def test_substitutes_that_nothing_is_called_are_named(small_tree: Path, tmp_path: Path) -> None:
    file = tmp_path / "substitutes.json"
    file.write_text(json.dumps({"snowman": ["goldfish.n.01"], "die.n.01": ["n01443537"]}))
    done = call("collate", "--substitutes", file, root=small_tree)
    assert done.code == 0
    assert "not in WordNet 3.0, and of no category: snowman; give synsets" in done.err
    assert "wnids, which give nothing here: n01443537; give the names of synsets" in done.err
    assert "WordNet" not in call("collate", root=small_tree).err


TWICE = {
    '{"die.n.01": ["a.n.01"], "die.n.01": []}': "`die.n.01` stands twice; remove one",
    '{"die.n.01": ["die.n.01"]}': "die.n.01: is named as its own substitute; remove it",
    '{"die.n.01": ["a.n.01", "b.n.01", "a.n.01"]}': "die.n.01: names a.n.01 twice; remove",
}


@pytest.mark.parametrize("option", ["--substitutes", "--rules"])
def test_substitutes_are_named_once(small_tree: Path, tmp_path: Path, option: str) -> None:
    before = call("coverage", "--json", root=small_tree).data
    file = tmp_path / "file.json"
    for content, problem in TWICE.items():
        file.write_text(content if option == "--substitutes" else f'{{"substitutes": {content}}}')
        done = call("collate", option, file, root=small_tree)
        assert (done.code, done.error.count("\n")) == (1, 0)
        assert f"error: {file}: {problem}" in done.error
    assert call("coverage", "--json", root=small_tree).data == before


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ('{"apple.n.01": [], "bob.n.05": "x"}', "got `str` - at `bob.n.05`"),
        ('{"apple.n.01": [], "bob.n.05": ["x", 3]}', "got `int` - at `bob.n.05[1]`"),
        ("[3]", "got `array`"),
        ('{"apple.n.01": 3, ', "got `int` - at `$`"),
    ],
)
def test_wrong_substitutes_are_named(
    small_tree: Path, tmp_path: Path, content: str, where: str
) -> None:
    file = tmp_path / "substitutes.json"
    file.write_text(content)
    done = call("collate", "--substitutes", file, root=small_tree)
    assert done.code == 1
    assert f"{file}: is no object from synset to list of synsets: " in done.error
    assert f"{where}; fix the file" in done.error


def test_wrong_substitutes_change_nothing(small_tree: Path, tmp_path: Path) -> None:
    before = call("coverage", "--json", root=small_tree).data
    for content in (b"[1]", b"{", b'{"a": ["\xff"]}', b'{"a": "b"}'):
        (tmp_path / "file").write_bytes(content)
        done = call("collate", "--substitutes", tmp_path / "file", root=small_tree)
        assert done.code == 1
        assert "is no object from synset to list of synsets" in done.error
    assert (
        "No such file" in call("collate", "--substitutes", tmp_path / "none", root=small_tree).error
    )
    assert call("coverage", "--json", root=small_tree).data == before


def test_coverage_as_json(shared: Path) -> None:
    pools = call("coverage", "--json", root=shared).data
    assert len(pools) == 40
    assert all(list(pool) == COVERAGE for pool in pools)
    under = call("coverage", "--under", 15, "--json", root=shared).data
    assert under == [pool for pool in pools if pool["total"] < 15]
    assert 0 < len(under) < 40


def test_coverage_has_a_key_for_every_dataset(small_tree: Path) -> None:
    before = call("coverage", "--json", root=small_tree).data
    added = "(SELECT pk FROM datasets WHERE name = 'a')"
    damage(small_tree, "INSERT INTO datasets (name, root) VALUES ('a', 'a')")
    damage(small_tree, f"UPDATE pool_entries SET dataset_pk = {added} WHERE position = 0")
    pools = call("coverage", "--json", root=small_tree).data
    assert all(list(pool) == [*COVERAGE[:5], "a", *COVERAGE[5:]] for pool in pools)
    assert [pool["a"] for pool in pools] == [1] * 12
    assert [pool["total"] for pool in pools] == [pool["total"] for pool in before]


def test_one_short_category_has_fewer(builder: TreeBuilder) -> None:
    builder.lvis()
    builder.index().ingest()
    done = call("coverage", root=builder.root)
    assert "1 of 1 category has fewer than 10 exemplars\n" in done.err


def test_coverage_as_a_table(shared: Path) -> None:
    done = call("coverage", "--under", 10, root=shared)
    names, rule, *rows = done.out.splitlines()
    assert names.split() == COVERAGE
    assert set(rule) == {"-", " "}
    assert [row.split()[1] for row in rows] == ["die.n.01", "snowman.n.01"]
    assert done.err == "2 of 40 categories have fewer than 10 exemplars\n"
    assert call("coverage", "--under", 0, root=shared).out.split()[:7] == COVERAGE


@pytest.mark.slow
def test_commands_without_lvis(small_tree: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    call("ingest", "imagenet", small_tree / "imagenet" / "imagenet21k_P", root=root)
    for command in ("collate", "coverage", "sample", "export exemplars"):
        done = call(*command.split(), root=root)
        assert done.code == 1
        assert "holds no LVIS train annotations" in done.error


def test_sample_gets_a_name_and_is_kept(small_tree: Path) -> None:
    made = call("sample", "--json", root=small_tree)
    assert made.data == {
        "name": MADE,
        "k": 5,
        "seed": 42,
        "method": "numpy",
        "on_shortage": "error",
        "weight": "area",
        "vocabulary": "lvis_v1_train",
        "filters": {},
        "categories": 12,
        "exemplars": 60,
        "short": [],
    }
    (held,) = call("sample", "list", "--json", root=small_tree).data
    assert (held["name"], held["picks"]) == (MADE, 60)
    assert MADE in call("sample", "list", root=small_tree).out
    picks = call("sample", "show", MADE, "--json", root=small_tree).data["picks"]
    assert len(picks) == 60
    assert [pick["position"] for pick in picks[:6]] == [0, 1, 2, 3, 4, 0]
    assert len(call("sample", "show", MADE, root=small_tree).out.splitlines()) == 62


def test_same_draw_again_is_no_error(small_tree: Path) -> None:
    first = call("sample", "--name", "mine", "-K", 3, root=small_tree)
    again = call("sample", "--name", "mine", "-K", 3, root=small_tree)
    assert (again.code, again.out) == (0, first.out)
    assert "there already" in again.err


def test_name_of_another_draw(small_tree: Path) -> None:
    call("sample", "--name", "mine", "-K", 3, root=small_tree)
    for options in (["-K", 4], ["-K", 3, "--on-shortage", "repeat"]):
        done = call("sample", "--name", "mine", *options, root=small_tree)
        assert done.code == 2
        assert "sample mine is another draw" in done.error
    call("collate", "--min-area", 0, root=small_tree)
    changed = call("sample", "--name", "mine", "-K", 3, root=small_tree)
    assert changed.code == 2
    assert "sample mine is another draw" in changed.error


def test_shortage(small_tree: Path) -> None:
    stopped = call("sample", "-K", 10, root=small_tree)
    assert stopped.code == 1
    assert "2 categories have fewer than 10 exemplars" in stopped.error
    repeated = call("sample", "-K", 10, "--on-shortage", "repeat", "--json", root=small_tree).data
    assert (repeated["name"], repeated["exemplars"]) == ("K-010_seed-42_numpy_repeat", 120)
    taken = call("sample", "-K", 10, "--on-shortage", "take-all", "--json", root=small_tree).data
    assert taken["exemplars"] == 115


def test_difference_of_samples(small_tree: Path) -> None:
    for name, seed in (("a", 1), ("b", 2), ("c", 1)):
        call("sample", "--name", name, "-K", 2, "--seed", seed, root=small_tree)
    other = call("sample", "diff", "a", "b", "--json", root=small_tree).data
    assert not other["same"]
    assert other["common"] + len(other["only_a"]) == other["common"] + len(other["only_b"]) == 24
    assert list(other["only_a"][0]) == ["category_id", "dataset", "file_name", "region_id"]
    same = call("sample", "diff", "a", "c", "--json", root=small_tree).data
    assert same == {"common": 24, "same": True, "only_a": [], "only_b": []}
    assert call("sample", "diff", "a", "c", root=small_tree).out == "24 exemplars are in both\n"
    assert "only in b:" in call("sample", "diff", "a", "b", root=small_tree).out


def test_removed_sample(small_tree: Path) -> None:
    call("sample", "--name", "mine", root=small_tree)
    assert call("sample", "rm", "mine", "--json", root=small_tree).data == {"removed": "mine"}
    assert call("sample", "list", root=small_tree).err == "no sample is saved\n"
    assert "there is no sample 'mine'" in call("sample", "rm", "mine", root=small_tree).error
