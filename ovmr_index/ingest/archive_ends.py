"""Tars that were not copied to their end, or whose bytes are damaged behind all images."""

from pathlib import Path

from ovmr_index.errors import RecordError
from ovmr_index.formats.tar import TarImages
from ovmr_index.formats.tar_headers import require_whole_tar
from ovmr_index.storage.compression import SIGN, true_compression, unpacked, unpacking_errors
from ovmr_index.storage.reading import opened_anywhere
from ovmr_index.storage.tar_end import may_be_cut_short, zeros_at_end, zeros_at_end_of_stream
from ovmr_index.storage.tar_members import TarMember, packed_part


def why_cut_short(file: Path) -> str | None:
    """Return why a plain tar does not go to its end, None where it does, or is packed.

    The end of the file is read, and all headers where it may be cut short. Raises OSError.
    """
    with opened_anywhere(file) as opened:
        if not may_be_cut_short(*zeros_at_end(opened)):
            return None
        opened.seek(0)
        if true_compression(file.name, opened.read(SIGN)) is not None:
            return None
    try:
        for _ in TarImages(file, ()).batches():
            pass
    except RecordError as error:
        return _reason(error)
    return None


def why_unsound(archive: TarMember) -> str | None:
    """Return why a packed tar does not unpack to its end, None where it does.

    That it cannot be read at all is said of its images.
    """
    try:
        with packed_part(archive) as window, unpacked(window, archive.compression) as stream:
            if may_be_cut_short(*zeros_at_end_of_stream(stream)):
                stream.seek(0)
                require_whole_tar(stream, Path(archive.path))
    except RecordError as error:
        return _reason(error)
    except unpacking_errors() as error:
        return f"is damaged ({error}); copy or download it again"
    except OSError as error:  # that of bzip2 is no error of the system
        return None if error.errno else f"is damaged ({error}); copy or download it again"
    return None


def _reason(error: RecordError) -> str:
    inner = f"{error.record}: " if error.record else ""
    return f"{inner}{error.problem}; {error.remedy}"
