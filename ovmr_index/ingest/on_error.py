"""What a record that cannot be read does to the source that it is in."""

from typing import get_args

from ovmr_index.errors import UsageError
from ovmr_index.formats.table import find_format
from ovmr_index.ingest.sources import OnError, SourceSpec


def with_on_error(spec: SourceSpec, on_error: OnError | None) -> SourceSpec:
    """Return a source of annotations with what a record that cannot be read does there.

    Without `on_error`, and for a tree of images, it is as it was. Raises UsageError for a word that
    stands for nothing.
    """
    if on_error not in (*get_args(OnError), None):
        raise UsageError(f"on_error {on_error!r} stands for nothing; give 'abort' or 'skip'")
    if on_error is None or find_format(spec.format).is_tree:
        return spec
    return spec._replace(options=spec.options._replace(on_error=on_error))
