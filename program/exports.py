"""What a reader of the stack's outputs wants to do next, in words. Pure."""

from collections.abc import Collection

from releases.model import Lineup
from rollout.control.split import Split


def next_step(lineup: Lineup, known: Collection[str], stack: str, rollout: Split | None = None) -> str:
    """Say in a sentence, with the commands, what comes next.

    `known` are the ids of the releases in the store, `rollout` is the one under way.
    """
    if rollout is not None:
        return (
            f"Rollout {rollout.rollout} is under way: {rollout.target}. Watch it: ./canary status --stack {stack}. "
            f"Take it back: ./canary abort --stack {stack}"
        )
    up = f"pulumi up --stack {stack}"

    def put(key: str, value: object, kind: str = "string") -> str:
        return f"pulumi config set --stack {stack} --path --type {kind} {key} {value}"

    if lineup.stable is None:
        if not known:
            return (
                f"There is no release yet. Train one: ./canary train --stack {stack}. "
                f"Then serve it: {put('stable', 'ID')} && {up}"
            )
        return (
            f"Nothing is served yet. In the store: {', '.join(sorted(known))}. Serve one: {put('stable', 'ID')} && {up}"
        )
    # an empty mapping stays, as it must: the engine refuses a stack that lacks a declared key
    drop = " && ".join(f"pulumi config rm --stack {stack} --path canary.{key}" for key in ("release", "percent"))
    stable = lineup.stable.id
    if lineup.canary is None:
        others = ", ".join(sorted(set(known) - {stable})) or "none yet"
        put_on = f"{put('canary.release', 'ID')} && {put('canary.percent', 10, 'float')} && {up}"
        return f"{stable} is served. Put another release beside it ({others}): {put_on}"
    canary, percent = lineup.canary.release.id, lineup.canary.percent
    warm = put(f"'warm[{len(lineup.warm)}]'", stable)  # quoted: brackets are the shell's
    return (
        f"{canary} gets {percent:g} percent of the requests, {stable} the rest. "
        f"Promote it, {stable} kept for an undo: {put('stable', canary)} && {warm} && {drop} && {up}. "
        f"Take it back: {drop} && {up}"
    )
