"""A reader on bytes that libFuzzer chooses: `python -m tests.torture.guided READER FOLDER SECONDS`.

It looks for what covers more of the reader (https://github.com/google/atheris), and ends with an
error at the first input that the reader answers wrongly, or not within 10 seconds and 1 GB. FOLDER
keeps the inputs that reached something new.
"""

import sys

import atheris

with atheris.instrument_imports(include=["ovmr_index"]):
    from tests.torture.readers import read

_LIMITS = ("-timeout=10", "-rss_limit_mb=1024", "-max_len=65536")


def main() -> None:
    """Run until the time is over or something is wrong."""
    reader, folder, seconds = sys.argv[1:]
    options = [sys.argv[0], folder, f"-max_total_time={seconds}", *_LIMITS]
    atheris.Setup(options, lambda content: read(reader, content))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
