"""Names that mean something in every vocabulary."""

from enum import StrEnum

LVIS_TRAIN = "lvis_v1_train"  # the vocabulary that is meant where none is named
LVIS_VAL = "lvis_v1_val"  # its categories are those of train
LVIS_VOCABULARIES = (LVIS_TRAIN, LVIS_VAL)


class Frequency(StrEnum):
    """How often LVIS's train images show a category, in the letters of its files."""

    FREQUENT = "f"
    COMMON = "c"
    RARE = "r"
