"""The monitor that stands in Pulumi's engine's place: it answers registrations at once and writes them down.

A subclass of Pulumi's own mock monitor, because that one hides from `Mocks.new_resource` what matters here:
parent, protect, dependencies, hooks and the stack's outputs. It works on the protocol's messages and needs no event
loop of its own; secrets stay secret for the program and are plain in the record.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime import mocks
from pulumi.runtime.proto import resource_pb2

from emulator.computed import Place, computed
from emulator.invokes import answer
from emulator.recording import Registration

# How Pulumi's protocol marks a special value inside a struct (sdk/python/lib/pulumi/runtime/rpc.py).
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the protocol's marker, no secret
RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e"
STACK = "pulumi:pulumi:Stack"


class NoMocks(mocks.Mocks):
    """Pulumi asks for an object of this class; the monitor below answers everything itself."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        raise NotImplementedError(args.name)

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise NotImplementedError(args.token)


class Refusing:
    """Takes resource hooks by name without starting a callback server, and refuses transforms: mocks run none."""

    def __init__(self) -> None:
        self.hooks: dict[str, Callable[..., object]] = {}

    def register_resource_hook(self, hook: Any) -> None:  # noqa: ANN401 - pulumi.ResourceHook, imported late
        self.hooks[hook.name] = hook.callback

    def register_error_hook(self, hook: Any) -> None:  # noqa: ANN401 - pulumi.ErrorHook, imported late
        self.hooks[hook.name] = hook.callback

    def register_transform(self, transform: object) -> object:
        raise RuntimeError(f"the transform {transform!r} would change what is registered, and mocks run none")

    def register_stack_transform(self, transform: object) -> object:
        return self.register_transform(transform)

    def register_stack_invoke_transform(self, transform: object) -> object:
        return self.register_transform(transform)


class RecordingMonitor(mocks.MockMonitor):
    """Answers with realistic ids and ARNs (`emulator.computed`) and keeps every registration in order."""

    def __init__(self, *, project: str, stack: str, place: Place) -> None:
        super().__init__(NoMocks())
        self.project, self.stack, self.place = project, stack, place
        self.registrations: list[Registration] = []
        self.stack_outputs: dict[str, Any] = {}
        self.refused = ""

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        qualified = parent.split("::")[2] if parent else ""
        kind = type_ if qualified in ("", STACK) else f"{qualified}${type_}"
        return f"urn:pulumi:{self.stack}::{self.project}::{kind}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802, ANN401 - the protocol's name and untyped messages
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == STACK:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        inputs, secrets = _plain_fields(request.object)
        identifier, state = (
            ("", {}) if not request.custom else computed(request.type, request.name, urn, inputs, self.place)
        )
        reply = struct_pb2.Struct()
        reply.CopyFrom(request.object)
        _dereference(reply)
        _add(reply, state)
        bindings = cast("Mapping[Any, Any]", {field.name: tuple(names) for field, names in request.hooks.ListFields()})
        self.registrations.append(
            Registration(
                type=request.type,
                name=request.name,
                urn=urn,
                id=identifier,
                custom=request.custom,
                inputs=inputs,
                outputs={**state, **inputs},
                parent=request.parent,
                protect=request.protect,
                retain_on_delete=request.retainOnDelete,
                dependencies=tuple(sorted(request.dependencies)),
                ignore_changes=tuple(request.ignoreChanges),
                secrets=secrets,
                hooks=bindings,
            )
        )
        self.resources[urn] = mocks.MockMonitor.ResourceRegistration(urn, identifier, {**state, **inputs})
        return resource_pb2.RegisterResourceResponse(urn=urn, id=identifier, object=reply)

    def ReadResource(self, request: Any) -> Any:  # noqa: N802, ANN401 - see above
        """Answer `X.get(name, id)`: what exists already is nothing that this program registers."""
        urn = self.make_urn(request.parent, request.type, request.name)
        reply = struct_pb2.Struct()
        reply.CopyFrom(request.properties)
        inputs, _ = _plain_fields(request.properties)
        _, state = computed(request.type, request.name, urn, {"name": request.id, **inputs}, self.place)
        _add(reply, state)
        return resource_pb2.ReadResourceResponse(urn=urn, properties=reply)

    def Invoke(self, request: Any) -> Any:  # noqa: N802, ANN401 - see above
        arguments, _ = _plain_fields(request.args)
        reply = answer(request.tok, arguments, self.place)
        if reply is None:
            self.refused = f"the program asks AWS a question that nobody answers here: {request.tok}({arguments})"
            raise RuntimeError(self.refused)
        result = struct_pb2.Struct()
        _add(result, reply)
        _add(result, arguments)
        fields: dict[str, Any] = {"return": result}  # a word of Python's own
        return resource_pb2.ResourceInvokeResponse(**fields)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802, ANN401 - see above
        if request.urn.split("::")[2] == STACK:
            self.stack_outputs = _plain_fields(request.outputs)[0]
        return empty_pb2.Empty()


def _add(struct: struct_pb2.Struct, fields: Mapping[str, Any]) -> None:
    """Put the fields that the struct does not have yet into it."""
    struct.update({key: value for key, value in fields.items() if key not in struct.fields})


def _plain_fields(struct: Any) -> tuple[dict[str, Any], tuple[str, ...]]:  # noqa: ANN401 - a protobuf message
    """Return a struct's fields as JSON values, and which of them are secret at the top."""
    raw: dict[str, Any] = {key: _value(value) for key, value in struct.fields.items()}
    secrets = tuple(sorted(key for key, value in raw.items() if isinstance(value, _Secret)))
    return {key: _bare(value) for key, value in raw.items()}, secrets


class _Secret:
    def __init__(self, value: object) -> None:
        self.value = value


def _bare(value: object) -> object:
    """Take the secret marks out, at any depth."""
    if isinstance(value, _Secret):
        return _bare(value.value)
    if isinstance(value, dict):
        return {key: _bare(each) for key, each in cast("dict[str, object]", value).items()}
    return [_bare(each) for each in cast("list[object]", value)] if isinstance(value, list) else value


def _identity(reference: Mapping[str, object]) -> object:
    return reference.get("id") or reference["urn"]


def _dereference(struct: Any) -> None:  # noqa: ANN401 - a protobuf message
    """Put the id in the place of each resource reference, as AWS's provider answers; in place."""
    for value in struct.fields.values():
        _dereference_value(value)


def _dereference_value(value: Any) -> None:  # noqa: ANN401 - a protobuf message
    kind = value.WhichOneof("kind")
    if kind == "list_value":
        for each in value.list_value.values:
            _dereference_value(each)
    elif kind == "struct_value":
        fields = value.struct_value.fields
        if SIGNATURE in fields and fields[SIGNATURE].string_value == RESOURCE:
            value.string_value = str(_identity({key: each.string_value for key, each in fields.items()}))
        else:
            _dereference(value.struct_value)


def _value(value: Any) -> object:  # noqa: ANN401 - a protobuf message
    """Turn a protocol value into a JSON value: whole numbers as int, a resource reference as the resource's id."""
    match value.WhichOneof("kind"):
        case "struct_value":
            fields: dict[str, object] = {key: _value(each) for key, each in value.struct_value.fields.items()}
            if fields.get(SIGNATURE) == SECRET:
                return _Secret(fields["value"])
            return _identity(fields) if fields.get(SIGNATURE) == RESOURCE else fields
        case "list_value":
            return [_value(each) for each in value.list_value.values]
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case _:
            return None
