"""The forms of samples in `index.exports`: exemplars drawn now, or saved under a name."""

from pathlib import Path

from ovmr_index.arguments import naming_arguments
from ovmr_index.db.session import Session
from ovmr_index.export.forms.class_folders import FolderNames
from ovmr_index.export.forms.webdataset_options import WebDatasetOptions
from ovmr_index.export.report import WrittenFolder
from ovmr_index.export.target import WrittenFile
from ovmr_index.images.crop_shape import PUBLISHED, CropShape
from ovmr_index.samples.options import DrawOptions


@naming_arguments
class SampleExports:
    """Files of exemplars: the part of `index.exports` that a sample says the content of."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def croissant(
        self,
        sample: DrawOptions | str,
        path: Path | None = None,
        *,
        folder: Path | None = None,
        date: str | None = None,
        ignore_curation: bool = False,
    ) -> WrittenFile:
        """Describe a sample as a data set in Croissant 1.1: files, fields, provenance, licences.

        Args:
            sample: A sample, drawn by its options or saved under a name.
            path: Where to write it. By default `croissant.json` in a folder of crops,
                `<folder>.json` beside a folder of shards, and without a folder
                `<root>/exports/croissant/<name>.json`.
            folder: What `imagefolder`, `crops` or `webdataset` wrote of the sample. Without one the
                records of its exemplars are written beside `path`, as JSON lines; their images are
                called as `images` writes them.
            date: When it came out, an ISO date. By default the year of the newest of its datasets.
            ignore_curation: Whether to take also what was excluded after the sample was saved.

        Raises:
            ShortageError: Pools are too small.
            UsageError: There is no sample of that name, the folder holds nothing that can be
                described, no date is known, or the path is that of an input.
            OvmrIndexError: The folder holds another sample, or cannot be read.
        """
        from ovmr_index.export.forms.croissant import write_croissant

        return write_croissant(
            self._session, sample, path, folder, date, ignore_curation=ignore_curation
        )

    def imagefolder(
        self,
        sample: DrawOptions | str,
        folder: Path | None = None,
        *,
        folders: FolderNames = "name",
        shape: CropShape = PUBLISHED,
        ignore_curation: bool = False,
    ) -> WrittenFolder:
        """Write the crops of a sample to a folder for each class, as image loaders read them.

        `metadata.jsonl` has a line for each crop, with the fields of `CropRecord`. Crops that an
        earlier run wrote are kept. An image that is missing or unreadable is reported, and the rest
        goes on.

        Args:
            sample: A sample, drawn by its options or saved under a name.
            folder: Where to write it; by default `<root>/exports/imagefolder/<name>`.
            folders: What the folders are called by: the names of categories, their ids, their
                indexes (0-based) or their wnids.
            shape: How much of its image each crop shows, and in what form.
            ignore_curation: Whether to take also what was excluded after the sample was saved.

        Raises:
            ShortageError: Pools are too small.
            UsageError: There is no sample of that name, or the folder is among a dataset's images.
            OvmrIndexError: The folder holds other crops, or cannot be written.
        """
        from ovmr_index.export.forms.imagefolder import write_imagefolder

        return write_imagefolder(
            self._session, sample, folder, folders, shape, ignore_curation=ignore_curation
        )

    def prompts(
        self,
        sample: DrawOptions | str,
        path: Path | None = None,
        *,
        allow_empty: bool = False,
        ignore_curation: bool = False,
    ) -> WrittenFile:
        """Write the exemplars of a sample as visual prompts: boxes on whole images.

        A JSON list over categories, in the order of their vocabulary, of objects with `index` (the
        place in the list, from 0), `id`, `name`, `synset` and `prompts`, in the order drawn. A
        prompt is a `Prompt`: among others `image`, a path below the root, and `bbox`, xyxy in
        pixels and cut at the edges of the image. A whole image has all of it as its box.

        Args:
            sample: What to draw, or the name of a saved sample.
            path: Where to write; by default `<root>/exports/prompts/<sample>.json`.
            allow_empty: Whether a file without prompts may replace one that has some.
            ignore_curation: Whether to take also what was excluded after the sample was saved.

        Raises:
            UsageError: There is no sample of that name, or the path is that of an input.
            ShortageError: Pools are too small.
            EmptyOutputError: There are no prompts, and the file has some.
            OvmrIndexError: The index no longer holds an exemplar, or the file cannot be written.
        """
        from ovmr_index.export.forms.prompts import export_prompts

        return export_prompts(
            self._session, sample, path, allow_empty=allow_empty, ignore_curation=ignore_curation
        )

    def webdataset(
        self,
        sample: DrawOptions | str,
        folder: Path | None = None,
        *,
        options: WebDatasetOptions | None = None,
        ignore_curation: bool = False,
    ) -> WrittenFolder:
        """Write a sample as shards `<name>-000000.tar`, the same bytes on every machine.

        A sample of a shard is `<key>.jpg`, `<key>.json` with the fields of `CropRecord`, and
        `<key>.cls`, its class index (0-based). A shard is there whole or not at all; those that an
        earlier run completed are kept. An image that is missing or cannot be decoded is reported,
        and the rest goes on.

        Args:
            sample: A sample, drawn by its options or saved under a name.
            folder: Where to write it; by default `<root>/exports/webdataset/<name>`.
            options: What the shards hold; 1,000 crops each, as published, if None.
            ignore_curation: Whether to take also what was excluded after the sample was saved.

        Raises:
            ShortageError: Pools are too small.
            UsageError: There is no sample of that name, or the folder is among a dataset's images.
            OvmrIndexError: The folder holds other shards, or cannot be written.
        """
        from ovmr_index.export.forms.webdataset import write_webdataset

        options = options or WebDatasetOptions()
        return write_webdataset(
            self._session, sample, folder, options, ignore_curation=ignore_curation
        )
