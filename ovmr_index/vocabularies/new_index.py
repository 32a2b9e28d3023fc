"""An index that is not there yet: made with WordNet in it."""

from ovmr_index.db import schema
from ovmr_index.db.session import Session
from ovmr_index.errors import SchemaError
from ovmr_index.vocabularies.synsets import load_wordnet


def make_index(session: Session) -> None:
    """Make the index of a session, unless another process has just made it.

    Raises SchemaError as `schema.create`.
    """
    try:
        schema.create(session.location, load_wordnet)
    except SchemaError:
        if not session.exists:
            raise
