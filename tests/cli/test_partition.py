"""`vocabulary`, `partition` and the options that go by them."""

import json
from pathlib import Path

import pytest

from tests.support.runs import call

pytestmark = pytest.mark.slow


@pytest.mark.slow
def test_vocabularies_are_added_listed_and_removed(small_tree: Path, tmp_path: Path) -> None:
    file = tmp_path / "classes.txt"
    file.write_text("apple\nno such thing\n")
    done = call("vocabulary", "add", file, "--name", "mine", root=small_tree)
    assert (done.code, done.out) == (0, "mine: 2 categories\n")
    assert done.err.startswith(
        "1 category has no synset of WordNet; give it one in the file: no such"
    )
    assert (
        "mine           NULL                    2"
        in call("vocabulary", "list", root=small_tree).out
    )
    assert call("vocabulary", "rm", "mine", root=small_tree).out == "mine: removed\n"
    assert call("vocabulary", "rm", "mine", root=small_tree).code == 2
    assert call("vocabulary", "add", tmp_path / "none", "--name", "x", root=small_tree).code == 1


@pytest.mark.slow
def test_a_vocabulary_is_enough_to_begin_with(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "classes.json").write_text('{"fish": "tench.n.01"}')
    call("vocabulary", "add", root / "classes.json", "--name", "mine", root=root)
    assert call("partition", "list", root=root).err == "there is no partition\n"
    covered = call("coverage", "--vocabulary", "mine", "--json", root=root).data
    assert [(one["synset"], one["total"]) for one in covered] == [("tench.n.01", 0)]


@pytest.mark.slow
def test_a_partition_drives_the_exports(small_tree: Path, tmp_path: Path) -> None:
    file = tmp_path / "novel.json"
    file.write_text(json.dumps({"novel": ["apple", 365]}))
    added = call("partition", "add", "mine", "--file", file, root=small_tree)
    assert added.out == "mine: 10 base, 2 novel, 0 neither\n"
    part = ("--partition", "mine", "--without", "novel")
    for target in ("annotations", "exemplars", "cat-info", "imagenet-lvis"):
        (written,) = call("export", target, *part, "--json", root=small_tree).data["written"]
        assert written["file"].endswith("_mine_without_novel.json")
        named = ("--partition", "mine", "--json")
        if target != "cat-info":
            vocabulary = "lvis_v1_val" if target == "imagenet-lvis" else "lvis_v1_train"
            found = call(
                *("partition", "check", written["file"], *named, "--vocabulary", vocabulary),
                root=small_tree,
            )
            assert (found.code, found.data["leaks"]) == (0, [])
    drawn = call("sample", "-K", 3, *part, "--json", root=small_tree).data
    assert drawn["filters"] == {"partition": "mine", "without": "novel"}
    assert (drawn["exemplars"], drawn["short"]) == (10 * 3, [])
    assert call("sample", "-K", 3, *part, root=small_tree).err.startswith(
        "the sample is there already"
    )
    assert call("partition", "rm", "mine", root=small_tree).code == 0


def test_check_names_what_is_novel(shared: Path) -> None:
    done = call("partition", "check", shared / "lvis" / "lvis_v1_train.json", root=shared)
    assert done.code == 1
    assert "889 boxes or exemplars and 0 labelled images; 10 of 10 novel" in done.out
    assert "goldfish" in done.out


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("partition add mine", "give one of --frequency, --file and --builtin"),
        ("partition add mine --frequency r --builtin ov-coco", "give one of --frequency"),
        ("partition add mine --builtin x", "there is no published partition 'x'"),
        (
            "partition add mine --builtin ov-coco",
            "there is no category 'airplane' in lvis_v1_train",
        ),
        ("partition rm mine", "there is no partition 'mine' in lvis_v1_train; give 'rare'"),
        ("partition rm rare", "rare always exists: what lvis_v1_train calls rare; name another"),
        ("partition add rare --frequency r", "rare always exists: what lvis_v1_train calls rare;"),
        ("export annotations --partition rare", "give --only or --without with it"),
        ("export exemplars --only base --without novel", "are both given; give one of them"),
        ("export --vocabulary mine exemplars", "--vocabulary: give it after the target"),
        ("export --vocabulary mine", "there is no vocabulary 'mine'"),
        ("collate --rules file --few 3", "the file is the whole recipe; leave out the other"),
        ("sample --name five --vocabulary mine", "there is no vocabulary 'mine'"),
    ],
)
def test_wrong_usage(shared: Path, arguments: str, problem: str) -> None:
    done = call(*arguments.split(), root=shared)
    assert (done.code, problem in done.error) == (2, True)


def test_a_recipe_of_your_own_is_shown(small_tree: Path, tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    file.write_text('{"steps": [{"take": "pictures", "dataset": "imagenet21k"}], "few": 3}')
    assert call("collate", "--rules", file, root=small_tree).code == 0
    assert "by your own recipe: images of imagenet21k\n" in call("coverage", root=small_tree).err
    (train, _) = call("status", "--json", root=small_tree).data["vocabularies"]
    assert train["rules"]["steps"] == [{"take": "pictures", "dataset": "imagenet21k"}]
    assert "1 step of your own" in call("status", root=small_tree).out
    assert call("collate", root=small_tree).code == 0
    assert "published" in call("status", root=small_tree).out


def test_words_are_no_letters_of_frequencies(small_shared: Path) -> None:
    before = call("partition", "list", "--json", root=small_shared).data
    for letters in ("frequent", "rare", "R", "x", "r,c", "r c"):
        done = call("partition", "add", "mine", "--frequency", letters, root=small_shared)
        assert (done.code, done.out) == (2, "")
        said = "is no frequency of lvis_v1_train; give letters out of f, c, r, as in rc"
        assert said in done.error, letters
    assert call("partition", "list", "--json", root=small_shared).data == before


def test_lines_that_contradict_themselves_are_named(tree: Path, tmp_path: Path) -> None:
    file = tmp_path / "novel.txt"
    file.write_text("goldfish\nn07739125 banana\n")
    done = call("partition", "add", "mine", "--file", file, root=tree)
    assert done.code == 0
    note = "line 2: 'banana' with n07739125 (apple.n.01); check the file\n"
    assert done.err == f"not what WordNet calls the synset beside it: {note}"
    file.write_text("n07739125 apple\n")
    assert call("partition", "add", "other", "--file", file, root=tree).err == ""
    file.write_text("1\tapple\n12\tgoldfish\n")
    done = call("partition", "add", "third", "--file", file, root=tree)
    assert (done.code, "is a table" in done.error) == (1, True)
