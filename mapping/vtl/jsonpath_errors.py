"""What can go wrong with a JSONPath, drawn as Jayway's exceptions are.

JsonPathError             anything
├── InvalidPathError      the path is not one, or cannot be applied to what it met
│   └── PathNotFoundError the path is one, and this document has nothing there
├── EvaluationError       a function or filter failed on the values it was given
└── PathBoundError        reading the path would take too long (ours; Jayway has no bound)
"""


class JsonPathError(Exception):
    """A JSONPath gave no value."""


class InvalidPathError(JsonPathError):
    """The text is no JSONPath, or a step cannot be applied; the message names the place and what was expected."""


class PathNotFoundError(InvalidPathError):
    """The document has nothing at the path."""


class PathBoundError(JsonPathError):
    """Reading the path passes a bound of ours; not taken for a missing value."""


class EvaluationError(JsonPathError):
    """A function or a filter met values that it does not work on."""
