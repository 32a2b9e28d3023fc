"""What regions that stay showed before an ingest, and what they show after it."""

from collections import Counter
from collections.abc import Iterable, Set

from ovmr_index.ingest.region_rows import RegionRows


class LabelChanges:
    """The labels of regions that changed or vanished, counted while their rows are replaced.

    A region stays where it is on the same image as before: tools give ids to other boxes.

    Attributes:
        moved: The regions that stay, by the pks of the categories that they had and have.
        left: The regions that vanished, or have another image or category, by that they had.
        unlabelled: The regions that had synsets of their own and have none of them.
    """

    def __init__(self) -> None:
        """Count nothing yet."""
        self.moved: Counter[tuple[int | None, int | None]] = Counter()
        self.left: Counter[int | None] = Counter()
        self.unlabelled = 0

    def count(self, before: RegionRows, now: RegionRows, changed: Set[int]) -> None:
        """Count the regions (pk) that have changed, of a batch that has a row of each."""
        old, new = before.labels(changed), now.labels(changed)
        for pk in changed:
            (image, category), (image_now, category_now) = old[pk], new[pk]
            if category != category_now or image != image_now:
                self.left[category] += 1
                if image == image_now:
                    self.moved[category, category_now] += 1
        synsets, synsets_now = before.own_synsets(changed), now.own_synsets(changed)
        for pk, had in synsets.items():
            has = synsets_now.get(pk, frozenset())
            is_another = old[pk][0] != new[pk][0]
            self.unlabelled += not has or not (is_another or had & has)

    def vanish(self, categories: Iterable[int | None]) -> None:
        """Count regions that vanish, by the pks of their categories."""
        self.left.update(categories)
