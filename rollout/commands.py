"""Commands that act on a stack's rollout. Each is one call of `rollout.service`, or of the journal through it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from rollout.options import AsJson, ConfigFile, PolicyName, Reason, StackName, Yes
from rollout.reading.commands import COMMANDS as READING

if TYPE_CHECKING:
    from rollout.control.entries import Request
    from rollout.control.state import State


def init(*, stack: StackName = "local", config: ConfigFile = None, yes: Yes = False) -> None:
    """Make the stack's store, or adopt the one that is there. It lies outside the stack and outlives it.

    Example: canary init --stack local
    """
    from rollout.initialise import initialise
    from rollout.options import confirmed, opened
    from rollout.stack import open_for_abort
    from rollout.wiring import place
    from store import make_store

    before = open_for_abort(stack, file=config and config.absolute())  # a store that is not there yet is none, too
    if where := place(before):
        confirmed(f"This makes the store's bucket, where there is none, in {where}.", yes=yes)
    made = make_store(before.store.uri, before.root, before.settings.region)
    print(initialise(opened(stack, config), made=made))


def plan(
    release: Annotated[str, typer.Argument(help="The release to roll out.")],
    *,
    stack: StackName = "local",
    config: ConfigFile = None,
    policy: PolicyName = None,
    per_minute: Annotated[
        float | None, typer.Option(help="Requests a minute; what the access log says if not given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what a rollout will do, how long it takes at the present traffic, what it costs, and what it can find.

    Example: canary plan r2 --stack local --policy standard
    """
    from rollout.options import rollouts
    from rollout.planning import planned, show

    show(planned(rollouts(stack, config), release, policy, per_minute), as_json=as_json)


