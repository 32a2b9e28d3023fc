"""What tests of the clients share: packages that `make test` installs in `.venv-clients`."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch

from ovmr_index import Index
from ovmr_index.demo.tree import make_demo_tree
from tests.support.boxed_trees import ALL, boxed_index
from tests.support.once import made_once

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def _register_operators() -> torch.library.Library | None:
    """Declare two operators of torchvision that are missing beside another build of PyTorch.

    Its compiled part then does not load, which transforms and datasets do not use.
    """
    try:
        import torchvision  # noqa: F401
    except RuntimeError:
        library = torch.library.Library("torchvision", "FRAGMENT")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        return library
    return None


_OPERATORS = _register_operators()

# Tables are small: to compile code, in the JVM or by Spark, to collect garbage beside it, and to
# hand rows from task to task take longer than the rest. A test of its own has two partitions.
# Each table that is sent to the workers, sorted or grouped takes a page of memory, of 16 MB if
# nothing is said: these fill the heap, and the JVM collects garbage for a third of its time.
_JAVA_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC"
_SETTINGS = {
    "spark.buffer.pageSize": "256k",
    "spark.log.level": "ERROR",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
_GIVEN = " ".join(f"--conf {name}={value}" for name, value in _SETTINGS.items())
os.environ["PYSPARK_SUBMIT_ARGS"] = (
    f'--driver-java-options "{_JAVA_OPTIONS}" {_GIVEN} pyspark-shell'
)

# These files share one JVM, which takes seconds to start. An example of the first starts it in its
# folder, where paths of the example begin, and stops its session.
_OF_SPARK = ("test_pages.py", "test_spark_pools.py", "test_parquet.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that use Spark, which take longest."""
    places = {name: place for place, name in enumerate(_OF_SPARK)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))


@pytest.fixture(scope="session")
def demo_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of the demo's tree with its index and every published file: read only."""

    def make(folder: Path) -> None:
        make_demo_tree(folder / "datasets")
        with Index.open(folder / "datasets") as index:
            index.ingest()
            index.export()

    return made_once(tmp_path_factory, "demo_index", make) / "datasets"


@pytest.fixture(scope="session")
def spark() -> "Iterator[SparkSession]":
    """Return a session of Spark, of two threads, for small tables."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    session = SparkSession.builder.master("local[2]").getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="session")
def boxed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """Return the index of a tree with images of every kind, and the sample `all`: read only."""

    def make(folder: Path) -> None:
        with boxed_index(folder / "datasets") as made:
            made.sample(ALL, name="all")

    root = made_once(tmp_path_factory, "boxed", make) / "datasets"
    with Index.open(root, create=False) as opened:
        yield opened


@pytest.fixture
def index(demo_index: Path) -> Iterator[Index]:
    """Open the index of the demo."""
    with Index.open(demo_index, create=False) as opened:
        yield opened
