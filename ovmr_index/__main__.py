"""`python -m ovmr_index` is `ovmr-index`."""

import os
import sys

# Made at the start: where nothing is left, no text can be made any more.
_NO_MEMORY = b"ovmr-index: error: the memory is too small for this; ask for less at once\n"
_STDERR = 2


def main() -> None:
    """Run `ovmr-index`, as `cli.main`; Ctrl-C is heard while that is imported, too.

    Where so little memory is left that the reason cannot be said in the usual way, it is said all
    the same.
    """
    try:
        from ovmr_index.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("ovmr-index: interrupted\n")
        sys.exit(130)
    except SystemExit as ended:
        if getattr(ended, "at_once", False):
            os._exit(1)  # what Python does at its end takes memory, and complains without it
        raise
    except MemoryError:
        errors = sys.modules.get("ovmr_index.cli.errors")
        if errors is None or not errors.Shortage.is_said:
            os.write(_STDERR, _NO_MEMORY)
        os._exit(1)


if __name__ == "__main__":  # processes that are spawned import this module, too
    main()
