"""`ovmr_loader.py`: one file that reads exported JSON where ovmr-index is not installed."""

from pathlib import Path

from ovmr_index import __version__
from ovmr_index.db.session import Session
from ovmr_index.export.forms.form_paths import form_file
from ovmr_index.storage.atomic import whole_file

LOADER = Path(__file__).parents[2] / "data" / "loader.py"
_NAME = "ovmr_loader.py"


def write_loader(session: Session, path: Path | None) -> Path:
    """Write the file that ships with this package, below a line with its version.

    Raises:
        ProtectedPathError: An input, the index or another target is at the path.
    """
    path = form_file(session, path, "loader", _NAME)
    with whole_file(path) as file:
        file.write(f"# Written by `ovmr-index export loader` {__version__}.\n".encode())
        file.write(LOADER.read_bytes())
    return path
