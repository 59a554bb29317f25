"""What can be wrong with a token, and with finding out.

AuthorizerError
├── RefusedError       the token is not valid; the caller is answered 401
└── KeysError          the issuer's keys cannot be had; the gateway answers as for an authorizer that is down
"""


class AuthorizerError(Exception):
    """The caller cannot be let pass. The message goes to the log and to nobody else."""


class RefusedError(AuthorizerError):
    """The token is not valid; the message says why."""


class KeysError(AuthorizerError):
    """The issuer's keys are out of reach or unreadable."""
