"""Names of vocabularies that mean something."""

LVIS = "lvis_v1_train"  # the vocabulary that is meant where none is named
