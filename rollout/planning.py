"""`canary plan`: what is known of the stable release today, and what a rollout would do with it."""

import json
import sys
from dataclasses import asdict, dataclass

from releases.registry import load
from rollout.control.plan import Plan, plan
from rollout.control.yardstick import Baseline
from rollout.errors import UnmeasuredError
from rollout.judge.policy import Policy
from rollout.policies import chosen
from rollout.service import Rollouts, check_measured
from rollout.words import lasting, percent, rate

_UNFOLDED = 160
"""Columns of what goes into a file or a pipe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan, what it rests on, and, where the policy asks for what cannot be measured, that in words."""

    release: str
    stable: str
    policy: Policy
    baseline: Baseline
    per_minute: float
    plan: Plan
    problem: str | None


def planned(rollouts: Rollouts, release: str, policy: str | None, per_minute: float | None) -> Planned:
    """Plan a rollout of `release` at the present traffic, or at `per_minute` requests a minute.

    Raises:
        UnknownReleaseError: it is not in the store.
        ConfigurationError: there is no such policy.
        PortError: gateway or log cannot be read.
    """
    candidate = load(rollouts.stack.store, release)
    asked = chosen(rollouts.stack.practice, policy)
    stable = rollouts.ports.traffic.read().stable
    baseline = rollouts.baseline(stable)
    problem = None
    try:
        check_measured(asked, stable, baseline)
    except UnmeasuredError as error:
        problem = str(error)
    traffic = baseline.per_minute if per_minute is None else per_minute
    made = plan(
        asked,
        rollouts.stack.practice.conduct,
        candidate.serving,
        per_minute=traffic,
        error_rate=baseline.error_rate,
        stable_instances=baseline.instances,
    )
    return Planned(
        release=release,
        stable=stable,
        policy=asked,
        baseline=baseline,
        per_minute=traffic,
        plan=made,
        problem=problem,
    )


def show(made: Planned, *, as_json: bool) -> None:
    """Print a plan."""
    from rich.console import Console  # noqa: PLC0415 - only where it is shown
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    if as_json:
        print(json.dumps(_plain(made)))
        return
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _UNFOLDED)
    console.print(
        f"[bold]{made.release}[/bold] beside {made.stable}, policy {made.policy.name}, at {made.per_minute:.0f} "
        f"requests a minute, of which {rate(made.baseline.error_rate)} fail ({made.baseline.requests} answers counted)"
    )
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("step", "split", "begins after", "takes", "canary requests by then", "instances", "finds by then"):
        table.add_column(name, header_style="dim")
    for number, step in enumerate(made.plan.steps, 1):
        finds = "nothing yet" if step.detectable is None else f"{rate(step.detectable)} of errors"
        takes = lasting(step.seconds) + (" and an approval" if step.approval else "")
        cells = (percent(step.percent), lasting(step.starts), takes, str(step.canary_requests), str(step.instances))
        table.add_row(str(number), *cells, finds)
    console.print(table)
    console.print(
        f"Promotion after {lasting(made.plan.seconds)} at the earliest, more where evidence or a person is waited for; "
        f"taken back after {lasting(made.policy.deadline)} at the latest."
    )
    console.print(
        f"Both fleets at once: {made.plan.instances} of {made.plan.quota}. The second fleet, its window for the way "
        f"back included: {made.plan.instance_hours:.1f} instance-hours."
    )
    if made.problem:
        console.print(Text.assemble(("It could not begin today: ", "yellow"), made.problem))


def _plain(made: Planned) -> dict[str, object]:
    return {
        "release": made.release,
        "stable": made.stable,
        "policy": made.policy.name,
        "per_minute": made.per_minute,
        "error_rate": made.baseline.error_rate,
        "answers": made.baseline.requests,
        "problem": made.problem,
        **asdict(made.plan),
    }
