"""The conformance tree as a root, and the names of its published files."""

from pathlib import Path

PUBLISHED = {
    "metadata/exemplar_dict.json": "exemplar_dict.json",
    "metadata/lvis_image_exemplar_dict_K-005_own.json": "lvis_image_exemplar_dict_K-005_own.json",
    "metadata/lvis_image_exemplar_dict_K-030_own.json": "lvis_image_exemplar_dict_K-030_own.json",
    "lvis/lvis_v1_train_norare.json": "lvis_v1_train_norare.json",
    "metadata/lvis_v1_train_cat_info.json": "lvis_v1_train_cat_info.json",
    "imagenet/annotations/imagenet_lvis_image_info.json": "imagenet_lvis_image_info.json",
}


def linked(tree: Path, root: Path) -> Path:
    """Make a new root that shows the tree, which is read only, through links."""
    for folder in ("lvis", "imagenet", "metadata"):
        (root / folder).mkdir(parents=True)
    for file in (tree / "lvis").iterdir():
        (root / "lvis" / file.name).symlink_to(file)
    (root / "imagenet" / "imagenet21k_P").symlink_to(tree / "imagenet" / "imagenet21k_P")
    for folder in ("coco", "VisualGenome"):
        (root / folder).symlink_to(tree / folder)
    return root
