"""By what terms published datasets may be used, how they are cited, and since when they are out."""

from typing import NamedTuple


class Terms(NamedTuple):
    """What the publishers of a dataset say of it.

    Attributes:
        name: What the dataset is called.
        url: Where it is published.
        licence: In one sentence, for a file that goes on to others.
        licence_url: Where the licence is, or the terms.
        year: When the release came out that has these annotations or images.
        cite_as: The publication, as BibTeX.
    """

    name: str
    url: str
    licence: str
    licence_url: str
    year: int
    cite_as: str


# https://www.lvisdataset.org/termsofuse, https://cocodataset.org/#termsofuse
LVIS = Terms(
    "LVIS",
    "https://www.lvisdataset.org/",
    "annotations: CC BY 4.0; images: those of COCO, by the Flickr terms of use",
    "https://creativecommons.org/licenses/by/4.0/",
    2020,
    "@inproceedings{gupta2019lvis, title={{LVIS}: A Dataset for Large Vocabulary Instance"
    " Segmentation}, author={Gupta, Agrim and Doll\\'ar, Piotr and Girshick, Ross},"
    " booktitle={CVPR}, year={2019}}",
)
# https://www.image-net.org/download.php
IMAGENET = Terms(
    "ImageNet",
    "https://www.image-net.org/",
    "images: ImageNet's terms of access, for non-commercial research and education alone",
    "https://www.image-net.org/download.php",
    2011,
    "@inproceedings{deng2009imagenet, title={{ImageNet}: A Large-Scale Hierarchical Image"
    " Database}, author={Deng, Jia and Dong, Wei and Socher, Richard and Li, Li-Jia and Li, Kai"
    " and Fei-Fei, Li}, booktitle={CVPR}, year={2009}}",
)
# https://homes.cs.washington.edu/~ranjay/visualgenome/about.html
VISUAL_GENOME = Terms(
    "Visual Genome",
    "https://homes.cs.washington.edu/~ranjay/visualgenome/",
    "annotations: CC BY 4.0; images: those of YFCC100M and COCO, each by its own licence",
    "https://creativecommons.org/licenses/by/4.0/",
    2017,
    "@article{krishna2017visual, title={Visual Genome: Connecting Language and Vision Using"
    " Crowdsourced Dense Image Annotations}, author={Krishna, Ranjay and Zhu, Yuke and Groth,"
    " Oliver and Johnson, Justin and Hata, Kenji and Kravitz, Joshua and Chen, Stephanie and"
    " Kalantidis, Yannis and Li, Li-Jia and Shamma, David A and others}, journal={International"
    " Journal of Computer Vision}, volume={123}, pages={32--73}, year={2017}}",
)
