"""Functions of a statement that are written in one way for SQLite and in another for PostgreSQL."""

from typing import Any, ClassVar, TypeVar

from sqlalchemy import literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

T = TypeVar("T")


class Written(FunctionElement[T]):
    """A function that is written as its class says; `{0}` is the first of its arguments.

    A subclass is one function:

    >>> class PlaceOf(Written[int], kind=WHOLE, sqlite="instr({0}, {1})", postgresql="strpos(…)"):
    """

    name: ClassVar[str]
    forms: ClassVar[dict[str, str]]
    inherit_cache = True

    def __init_subclass__(
        cls,
        *,
        sqlite: str,
        postgresql: str,
        duckdb: str = "",
        spark: str = "",
        kind: TypeEngine[Any] | None = None,
        **options: Any,
    ) -> None:
        """Take the text for each dialect, and the type of a value.

        For the engines that read Parquet, what PostgreSQL says is translated where they have none.
        """
        cls.forms = {
            "sqlite": sqlite,
            "postgresql": postgresql,
            "duckdb": duckdb,
            "spark": spark,
        }
        cls.name, cls.inherit_cache = cls.__name__.lower(), True
        if kind is not None:
            cls.type = kind
        super().__init_subclass__(**options)


@compiles(Written)
def _written(element: Written[Any], compiler: SQLCompiler, **options: Any) -> str:
    arguments = (compiler.process(one, **options) for one in element.clauses)
    text = element.forms.get(compiler.dialect.name) or element.forms["postgresql"]
    form = compiler.process(literal_column(text))  # which doubles % for psycopg
    return form.format(*arguments)
