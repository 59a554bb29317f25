"""A training on SageMaker from the upload to the measured archive; what touches AWS comes in through the ports."""

from collections.abc import Callable
from dataclasses import dataclass

from releases.model import Metrics
from training.archive import read_archive
from training.errors import JobAnswerError, JobError
from training.evaluation import evaluate
from training.jobs import object2vec
from training.jobs.following import follow
from training.jobs.place import Algorithm
from training.jobs.ports import JobState, Ports
from training.jobs.request import (
    Plan,
    heldout_key,
    inputs_of,
    model_request,
    predicted_key,
    training_request,
    transform_request,
)

Say = Callable[[str], None]
Ask = Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trained:
    """What a job gave: the bytes of its `model.tar.gz` and how good the model in it is on the held-out ratings."""

    archive: bytes
    metrics: Metrics


def start(plan: Plan, ports: Ports, say: Say) -> None:
    """Upload what the job reads, the largest last needed first, and start it.

    Raises:
        PlaceError: the bucket is not there, or AWS refused; nothing was started.
    """
    request = training_request(plan)  # what cannot be asked for is said before anything is sent
    for key, data in inputs_of(plan).items():
        ports.objects.write(f"{plan.job}/{key}", data)
    say(f"uploaded to {plan.place.uri(plan.job)}")
    ports.trainings.create(request)
    say(f"started the training job {plan.job}, at most {plan.max_runtime_seconds // 60} minutes")


def finish(plan: Plan, ports: Ports, say: Say, ask: Ask, *, wait_seconds: float) -> Trained:
    """Follow a started job, fetch what it made, and measure it on the held-out ratings.

    Raises:
        JobError: it failed, did not end, or gave what cannot be used.
        ArchiveError: its archive is none.
        KeyboardInterrupt: a person stopped the waiting, and was asked about the job.
    """
    state = _patiently(plan, ports, say, ask, wait_seconds)
    if state.artifact is None:
        raise JobAnswerError(f"the training job {plan.job} is complete and names no artifact: look at its console")
    if state.metrics:
        say("final " + ", ".join(f"{name} {value:.4f}" for name, value in sorted(state.metrics.items())))
    if state.billed_seconds is not None:
        say(f"billed: {state.billed_seconds} seconds of one {plan.instance_type}")
    archive = ports.objects.read(_key_of(plan, state.artifact))
    if plan.algorithm is Algorithm.ALS:
        return Trained(archive=archive, metrics=evaluate(read_archive(archive, state.artifact), plan.split))
    return Trained(archive=archive, metrics=_predicted(plan, ports, say, state.artifact, wait_seconds))


def _patiently(plan: Plan, ports: Ports, say: Say, ask: Ask, wait_seconds: float) -> JobState:
    try:
        return follow(plan.job, ports.trainings, ports.training_logs, ports.clock, say, wait_seconds=wait_seconds)
    except KeyboardInterrupt:
        if ask(f"The training job {plan.job} runs on, and is billed until it ends. Stop it?"):
            ports.trainings.stop(plan.job)
            say("told to stop; nothing is registered")
        else:
            say(f"it runs on. The same command with --attach {plan.job} follows it again and registers the release")
        raise


def _predicted(plan: Plan, ports: Ports, say: Say, artifact: str, wait_seconds: float) -> Metrics:
    """Measure a model that runs in its own image only: a transform job answers for the held-out pairs."""
    test = plan.split.test
    ports.objects.write(heldout_key(plan), object2vec.pairs(test))
    ports.models.create(model_request(plan, artifact))
    try:
        ports.transforms.create(transform_request(plan))
        say(f"started the transform job {plan.transform} on {len(test)} held-out pairs, without their ratings")
        try:
            follow(plan.transform, ports.transforms, ports.transform_logs, ports.clock, say, wait_seconds=wait_seconds)
        except KeyboardInterrupt:
            ports.transforms.stop(plan.transform)
            say(f"the transform job was told to stop; --attach {plan.job} measures again")
            raise
        values = object2vec.scores(ports.objects.read(predicted_key(plan)), len(test))
    finally:
        ports.models.delete(plan.transform)
    return evaluate(object2vec.Predicted(values, plan.rows), plan.split)


def _key_of(plan: Plan, uri: str) -> str:
    prefix = plan.place.uri("")
    if not uri.startswith(prefix):
        raise JobError(f"the job's artifact {uri} does not lie below {prefix}, where this stack's jobs write")
    return uri.removeprefix(prefix)
