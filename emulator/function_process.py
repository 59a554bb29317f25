"""An execution environment's inside: `python -m emulator.function_process FOLDER HANDLER`, as Lambda's Python runtime.

Standard input brings invocations, one after the other: a line of JSON (`id`, `deadline` in milliseconds since 1970,
`arn`, `size`), then so many bytes of payload. Each is answered by a line of JSON (`error`, `size`) and so many bytes.
Before the first, one such answer says whether the handler could be loaded. Shapes of errors and the rules of
marshalling: aws/aws-lambda-python-runtime-interface-client, `awslambdaric/bootstrap.py` and
`lambda_runtime_marshaller.py` (0184e903, 09750dfa); the encoder of the standard library stands in for simplejson's.
"""

import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, cast

Handler = Callable[[object, "Context"], object]
Answer = tuple[bool, bytes]
"""Whether it is an error, and the payload."""
OURS = {"emulator", "mapping", "store"}
ESCAPED = {"AWS_Lambda_python3.8", "AWS_Lambda_python3.9", "AWS_Lambda_python3.10", "AWS_Lambda_python3.11"}
"""Runtimes that write no character beyond ASCII."""


class RuntimeFault(Exception):  # noqa: N818 - the runtime's own word, which becomes an answer
    """What the runtime, not the handler, has to say: `kind` is the `errorType`."""

    def __init__(self, kind: str, message: str, trace: list[str] | None = None) -> None:
        super().__init__(message)
        self.kind, self.trace = kind, trace or []


class Identity:
    """Cognito's, of which nobody comes through API Gateway."""

    cognito_identity_id = None
    cognito_identity_pool_id = None


class Context:
    """The handler's second argument."""

    def __init__(self, request_id: str, arn: str, deadline: int) -> None:
        self.aws_request_id, self.invoked_function_arn, self._deadline = request_id, arn, deadline
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.client_context = None
        self.identity = Identity()

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the invocation may still take; never less than 0."""
        return max(0, self._deadline - int(time.time() * 1000))

    def log(self, message: object) -> None:
        """Write into the function's log."""
        sys.stdout.write(str(message))


def error(message: str, kind: str, trace: list[str], request_id: str = "") -> bytes:
    """Return an error's payload."""
    document = {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": trace}
    return marshalled(document)


def _plain(value: object) -> object:
    """Take what JSON has no word for: a Decimal (as DynamoDB's numbers are) becomes a number."""
    if isinstance(value, Decimal):
        return int(value) if value.is_finite() and value == value.to_integral_value() else float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def marshalled(value: object) -> bytes:
    """Return a handler's result as payload; bytes go out as they are, whatever they hold.

    Raises:
        RuntimeFault: it has no JSON form.
    """
    if isinstance(value, bytes):
        return value
    try:
        escaped = os.environ.get("AWS_EXECUTION_ENV") in ESCAPED
        return json.dumps(value, default=_plain, ensure_ascii=escaped).encode()
    except (TypeError, ValueError, RecursionError) as problem:
        raise RuntimeFault("Runtime.MarshalError", f"Unable to marshal response: {problem}") from problem


def load(name: str) -> Handler:
    """Import `module.function`; a slash is a dot, as in Lambda.

    Raises:
        RuntimeFault: it is not there, or its module cannot be imported.
    """
    module_name, dot, function = name.rpartition(".")
    if not dot:
        reason = f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)"
        raise RuntimeFault("Runtime.MalformedHandlerName", reason)
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as problem:
        reason = f"Unable to import module '{module_name}': {problem}"
        raise RuntimeFault("Runtime.ImportModuleError", reason) from problem
    except SyntaxError as problem:
        trace = [f'  File "{problem.filename}" Line {problem.lineno}\n    {problem.text}']
        reason = f"Syntax error in module '{module_name}': {problem}"
        raise RuntimeFault("Runtime.UserCodeSyntaxError", reason, trace) from problem
    found = getattr(module, function, None)
    if found is None:
        reason = f"Handler '{function}' missing on module '{module_name}'"
        raise RuntimeFault("Runtime.HandlerNotFound", reason)
    return cast("Handler", found)


def answered(work: Callable[[], bytes], request_id: str = "") -> Answer:
    """Do the work; whatever it raises becomes an error's payload, with the frames of the function's own files."""
    try:
        return False, work()
    except RuntimeFault as fault:
        return True, error(str(fault), fault.kind, fault.trace, request_id)
    except Exception as problem:  # noqa: BLE001 - a handler may raise anything
        frames = traceback.extract_tb(problem.__traceback__)
        own = [frame for frame in frames if frame.filename not in (__file__, importlib.__file__)]
        traceback.print_exc(file=sys.stderr)
        return True, error(str(problem), type(problem).__name__, traceback.format_list(own), request_id)


def serve(handler: Handler, source: IO[bytes], say: Callable[[Answer], None]) -> None:
    """Answer invocations until the source ends."""
    while line := source.readline():
        order = cast("dict[str, Any]", json.loads(line))
        payload = source.read(order["size"])

        def work(order: dict[str, Any] = order, payload: bytes = payload) -> bytes:
            context = Context(order["id"], order["arn"], order["deadline"])
            return marshalled(handler(json.loads(payload), context))

        say(answered(work, order["id"]))


def main() -> None:
    folder, name = Path(sys.argv[1]), sys.argv[2]
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)  # what the handler reads and prints has nothing to do with our pipes
    os.dup2(2, 1)
    home = Path(__file__).resolve().parent.parent
    for module in [module for module in sys.modules if module.split(".")[0] in OURS]:
        del sys.modules[module]
    sys.path[:] = [str(folder), *(entry for entry in sys.path if Path(entry or ".").resolve() != home)]
    os.chdir(folder)

    def say(answer: Answer) -> None:
        failed, payload = answer
        sys.stdout.flush()
        sink.write(json.dumps({"error": failed, "size": len(payload)}).encode() + b"\n" + payload)
        sink.flush()

    loaded: list[Handler] = []

    def init() -> bytes:
        loaded.append(load(name))
        return b""

    first = answered(init)
    say(first)
    if not first[0]:
        serve(loaded[0], source, say)
    os._exit(0)  # threads that the handler left behind do not keep the process


if __name__ == "__main__":
    main()
