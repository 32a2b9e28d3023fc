"""The part of `index.sources` that is about ImageNet: its tree, and the shards of it."""

from pathlib import Path

from ovmr_index.arguments import naming_arguments
from ovmr_index.db.session import Session
from ovmr_index.formats.shares import Share
from ovmr_index.ingest.imagenet_folders import imagenet_folder
from ovmr_index.ingest.reading_shares import missing_shares
from ovmr_index.ingest.sources import SourceSpec, imagenet_source


@naming_arguments
class ImageNetSources:
    """ImageNet, as a whole or in shards."""

    _session: Session

    def imagenet(
        self,
        folder: Path | None = None,
        layout: str | None = None,
        *,
        follow_links: bool = False,
        shard: str | None = None,
    ) -> SourceSpec:
        """Return the source of an ImageNet tree.

        Args:
            folder: The tree, or a tar of it; the usual folder if not given.
            layout: One of `21k-p`, `1k`, `flat`, `tars`, `tar-of-tars`; detected if not given.
            follow_links: Take images that are links out of the tree too.
            shard: The part to read, as `3/16`: the classes of the third of 16 shards, by their
                names. The index is whole once each shard was read, by any processes in any order.

        Raises:
            UsageError: There is no such shard.
        """
        folder = folder or imagenet_folder(self._session.root)
        share = None if shard is None else Share.read(shard)
        return imagenet_source(folder, layout, follow_links=follow_links, share=share)

    def missing_shards(self) -> dict[str, list[str]]:
        """Return the shards still to be read, as `3/16`, of each source that is read in shards."""
        with self._session.read() as connection:
            return missing_shares(connection)
