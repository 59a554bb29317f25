"""The page: what became of the rollout, the charts one under the other on one time axis, the decisions in a table."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from rollout.control.entries import Ending, Phase
from rollout.explain import ENDINGS, Event, counted, events
from rollout.judge.policy import Policy
from rollout.record import Record
from rollout.report.series import Mark, Series, series
from rollout.report.style import STYLE
from rollout.report.svg import BOTTOM, LEFT, RIGHT, TOP, WIDTH, Chart, Point
from rollout.status import evidence_of
from rollout.words import clock, lasting, rate

_METRICS = ("errors", "latency", "scores", "labels", "ratio")


def page(record: Record, policy: Policy, stack: str) -> str:
    """Return the HTML of one rollout."""
    state, numbers = record.state, series(record)
    title = f"Rollout {state.rollout}"
    body = "".join(
        [
            _head(record, policy, stack),
            _section("Split", "the canary's share of the requests, as the gateway was seen", [_split(numbers)]),
            _section("Errors", _legend(record), _rates(numbers, numbers.errors, "answered {}")),
            _section(
                "Latency",
                "share of answers slower than the stable release's own quantiles before the rollout; "
                + _legend(record),
                _rates(numbers, numbers.slow, "slower than {}", record.started.thresholds),
            ),
            _section(
                "Evidence that the canary is worse",
                "the way to the threshold at which it is taken back, as the judge's evidence grows (logarithmic)",
                _evidence(numbers, numbers.to_abort, "taken back"),
            ),
            _section(
                "Evidence for promotion",
                "the way to the threshold at which a canary that is worse than the policy's margin is excluded",
                _evidence(numbers, numbers.to_promotion, "enough"),
            ),
            _section("Scores", "what both tracks predicted, between the stable release's deciles", _scores(record)),
            _decisions(record),
        ]
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><main>{body}</main></body></html>\n"
    )


def _head(record: Record, policy: Policy, stack: str) -> str:
    state = record.state
    outcome = ENDINGS[state.ending] if state.ending else f"under way: {state.phase.value}, {state.target}"
    kind = "go" if state.ending is Ending.PROMOTED else "wait" if state.ending is None else "stop"
    ended = state.ended_at if state.ended_at is not None else state.decided_at
    failed = "" if state.seen is None else counted(state.seen.canary)
    facts = {
        "release": f"{state.release} beside {state.stable}, stack {stack}",
        "begun": f"{clock(state.started_at)} UTC by {state.by}",
        "took": lasting(ended - state.started_at),
        "the canary answered": f"{state.canary_requests} requests{failed}",
        "policy": f"{policy.name}: an identical release is taken back with a chance of at most {rate(policy.alpha)}",
    }
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in facts.items())
    reason = escape(state.ending_reason or state.last_reason)
    return (
        f'<header><h1>{escape(state.rollout)} <span class="badge {kind}">{escape(outcome)}</span></h1>'
        f'<p class="reason">{reason}</p><dl>{rows}</dl></header>'
    )


def _section(title: str, text: str, charts: Iterable[str]) -> str:
    drawn = "".join(charts)
    if not drawn:
        drawn = '<p class="nothing">nothing was measured</p>'
    return f"<section><h2>{escape(title)}</h2><p>{text}</p>{drawn}</section>"


def _legend(record: Record) -> str:
    state = record.state
    return (
        f'<span class="key canary">canary {escape(state.release)}</span> '
        f'<span class="key stable">stable {escape(state.stable)}</span>'
    )


def _chart(numbers: Series, title: str, high: float, show: "str | None" = None, height: int = 150) -> Chart:
    chart = Chart(
        title=title,
        x=(0.0, numbers.seconds / 60),
        y=(0.0, high),
        show_x=lambda minutes: f"{minutes:g} min",
        show_y=(lambda value: f"{value:g} %") if show is None else (lambda value: f"{value:g}{show}"),
        height=height,
    )
    for mark in numbers.marks:
        chart.mark(mark.at / 60, mark.kind, mark.text)
    return chart


def _split(numbers: Series) -> str:
    chart = _chart(numbers, "the canary's share over time", 105.0, height=190)
    chart.steps(_minutes(numbers.split), "canary")
    for mark in _apart(numbers.marks, numbers.seconds):
        chart.flag(mark.at / 60, mark.word)
    return chart.drawn()


def _apart(marks: Sequence[Mark], seconds: float) -> list[Mark]:
    """The marks whose words would not lie on one another; the later one of two stands."""
    kept: list[Mark] = []
    for mark in marks:
        if kept and mark.at - kept[-1].at < seconds * 0.07:
            kept.pop()
        kept.append(mark)
    return kept


def _rates(
    numbers: Series,
    tables: Mapping[str, Mapping[str, Sequence[Point]]],
    words: str,
    thresholds: Mapping[str, float] | None = None,
) -> Iterable[str]:
    for key, tracks in tables.items():
        name = words.format(key if thresholds is None else f"{key} ({thresholds.get(key, 0):g} ms)")
        highest = max((value for points in tracks.values() for _, value in points), default=0.0)
        chart = _chart(numbers, name, max(100 * highest * 1.15, 0.5), height=120)
        for track in ("stable", "canary"):
            chart.line([(at / 60, 100 * value) for at, value in tracks[track]], track)
        yield f"<figure><figcaption>{escape(name)}</figcaption>{chart.drawn()}</figure>"


def _evidence(numbers: Series, ways: Mapping[str, Sequence[Point]], text: str) -> Iterable[str]:
    named = [name for name in ways if any(value for _, value in ways[name])] or list(ways)
    if not named:
        return
    chart = _chart(numbers, text, 118.0, height=170)
    chart.level(100.0, text)
    for name in ways:
        kind = name.partition(":")[0]
        chart.line(
            [(at / 60, 100 * value) for at, value in ways[name]], f"metric {kind if kind in _METRICS else 'other'}"
        )
    keys = " ".join(
        f'<span class="key metric {escape(name.partition(":")[0])}">{escape(name)} '
        f"{100 * ways[name][-1][1]:.0f} %</span>"
        for name in ways
    )
    yield f"<figure><figcaption>{keys}</figcaption>{chart.drawn()}</figure>"


def _scores(record: Record) -> Iterable[str]:
    seen, edges = record.state.seen, record.started.edges
    if seen is None or not seen.canary.scores or not seen.stable.scores:
        return
    totals = {"stable": sum(seen.stable.scores) or 1, "canary": sum(seen.canary.scores) or 1}
    counts = {"stable": seen.stable.scores, "canary": seen.canary.scores}
    shares = {name: [value / totals[name] for value in counts[name]] for name in counts}
    bins, height = len(edges) + 1, 170
    high = max(max(values) for values in shares.values()) * 1.1 or 1.0
    room = (WIDTH - LEFT - RIGHT) / bins
    parts: list[str] = []
    for index in range(bins):
        low, top = (edges[index - 1] if index else None), (edges[index] if index < len(edges) else None)
        span = f"below {top:.2f}" if low is None else f"from {low:.2f}" if top is None else f"{low:.2f} to {top:.2f}"
        for place, name in enumerate(("stable", "canary")):
            share = shares[name][index]
            tall = share / high * (height - TOP - BOTTOM)
            x = LEFT + room * (index + 0.08 + 0.42 * place)
            parts.append(
                f'<rect class="{name} bar" x="{x:.1f}" y="{height - BOTTOM - tall:.1f}" width="{room * 0.4:.1f}" '
                f'height="{tall:.1f}"><title>{name}, {span}: {rate(share)}</title></rect>'
            )
        middle = LEFT + room * (index + 0.5)
        parts.append(f'<text class="tick" x="{middle:.1f}" y="{height - 6}" text-anchor="middle">{span}</text>')
    label = "share of predicted scores by bin and track"
    yield f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def _decisions(record: Record) -> str:
    rows = "".join(_row(event, record.state.started_at) for event in events(record))
    kept = ""
    if record.state.phase in {Phase.WARM, Phase.COOLING}:
        kept = (
            f"<p>{escape(record.state.target.warm[0])} is kept for a while; nothing is left to decide of the split.</p>"
        )
    last = "".join(f"<li>{escape(each.text)}</li>" for each in evidence_of(record.state.verdict))
    final = f"<h3>The last verdict</h3><ul>{last}</ul>" if last else ""
    return (
        "<section><h2>Decisions</h2><table><thead><tr><th>entry</th><th>after</th><th>UTC</th><th>what</th><th>why</th>"
        f"<th>by</th></tr></thead><tbody>{rows}</tbody></table>{kept}{final}</section>"
    )


def _row(event: Event, began: float) -> str:
    cells = (str(event.number), lasting(event.at - began), clock(event.at), event.what, event.text, event.by)
    return f'<tr class="{escape(event.what)}">' + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _minutes(points: Sequence[Point]) -> list[Point]:
    return [(at / 60, value) for at, value in points]
