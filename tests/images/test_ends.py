"""Files of images that were written: whole, empty, cut short, or without content."""

import io
from pathlib import Path

import pytest
from PIL import Image

from ovmr_index.images.ends import has_usual_end, is_whole


def _content(kind: str) -> bytes:
    output = io.BytesIO()
    Image.effect_noise((60, 40), 90).save(output, kind)
    return output.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_only_what_goes_to_its_end_is_whole(tmp_path: Path, kind: str) -> None:
    whole = _content(kind)
    size = len(whole)
    path = tmp_path / "a"
    assert not is_whole(path, kind)
    assert not is_whole(tmp_path, kind)
    for content in (
        b"",
        b"x",
        whole[:3],
        whole[: size // 2],
        bytes(size),
        whole[: size // 2] + bytes(size - size // 2),
        bytes(20) + whole[20:],
        b"garbage" * 100,
    ):
        path.write_bytes(content)
        assert not is_whole(path, kind), content[:20]
        assert not has_usual_end(path)
    path.write_bytes(whole)
    assert is_whole(path, kind)
    assert is_whole(str(path), kind)
    assert has_usual_end(path)
    assert not is_whole(path, "JPEG" if kind == "PNG" else "PNG")


def test_an_image_with_something_behind_its_end_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(_content("JPEG") + b"behind")
    assert is_whole(path, "JPEG")
    assert not has_usual_end(path)
