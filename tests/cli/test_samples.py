"""`sample` and `export sample`: the stable draw, what narrows it, many seeds, provenance."""

from pathlib import Path

import pytest

from ovmr_index import DrawOptions, Filters, Index, __version__
from tests.support.oracle import load
from tests.support.runs import call

pytestmark = pytest.mark.slow

CHOSEN = ("--dataset", "lvis", "--dataset", "visual_genome", "--min-side", 20, "--per-image", 1)
CHOICE = Filters(datasets=("lvis", "visual_genome"), min_side=20, per_image=1)


def test_a_stable_draw_is_named_and_told(small_tree: Path) -> None:
    options = ("-K", 3, "--seed", 1, "--method", "stable", "--weight", "side", *CHOSEN)
    made = call("sample", *options, "--on-shortage", "take-all", "--json", root=small_tree).data
    name = "K-003_seed-1_stable_take-all_side_datasets-lvis+visual_genome_min_side-20.0_per_image-1"
    assert (made["name"], made["method"], made["weight"]) == (name, "stable", "side")
    assert made["filters"] == {
        "datasets": ["lvis", "visual_genome"],
        "min_side": 20,
        "per_image": 1,
    }
    shown = call("sample", "show", name, "--json", root=small_tree).data
    given = DrawOptions(3, 1, "stable", "take-all", "side", CHOICE)
    assert [
        (pick["category_id"], pick["file_name"], pick["region_id"]) for pick in shown.pop("picks")
    ] == [
        (one.category_id, pick.file_name, pick.region_id)
        for one in Index.open(small_tree).sample(given)
        for pick in one.exemplars
    ]
    assert shown["filters"] == made["filters"]
    assert shown["version"] == __version__
    assert set(shown["fingerprints"]) == {
        "imagenet21k",
        "lvis_v1_train",
        "lvis_v1_val",
        "visual_genome",
    }
    said = call("sample", "show", name, root=small_tree).err
    assert "k 3, seed 1, method stable, weight side, on_shortage take-all" in said
    assert "; datasets ['lvis', 'visual_genome'], min_side 20.0, per_image 1" in said


@pytest.mark.slow
def test_the_same_draw_is_the_same_in_everything(small_tree: Path) -> None:
    options = ("-K", 2, "--method", "stable", "--name", "mine")
    assert call("sample", *options, root=small_tree).code == 0
    assert "there already" in call("sample", *options, root=small_tree).err
    for more in (("--weight", "even"), ("--balanced",), ("--method", "numpy")):
        done = call("sample", *options, *more, root=small_tree)
        assert done.code == 2
        assert "sample mine is another draw" in done.error


def test_many_seeds_are_saved_under_names_of_their_own(small_tree: Path) -> None:
    made = call("sample", "-K", 1, "--seeds", "0-2", "--json", root=small_tree).data
    assert [one["name"] for one in made] == [f"K-001_seed-{seed}_numpy" for seed in range(3)]
    named = call("sample", "-K", 1, "--seeds", "7-8", "--name", "mine", root=small_tree)
    assert named.out == "".join(f"mine-{seed}: 12 exemplars of 12 categories\n" for seed in (7, 8))
    assert len(call("sample", "list", "--json", root=small_tree).data) == 5


def test_the_categories_that_were_drawn_for_are_counted(small_tree: Path) -> None:
    novel = ("sample", "-K", 5, "--only", "novel", "--name", "novel")
    assert call(*novel, root=small_tree).out == "novel: 20 exemplars of 4 categories\n"
    assert call(*novel, "--json", root=small_tree).data["categories"] == 4


