"""`python -m emulator probe`: for a person with an account."""

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

ROOT = Path(__file__).resolve().parents[2]
LEFT = ROOT / ".canary" / "probes"
PAGE = ROOT / "docs" / "fidelity.md"


def probe(
    *,
    stack: Annotated[str, typer.Option("--stack", help="Whose region, store and stable release are used.")] = "dev",
    model: Annotated[bool, typer.Option("--model/--no-model", help="Ask what needs a model's endpoint too.")] = True,
    object2vec: Annotated[str, typer.Option(metavar="ENDPOINT", help="An endpoint of a trained Object2Vec.")] = "",
    page: Annotated[Path, typer.Option(help="The page that the answers are written into.")] = PAGE,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before anything is made.")] = False,
    remove: Annotated[
        str, typer.Option("--remove", metavar="PROBE", help="Only remove what an interrupted probe left.")
    ] = "",
) -> int:
    """Ask an AWS account what nobody could settle without one, and write the answers into docs/fidelity.md.

    Says what it will cost and asks first; makes a small stack of its own beside yours, named canary-probe-..., puts
    each open question to it, and removes everything it made. Needs credentials that may do so, and no Pulumi command.

    Example: canary probe --stack dev
    """
    from emulator.probe import bill
    from emulator.probe.answers import Outcome, summary, written
    from emulator.probe.clients import clients, whoami
    from emulator.probe.errand import Clock, Errand
    from emulator.probe.ledger import Ledger
    from emulator.probe.models import served_release
    from emulator.probe.removal import remove as removed
    from emulator.probe.run import probe as run
    from emulator.program import DEFAULT_REGION
    from emulator.running import configuration, program_source

    config = configuration(ROOT, None, stack=stack)
    there = clients(str(config.get("aws:region") or DEFAULT_REGION))
    if remove:
        left = removed(there, Ledger.read(LEFT / f"{remove}.jsonl"), Clock().sleep)
        print("\n".join(["not removed:", *left]) if left else "everything is removed")
        return 1 if left else 0
    stem = f"canary-probe-{secrets.token_hex(4)}"
    release = served_release(program_source(ROOT, stack=stack)(config), _captures(config, stem)) if model else None
    caller = whoami(there)
    print(f"account {caller.account}, region {caller.region}, as {caller.arn}; stack {stack} is read, never changed")
    if model and release is None:
        print(f"stack {stack} names no stable release with an artifact on S3: what needs a model is not asked")
    print(f"made and removed again, all of it named {stem}...:")
    print(bill.told(bill.estimate(model=release is not None), model=release is not None))
    if not yes and not typer.confirm("Go on?"):
        return 1
    ledger = Ledger(LEFT / f"{stem}.jsonl")
    errand = Errand(there=there, caller=caller, ledger=ledger, stem=stem, release=release)
    answers = run(errand, object2vec=object2vec)
    day = datetime.now(UTC).date().isoformat()
    text = written(page.read_text(encoding="utf-8"), answers, day=day, region=caller.region)
    page.write_text(text, encoding="utf-8")
    counts = summary(answers)
    print(", ".join(f"{outcome}: {counts[outcome]}" for outcome in Outcome if counts[outcome]), f"-> {page}")
    return 1 if counts[Outcome.OTHERWISE] or ledger.entries else 0


def _captures(config: Any, stem: str) -> str:  # noqa: ANN401 - a stack's configuration, of any values
    """Where the probe's captures go: below the stack's store, if that is a bucket."""
    store = next((value for key, value in config.items() if key.endswith(":store")), "")
    return f"{str(store).rstrip('/')}/probes/{stem}" if str(store).startswith("s3://") else ""
