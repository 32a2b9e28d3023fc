"""Names of vocabularies that mean something."""

LVIS_TRAIN = "lvis_v1_train"  # the vocabulary that is meant where none is named
