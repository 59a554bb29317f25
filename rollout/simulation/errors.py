"""What can go wrong when a world is described or simulated.

SimulationError
├── WorldError        the description of a world is refused: which key, the bound, the value
└── SimulationRefused a simulation that cannot be run as asked (no runs, no looks, a policy and a world that do not fit)
"""


class SimulationError(Exception):
    """Whatever this room raises."""

    exit_code = 1


class WorldError(SimulationError):
    """A described world is refused."""

    exit_code = 64


class SimulationRefused(SimulationError):  # noqa: N818 - a refusal, and the tree's root is called an error
    """A simulation that cannot be run as asked."""

    exit_code = 64
