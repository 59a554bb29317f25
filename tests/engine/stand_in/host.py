"""The program and the stand-in, kept loaded in one process for as long as a test needs them.

Starting Python and importing pulumi_aws is nearly all of what an `up` costs. The engine takes a program from a
language server that is running already (`--client`, as the Automation API does it) and a provider that is running
already (`PULUMI_DEBUG_PROVIDERS`). Ours are imported anew for each run, so nothing is left of the one before.

`python -m tests.engine.stand_in.host PROGRAM` prints one port, for both, and serves until its standard input is
closed. `STAND_IN_ACCOUNT` names the account's folder.
"""

import os
import runpy
import sys
from concurrent import futures
from pathlib import Path

import grpc
from pulumi.automation._server import LanguageServer  # what the Automation API serves inline programs with
from pulumi.runtime.proto import language_pb2_grpc, provider_pb2_grpc

from tests.engine.stand_in.provider import StandIn

EXPECT = "CANARY_EXPECT"
"""A variable of the command's environment, which does not reach a program that runs already: a file in its place."""


def program(folder: str, ours: set[str]) -> None:
    """Run the program as Pulumi's language host does, with none of its packages loaded yet."""
    told = Path(os.environ["STAND_IN_ACCOUNT"]) / EXPECT
    os.environ.pop(EXPECT, None)
    if told.exists():
        os.environ[EXPECT] = told.read_text()
    for name in [name for name in sys.modules if name.split(".")[0] in ours]:
        del sys.modules[name]
    runpy.run_path(folder, run_name="__main__")


def main() -> None:
    """Serve until standard input ends."""
    folder = sys.argv[1]
    os.chdir(folder)
    ours = {path.name for path in Path(folder).iterdir() if path.is_dir()}
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16), options=[("grpc.max_receive_message_length", -1)])
    language = LanguageServer(lambda: program(folder, ours))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(language, server)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(StandIn(Path(os.environ["STAND_IN_ACCOUNT"])), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.stop(0)


if __name__ == "__main__":
    main()
