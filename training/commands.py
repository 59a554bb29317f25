"""`canary train` and `canary evaluate`."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.jobs.choices import Choices
from training.jobs.place import Algorithm
from training.wiring import Wiring

if TYPE_CHECKING:
    from releases.model import Release
    from training.ratings import Ratings


class Ground(StrEnum):
    """Where a model is trained."""

    HERE = "here"
    """On this machine: seconds, no account."""
    SAGEMAKER = "sagemaker"
    """In a training job of the stack's account: minutes, billed."""


Stack = Annotated[str, typer.Option("--stack", "-s", help="The stack whose store and serving settings count.")]
StoreUri = Annotated[
    str | None, typer.Option("--store", help="Another store: a folder or s3://bucket/prefix.", metavar="URI")
]
RatingsPath = Annotated[
    Path | None,
    typer.Option("--ratings", help="A local copy of MovieLens-100K: u.data, ml-100k.inter, ml-100k.zip or a folder."),
]


def train(
    context: typer.Context,
    *,
    release_id: Annotated[str, typer.Option("--id", help="The new release's id, such as r2.")],
    stack: Stack = "local",
    store: StoreUri = None,
    ratings: RatingsPath = None,
    share: Annotated[
        float | None, typer.Option("--share", help="Train on the earliest part of the training set: 0.7 is 70 percent.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="Train on ratings before this day (UTC).", metavar="YYYY-MM-DD")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same bytes.")] = 0,
    allow_worse: Annotated[
        bool, typer.Option("--allow-worse", help="Register it even where it is worse than the stable release.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the release's manifest.")] = False,
    on: Annotated[Ground, typer.Option("--on", help="Train on this machine, or in a job on SageMaker.")] = Ground.HERE,
    algorithm: Annotated[
        Algorithm, typer.Option(help="This project's own ALS, or SageMaker's Object2Vec (there alone).")
    ] = Algorithm.ALS,
    instance_type: Annotated[
        str | None, typer.Option(help="The job's instance, such as ml.m5.xlarge.", metavar="TYPE")
    ] = None,
    max_runtime: Annotated[int, typer.Option(help="Minutes after which SageMaker ends the job.")] = 60,
    max_wait: Annotated[int, typer.Option(min=1, help="Minutes after which the waiting ends and stops the job.")] = 90,
    attach: Annotated[
        str | None, typer.Option(help="Follow a job that was started before, with the same options.", metavar="JOB")
    ] = None,
    dry: Annotated[bool, typer.Option("--dry-run", help="Print every request to SageMaker; send nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before the job is started.")] = False,
) -> None:
    """Train a model on MovieLens-100K, measure it, and register it as a release.

    The ratings are fetched once and kept in your own cache. A release whose RMSE is more than 0.01 stars above that
    of the stack's stable one is not registered. With --on sagemaker the ratings are uploaded to the stack's bucket, a
    job there trains on them, its log is followed, and the held-out ratings are measured with what it made.

    Example: canary train --id r2 --stack local
    """
    from datetime import UTC, datetime

    from releases.manifest import to_json
    from releases.registry import load, manifest_key
    from training.pipeline import produce
    from training.progress import bar
    from training.registration import register
    from training.release import check_not_worse
    from training.split import ua_split

    if on is Ground.HERE and (algorithm is not Algorithm.ALS or dry or attach):
        raise typer.BadParameter("--algorithm object2vec, --dry-run and --attach are for jobs: add --on sagemaker")
    wiring = _wiring(context)
    manifest_key(release_id)  # an id that is none, and a stable release that is not there, are said before the work
    choices = Choices(
        release_id=release_id,
        stack=stack,
        algorithm=algorithm,
        instance_type=instance_type,
        max_runtime=max_runtime,
        max_wait=max_wait,
        seed=seed,
        attach=attach,
        yes=yes,
        allow_worse=allow_worse,
    )
    if dry:
        from training.jobs.command import dry_run

        split = ua_split(_ratings(ratings))
        print(dry_run(choices, wiring, rows=_part(split.train, share, until), split=split))
        return
    facts = wiring.stack(stack, store)
    stable = load(facts.store, facts.stable) if facts.stable is not None else None
    split = ua_split(_ratings(ratings))
    rows = _part(split.train, share, until)
    if on is Ground.SAGEMAKER:
        from training.jobs.command import next_step, train_there

        made = train_there(choices, wiring, facts, stable, rows=rows, split=split)
        print(to_json(made) if as_json else f"{_summary(made)}\n{next_step(made, stack, stable)}")
        return
    with bar(f"training {release_id}") as progress:
        product = produce(
            release_id,
            rows=rows,
            split=split,
            store_uri=facts.store.uri,
            contract=wiring.contract(),
            serving=facts.serving,
            trained_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            seed=seed,
            progress=progress,
        )
    if stable is not None and not allow_worse:
        check_not_worse(product.release, stable)
    release = register(facts.store, product.release, product.archive)
    print(to_json(release) if as_json else _summary(release))


def evaluate(
    context: typer.Context,
    *,
    release_id: Annotated[str, typer.Option("--id", help="The release to measure.")],
    stack: Stack = "local",
    store: StoreUri = None,
    ratings: RatingsPath = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure a registered release again on the held-out ratings, and compare with what its manifest says.

    Ends with status 1 where the figures differ.

    Example: canary evaluate --id r2 --stack local
    """
    import json
    from dataclasses import asdict, replace

    from releases.registry import load, verify
    from training.archive import read_archive
    from training.evaluation import evaluate as measure
    from training.registration import archive_of
    from training.split import ua_split

    facts = _wiring(context).stack(stack, store)
    release = load(facts.store, release_id)
    archive = archive_of(facts.store, release)
    verify(release, archive)
    metrics = measure(read_archive(archive, release.artifact.uri), ua_split(_ratings(ratings)))
    same = metrics == release.metrics
    if as_json:
        print(json.dumps({"id": release.id, "measured": asdict(metrics), "as_registered": same}))
    else:
        print(_summary(replace(release, metrics=metrics)))
        print("as its manifest says" if same else f"its manifest says otherwise: {release.metrics}")
    if not same:
        raise typer.Exit(1)


def _wiring(context: typer.Context) -> Wiring:
    wiring = context.find_object(Wiring)
    if wiring is None:
        raise LookupError("the command was mounted without its Wiring (training/wiring.py)")
    return wiring


def _ratings(path: Path | None) -> "Ratings":
    import sys

    from training.source import load_ratings

    return load_ratings(path, notice=lambda sentence: print(f"canary: {sentence}", file=sys.stderr, flush=True))


def _part(ratings: "Ratings", share: float | None, day: str | None) -> "Ratings":
    from datetime import UTC, datetime

    from training.split import earliest, until

    if share is not None and day is not None:
        raise typer.BadParameter("--share and --until exclude each other: give one of them")
    if share is not None:
        return earliest(ratings, share)
    if day is None:
        return ratings
    try:
        return until(ratings, int(datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()))
    except ValueError:
        raise typer.BadParameter(f"--until is a day such as 1998-03-01, got {day!r}") from None


def _summary(release: "Release") -> str:
    metrics = release.metrics
    return (
        f"{release.id}: RMSE {metrics.rmse:.4f}, MAE {metrics.mae:.4f} stars on {metrics.ratings} held-out ratings "
        f"({metrics.protocol}), of which {metrics.coverage:.1%} are of a known user and item\n{release.artifact.uri}"
    )
