"""`canary openapi`: the API's description for those who call it, without AWS and without an account."""

import os
from pathlib import Path
from typing import Annotated

import typer

from cli.errors import CommandError
from cli.wiring import CONTRACT, read_stack, stack_file
from mapping.contract import Contract, load_contract
from mapping.function_route import ENRICHED_CONTRACT
from mapping.published import own_address, published
from releases.registry import load
from settings import Settings, parse
from settings.stackfile import load_stack


def openapi(
    *,
    stack: Annotated[str, typer.Option("--stack", "-s", metavar="NAME", help="Whose API.")] = "prod",
    release: Annotated[
        str | None, typer.Option(metavar="ID", help="Whose contract; the stable release's if not given.")
    ] = None,
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="Where it is called; its domain, or AWS's form, if not given.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Printed if not given.")] = None,
) -> None:
    """Write the API's OpenAPI 3.0 document for its callers: paths, answers and who may call, nothing of AWS's.

    Example: canary openapi --stack prod --output openapi.json
    """
    from components.cloud import Cloud
    from program.documents import document_for
    from program.features import address

    settings = parse(load_stack(stack_file(stack)))
    contract = _contract(stack, release or settings.stable)
    region = settings.region or os.environ.get("AWS_REGION", "us-east-1")
    cloud = Cloud(account_id="0" * 12, region=region)
    text = published(
        document_for(contract, settings, cloud, cache_release=None),
        [contract, *_further(settings)],
        {"url": url or address(settings)}
        if url or address(settings)
        else own_address(region=region, stage=settings.api.stage_name),
    )
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{output}: cannot be written: {error.strerror}. Name another file") from error
    typer.echo(f"{output}: {len(text.encode())} bytes")


def _contract(stack: str, release: str | None) -> Contract:
    """Read the release's contract; where none is served yet, that of models trained here."""
    if release is None:
        return load_contract(CONTRACT)
    from program.documents import contract_of

    return contract_of(load(read_stack(stack_file(stack)).store, release))


def _further(settings: Settings) -> list[Contract]:
    return [load_contract(ENRICHED_CONTRACT)] if settings.enriched.enabled else []
