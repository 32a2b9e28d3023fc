"""The options that name an exemplar of a category, which several commands take."""

from inspect import signature
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ovmr_index.cli.option_groups import takes_group
from ovmr_index.cli.options import Vocabulary
from ovmr_index.errors import UsageError
from ovmr_index.vocabularies.names import LVIS_TRAIN

if TYPE_CHECKING:
    from ovmr_index.curation.api import Curation
    from ovmr_index.curation.mark import ExemplarKey


def _parameters(
    *,
    category: Annotated[
        str | None,
        typer.Option(metavar="CATEGORY", help="The category: its id, name or synset."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The source of the exemplar; see `status`."),
    ] = None,
    region: Annotated[
        int | None, typer.Option(metavar="ID", help="The source's own id of the box.")
    ] = None,
    file: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The path of the image below its dataset's root."),
    ] = None,
    vocabulary: Vocabulary = LVIS_TRAIN,
) -> None:
    """List the options that name an exemplar; only the signature is used."""


class ExemplarArguments:
    """The options that name an exemplar, as they were given."""

    def __init__(self, given: dict[str, Any]) -> None:
        """Take the value of each option."""
        self.category: str | None = given["category"]
        self.vocabulary: str = given["vocabulary"]
        self._where = {name: given[name] for name in ("source", "region", "file")}

    @property
    def names_one(self) -> bool:
        """Whether more is given than a category."""
        return any(one is not None for one in self._where.values())

    def find(self, curation: "Curation") -> "ExemplarKey":
        """Return the key of the exemplar; raises UsageError where too little or too much is given.

        Also where the pool of the category does not hold it.
        """
        return curation.find(self._category(), **self._where, vocabulary=self.vocabulary)

    def find_marked(self, curation: "Curation") -> "ExemplarKey":
        """Return the key of the exemplar, which may be gone if it is marked; raises as `find`."""
        asked = self._category(), self._where["source"]
        where = {name: self._where[name] for name in ("region", "file")}
        found = curation.marked(*asked, **where, vocabulary=self.vocabulary)
        return found or self.find(curation)

    def _category(self) -> str:
        """Return the category, once it is known that the options name an exemplar."""
        if self.category is None or self._where["source"] is None:
            raise UsageError("give --category and --source, and --region ID or --file NAME")
        if (self._where["region"] is None) == (self._where["file"] is None):
            raise UsageError("give --region ID for a box, or --file NAME for a whole image")
        return self.category


# A decorator: a command with a parameter `exemplar` gets these options as `ExemplarArguments`.
takes_exemplar = takes_group("exemplar", signature(_parameters).parameters, ExemplarArguments)
