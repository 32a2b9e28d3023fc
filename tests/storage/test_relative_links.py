"""Links to images: relative, replaced where they lead elsewhere, never in the place of a file."""

from pathlib import Path

import pytest

from ovmr_index.errors import OvmrIndexError
from ovmr_index.storage.relative_links import put_link


def test_a_link_is_relative_and_leads_to_the_file(tmp_path: Path) -> None:
    file = tmp_path / "images" / "a.jpg"
    file.parent.mkdir()
    file.write_bytes(b"a")
    folder = tmp_path / "exports" / "data"
    folder.mkdir(parents=True)
    put_link(folder / "1.jpg", str(file))
    assert str((folder / "1.jpg").readlink()) == "../../images/a.jpg"
    before = (folder / "1.jpg").lstat()
    put_link(folder / "1.jpg", str(file))
    assert (folder / "1.jpg").lstat() == before
    # Through a link to the folder `..` leads up from where the folder is.
    (tmp_path / "there").symlink_to(folder)
    put_link(tmp_path / "there" / "2.jpg", str(file))
    assert (folder / "2.jpg").read_bytes() == b"a"


def test_another_link_is_replaced_and_a_file_is_not(tmp_path: Path) -> None:
    link, file = tmp_path / "1.jpg", tmp_path / "file.jpg"
    link.symlink_to("elsewhere.jpg")
    put_link(link, str(tmp_path / "a.jpg"))
    assert str(link.readlink()) == "a.jpg"
    file.write_bytes(b"mine")
    with pytest.raises(OvmrIndexError, match=r"file\.jpg: is there already, and no link; move it"):
        put_link(file, str(tmp_path / "a.jpg"))
    assert file.read_bytes() == b"mine"
    with pytest.raises(OvmrIndexError, match=r"absent/1\.jpg: No such file or directory; giv"):
        put_link(tmp_path / "absent" / "1.jpg", str(file))
