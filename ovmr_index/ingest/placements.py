"""What readers get to know of the source that they read."""

from ovmr_index.formats.placement import Placement
from ovmr_index.images.header_sizes import header_sizes
from ovmr_index.ingest.sources import SourceSpec


def placement_of(spec: SourceSpec) -> Placement:
    """Return the split and the images of a source, and what reads their headers."""
    return Placement(spec.images, spec.split, header_sizes, spec.options.follow_links)
