"""Lets processes that tests start import torchvision beside another build of PyTorch.

Python imports it at its start, where this folder is in PYTHONPATH. See `tests/clients/conftest.py`.
"""

import sys
from importlib.abc import MetaPathFinder


class _Operators(MetaPathFinder):
    """Finds no module; declares operators of torchvision where it does not do so itself."""

    def find_spec(self, name: str, *_: object) -> None:
        if name != "torchvision":
            return
        sys.meta_path.remove(self)
        try:
            import torchvision  # noqa: F401
        except RuntimeError:
            import torch

            self.library = torch.library.Library("torchvision", "FRAGMENT")
            for operator in ("nms", "qnms"):
                signature = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
                self.library.define(operator + signature)


KEPT = _Operators()
sys.meta_path.insert(0, KEPT)
