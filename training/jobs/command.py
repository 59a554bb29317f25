"""`canary train --on sagemaker`, after its options have been read: name the place, ask, run, register."""

import json
import sys
import time
from typing import Any

import typer

from releases.errors import ReusedIdError
from releases.model import Release
from releases.registry import ids
from training.jobs.choices import Choices
from training.jobs.images import training_image
from training.jobs.object2vec import pairs
from training.jobs.place import Algorithm, Place
from training.jobs.ports import Ports
from training.jobs.request import (
    INSTANCE,
    SERVED,
    TRAINING_IMAGE,
    Plan,
    began,
    check_runtime,
    heldout_key,
    inputs_of,
    job_name,
    model_request,
    training_request,
    transform_request,
)
from training.jobs.running import finish, start
from training.ratings import Ratings
from training.registration import register
from training.release import check_not_worse, make_release
from training.split import Split
from training.wiring import StackFacts, Wiring

NOBODY = "000000000000"
"""Stands for the account in a dry run, which asks nobody whose credentials these are."""


def dry_run(choices: Choices, wiring: Wiring, *, rows: Ratings, split: Split) -> str:
    """Return as JSON what `train_there` would send. No store is opened and nobody asked for an account.

    Raises:
        JobError, TrainingError: it could not be asked for.
    """
    region = wiring.region(choices.stack) or _own_region()
    plan = _plan(choices, wiring.place(choices.stack, NOBODY, region, "aws"), rows, split)
    say(f"a dry run: nothing is sent, nobody is asked; account {NOBODY} stands for yours")
    return json.dumps(described(plan), indent=2)


def train_there(
    choices: Choices, wiring: Wiring, facts: StackFacts, stable: Release | None, *, rows: Ratings, split: Split
) -> Release:
    """Train on SageMaker and register the release.

    Raises:
        JobError, ReleaseError, StoreError, WorseReleaseError: nothing is registered.
        typer.Abort: a person said no.
    """
    check_runtime(choices.max_runtime)
    if choices.attach is None and choices.release_id in ids(facts.store):
        raise ReusedIdError(f"release {choices.release_id!r} is there already and never changes: give a new id")
    from training.jobs.aws import connect, ports  # noqa: PLC0415 - boto3 is loaded where AWS is meant

    who, clients = connect(facts.region)
    place = wiring.place(choices.stack, who.account, who.region, who.partition)
    plan = _plan(choices, place, rows, split)
    there = ports(clients, place)
    there.objects.check()
    where = f"stack {choices.stack}, account {who.account} ({who.arn}), region {who.region}"
    say(f"{where}: bucket {place.bucket}, role {place.role_arn}, one {plan.instance_type}")
    if not choices.yes:
        doing = f"measure {plan.job}" if choices.attach else f"train {choices.release_id} with {choices.algorithm}"
        typer.confirm(f"This will {doing} in {where}, at your cost. Go on?", abort=True)
    return run_and_register(choices, wiring, facts, stable=stable, plan=plan, there=there)


def run_and_register(
    choices: Choices, wiring: Wiring, facts: StackFacts, *, stable: Release | None, plan: Plan, there: Ports
) -> Release:
    """Run a plan to its end and put the release into the store: archive first, manifest last."""
    if choices.attach is None:
        start(plan, there, say)
    trained = finish(plan, there, say, ask, wait_seconds=choices.max_wait * 60.0)
    release = make_release(
        choices.release_id,
        archive=trained.archive,
        store_uri=facts.store.uri,
        contract=wiring.contract(),
        serving=facts.serving,
        metrics=trained.metrics,
        trained_at=began(plan.job),
        data_sha256=plan.rows.sha256(),
        framework=SERVED[choices.algorithm],
        job=plan.job,
    )
    wiring.check(release, plan.place.account, plan.place.region)
    if stable is not None and not choices.allow_worse:
        say(f"measured; --attach {plan.job} does that again without training")
        check_not_worse(release, stable)
    return register(facts.store, release, trained.archive)


def described(plan: Plan) -> dict[str, Any]:
    """Return what would be sent: every upload with its size, and every request that changes something, in order."""
    prefix = plan.place.uri(plan.job)
    uploads = {f"{prefix}/{key}": len(data) for key, data in inputs_of(plan).items()}
    requests = [("CreateTrainingJob", training_request(plan))]
    if plan.algorithm is Algorithm.OBJECT2VEC:
        uploads[plan.place.uri(heldout_key(plan))] = len(pairs(plan.split.test))
        requests += [
            ("CreateModel", model_request(plan, f"{prefix}/output/model.tar.gz")),
            ("CreateTransformJob", transform_request(plan)),
            ("DeleteModel", {"ModelName": plan.transform}),
        ]
    return {
        "uploads": uploads,
        "requests": [{"service": "sagemaker", "operation": name, "parameters": said} for name, said in requests],
    }


def next_step(release: Release, stack: str, stable: Release | None) -> str:
    """Say what comes after a registered release."""
    if stable is None:
        return f"Serve it: pulumi config set --stack {stack} stable {release.id} && pulumi up --stack {stack}"
    return f"Roll it out beside {stable.id}: ./canary start {release.id} --stack {stack}"


def say(sentence: str) -> None:
    """Tell a person; what is printed on stdout is the result alone."""
    print(f"canary: {sentence}", file=sys.stderr, flush=True)


def ask(question: str) -> bool:
    """Ask a person; where nobody answers, it is a yes: a job that nobody follows is not left to be billed."""
    if not sys.stdin.isatty():
        return True
    return typer.confirm(question, default=True, err=True)


def _plan(choices: Choices, place: Place, rows: Ratings, split: Split) -> Plan:
    kind = choices.algorithm
    instance_type = choices.instance_type or INSTANCE[kind]
    fresh = job_name(place.api, choices.release_id, time.time())
    return Plan(
        job=choices.attach or fresh,
        transform=fresh,
        algorithm=kind,
        image=training_image(TRAINING_IMAGE[kind], place.region, instance_type),
        instance_type=instance_type,
        max_runtime_seconds=check_runtime(choices.max_runtime),
        rows=rows,
        split=split,
        seed=choices.seed,
        place=place,
    )


def _own_region() -> str:
    import boto3  # noqa: PLC0415 - loaded where AWS is meant

    session: Any = boto3.Session()
    return session.region_name or "us-east-1"
