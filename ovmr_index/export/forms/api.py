"""The forms of other programs in `index.exports`; what opens images is imported where it is used.

A form has its options in a dataclass, what writes it in a module, and a method in one of the two
classes: of boxes, or of samples.
"""

from pathlib import Path

from ovmr_index.arguments import naming_arguments
from ovmr_index.export.forms.box_exports import BoxExports
from ovmr_index.export.forms.sample_exports import SampleExports
from ovmr_index.export.forms.sheet_exports import SheetExports


@naming_arguments
class FormExports(BoxExports, SampleExports, SheetExports):
    """Files in the forms of other programs: the part of `index.exports` that is no recipe's."""

    def loader(self, path: Path | None = None) -> Path:
        """Write one file of Python that gives crops and boxes from exported JSON elsewhere.

        It needs nothing of ovmr-index: Python 3.8 and Pillow are enough. It is at
        exports/loader/ovmr_loader.py if there is no `path`. Returns where it is.

        Raises:
            UsageError: The path is that of an input.
        """
        from ovmr_index.export.forms.loader import write_loader

        return write_loader(self._session, path)
