"""Which of many files are there."""

from pathlib import Path

from ovmr_index.storage.present import count_present


def test_files_are_counted_by_folder(tmp_path: Path) -> None:
    for name in [f"many/{i}.jpg" for i in range(40)] + ["few/a.jpg"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "many/folder").mkdir()
    (tmp_path / "many/dead").symlink_to("gone")
    (tmp_path / "many/link").symlink_to("0.jpg")
    many = [f"many/{i}.jpg" for i in range(45)]
    odd = ["many/folder", "many/dead", "many/link"]
    names = [*many, *odd, "few/a.jpg", "few/b.jpg", "gone/a.jpg", "a.jpg"]
    assert count_present(tmp_path, names) == (42, 52, "many/40.jpg")


def test_no_files_are_all_there(tmp_path: Path) -> None:
    assert count_present(tmp_path / "gone", []) == (0, 0, "")
