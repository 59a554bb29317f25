"""What can be wrong between a stack's settings and its resources.

ProgramError
└── ImageError    a release names a framework that has no known image here
"""


class ProgramError(Exception):
    """The stack cannot be declared; the message says what, the bound, the value and what to do."""


class ImageError(ProgramError):
    """No image is known for a release's framework in this region."""
