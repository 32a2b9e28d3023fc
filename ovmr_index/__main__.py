"""`python -m ovmr_index` is `ovmr-index`."""

from ovmr_index.cli import main

if __name__ == "__main__":  # processes that are spawned import this module, too
    main()
