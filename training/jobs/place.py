"""What is trained on SageMaker, and where: what commands and wiring have to know without loading anything. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Algorithm(StrEnum):
    """What is trained on SageMaker."""

    ALS = "als"
    """This project's own factorisation in a framework container: the same `train` as on this machine."""
    OBJECT2VEC = "object2vec"
    """SageMaker's built-in neural embedding of pairs, as AWS's sample notebook trains it; no code of ours runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where jobs of a stack run: account, region, the stack's bucket, its prefix for jobs, and the jobs' role."""

    account: str
    region: str
    bucket: str
    prefix: str
    role_arn: str
    api: str
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    def uri(self, key: str) -> str:
        """The address of a key below the prefix."""
        return f"s3://{self.bucket}/{self.prefix}/{key}"
