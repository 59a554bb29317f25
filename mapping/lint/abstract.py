"""What the linter knows of a value without running the template, and how that knowledge joins where paths meet.

A root is a piece of input as the template names it, `$input.params('items')`. A value carries the roots of the
caller's text that it still holds, and of the lists whose length it shares; a fact says of a root that, at this place
of the template, it has been checked (SAFE) or counted (BOUNDED).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Final


class Check(Enum):
    """What a condition can establish about a root."""

    SAFE = auto()
    BOUNDED = auto()


Facts = frozenset[tuple[Check, str]]
NO_FACTS: Final[Facts] = frozenset()
NO_ROOTS: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Value:
    """An abstract value.

    `raw`: roots of the caller's text in it. `escaped`: that text went through escapeJavaScript, right inside quotes;
    `json`: it is JSON text, right outside them. `endless`: roots whose length it is, or has. `missing`: it may be
    the empty string that stands for nothing. `outer`: it is `$input.params()`, whose own keys are fixed.
    `when_true`, `when_false`: the facts that hold if it is so; None: it never is.
    """

    raw: frozenset[str] = NO_ROOTS
    escaped: bool = False
    json: bool = False
    endless: frozenset[str] = NO_ROOTS
    missing: bool = False
    outer: bool = False
    when_true: Facts | None = NO_FACTS
    when_false: Facts | None = NO_FACTS

    def under(self, facts: Facts) -> "Value":
        """Return the value with the roots taken out that `facts` settle."""
        raw = frozenset(root for root in self.raw if (Check.SAFE, root) not in facts)
        endless = frozenset(root for root in self.endless if (Check.BOUNDED, root) not in facts)
        return replace(self, raw=raw, endless=endless)


CLEAN: Final = Value()
MISSING: Final = Value(missing=True)


def _meet(one: Facts | None, other: Facts | None) -> Facts | None:
    if one is None:
        return other
    return one if other is None else one & other


def join(values: Iterable[Value]) -> Value:
    """Return what is known of a value that is one of `values`, or made of all of them."""
    found = list(values)
    if not found:
        return CLEAN
    texts = [value for value in found if value.raw]
    true, false = found[0].when_true, found[0].when_false
    for value in found[1:]:
        true, false = _meet(true, value.when_true), _meet(false, value.when_false)
    return Value(
        raw=NO_ROOTS.union(*(value.raw for value in found)),
        escaped=bool(texts) and all(value.escaped for value in texts),
        json=bool(texts) and all(value.json for value in texts),
        endless=NO_ROOTS.union(*(value.endless for value in found)),
        missing=any(value.missing for value in found),
        outer=any(value.outer for value in found),
        when_true=true,
        when_false=false,
    )


@dataclass(slots=True)
class State:
    """What is known at one place of the template: variables, facts, and whether the text printed is in quotes."""

    values: dict[str, Value] = field(default_factory=dict[str, Value])
    facts: Facts = NO_FACTS
    quoted: bool = False
    stopped: bool = False

    def branch(self, more: Facts | None) -> "State":
        """Return a copy in which `more` holds too."""
        return State(dict(self.values), self.facts | (more or NO_FACTS), self.quoted)

    def read(self, name: str) -> Value:
        """Return what is known of a variable; one that nothing has set is missing."""
        return self.values.get(name, MISSING).under(self.facts)


def merge(before: State, ends: list[tuple[State, bool]]) -> State:
    """Return the state behind a choice.

    `ends` are the states at the ends of its ways, each with whether that way reacts: sets something that a later
    condition asks for. A fact outlives the choice if every way either knows it or reacts, which is how a template
    refuses bad input: the way of the failed check sets a flag, the rest of the template asks the flag.
    """
    ways = [(state, reacts) for state, reacts in ends if not state.stopped]
    if not ways:
        return State(before.values, before.facts, before.quoted, stopped=True)
    settled = [{name: value.under(state.facts) for name, value in state.values.items()} for state, _ in ways]
    names = dict.fromkeys(name for values in settled for name in values)
    candidates = NO_FACTS.union(*(state.facts for state, _ in ways))
    facts = frozenset(fact for fact in candidates if all(reacts or fact in state.facts for state, reacts in ways))
    values = {name: join(values.get(name, MISSING) for values in settled) for name in names}
    return State(values, facts, ways[0][0].quoted)
