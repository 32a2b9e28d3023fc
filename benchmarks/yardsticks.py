"""The plain ways of reading the same files, which the steps are measured by."""

import sys
from pathlib import Path
from typing import NamedTuple

from benchmarks.processes import run

_LOAD = """
import json, sys
with open(sys.argv[1], encoding="utf-8") as file:
    json.load(file)
"""
_WALK = """
import os, sys
for _ in os.walk(sys.argv[1]):
    pass
"""
_STAT = """
import os, sys
def stat_all(folder):
    with os.scandir(folder) as entries:
        for entry in entries:
            entry.stat()
            if entry.is_dir():
                stat_all(entry.path)
stat_all(sys.argv[1])
"""
_OPEN = """
import os, sys
import PIL.Image
for folder, _, files in os.walk(sys.argv[1]):
    for name in files:
        PIL.Image.open(os.path.join(folder, name)).size
"""


class Yardstick(NamedTuple):
    """A Python program and the path below the root that it reads; of `runs`, the best counts."""

    name: str
    program: str
    path: str = ""
    runs: int = 1

    def seconds(self, root: Path) -> float:
        """Return the wall seconds that it takes."""
        command = (sys.executable, "-c", self.program, str(root / self.path))
        return min(run(self.name, command, {}).seconds for _ in range(self.runs))


LOAD_TRAIN = Yardstick("`json.load` of LVIS train", _LOAD, "lvis/lvis_v1_train.json")
LOAD_VAL = Yardstick("`json.load` of LVIS val", _LOAD, "lvis/lvis_v1_val.json")
LOAD_OBJECTS = Yardstick("`json.load` of objects.json", _LOAD, "VisualGenome/objects.json")
WALK = Yardstick("`os.walk` of ImageNet", _WALK, "imagenet/imagenet21k_P")
STAT = Yardstick("`os.scandir` and `stat` of the tree", _STAT)
OPEN = Yardstick("`PIL.Image.open(f).size` of each", _OPEN, "imagenet/imagenet21k_P")
IMPORT_SQLALCHEMY = Yardstick('`python -c "import sqlalchemy"`', "import sqlalchemy", runs=5)
IMPORT = Yardstick('`python -c "import typer"`', "import typer", runs=5)
