"""What each code base opens by default, from its own files: data alone.

Commits: MM-OVOD c5cabd5, OVMR dbf343e (branch det) and 157202d (branch master), Detic 436cda2.
`docs/decisions/0024-what-each-code-base-opens.md` has the files and lines.
"""

from ovmr_index.errors import unknown
from ovmr_index.export.training.opened import (
    OV_COCO,
    AnnotationFile,
    CropFolder,
    ExportedFile,
    FromElsewhere,
    ImagesOf,
    Opened,
    SampleFile,
    ZeroShotFile,
)
from ovmr_index.samples.options import DrawOptions

FIVE = DrawOptions(k=5)
THIRTY = DrawOptions(k=30, on_shortage="repeat")

_IMAGENET_LIST = "imagenet/annotations/imagenet_lvis_image_info.json"
_SAMPLE = "metadata/lvis_image_exemplar_dict_K-{:03d}_own.json".format
_POOL_SPLITS = ("train", "imagenet21k_small_classes")  # pools take no image of val
_OTHERWISE = "call the script with `--imagenet-img-dir {folder}`"
_SEEN = "coco/zero-shot/instances_train2017_seen_2_oriorder"
_ALL = "coco/zero-shot/instances_val2017_all_2_oriorder"
_IN_REPOSITORY = "the repository of the code base has it"

_DETECTRON2 = (
    Opened("lvis/lvis_v1_train.json", AnnotationFile("train"), "detectron2 builtin.py"),
    Opened("lvis/lvis_v1_val.json", AnnotationFile("val"), "detectron2 builtin.py"),
)
_COCO_IMAGES = Opened("coco", ImagesOf("lvis"), "detectron2 builtin.py")


def _registered(said_in: str) -> tuple[Opened, ...]:
    """Return the files of LVIS that MM-OVOD registers, and OVMR with it."""
    files = {
        "lvis/lvis_v1_train_norare.json": ExportedFile("norare"),
        "lvis/lvis_v1_train_rare_only.json": ExportedFile("rareonly"),
        "lvis/lvis_v1_val_norare.json": ExportedFile("norare", "val"),
        "lvis/lvis_v1_val_rare_only.json": ExportedFile("rareonly", "val"),
    }
    return tuple(Opened(path, kind, said_in) for path, kind in files.items())


def _cat_info(said_in: str) -> Opened:
    return Opened("metadata/lvis_v1_train_cat_info.json", ExportedFile("cat-info"), said_in)


def _imagenet(folder: str, said_in: str) -> tuple[Opened, ...]:
    return (
        Opened(_IMAGENET_LIST, ExportedFile("imagenet-lvis"), said_in),
        Opened(folder, ImagesOf("imagenet21k", _IMAGENET_LIST), said_in),
    )


def _exemplars(draw: DrawOptions, imagenet: str, said_in: str) -> tuple[Opened, ...]:
    """Return a sample and the folders that its images are opened in."""
    sample = _SAMPLE(draw.k)
    of_imagenet = ImagesOf("imagenet21k", sample, _POOL_SPLITS, otherwise=_OTHERWISE)
    return (
        Opened(sample, SampleFile(draw), said_in),
        Opened("coco", ImagesOf("lvis", sample), said_in),
        Opened(imagenet, of_imagenet, said_in),
        Opened("VisualGenome", ImagesOf("visual_genome", sample), said_in),
    )


_MM_OVOD = (
    *_DETECTRON2,
    *_registered("mmovod/data/datasets/lvis_v1.py 120-123"),
    _COCO_IMAGES,
    *_imagenet("imagenet/imagenet21k_P", "mmovod/data/datasets/imagenet.py 22-25"),
    _cat_info("mmovod/config.py 24"),
    *_exemplars(FIVE, "imagenet", "tools/get_exemplars_tta.py 87-107"),
    Opened(
        "metadata/lvis_v1_clip_a+cname.npy", FromElsewhere(_IN_REPOSITORY), "mmovod/config.py 12"
    ),
)

_OVMR = (
    *_DETECTRON2,
    *_registered("mmovod/data/datasets/lvis_v1.py 120-123"),
    _COCO_IMAGES,
    *_imagenet("imagenet/imagenet_l", "mmovod/data/datasets/imagenet.py 22-25"),
    _cat_info("mmovod/config.py 25"),
    *_exemplars(FIVE, "imagenet/imagenet21k_P", "tools/get_exemplars_tta.py 87-107"),
    *_exemplars(THIRTY, "imagenet/imagenet21k_P", "tools/save_LVIS_exemplars_ovmr.py 87-113"),
)

_OVMR_CLASSIFICATION = (
    Opened("lvis_exemplars_mmovod_K30", CropFolder(), "datasets/lvis.py 15"),
    Opened(
        "coco_exemplars_mmovod_K30_final", CropFolder(of_coco=True), "datasets/coco.py 15", OV_COCO
    ),
)

_DETIC_COCO = "detic/data/datasets/coco_zeroshot.py 99-100"
_DETIC = (
    *_DETECTRON2,
    Opened(
        "lvis/lvis_v1_train_norare.json",
        ExportedFile("norare"),
        "detic/data/datasets/lvis_v1.py 120",
    ),
    _COCO_IMAGES,
    *_imagenet("imagenet/ImageNet-LVIS", "detic/data/datasets/imagenet.py 19"),
    _cat_info("detic/config.py 23"),
    Opened(
        "lvis/lvis_v1_train_norare_cat_info.json",
        ExportedFile("cat-info", without_rare=True),
        "configs/Detic_ViLD_200e.py 67",
    ),
    Opened(
        "metadata/lvis_v1_clip_a+cname.npy", FromElsewhere(_IN_REPOSITORY), "detic/config.py 11"
    ),
    Opened(f"{_SEEN}.json", ZeroShotFile("train", ("base",)), _DETIC_COCO, OV_COCO),
    Opened(
        f"{_SEEN}_cat_info.json",
        ZeroShotFile("train", ("base",), counts=True),
        "configs/Base_OVCOCO_C4_1x.yaml 17",
        OV_COCO,
    ),
    Opened(f"{_ALL}.json", ZeroShotFile("val", ("base", "novel")), _DETIC_COCO, OV_COCO),
    Opened(
        "coco/train2017", ImagesOf("lvis", f"{_SEEN}.json", is_below=True), _DETIC_COCO, OV_COCO
    ),
    Opened("coco/val2017", ImagesOf("lvis", f"{_ALL}.json", is_below=True), _DETIC_COCO, OV_COCO),
    Opened(
        "metadata/coco_clip_a+cname.npy",
        FromElsewhere(_IN_REPOSITORY),
        "configs/Base_OVCOCO_C4_1x.yaml 15",
        OV_COCO,
    ),
)

CODE_BASES: dict[str, tuple[Opened, ...]] = {
    "mm-ovod": _MM_OVOD,
    "ovmr": _OVMR,
    "ovmr-classification": _OVMR_CLASSIFICATION,
    "detic": _DETIC,
}


def opened_by(code_base: str) -> tuple[Opened, ...]:
    """Return what a code base opens, files before the folders that they name images in.

    Raises UsageError for a name of none.
    """
    if code_base not in CODE_BASES:
        raise unknown("code base", code_base, CODE_BASES)
    return CODE_BASES[code_base]
