"""`index.curation`, whose list of marks is a table and becomes a frame."""

from ovmr_index.arguments import naming_arguments
from ovmr_index.curation.api import Curation
from ovmr_index.curation.mark import Mark
from ovmr_index.index.rows import Rows


@naming_arguments
class IndexCuration(Curation):
    """Exemplars that are left out of draws, or come first in them: `index.curation`.

    A mark is of one exemplar of one category, by names that hold in any index: it outlives that
    its files are read again, or that the pools are made again.
    """

    def list(
        self,
        *,
        vocabulary: str | None = None,
        category: str | int | None = None,
        kind: str | None = None,
    ) -> Rows[Mark]:
        """Return the marks by vocabulary and category, pins first in their order, as a table.

        Args:
            vocabulary: Only its marks; LVIS train's if None and a `category` is given.
            category: Only of this one, by id, name or synset.
            kind: Only `exclude` or `pin`.

        Raises:
            UsageError: There is no such vocabulary, category or kind.
        """
        return Rows(super().list(vocabulary=vocabulary, category=category, kind=kind))
