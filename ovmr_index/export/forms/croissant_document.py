"""A sample as a Croissant data set: what it is, whose, where it comes from, and its files."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ovmr_index import __version__
from ovmr_index.errors import UsageError, counted, option
from ovmr_index.export.forms.croissant_context import CONFORMS_TO, CONTEXT
from ovmr_index.export.forms.croissant_fields import Json
from ovmr_index.export.forms.croissant_files import DescribedFiles
from ovmr_index.export.forms.named_sample import NamedSample
from ovmr_index.formats.table import format_of
from ovmr_index.formats.terms import Terms
from ovmr_index.samples.provenance import Provenance

_VERSION = "1.0.0"  # another sample is another data set


def croissant_document(
    sample: NamedSample, origin: Provenance, files: DescribedFiles, published: str | None
) -> Json:
    """Return the JSON-LD object that describes the files of a sample.

    Args:
        sample: The sample.
        origin: Where it comes from.
        files: Its files.
        published: When it came out, an ISO date; the year of the newest of its datasets if None.

    Raises:
        UsageError: No date is given, and of none of its datasets one is known.
    """
    terms = _terms(sample)
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": sample.name,
        "description": _description(sample, origin, files.exemplars),
        "version": _VERSION,
        "datePublished": published or _year(terms),
        "license": list(dict.fromkeys(one.licence_url for one in terms)) or ["see the sources"],
        "citeAs": "\n".join(one.cite_as for one in terms) or ", ".join(_datasets(sample)),
        **_publishers(terms),
        "prov:wasGeneratedBy": _activity(origin),
        "prov:wasDerivedFrom": _entities(origin.fingerprints or {}),
        "distribution": files.distribution,
        "recordSet": files.record_sets,
    }


def _terms(sample: NamedSample) -> list[Terms]:
    """Return what the publishers say of the datasets of a sample, by the names of formats."""
    formats = sorted({one.format for category in sample.categories for one in category.exemplars})
    return [terms for name in formats if (terms := format_of(name).terms) is not None]


def _datasets(sample: NamedSample) -> list[str]:
    return sorted({one.dataset for category in sample.categories for one in category.exemplars})


def _description(sample: NamedSample, origin: Provenance, exemplars: int) -> str:
    how = "read from a file"
    categories = counted(len(sample.categories), "category", "categories")
    if not origin.is_imported:
        how = f"at most {origin.k} each, drawn by method {origin.method} with seed {origin.seed}"
    return (
        f"{counted(exemplars, 'exemplar')} of {categories} of {sample.vocabulary}, {how},"
        f" from {', '.join(_datasets(sample)) or 'nothing'}"
    )


def _year(terms: Sequence[Terms]) -> str:
    if not terms:
        raise UsageError(
            "when the datasets of the sample came out is not known; give"
            f" {option('published', flag='--date')}, as in 2026-01-31"
        )
    return f"{max(one.year for one in terms)}"


def _publishers(terms: Sequence[Terms]) -> Json:
    """Return who made what the sample is drawn from, and where the first of that is published."""
    if not terms:
        return {}
    creators = [{"@type": "sc:Organization", "name": one.name, "url": one.url} for one in terms]
    return {"creator": creators, "url": terms[0].url}


def _activity(origin: Provenance) -> Json:
    """Return the draw, with its options."""
    options = {key: value for key, value in origin.as_json().items() if key != "fingerprints"}
    return {
        "@type": "prov:Activity",
        "name": f"draw by ovmr-index {origin.version or __version__}",
        "additionalProperty": _properties(options),
    }


def _entities(fingerprints: Mapping[str, Mapping[str, str]]) -> list[Json]:
    """Return the sources of the index, with the SHA-256 of each file that they were read from."""
    return [
        {"@type": "prov:Entity", "name": source, "additionalProperty": _properties(files)}
        for source, files in fingerprints.items()
    ]


def _properties(values: Mapping[str, Any]) -> list[Json]:
    return [
        {
            "@type": "sc:PropertyValue",
            "name": name,
            "value": value if isinstance(value, int | str) else json.dumps(value),
        }
        for name, value in values.items()
        if value is not None
    ]
