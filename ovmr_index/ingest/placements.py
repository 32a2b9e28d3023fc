"""What readers get to know of the source that they read."""

from collections.abc import Generator, Iterable

from ovmr_index.formats.placement import HeaderSizes, Placement
from ovmr_index.ingest.sources import SourceSpec


def placement_of(spec: SourceSpec) -> Placement:
    """Return the split and the images of a source, and what reads their headers."""
    return Placement(spec.images, spec.split, _header_sizes, spec.options.follow_links)


def _header_sizes(paths: Iterable[str]) -> Generator[HeaderSizes | str, None, None]:
    """Yield the sizes of images, as `header_sizes`; Pillow is imported by those who ask."""
    from ovmr_index.images.header_sizes import header_sizes

    yield from header_sizes(paths)
