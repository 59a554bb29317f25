"""What can go wrong in loading the tables, beside what can with MovieLens itself (`training/errors.py`).

TitlesError
├── MissingTableError    the stack has no such table (yet)
└── TableUseError        AWS refuses, or leaves items unwritten however often they are sent
"""


class TitlesError(Exception):
    """The tables are not loaded; the message says what, and what to do. What was written may be written again."""

    exit_code = 1


class MissingTableError(TitlesError):
    """A table is not there."""


class TableUseError(TitlesError):
    """A table cannot be written."""
