"""The provider itself: Pulumi's gRPC protocol around an `Account`. The engine takes it for `pulumi-resource-aws`.

Started by the engine, from a PATH that is set for one test; prints its port as the first line and serves until it
is stopped. `STAND_IN_ACCOUNT` names the account's folder.
"""

import hashlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent import futures
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from emulator.invokes import answer
from tests.engine.stand_in.account import PLACE, Account, RefusedError
from tests.engine.stand_in.tables import AUTONAMED, replacing

_T = TypeVar("_T")


def plain(message: struct_pb2.Struct) -> dict[str, Any]:
    """Return a message as JSON values, whole numbers as integers."""
    text = json_format.MessageToJson(message)
    return json.loads(
        text, parse_float=lambda digits: int(float(digits)) if float(digits).is_integer() else float(digits)
    )


def struct(values: dict[str, Any]) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(values)
    return made


class StandIn(provider_pb2_grpc.ResourceProviderServicer):
    """Serves one account; one operation at a time, each from what lies on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    def _do(self, context: Any, operation: Callable[[Account], _T]) -> _T:
        with self._lock:
            try:
                return operation(Account.load(self._folder))
            except RefusedError as error:
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
                raise

    def _hold(self, context: Any, when: str, name: str) -> None:
        """Wait for as long as a test holds this resource: `hold-before-gateway-stage` in the account's folder.

        What an engine that was killed meanwhile had asked for is not done: on AWS its provider died with it.
        """
        hold = self._folder / f"hold-{when}-{name}"
        if hold.exists():
            (self._folder / f"held-{when}-{name}").touch()
            while hold.exists():
                time.sleep(0.05)
            if not context.is_active():
                context.abort(grpc.StatusCode.CANCELLED, "the engine is gone")

    def Attach(self, request: plugin_pb2.PluginAttach, context: Any) -> empty_pb2.Empty:  # noqa: N802 - the protocol's
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: Any) -> plugin_pb2.PluginInfo:  # noqa: N802
        return plugin_pb2.PluginInfo(version=version("pulumi-aws"))

    def Handshake(  # noqa: N802
        self, request: provider_pb2.ProviderHandshakeRequest, context: Any
    ) -> provider_pb2.ProviderHandshakeResponse:
        return provider_pb2.ProviderHandshakeResponse()

    def GetSchema(self, request: provider_pb2.GetSchemaRequest, context: Any) -> provider_pb2.GetSchemaResponse:  # noqa: N802
        return provider_pb2.GetSchemaResponse(schema="{}")

    def CheckConfig(self, request: provider_pb2.CheckRequest, context: Any) -> provider_pb2.CheckResponse:  # noqa: N802
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: provider_pb2.DiffRequest, context: Any) -> provider_pb2.DiffResponse:  # noqa: N802
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, request: provider_pb2.ConfigureRequest, context: Any) -> provider_pb2.ConfigureResponse:  # noqa: N802
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Invoke(self, request: provider_pb2.InvokeRequest, context: Any) -> provider_pb2.InvokeResponse:  # noqa: N802
        reply = answer(request.tok, plain(request.args), PLACE)
        if reply is None:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"the stand-in does not answer {request.tok}")
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").update({**plain(request.args), **(reply or {})})
        return response

    def Check(self, request: provider_pb2.CheckRequest, context: Any) -> provider_pb2.CheckResponse:  # noqa: N802
        inputs = struct_pb2.Struct()
        inputs.CopyFrom(request.news)
        if request.type in AUTONAMED and not {"name", "namePrefix"} & set(inputs.fields):
            kept = plain(request.olds).get("name")
            suffix = hashlib.sha256(request.randomSeed).hexdigest()[:7]
            inputs.update({"name": kept or f"{request.name}-{suffix}"})
        return provider_pb2.CheckResponse(inputs=inputs)

    def Diff(self, request: provider_pb2.DiffRequest, context: Any) -> provider_pb2.DiffResponse:  # noqa: N802
        old, new = plain(request.old_inputs), plain(request.news)
        changed = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
        replaces = replacing(request.type, changed)
        some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=some if changed else none, diffs=sorted(changed), replaces=sorted(replaces)
        )

    def Create(self, request: provider_pb2.CreateRequest, context: Any) -> provider_pb2.CreateResponse:  # noqa: N802
        if request.preview:  # no id: what AWS computes is unknown then
            return provider_pb2.CreateResponse(properties=request.properties)
        self._hold(context, "before", request.name)
        made = self._do(context, lambda a: a.create(request.type, request.name, request.urn, plain(request.properties)))
        self._hold(context, "after", request.name)
        return provider_pb2.CreateResponse(id=made.id, properties=struct(made.outputs))

    def Read(self, request: provider_pb2.ReadRequest, context: Any) -> provider_pb2.ReadResponse:  # noqa: N802
        found = self._do(context, lambda a: a.get(request.type, request.id))
        if found is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(id=found.id, properties=struct(found.outputs), inputs=struct(found.inputs))

    def Update(self, request: provider_pb2.UpdateRequest, context: Any) -> provider_pb2.UpdateResponse:  # noqa: N802
        if request.preview:
            return provider_pb2.UpdateResponse(properties=request.news)
        self._hold(context, "before", request.name)
        made = self._do(context, lambda a: a.update(request.type, request.id, plain(request.news)))
        return provider_pb2.UpdateResponse(properties=struct(made.outputs))

    def Delete(self, request: provider_pb2.DeleteRequest, context: Any) -> empty_pb2.Empty:  # noqa: N802
        self._do(context, lambda a: a.delete(request.type, request.id))
        return empty_pb2.Empty()

    def Cancel(self, request: empty_pb2.Empty, context: Any) -> empty_pb2.Empty:  # noqa: N802
        return empty_pb2.Empty()


def main() -> None:
    """Serve until the engine ends this process."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16), options=[("grpc.max_receive_message_length", -1)])
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(StandIn(Path(os.environ["STAND_IN_ACCOUNT"])), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()


if __name__ == "__main__":
    main()
