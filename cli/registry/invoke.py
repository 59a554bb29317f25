"""`canary invoke`: a model endpoint asked directly, as the walk-through does before there is an API."""

import json as json_module
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.errors import CommandError

if TYPE_CHECKING:
    from cli.registry.invoking import Answer

SUCCESS = 200
ID_MAX = 999_999_999
ITEMS_MAX = 1000


def invoke(
    name: Annotated[str, typer.Argument(metavar="RELEASE|ENDPOINT", help="A release's id, or an endpoint's name.")],
    *,
    user: Annotated[int, typer.Option(min=0, max=ID_MAX, help="The user's id.")],
    items: Annotated[str, typer.Option(help="Ids of items, separated by commas.", metavar="ID,ID")],
    stack: Annotated[str, typer.Option("--stack", "-s", help="The stack: local, or one on AWS.")] = "local",
    store: Annotated[
        str | None, typer.Option("--store", help="Another store: a folder or s3://bucket/prefix.", metavar="URI")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object: endpoint, status, body, time.")] = False,
) -> None:
    """Ask a model endpoint directly for a user's ratings of items; no API stands between.

    A stack whose store is on S3 is asked on AWS, with your credentials (sagemaker:InvokeEndpoint); of any other stack
    the release's own container is started here and stopped again. Ends with status 1 where the answer is no success, or
    has not one score for each item.

    Example: canary invoke r1 --user 321 --items 101,131 --stack local
    """
    from cli.registry.invoking import invoke_here, invoke_on_aws, request_body, runtime_client, target_of
    from cli.wiring import read_stack, stack_file

    wanted = _ids(items)
    there = read_stack(stack_file(stack), store)
    endpoint, release = target_of(name, there)
    body = request_body(user, wanted)
    if there.store.uri.startswith("s3://"):
        answer = invoke_on_aws(endpoint, body, runtime_client(there.settings.region))
    elif release is None:
        raise CommandError(f"{name} is no endpoint of a release in {there.store.uri}: there is nothing to start here")
    else:
        with tempfile.TemporaryDirectory(prefix="canary-") as folder:
            answer = invoke_here(endpoint, release, body, Path(folder))
    scores = _scores(answer, len(wanted))
    _print(answer, wanted, scores, as_json=json)
    if scores is None:
        raise typer.Exit(1)


def _ids(text: str) -> list[int]:
    parts = text.split(",")
    if not all(part.isascii() and part.isdecimal() and int(part) <= ID_MAX for part in parts):
        raise typer.BadParameter(f"--items are ids of at most nine digits with commas between them, got {text!r}")
    if len(parts) > ITEMS_MAX:
        raise typer.BadParameter(f"--items are at most {ITEMS_MAX}, got {len(parts)}")
    return [int(part) for part in parts]


def _scores(answer: "Answer", items: int) -> list[float] | None:
    """One score for each item; None where the answer has not that."""
    if answer.status != SUCCESS:
        return None
    try:
        scores = [each["scores"][0] for each in json_module.loads(answer.body)["predictions"]]
    except (ValueError, TypeError, KeyError, IndexError):
        return None
    return scores if len(scores) == items and all(type(each) in (int, float) for each in scores) else None


def _print(answer: "Answer", items: list[int], scores: list[float] | None, *, as_json: bool) -> None:
    print(f"canary: {answer.endpoint} answered {answer.status} in {answer.milliseconds:.0f} ms", file=sys.stderr)
    if answer.status == SUCCESS and scores is None:
        print(f"canary: its answer has not one score for each of {len(items)} items", file=sys.stderr)
    if as_json:
        print(json_module.dumps(asdict(answer)))
    elif scores is None:
        print(answer.body)
    else:
        print("\n".join(f"{item}\t{score}" for item, score in zip(items, scores, strict=True)))
