"""An index of image exemplars for open-vocabulary detectors: `Index` is the way in."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ovmr_index.index import Index

__version__ = "0.1.0"
__all__ = ["Index", "__version__"]


def __getattr__(name: str) -> Any:
    """Import `Index` on first use, so that `import ovmr_index` stays light."""
    if name == "Index":
        from ovmr_index.index import Index

        return Index
    raise AttributeError(f"module 'ovmr_index' has no attribute {name!r}")
