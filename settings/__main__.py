"""`python -m settings reference` writes docs/settings.md anew."""

import sys
from pathlib import Path

from settings.reference import page

_PAGE = Path(__file__).resolve().parent.parent / "docs" / "settings.md"
_USAGE = 64


def main(arguments: list[str]) -> int:
    """Write the page and return 0, or say how this is called and return 64."""
    if arguments != ["reference"]:
        print("canary: python -m settings reference", file=sys.stderr)
        return _USAGE
    _PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
