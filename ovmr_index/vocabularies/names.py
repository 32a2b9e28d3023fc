"""Names in vocabularies that mean something."""

from enum import StrEnum

LVIS_TRAIN = "lvis_v1_train"  # the vocabulary that is meant where none is named


class Frequency(StrEnum):
    """In how many images a category occurs, as LVIS counts: under 10, under 100, more."""

    RARE = "r"
    COMMON = "c"
    FREQUENT = "f"
