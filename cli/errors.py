"""What can go wrong in the command line's own work.

CommandError
└── DemoError   the main job cannot go on
"""


class CommandError(Exception):
    """A command cannot go on; the message says what, and what to do."""


class DemoError(CommandError):
    """The main job cannot go on."""
