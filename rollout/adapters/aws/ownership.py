"""Which operations of a whole update are a rollout's own. Pure.

A whole update would carry out every change that waits in the configuration and the checkout, also a colleague's that
nobody has looked at. So it is previewed first, and what is not the rollout's own is named instead of done.
"""

from collections.abc import Iterable
from dataclasses import dataclass

QUIET = frozenset({"same", "read", "refresh", "discard", "discard-replaced", "remove-pending-replace"})
"""Steps that change nothing on AWS."""
STAGE, API, DASHBOARD = "gateway-stage", "gateway-api", "observed-dashboard"
SPLITTING = {
    STAGE: frozenset({"canarySettings", "variables", "deployment"}),
    API: frozenset({"body"}),
    DASHBOARD: frozenset({"dashboardBody"}),
}
"""What a split is made of: the stage's part of it, the document that a new Deployment is cut from, and the dashboard,
which shows every endpoint."""
_DEPLOYMENT = "aws:apigateway/deployment:Deployment"
_STACK = "pulumi:pulumi:Stack"
_PROVIDER = "pulumi:providers:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One step of a preview: the engine's word for it, the resource's type and logical name, the changed properties."""

    op: str
    type: str
    name: str
    changed: frozenset[str] = frozenset()

    def __str__(self) -> str:
        what = f" ({', '.join(sorted(self.changed))})" if self.changed else ""
        return f"{self.op} {self.type.rpartition(':')[2]} {self.name}{what}"


def names_of(release: str) -> tuple[str, ...]:
    """How the logical names begin of what belongs to one release alone.

    Its endpoint, its function, what lets API Gateway call both (`components/` has them), and its alarms.
    """
    called = (f"ratings-invoke-{release}", f"enriched-invoke-{release}")
    return (f"model-{release}", f"function-{release}", *called, f"observed-{release}")


def foreign(operations: Iterable[Operation], releases: Iterable[str]) -> tuple[Operation, ...]:
    """Return the operations that are not those of a rollout of `releases`."""
    own = {prefix for release in releases for prefix in names_of(release)}
    return tuple(each for each in operations if not _is_own(each, own))


def _is_own(each: Operation, own: Iterable[str]) -> bool:
    if each.op in QUIET or each.type == _STACK or each.type.startswith(_PROVIDER):
        return True
    if each.name in SPLITTING:
        return each.op == "update" and each.changed <= SPLITTING[each.name]
    if each.type == _DEPLOYMENT:
        return each.op in {"create", "delete"}  # named after its document, and so never changed
    return any(_belongs(each.name, prefix) for prefix in own)


_PARTS = (
    *("", "-logs", "-role", "-access", "-model", "-configuration", "-endpoint", "-function", "-target", "-scaling"),
    *("-model-errors", "-model-latency"),
)


def _belongs(name: str, prefix: str) -> bool:
    """Whether a name is the release's, and not that of another whose id begins alike (`r2` and `r2-logs-1`)."""
    return name.startswith(prefix) and name.removeprefix(prefix) in _PARTS
