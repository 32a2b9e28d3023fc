"""What code bases open, in `index.exports`; what makes it is imported where it is used."""

from pathlib import Path
from typing import TYPE_CHECKING

from ovmr_index.arguments import naming_arguments
from ovmr_index.db.session import Session

if TYPE_CHECKING:
    from ovmr_index.export.training.report import TrainingReport


@naming_arguments
class TrainingExports:
    """The folders and names that published code opens by default: a part of `index.exports`."""

    _session: Session

    def training(self, code_base: str, folder: Path | None = None) -> "TrainingReport":
        """Make what a code base opens by default, as symbolic links and exports.

        No image is copied and nothing is written over: what is in the way is named and left. A run
        that was stopped can be started again.

        Args:
            code_base: `mm-ovod`, `ovmr`, `ovmr-classification` or `detic`.
            folder: Its folder of datasets; the root of the index if it is not given. In another
                folder annotation files, published files of the root and images are links.

        Raises:
            UsageError: There is no such code base, or the folder is none.
            ProtectedPathError: The folder is among the images of a dataset.
        """
        from ovmr_index.export.training.prepare import prepare_training

        return prepare_training(self._session, code_base, folder)

    def check_training(self, code_base: str, folder: Path | None = None) -> "TrainingReport":
        """Return what a code base opens by default, and what of it is there; change nothing.

        Args:
            code_base: As for `training`.
            folder: As for `training`.

        Raises:
            UsageError: There is no such code base, or the folder is none.
        """
        from ovmr_index.export.training.check import check_training

        return check_training(self._session, code_base, folder)
