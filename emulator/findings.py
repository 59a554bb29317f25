"""What a program registers that the emulator does not do: refused, ignored by order, or without effect on answers.

Four features are refused by name unless somebody says `--ignore-unsupported`; then every answer says what it lacks.
"""

from dataclasses import dataclass
from enum import StrEnum

from emulator.errors import UnsupportedError

IGNORED_HEADER = "x-emulator-ignored"
"""Of every answer of the API while something is ignored: the features' names, comma and blank between them."""


class Feature(StrEnum):
    """What can be ignored by order, under the name that the header says."""

    IAM = "iam"
    """Signatures of requests, and who may call by them."""
    COGNITO = "cognito"
    """Tokens of a user pool."""
    WAF = "waf"
    """Web ACLs: no request is held against their rules."""
    CACHE = "cache"
    """The stage's cache: every request reaches its integration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One property of one resource, and what of it is missing here. `feature` None has no effect on an answer."""

    resource: str
    property: str
    reason: str
    feature: Feature | None = None

    def __str__(self) -> str:
        return f"{self.resource}: {self.property}: {self.reason}"

    def document(self) -> dict[str, object]:
        """Return what a machine reads."""
        found: dict[str, object] = {"resource": self.resource, "property": self.property, "reason": self.reason}
        return found if self.feature is None else {**found, "feature": self.feature.value}


class Findings:
    """Collects what is found while a recording is read; `ignoring` is `--ignore-unsupported`."""

    def __init__(self, *, ignoring: bool = False) -> None:
        self.ignoring = ignoring
        self._found: dict[Finding, None] = {}

    def refuse(self, feature: Feature, resource: str, prop: str, reason: str) -> None:
        """Refuse a feature, or write down that it is ignored.

        Raises:
            UnsupportedError: nobody said that it may be ignored.
        """
        if not self.ignoring:
            raise UnsupportedError(resource, prop, f"{reason}; --ignore-unsupported serves without it")
        self._found[Finding(resource=resource, property=prop, reason=reason, feature=feature)] = None

    def note(self, resource: str, prop: str, reason: str) -> None:
        """Write down what is accepted without effect."""
        self._found[Finding(resource=resource, property=prop, reason=reason)] = None

    @property
    def ignored(self) -> tuple[Finding, ...]:
        """What is left out by order, each once."""
        return tuple(each for each in self._found if each.feature is not None)

    @property
    def noted(self) -> tuple[Finding, ...]:
        """What is accepted without effect, each once."""
        return tuple(each for each in self._found if each.feature is None)


def ignored_value(ignored: tuple[Finding, ...]) -> str:
    """Return the header's value; empty where nothing is ignored."""
    return ", ".join(sorted({each.feature.value for each in ignored if each.feature is not None}))
