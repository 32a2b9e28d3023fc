"""The forms of other programs in `index.exports`; what opens images is imported where it is used.

A form has its options in a dataclass, what writes it in a module, and a method here.
"""

from ovmr_index.db.session import Session


class FormExports:
    """Files in the forms of other programs: the part of `index.exports` that is no recipe's."""

    def __init__(self, session: Session) -> None:
        self._session = session
