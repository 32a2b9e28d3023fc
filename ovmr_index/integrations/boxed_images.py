"""The images of a selection one by one, in any order: what datasets for workers read from."""

from __future__ import annotations

from array import array
from dataclasses import replace
from typing import TYPE_CHECKING

from ovmr_index.db.session import Session
from ovmr_index.errors import OvmrIndexError
from ovmr_index.export.forms.annotated_images import AnnotatedImage, annotated_images
from ovmr_index.export.forms.box_options import BoxOptions
from ovmr_index.export.forms.box_selection import BoxSelection, FormCategory, select_boxes
from ovmr_index.integrations.image_queries import image_ids, source_state

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ovmr_index.index.index import Index

_NUMBERED = 1  # the id that an image without one gets where it is read alone


class BoxedImages:
    """The images of a source with their boxes, each read from the index when it is asked for.

    It can be pickled, and used by several processes: a connection ends with the call that opens it.
    """

    def __init__(self, index: Index, options: BoxOptions | None = None) -> None:
        """Find which images there are; the boxes are those of LVIS train without `options`.

        Raises:
            MissingSourceError: The index does not hold the source, or it has no boxes.
            UsageError: There is no such source, vocabulary, partition, map or image.
            OvmrIndexError: The file of images or of the map cannot be read.
        """
        self._session = Session(index.root, index.location)
        self._options = options or BoxOptions()
        with self._session.read() as connection:
            self._selection = select_boxes(self._session, connection, self._options)
            self._state = self._source_state(connection)
            rows = connection.execute(image_ids(self._selection)).all()
        numbered = self._selection.renumber
        self._pks = array("q", [pk for pk, _ in rows])
        self._ids = array(
            "q", [at if numbered or key is None else key for at, (_, key) in enumerate(rows, 1)]
        )

    @property
    def categories(self) -> tuple[FormCategory, ...]:
        """The categories in the order of their class indexes."""
        return self._selection.categories

    @property
    def image_ids(self) -> tuple[int, ...]:
        """The ids of the images, in their order."""
        return tuple(self._ids)

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self._pks)

    def read(self, place: int, *, records: bool) -> AnnotatedImage:
        """Return the image at a place with its boxes; masks only with `records`.

        Raises:
            IndexError: There is no such place.
            OvmrIndexError: The index has changed since, and the image is gone, or the categories
                are others.
        """
        pk, key = self._pks[place], self._ids[place]
        with self._session.read() as connection:
            if self._has_these_categories(connection):
                one = replace(self._selection, images=(pk,))
                for found in annotated_images(connection, one, records=records):
                    if found.id in (key, _NUMBERED):
                        return replace(found, id=key)
        raise OvmrIndexError(
            f"{self._session.name}: has changed, and image {key} or its categories are gone; make"
            " the dataset again"
        )

    def _has_these_categories(self, connection: Connection) -> bool:
        """Return whether the source is as it was, or has the same categories all the same."""
        state = self._source_state(connection)
        if not state or state == self._state:
            return bool(state)
        every = replace(self._options, images=None)
        now = select_boxes(self._session, connection, every)
        if _labels(now) != _labels(self._selection):
            return False
        self._state = state
        return True

    def _source_state(self, connection: Connection) -> list[tuple[object, ...]]:
        return list(map(tuple, connection.execute(source_state(self._selection.source_pk))))


def _labels(selection: BoxSelection) -> tuple[object, ...]:
    """Return what the label of a box depends on."""
    return [(one.id, one.name) for one in selection.categories], dict(selection.places)
