"""`doctor` imports lvis in a process of its own."""

from ovmr_index.index.doctor.finding import made
from ovmr_index.index.doctor.packages import package_looks


def test_lvis_can_be_imported_here() -> None:
    (look,) = (one for one in package_looks() if one.check == "lvis")
    (found,) = made(look)
    assert (found.state, "can be imported" in found.found) == ("ok", True)
