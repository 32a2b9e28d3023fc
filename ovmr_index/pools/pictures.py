"""Exemplars in a notebook: a thumbnail of the crop of each."""

from collections.abc import Sequence

from ovmr_index.errors import DamagedError
from ovmr_index.images.thumbnails import Thumbnail, ThumbnailTask, render_thumbnail
from ovmr_index.pools.crop_task import exemplar_task
from ovmr_index.pools.exemplars import Exemplar
from ovmr_index.shown import markup

_SIDE = 96  # pixels
_MOST = 24


def exemplar_html(one: Exemplar) -> str:
    """Return a thumbnail of an exemplar, and where it comes from."""
    return markup.strip([_picture(one)]) + markup.note(_described(one))


def strip_html(exemplars: Sequence[Exemplar], most: int = _MOST) -> str:
    """Return thumbnails of the first exemplars, and how many more there are."""
    shown = markup.strip(_picture(one) for one in exemplars[:most])
    return shown + markup.more(len(exemplars) - most, "exemplars")


def _picture(one: Exemplar) -> str:
    try:
        made = render_thumbnail(ThumbnailTask(exemplar_task(one, ()), _SIDE))
    except DamagedError as error:
        made = Thumbnail(None, str(error))
    return markup.picture(made.content, _described(one), made.reason)


def _described(one: Exemplar) -> str:
    where = f"{one.dataset}, {one.split}" if one.split else one.dataset
    return f"{one.synset} ({where}): {one.file_name}"
