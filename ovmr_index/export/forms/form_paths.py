"""Where the files of a form go: below `exports` in the root, or where a user says."""

from pathlib import Path

from ovmr_index.db.session import Session
from ovmr_index.errors import ProtectedPathError
from ovmr_index.export.forms.box_options import BoxOptions
from ovmr_index.export.outputs import check_output, check_output_folder, usual_output
from ovmr_index.export.published import check_kind, refuse_compressed
from ovmr_index.storage.paths import check_name
from ovmr_index.storage.symbolic_links import is_same
from ovmr_index.vocabularies.names import LVIS_TRAIN

FORMS_FOLDER = "exports"  # below the root


def form_file(session: Session, given: Path | None, form: str, name: str) -> Path:
    """Return where a file goes: `<root>/exports/<form>/<name>`, or the path that is given.

    Raises:
        ProtectedPathError: An input, the index or another target is there.
        UsageError: Its name says that it is compressed, which no form is.
    """
    if given is None:
        return usual_output(session, session.outputs / FORMS_FOLDER / form / name)
    check_output(session, given)
    refuse_compressed(given)
    check_kind(session.outputs, given, form)
    return given


def refuse_inputs(path: Path, options: BoxOptions) -> None:
    """Raise ProtectedPathError where a file would replace the map or the list of images it reads.

    A link, or another spelling of a path, is the same file.
    """
    for what, given in (("the map", options.category_map), ("the images", options.images)):
        if isinstance(given, str | Path) and is_same(path, Path(given)):
            raise ProtectedPathError(path, f"is the file of {what}")


def form_folder(session: Session, given: Path | None, form: str, name: str) -> Path:
    """Return the folder that files go to: `<root>/exports/<form>/<name>`, or the one given.

    Raises:
        ProtectedPathError: The folder is among the images of a dataset.
    """
    if given is None:
        return usual_output(session, session.outputs / FORMS_FOLDER / form / name)
    check_output_folder(session, given)
    return given


def name_of_boxes(options: BoxOptions) -> str:
    """Return the name that says which boxes a file holds, as in `lvis_v1_val_minival`.

    Raises UsageError for the name of a vocabulary or partition that cannot be part of a path.
    """
    parts = [options.source or "", options.vocabulary or ""]
    if not any(parts):
        parts = [LVIS_TRAIN]
    if options.category_map is not None:
        parts.append(Path(options.category_map).stem)
    if options.partition_filter is not None:
        parts.append(options.partition_filter.label)
    if isinstance(options.images, str | Path):
        parts.append(Path(options.images).stem)
    elif options.images is not None:
        parts.append("some")
    if options.renumber:
        parts.append("renumbered")
    name = "_".join(filter(None, parts))
    check_name("export", name)
    return name
