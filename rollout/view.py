"""A `Status` as a tree for a terminal."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from rollout.control.decide import paused
from rollout.status import Evidence, Progress, Status, StepStatus
from rollout.words import clock, lasting, percent, rate

_WIDTH = 8
_MARKS = {
    Progress.DONE: ("●", "green"),
    Progress.HERE: ("▶", "cyan"),
    Progress.AHEAD: ("○", ""),
    Progress.NEVER: ("✕", "dim"),
}
_LABELS = {"pass": "green", "fail": "red", "broken": "red", "hold": "yellow", "no-data": "yellow"}
_ENDINGS = {"promoted": "green", "undone": "yellow", "aborted": "yellow"}


def tree(status: Status) -> Tree:
    """Everything about one rollout, most urgent first."""
    top = Tree(_title(status), guide_style="dim")
    if status.paused:
        top.add(Text(f"{paused(status.paused)}; canary resume goes on", "bold yellow"))
    if status.disagreement:
        top.add(Text(f"pulumi up is refused: {status.disagreement}", "yellow"))
    if status.asked:
        top.add(Text(f"asked: {status.asked}; the next tick answers", "bold"))
    top.add(_split(status))
    steps = top.add(_phases(status))
    for number, step in enumerate(status.steps, 1):
        steps.add(_step(number, step))
    if any(track.requests for track in status.tracks.values()):
        top.add(Group(Text("tracks, all that counted; >p50: slower than stable's median before"), _tracks(status)))
    if status.evidence:
        label = status.label or "none"
        head = Text.assemble("evidence, verdict ", (label, _LABELS.get(label, "")))
        top.add(Group(head, _evidence(status)))
    for each in status.endpoints:
        hours = "" if each.instance_hours is None else f", {each.instance_hours:.2f} instance-hours so far"
        until = "" if each.due is None else f", due {clock(each.due)} (in {lasting(each.due - status.now)})"
        top.add(f"endpoint of {each.release}: {each.why}{until}{hours}")
    top.add(Text(f"last: {status.last}" if status.last else "nothing decided yet", "dim"))
    return top


def _title(status: Status) -> Text:
    ending = status.ending
    state = (ending, _ENDINGS.get(ending, "red")) if ending else (status.phase, "cyan")
    text = Text.assemble((status.rollout, "bold"), f"  {status.release} beside {status.stable}  ", state)
    if ending:
        text.append(f"\n{status.ending_reason}")
    begun = f"\nbegun {clock(status.started_at)} by {status.by}, {lasting(status.now - status.started_at)} ago"
    left = "" if status.deadline is None else f"; deadline in {lasting(status.deadline - status.now)}"
    text.append(begun + left, "dim")
    return text


def _split(status: Status) -> Text:
    seen = f"seen {clock(status.verified_at)}" if status.verified_at is not None else "not seen at the gateway yet"
    return Text.assemble("split  ", (status.target, "bold"), (f"  {seen}", "dim" if status.verified_at else "yellow"))


def _phases(status: Status) -> Text:
    text = Text("steps")
    if status.phase in {"provision", "try"}:
        text.append(f"  in {status.phase}, before the first percent", "cyan")
    return text


def _step(number: int, step: StepStatus) -> Text:
    mark, style = _MARKS[step.progress]
    text = Text(f"{mark} {number}. {percent(step.percent)}", style)
    text.append(f"  at least {lasting(step.seconds)}")
    if step.requests:
        text.append(f" and {step.requests} canary requests")
    if step.progress is Progress.HERE:
        text.append(f"; {lasting(step.passed)}, {step.answered} requests so far", "cyan")
    if step.approval and step.progress in {Progress.HERE, Progress.AHEAD}:
        text.append("; approved" if step.approved else "; waits for canary approve", "yellow")
    return text


def _tracks(status: Status) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    keys = [f">{key}" for key in status.tracks["stable"].slow]
    for name in ("track", "release", "split", "requests", *status.tracks["stable"].errors, *keys):
        table.add_column(
            name, justify="left" if name in {"track", "release"} else "right", header_style="dim", no_wrap=True
        )
    for name, track in status.tracks.items():
        rates = [rate(each) for each in (*track.errors.values(), *track.slow.values())]
        table.add_row(name, track.release, percent(track.percent), str(track.requests), *rates)
    return table


def _evidence(status: Status) -> Table:
    """How far each metric is from either decision, and about how many canary requests more a promotion needs."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("metric", "canary", "stable", "to abort", "to promotion", "to go"):
        table.add_column(name, header_style="dim", no_wrap=True)
    told = ""
    for each in status.evidence:
        scale = each.metric in {"scores", "labels"}
        values = [
            f"{value:.4g}" if scale and value is not None else rate(value) for value in (each.canary, each.stable)
        ]
        name = f"{each.metric} {each.part}".strip()
        if each.metric == told:  # a metric's parts share its evidence
            table.add_row(name, *values)
            continue
        told = each.metric
        table.add_row(
            name, *values, _abort(each), _bar(each.to_promotion, "green"), f"~{each.requests}" if each.requests else ""
        )
    return table


def _abort(each: Evidence) -> RenderableType:
    does = {"guard": "red", "signal": "yellow"}
    return _bar(each.to_abort, does.get(each.role, "dim"))


def _bar(part: float | None, style: str) -> Text:
    if part is None:
        return Text("-", "dim")
    full = round(part * _WIDTH)
    return Text.assemble(("━" * full, style), ("─" * (_WIDTH - full), "dim"), f" {100 * part:3.0f} %")
