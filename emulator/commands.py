"""The emulator's commands: `serve` and `try`."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from emulator.emulation import Options, Source

Stack = Annotated[str, typer.Option("--stack", help="The stack whose configuration is served.")]
Config = Annotated[
    Path | None, typer.Option("--config", help="Its file; Pulumi.STACK.yaml of the program if not given.")
]
ProgramFolder = Annotated[
    Path | None, typer.Option("--program", help="The folder of the Pulumi program; this project's own if not given.")
]
Store = Annotated[
    Path | None, typer.Option("--store", help="Where address, logs and captures go; the stack's store if not given.")
]
Endpoint = Annotated[
    list[str] | None,
    typer.Option(
        "--endpoint", metavar="NAME=URL", help="A model container that runs already, instead of the artifact."
    ),
]
IgnoreUnsupported = Annotated[
    bool,
    typer.Option(
        "--ignore-unsupported",
        help="Serve without IAM, Cognito, WAF and the cache where the program has them; every answer says so.",
    ),
]


def serve(
    *,
    stack: Stack = "local",
    config: Config = None,
    program: ProgramFolder = None,
    store: Store = None,
    port: Annotated[int, typer.Option(help="The API's port; 0 takes a free one.", min=0, max=65535)] = 8080,
    admin_port: Annotated[int, typer.Option(help="The second port; 0 takes a free one.", min=0, max=65535)] = 0,
    seed: Annotated[int | None, typer.Option(help="Makes the canary's split repeatable.")] = None,
    endpoint: Endpoint = None,
    ignore_unsupported: IgnoreUnsupported = False,
    trust_source_header: Annotated[
        bool,
        typer.Option(
            "--trust-source-header",
            help="Take a request's address from its X-Emulator-Source-Ip, so that resource policies can be tried.",
        ),
    ] = False,
) -> None:
    """Serve on this machine what a Pulumi program registers, until stopped.

    Runs the program under mocks with a stack's configuration and answers as API Gateway and SageMaker would;
    docs/fidelity.md says in what it differs. SIGHUP, or POST /reload on the second port, takes a changed
    configuration over without dropping a request.

    Example: canary serve --stack local --port 8080
    """
    import asyncio

    from emulator.service import run

    source, options = _prepared(stack, config, program, store, endpoint)
    options = replace(
        options,
        port=port,
        admin_port=admin_port,
        seed=seed,
        ignore_unsupported=ignore_unsupported,
        trust_source_header=trust_source_header,
    )
    asyncio.run(run(source, options))


def try_request(
    *,
    request: Annotated[str, typer.Argument(help='Method and path below the stage: "GET /path?query".')],
    body: Annotated[str, typer.Option(help="The request's body.")] = "",
    header: Annotated[list[str] | None, typer.Option("--header", metavar="NAME:VALUE", help="A header.")] = None,
    canary: Annotated[bool, typer.Option("--canary/--stable", help="The track to try.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object: status, body, latency, log.")] = False,
    stack: Stack = "local",
    config: Config = None,
    program: ProgramFolder = None,
    store: Store = None,
    endpoint: Endpoint = None,
    ignore_unsupported: IgnoreUnsupported = False,
) -> int:
    """Send one request and print every step, as the API Gateway console's method test does.

    Like there, nobody is kept out: API key, authorizer, resource policy and throttles are not asked for.

    Exits with status 1 where the answer is no success.

    Example: canary try "GET /predicted-ratings/321?items=101,131,162"
    """
    import asyncio

    from emulator.exchange import HttpRequest
    from emulator.service import try_once

    method, _, target = request.strip().partition(" ")
    if not target.startswith("/"):
        raise typer.BadParameter(f'{request!r}: give method and path, as in "GET /predicted-ratings/321?items=101"')
    pairs = [entry.partition(":") for entry in header or []]
    asked = HttpRequest(
        method=method.upper(),
        target=target,
        headers=tuple((name.strip(), value.strip()) for name, _, value in pairs),
        body=body.encode(),
    )
    source, options = _prepared(stack, config, program, store, endpoint)
    options = replace(options, ignore_unsupported=ignore_unsupported)
    return asyncio.run(try_once(source, options, asked, canary=canary, as_json=json))


def _prepared(
    stack: str,
    config: Path | None,
    program: Path | None,
    store: Path | None,
    endpoint: list[str] | None,
) -> "tuple[Source, Options]":
    from emulator.emulation import Options
    from emulator.running import program_source, store_folder

    pairs = [entry.partition("=") for entry in endpoint or []]
    for name, _, url in pairs:
        if not name or not url:
            raise typer.BadParameter(f"--endpoint {name}: give it as NAME=URL, as in ratings-r1=http://127.0.0.1:8081")
    folder = program or Path(__file__).resolve().parent.parent
    options = Options(
        store=store or store_folder(folder, config, stack=stack),
        endpoints={name: url for name, _, url in pairs},
    )
    return program_source(folder, config, stack=stack), options
