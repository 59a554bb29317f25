"""What the command line said about a job. Pure, and light: commands load it before they load anything else."""

from dataclasses import dataclass

from training.jobs.place import Algorithm


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the command line said. Minutes bound the job (`max_runtime`) and the waiting for it (`max_wait`)."""

    release_id: str
    stack: str
    algorithm: Algorithm
    instance_type: str | None
    max_runtime: int
    max_wait: int
    seed: int
    attach: str | None
    yes: bool
    allow_worse: bool
