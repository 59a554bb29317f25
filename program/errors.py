"""What can be wrong between a stack's settings and its resources.

ProgramError
├── ImageError       a release names a framework that has no known image here
├── FitError         a release's image, framework and contract cannot work together
├── RouteError       the settings name a route that the API does not have
├── AuthorizerError  a document that is served asks another authorizer than the settings declare
├── AccountError     the store and the provider are in different accounts
├── FunctionCodeError  a document names a contract whose function is not in this checkout
└── SequenceError    the journal has moved on since this update was decided
"""


class ProgramError(Exception):
    """The stack cannot be declared; the message says what, the bound, the value and what to do."""


class ImageError(ProgramError):
    """No image is known for a release's framework in this region."""


class FitError(ProgramError):
    """A release's image, framework and contract do not fit."""


class RouteError(ProgramError):
    """The settings name a route that is not in the API's document."""


class AuthorizerError(ProgramError):
    """A document that is served asks an authorizer that is not declared; every caller would be refused."""


class AccountError(ProgramError):
    """The store is not in the account that the provider deploys to."""


class FunctionCodeError(ProgramError):
    """There is no folder with the code of a contract's function."""


class SequenceError(ProgramError):
    """The journal's split is another than the one that this update was decided by."""
