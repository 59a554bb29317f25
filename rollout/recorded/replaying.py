"""Replay a recording of any kind: tell what it is, make intervals of it, and run the policy over them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from rollout.judge.errors import ObservationError, SourceError
from rollout.judge.loading import chosen_policy
from rollout.judge.parsing import metric_names, policy_of
from rollout.judge.policy import Metric, Policy
from rollout.recorded.access_log import Cut, read_log
from rollout.recorded.formats import Format, told
from rollout.recorded.journal import read_journal
from rollout.replay import Replayed, replay, replay_intervals, replay_read


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for. `format` is None where the content tells it, `words` asks for every change of a verdict."""

    policy: str | None = None
    alpha: float | None = None
    metrics: str | None = None
    format: Format | None = None
    cut: Cut = field(default_factory=Cut)
    words: bool = False

    @classmethod
    def of(
        cls,
        *,
        policy: str | None,
        alpha: float | None,
        metrics: str | None,
        format: str,  # noqa: A002 - the option's name
        share: float | None,
        seconds: float,
        thresholds: Sequence[str],
        words: bool,
    ) -> "Options":
        """Read a command line's options; raises SourceError naming the option, its bound and its value."""
        if format != "auto" and format not in set(Format):
            raise SourceError(f"--format is {format!r}, not auto, {', '.join(Format)}")
        if share is not None and not 0.0 < share < 1.0:
            raise SourceError(f"--share is {share:g}, not between 0 and 1: 0.05 is five percent")
        if not 1.0 <= seconds <= 3600.0:  # noqa: PLR2004 - an hour
            raise SourceError(f"--seconds is {seconds:g}, not between 1 and 3600")
        cut = Cut(seconds=seconds, share=share, thresholds=dict(_threshold(each) for each in thresholds))
        kind = None if format == "auto" else Format(format)
        return cls(policy=policy, alpha=alpha, metrics=metrics, format=kind, cut=cut, words=words)

    def chosen(self, own: Policy | None = None) -> Policy:
        """The policy to run: the one that was named, else `own`, else standard; with what overrides it."""
        if self.policy is not None or own is None:
            return chosen_policy(self.policy or "standard", alpha=self.alpha, metrics=self.metrics)
        policy = own if self.alpha is None else replace(own, alpha=policy_of({"alpha": self.alpha}).alpha)
        return policy if self.metrics is None else policy.select(metric_names(self.metrics))


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Series that were judged by one policy, and what is to be said of their recording beforehand."""

    policy: Policy
    replayed: tuple[Replayed, ...]
    notes: tuple[str, ...] = ()


def replayed(lines: Iterable[bytes | str], options: Options) -> Iterator[Batch]:
    """Replay lines of any format.

    Raises:
        PolicyError: the policy is not one.
        JournalError: a journal is damaged.
    """
    kind, rest = (options.format, lines) if options.format is not None else told(lines)
    match kind:
        case Format.OBSERVATIONS:
            policy = options.chosen()
            yield Batch(policy=policy, replayed=replay(policy, rest, changes=options.words))
        case Format.ACCESS_LOG:
            yield _log(rest, options)
        case Format.JOURNAL:
            for each in read_journal(rest):
                policy = options.chosen(policy_of(each.policy))
                found = replay_intervals(policy, each.intervals, changes=options.words)
                nothing = f"{each.rollout}: nothing was counted while the canary had traffic"
                yield Batch(policy=policy, replayed=found, notes=(each.note, *(() if found else (nothing,))))


def _log(lines: Iterable[bytes | str], options: Options) -> Batch:
    policy = options.chosen()
    if options.cut.share is None:  # a split that the requests themselves showed cannot be held against them
        policy = policy.select(tuple(metric for metric in policy.metrics if metric is not Metric.RATIO))
    try:
        own = options.cut.thresholds or dict(policy.latency.thresholds)
        log = read_log(lines, replace(options.cut, thresholds=own))
    except ObservationError as error:
        return Batch(policy=policy, replayed=replay_read(policy, [("access log", None, error.faults)]))
    found = [each for name in log.series for each in replay_intervals(policy, log.series[name], changes=options.words)]
    return Batch(policy=policy, replayed=tuple(found), notes=tuple(log.notes))


def _threshold(text: str) -> tuple[str, float]:
    key, _, limit = text.partition("=")
    try:
        value = float(limit)
    except ValueError:
        value = 0.0
    if not key or not value > 0.0:
        raise SourceError(f"--threshold is {text!r}, not a key and milliseconds above 0 such as p99=250")
    return key, value
