"""`export webdataset`: shards of crops or of whole images, as `webdataset` and `datasets` read."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from ovmr_index.db.session import Session
from ovmr_index.errors import Issue
from ovmr_index.export.absent_folders import exemplar_issue
from ovmr_index.export.crop_layouts import Crop
from ovmr_index.export.crop_records import CropRecord, crop_records
from ovmr_index.export.crops import crop_task
from ovmr_index.export.forms.form_paths import form_folder
from ovmr_index.export.forms.named_sample import NamedSample, open_sample
from ovmr_index.export.forms.shard import Member, write_shard
from ovmr_index.export.forms.shards_mark import ShardsMark
from ovmr_index.export.forms.webdataset_options import WebDatasetOptions
from ovmr_index.export.report import WrittenFolder, WrittenImages
from ovmr_index.export.required_images import has_safe_name, unsafe_name
from ovmr_index.images.crop import Encoded, Rendered, encode_all, kind_of, whole_all
from ovmr_index.processes import batches, in_processes
from ovmr_index.progress import Progress
from ovmr_index.samples.options import DrawOptions
from ovmr_index.storage.file_states import State, file_state
from ovmr_index.storage.members import ImageSource, sorted_by_offset

_CHUNK = 16  # images that a process gets at once
# What a record may lack.
_TEXTS = ("wnid", "split", "licence", "image_licence", "image_licence_url")
_IDS = ("image_id", "region_id")


class _Shard(NamedTuple):
    """A shard: its samples in order, and the state of all that is written of them."""

    name: str
    crops: Sequence[Crop]
    state: str


def write_webdataset(
    session: Session,
    sample: DrawOptions | str,
    folder: Path | None,
    options: WebDatasetOptions,
    *,
    ignore_curation: bool,
) -> WrittenFolder:
    """Write the shards of a sample; see `FormExports.webdataset`."""
    given = open_sample(session, sample, ignore_curation=ignore_curation)
    target = form_folder(session, folder, "webdataset", given.name)
    plan = plan_webdataset(given)
    names = [f"{given.name}-{i:06}.tar" for i in range(-(-len(plan) // options.shard_size))]
    mark = ShardsMark(target, _described(names, plan, options))
    mark.claim(names)
    parts = zip(names, batches(plan, options.shard_size), strict=True)
    shards = [_Shard(name, crops, _state(session, given, crops)) for name, crops in parts]
    missing = [one for one in shards if not mark.is_complete(one.name, one.state)]
    kept = len(plan) - sum(len(one.crops) for one in missing)
    issues, notes = list[Issue](), [Issue(reason=note) for note in given.notes]
    for shard, images in _images(missing, options, session.progress):
        failed = _issues(shard, [image.problem for _, image in images])
        issues += failed
        if failed and mark.holds(shard.name):
            kept += len(images) - len(failed)  # a whole shard is worth more than a part of one
        elif len(failed) < len(images):
            members = _members(shard, images, _records(session, given, shard.crops))
            size = write_shard(target / shard.name, members)
            if not failed:
                mark.add(shard.name, shard.state, size)
        notes += _issues(shard, [image.note for _, image in images])
    return WrittenFolder(target, WrittenImages(len(plan) - kept - len(issues), kept, issues, notes))


def plan_webdataset(sample: NamedSample) -> list[Crop]:
    """Give each exemplar a key, its number in 8 digits, and the name of its file.

    `<key>.png` where all images are PNG, else `<key>.jpg` for every one: readers take the columns
    of a dataset from its first samples.
    """
    exemplars = [
        (one.category_id, rank, exemplar)
        for one in sample.categories
        for rank, exemplar in enumerate(one.exemplars)
    ]
    kinds = {kind_of(exemplar.file_name) for *_, exemplar in exemplars}
    suffix = "png" if kinds == {"PNG"} else "jpg"
    return [Crop((f"{i:08}.{suffix}",), *one) for i, one in enumerate(exemplars)]


def _images(
    shards: Sequence[_Shard], options: WebDatasetOptions, progress: Progress
) -> Iterator[tuple[_Shard, list[Encoded]]]:
    """Yield each shard with the images of its samples, which are made in several processes."""
    encode = whole_all if options.images == "whole" else encode_all
    tasks = (
        part
        for shard in shards
        for part in batches(
            (crop_task(shard.crops[i], Path(), options.shape) for i in _order(shard)), _CHUNK
        )
    )
    total = sum(len(one.crops) for one in shards)
    done = in_processes(encode, tasks, workers=None, chunk=1)
    with closing(done), progress("shards", total, options.images) as advance:
        for shard in shards:
            order, made = _order(shard), list[Encoded]()
            while len(made) < len(order):
                made += next(done)
            found = dict(zip(order, made, strict=True))
            yield shard, [found.get(i) or _unsafe(crop) for i, crop in enumerate(shard.crops)]
            advance(len(shard.crops))


def _order(shard: _Shard) -> list[int]:
    """Return the places of what can be read, in an order in which packed tars are read once."""
    safe = (
        (i, crop.exemplar.location)
        for i, crop in enumerate(shard.crops)
        if has_safe_name(crop.exemplar)
    )
    return [i for i, _ in sorted_by_offset(safe)]


def _unsafe(crop: Crop) -> Encoded:
    return None, Rendered(problem=unsafe_name(crop.exemplar))


def _members(
    shard: _Shard, images: Sequence[Encoded], records: Iterator[CropRecord]
) -> Iterator[Member]:
    for crop, (content, image), record in zip(shard.crops, images, records, strict=True):
        if content is not None:
            key, _, suffix = crop.targets[0].partition(".")
            described = _without_null(record, image.image_size or (0, 0)).as_line()
            label = f"{record.label}".encode()
            yield Member(key, {suffix: content, "json": described, "cls": label})


def _without_null(record: CropRecord, size: tuple[int, int]) -> CropRecord:
    """Return a record without null: `datasets` takes the types of a column from five samples.

    Of a whole image the box is all of it, its `size`. An id is -1, a text is empty.
    """
    whole = [0.0, 0.0, float(size[0]), float(size[1])]
    instead = {**dict.fromkeys(_TEXTS, ""), **dict.fromkeys(_IDS, -1), "bbox": whole}
    values = record._asdict()
    lacking = {name: one for name, one in instead.items() if values[name] is None}
    return CropRecord(**values | lacking)


def _issues(shard: _Shard, reasons: Sequence[str | None]) -> list[Issue]:
    return [
        exemplar_issue(crop.exemplar, reason)
        for crop, reason in zip(shard.crops, reasons, strict=True)
        if reason is not None
    ]


def _records(session: Session, sample: NamedSample, crops: Sequence[Crop]) -> Iterator[CropRecord]:
    with session.read() as connection:
        yield from crop_records(connection, sample.classes, crops)


def _state(session: Session, sample: NamedSample, crops: Sequence[Crop]) -> str:
    """Return what differs where a record or the file of an image does."""
    digest = hashlib.sha256()
    for crop, record in zip(crops, _records(session, sample, crops), strict=True):
        digest.update(record.as_line())
        digest.update(f"{_file_state(crop.exemplar.location)}\n".encode())
    return digest.hexdigest()


def _file_state(source: ImageSource) -> State | None:
    try:
        return file_state(source)
    except (OSError, ValueError):  # a name with a NUL character is no file's
        return None


def _described(names: Sequence[str], plan: Sequence[Crop], options: WebDatasetOptions) -> str:
    """Return one line that differs where names, images, boxes or options do; not where roots do."""
    described = [
        [crop.targets, one.dataset, one.format, one.file_name, one.x, one.y, one.w, one.h]
        for crop in plan
        for one in (crop.exemplar,)
    ]
    content = json.dumps([names, described, options.as_json()]).encode()
    return f"{len(plan)} samples, sha256 {hashlib.sha256(content).hexdigest()}"