@pytest.mark.slow
def test_near_duplicates_are_left_out_and_told(whole_small_tree: Path) -> None:
    options = ("-K", 2, "--method", "stable", "--on-shortage", "take-all", "--no-near-duplicates")
    plain = call("sample", *options[:-1], "--name", "plain", "--json", root=whole_small_tree).data
    first = call("sample", "show", "plain", "--json", root=whole_small_tree).data["picks"][0]
    roots = {"lvis": "coco", "visual_genome": "VisualGenome"}
    root = whole_small_tree / roots.get(first["dataset"], "imagenet/imagenet21k_P")
    (root / first["file_name"]).unlink()
    done = call("sample", *options, "--json", root=whole_small_tree)
    assert done.data["filters"] == {"no_near_duplicates": True}
    assert done.data["name"] == "K-002_seed-42_stable_take-all_no_near_duplicates"
    assert done.data["exemplars"] <= plain["exemplars"]
    told = f"{first['dataset']} {first['file_name']}: No such file or directory"
    assert told in done.err
    assert "there already" in call("sample", *options, root=whole_small_tree).err
    (written,) = call("export", "sample", *options, "--json", root=whole_small_tree).data["written"]
    assert written["problems"] == [told]
    assert call("export", "crops", *options, "--json", root=whole_small_tree).code == 1


def test_shortage_is_told_by_category(small_tree: Path) -> None:
    options = ("-K", 10, "--method", "stable", "--on-shortage", "repeat")
    told = "2 categories have fewer than 10 exemplars: die.n.01 (7), snowman.n.01 (8)\n"
    assert call("sample", *options, root=small_tree).err == told
    made = call("sample", *options, "--json", root=small_tree).data
    assert [(one["synset"], one["held"]) for one in made["short"]] == [
        ("die.n.01", 7),
        ("snowman.n.01", 8),
    ]
    assert call("--quiet", "sample", *options, root=small_tree).err == ""


def test_exported_files_of_a_stable_draw(small_tree: Path, tmp_path: Path) -> None:
    done = call("export", "sample", "--method", "stable", "--sidecar", "--json", root=small_tree)
    path = small_tree / "metadata" / "lvis_image_exemplar_dict_K-005_stable.json"
    assert [one["file"] for one in done.data["written"]] == [str(path)]
    sidecar = load(path.with_name(f"{path.name}.provenance.json"))
    assert (sidecar["k"], sidecar["method"], sidecar["filters"]) == (5, "stable", {})
    folder = tmp_path / "seeds"
    many = ("export", "sample", "-K", 1, "--seeds", "0-1", "-o", folder)
    written = call(*many, "--json", root=small_tree).data["written"]
    names = [f"lvis_image_exemplar_dict_K-001_own_seed-00{seed}.json" for seed in (0, 1)]
    assert [one["file"] for one in written] == [str(folder / name) for name in names]
    assert load(folder / names[0]) != load(folder / names[1])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--seeds", "3-1"), "--seeds is 3-1; give the first and the last, as in 0-29"),
        (("--seeds", "x"), "--seeds is x; give the first and the last"),
        (("--seeds", f"0-{'9' * 5_000}"), "--seeds is 0-999"),
        (("--seeds", "0-10000"), "--seeds is 0-10000; give at most 10,000 seeds"),
        (("--seeds", "0-1", "--seed", 0), "--seed and --seeds are both given"),
        (("--weight", "mass"), "mass"),
        (("--per-image", 0), "--per-image is 0; give 1 or more"),
        (("--dataset", "coco"), "there is no dataset 'coco'; give 'imagenet21k', 'lvis'"),
        (("--split", "test"), "there is no split 'test'; give "),
    ],
)
@pytest.mark.parametrize("command", ["sample", "export sample"])
def test_wrong_usage(command: str, options: tuple[object, ...], message: str, shared: Path) -> None:
    done = call(*command.split(), *options, root=shared)
    assert done.code == 2
    assert message in done.err


def test_a_saved_sample_is_not_drawn_again(shared: Path) -> None:
    for options in (("--balanced",), ("--dataset", "lvis"), ("--seed", 0), ("--seeds", "0-1")):
        done = call("export", "sample", "--name", "one", *options, root=shared)
        assert done.code == 2
        assert "a saved sample is not drawn again" in done.err
