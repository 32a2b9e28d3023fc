"""`python -m ovmr_index` is `ovmr-index`."""

import sys


def main() -> None:
    """Run `ovmr-index`, as `cli.main`; Ctrl-C is heard while that is imported, too."""
    try:
        from ovmr_index.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("ovmr-index: interrupted\n")
        sys.exit(130)


if __name__ == "__main__":  # processes that are spawned import this module, too
    main()
