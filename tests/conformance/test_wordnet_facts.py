"""The shipped WordNet table against LVIS's categories and the ImageNet folders that match them."""

import json
from collections.abc import Sequence
from pathlib import Path

from ovmr_index.vocabularies.wordnet import Synset


def lvis_synsets(shared: Path) -> set[str]:
    text = (shared / "data" / "lvis_v1_categories.json").read_text(encoding="utf-8")
    return {category["synset"] for category in json.loads(text)}


def test_every_lvis_synset_but_stop_sign_has_a_wnid(shared: Path, nouns: Sequence[Synset]) -> None:
    names = {synset.name for synset in nouns}
    assert lvis_synsets(shared) - names == {"stop_sign.n.01"}


def test_the_matching_imagenet_folders_are_lvis_synsets(
    shared: Path, nouns: Sequence[Synset]
) -> None:
    text = (shared / "data" / "imagenet_lvis_wnids.txt").read_text(encoding="ascii")
    names = {synset.wnid: synset.name for synset in nouns}
    folders = text.split()
    assert len(folders) == 997
    assert {names.get(wnid) for wnid in folders} <= lvis_synsets(shared)
