"""Check the pages of the documentation, and the site that is made of them.

    python -m scripts.site_check site

Prints a line for each dead link, each address that a page would load from elsewhere, and each page
that the menu does not have. The exit code is 1 where there is any.
"""

import argparse
import sys
from pathlib import Path

from scripts.site_check.markdown import CHECKOUT, dead_links
from scripts.site_check.pages import Site


def main() -> None:
    """Check, print, and end with the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path, help="the folder of the site")
    site: Path = parser.parse_args().site
    pages = [*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md")]
    problems = [line for page in sorted(pages) for line in dead_links(page)]
    problems += Site(site).problems()
    for line in problems:
        print(line)
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
