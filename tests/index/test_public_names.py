"""The public names of the package: light to import, the same for people and for type checkers."""

import ast
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import ovmr_index
from ovmr_index import errors

HEAVY = {"PIL", "alembic", "msgspec", "numpy", "sqlalchemy", "tqdm", "typer"}


def _for_type_checkers() -> dict[str, str]:
    """Return the module of each name that is imported for type checkers alone."""
    tree = ast.parse(Path(ovmr_index.__file__).read_text(encoding="utf-8"))
    (block,) = (one for one in tree.body if isinstance(one, ast.If))
    return {
        name.name: str(one.module)
        for one in block.body
        if isinstance(one, ast.ImportFrom)
        for name in one.names
    }


def test_type_checkers_see_the_names_that_are_there() -> None:
    seen = _for_type_checkers()
    assert sorted({*seen, "__version__"}) == sorted(ovmr_index.__all__) == dir(ovmr_index)
    for name, module in seen.items():
        assert ovmr_index._PUBLIC[name] == module.removeprefix("ovmr_index.")


@pytest.mark.parametrize("name", ovmr_index.__all__)
def test_each_name_is_there(name: str) -> None:
    assert getattr(ovmr_index, name) is not None


def test_errors_are_public() -> None:
    exceptions = {
        name
        for name, one in vars(errors).items()
        if isinstance(one, type) and issubclass(one, Exception)
    }
    assert exceptions <= {*ovmr_index.__all__}


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="module 'ovmr_index' has no attribute 'Indx'"):
        _ = ovmr_index.Indx


def test_the_package_is_light_to_import() -> None:
    imported = _imported("import ovmr_index")
    assert "ovmr_index" in imported
    assert not imported & HEAVY


@pytest.mark.sqlite_only  # in a process that finds its file
def test_an_index_is_opened_and_queried_in_sql_without_sqlalchemy(odd_index: Path) -> None:
    script = """
        from ovmr_index import Index
        with Index.open(sys.argv[1]) as index, index.sql("SELECT count(*) FROM boxes") as result:
            assert next(result.rows) > (0,)
    """
    imported = _imported(textwrap.dedent(script), str(odd_index))
    assert "ovmr_index.index.index" in imported
    assert not imported & HEAVY


def _imported(script: str, *arguments: str) -> set[str]:
    """Return the names of the modules that a script imports."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{script}\nprint(*sys.modules)", *arguments],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(ovmr_index.__file__).parents[1],
    )
    return {*done.stdout.split()}