def start(
    release: Annotated[str, typer.Argument(help="The release to roll out.")],
    *,
    stack: StackName = "local",
    config: ConfigFile = None,
    policy: PolicyName = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Begin a rollout: the journal's first entry. A rollout under way is ended first, its traffic taken back.

    Nobody takes traffic back when the controller is dead: keep canary run going, or canary step under a scheduler.

    Example: canary start r2 --stack local --policy cautious
    """
    import sys

    from rollout.options import rollouts
    from rollout.policies import chosen, unable

    made = rollouts(stack, config, yes=yes)
    for why in filter(None, map(unable, made.stack.practice.notify)):
        print(f"canary: nobody will be told of this rollout from here: {why}", file=sys.stderr)
    _said(made.start(release, policy=chosen(made.stack.practice, policy)), as_json=as_json)
    if not as_json:
        names = made.stack.options
        print(f"Next: canary run {names}, or canary step {names} every minute under a scheduler.")
        print("Until then nothing moves, and nothing takes traffic back by itself should the controller die.")


def run(
    *,
    stack: StackName = "local",
    config: ConfigFile = None,
    until_retired: Annotated[
        bool, typer.Option("--until-retired", help="Go on until the release that is kept has been let go.")
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> int:
    """Take the rollout to its end in the foreground.

    Ends with 0 where the release was promoted, 1 where it was taken back on the judge's word, 2 where it could not
    be told, was broken, or a person ended it.

    Example: canary run --stack local
    """
    from rollout.options import exit_status, rollouts
    from rollout.running import ended, watcher

    made = rollouts(stack, config, yes=yes)
    state = made.run(until_retired=until_retired, watch=watcher(as_json=as_json))
    if not as_json:
        print(ended(state, made.stack.options))
    return exit_status(state.ending)


def step(
    *,
    stack: StackName = "local",
    config: ConfigFile = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be decided and done; change nothing.")
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> int:
    """Take the rollout one tick further: for cron and schedulers. Nothing is kept between two calls.

    Ends with 0, or with 2 where something could not be done and has to be tried again.

    Example: canary step --stack local --yes
    """
    from rollout.options import rollouts
    from rollout.running import dry, watcher

    made = rollouts(stack, config, yes=None if dry_run else yes)
    tick = dry(made) if dry_run else made.tick()
    if tick is None:
        print("{}" if as_json else "no rollout")
        return 0
    watcher(as_json=as_json)(tick)
    return 2 if tick.troubles else 0


def abort(*, stack: StackName = "local", config: ConfigFile = None, reason: Reason = "") -> int:
    """Take the canary's traffic away now; ask nobody. Works without journal, lock and engine.

    Ends with 2 where something failed; what was written down then is said.

    Example: canary abort --stack prod -m "wrong ratings in the app"
    """
    import sys

    from rollout.service import Rollouts
    from rollout.stack import open_for_abort

    troubles = Rollouts(open_for_abort(stack, file=config and config.absolute())).abort(reason)
    for trouble in troubles:
        print(f"canary: {trouble}", file=sys.stderr)
    if not troubles:
        print("No canary has traffic any more. What was under way says so in its journal; the next tick cleans up.")
    return 2 if troubles else 0


def approve(
    *,
    stack: StackName = "local",
    config: ConfigFile = None,
    reason: Reason = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Let a step go on that waits for a person.

    Example: canary approve --stack prod
    """
    _ask("approve", stack, config, reason, yes=yes, as_json=as_json)


def pause(
    *,
    stack: StackName = "local",
    config: ConfigFile = None,
    reason: Reason = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Keep the split as it is until somebody says resume. The judge goes on: what is worse is still taken back.

    Example: canary pause --stack prod -m "over the weekend"
    """
    _ask("pause", stack, config, reason, yes=yes, as_json=as_json)


def resume(
    *,
    stack: StackName = "local",
    config: ConfigFile = None,
    reason: Reason = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Go on after a pause, at the step where it was. The time that it took is added to the deadline.

    Example: canary resume --stack prod
    """
    _ask("resume", stack, config, reason, yes=yes, as_json=as_json)


def promote(
    *,
    stack: StackName = "local",
    config: ConfigFile = None,
    full: Annotated[
        bool, typer.Option("--full", help="Skip all steps that are left: your word stands for the judge's.")
    ] = False,
    reason: Reason = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Go on from a step that waits; with --full, promote at the next tick whatever the judge would still wait for.

    Example: canary promote --full --stack prod -m "approved in the review"
    """
    _ask("promote" if full else "approve", stack, config, reason, yes=yes, as_json=as_json)


def undo(
    *,
    stack: StackName = "local",
    config: ConfigFile = None,
    reason: Reason = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Back to the previous release inside its window, all steps skipped. Carried out at once.

    Example: canary undo --stack prod -m "ratings look odd"
    """
    from rollout.control.entries import Request
    from rollout.options import rollouts
    from rollout.running import watcher

    made = rollouts(stack, config, yes=yes)
    made.ask(Request.UNDO, reason)
    tick = made.tick()
    if tick is not None:
        watcher(as_json=as_json)(tick)


def labels(
    file: Annotated[
        str | None, typer.Argument(metavar="FILE", help="JSON lines of true ratings, - for standard input.")
    ] = None,
    *,
    stack: StackName = "local",
    config: ConfigFile = None,
    until: Annotated[
        str | None,
        typer.Option(help="No more will come for answers before this time, such as 2026-01-01T12:00:00Z."),
    ] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Deliver the true ratings of answers, for the judge; without FILE, show what has become of them.

    A line: {"id": "0a1b...", "ratings": [4, null, 3.5]}, by the answer's x-amzn-RequestId, the ratings in its order.

    Example: canary labels ratings.jsonl --until 2026-01-01T12:00:00Z --stack prod
    """
    from rollout.labels import deliver, show, source, status
    from rollout.options import rollouts

    delivers = file is not None or until is not None
    made = rollouts(stack, config, yes=yes if delivers else None)
    if delivers:
        name = "standard input" if file == "-" else file or "--until"
        key = deliver(made, source(file), name, until)
        if not as_json:
            print(f"delivered as {key}")
    show(status(made), as_json=as_json)


def retry(*, stack: StackName = "local", config: ConfigFile = None, yes: Yes = False, as_json: AsJson = False) -> None:
    """Begin the last rollout anew, with the policy that it had, where it ended without its release.

    Example: canary retry --stack local
    """
    from rollout.options import rollouts

    _said(rollouts(stack, config, yes=yes).retry(), as_json=as_json)


def adopt(*, stack: StackName = "local", config: ConfigFile = None) -> None:
    """Write the last rollout's outcome into the stack's file: `stable` and `rollout`. A small change for git.

    Example: canary adopt --stack prod && git commit -am "Serve r2"
    """
    from rollout.adoption import adopt as take_over
    from rollout.options import rollouts

    print(take_over(rollouts(stack, config)))


def _ask(word: str, stack: str, config: ConfigFile, reason: str, *, yes: bool, as_json: bool) -> None:
    from rollout.control.entries import Request
    from rollout.options import rollouts

    _said(rollouts(stack, config, yes=yes).ask(Request(word), reason), as_json=as_json, asked=Request(word))


def _said(state: "State", *, as_json: bool, asked: "Request | None" = None) -> None:
    import json

    if as_json:
        print(json.dumps({"rollout": state.rollout, "number": state.number, "phase": state.phase.value}))
    elif asked is None:
        print(f"{state.rollout}: {state.release} beside {state.stable}, begun by {state.by}")
    else:
        print(f"{state.rollout}: {asked.value} is in the journal (entry {state.number}); the next tick acts on it")


COMMANDS: dict[str, Callable[..., object]] = {
    "init": init,
    "plan": plan,
    "start": start,
    "run": run,
    "step": step,
    "approve": approve,
    "pause": pause,
    "resume": resume,
    "abort": abort,
    "promote": promote,
    "labels": labels,
    "retry": retry,
    "undo": undo,
    "adopt": adopt,
    **READING,
}
"""Names under which the command line mounts the functions."""
