"""What can be wrong with what a component is given.

ComponentError
├── ArgumentError     a value that AWS would refuse, or that would break a promise of the component
└── SnapshotError     a Deployment would be cut from a body that is not its document
"""


class ComponentError(Exception):
    """A component cannot be built as asked; the message names the argument, the bound and what to do."""


class ArgumentError(ComponentError, ValueError):
    """An argument is outside its bound."""


class SnapshotError(ComponentError):
    """API Gateway cuts a Deployment from the body of the moment, and that is not the one it was meant for."""
