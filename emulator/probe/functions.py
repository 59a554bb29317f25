"""A function of the probe's own: what API Gateway makes of its name in a stage variable, its errors, its timeout.

It is an authorizer too: then what it does is the token.
"""

import io
import zipfile
from typing import TYPE_CHECKING

from emulator.errors import ProbeError
from emulator.probe.models import role

if TYPE_CHECKING:
    from emulator.probe.errand import Errand

CODE = """
import time
def handle(event, context):
    do = event.get("do") or event["authorizationToken"]
    if do == "fail":
        raise RuntimeError("Word: of one line\\nand another")
    if do == "sleep":
        time.sleep(30)
    if "authorizationToken" in event:
        word = {"Action": "execute-api:Invoke", "Effect": do, "Resource": event["methodArn"]}
        return {"principalId": "probe", "policyDocument": {"Version": "2012-10-17", "Statement": [word]}}
    return {"did": do}
"""
FILE, HANDLER = "probe.py", "probe.handle"
RUNTIME = "python3.13"
TIMEOUT_SECONDS = 2
ACTIVE_SECONDS = 120.0
_EPOCH = (1980, 1, 1, 0, 0, 0)


def function_name(stem: str) -> str:
    """Name a probe's function."""
    return f"{stem}-function"


def call_role(errand: "Errand") -> str:
    """Make the role by which API Gateway calls the probe's function and no other; return its ARN."""
    caller = errand.caller
    function = f"arn:aws:lambda:{caller.region}:{caller.account}:function:{function_name(errand.stem)}"
    return role(
        errand, "call", "apigateway", [{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": function}]
    )


def make(errand: "Errand") -> str:
    """Make the function, which may write its log and nothing else; return its name once it may be called.

    Raises:
        ClientError: AWS refuses to make it.
        ProbeError: it does not become active.
    """
    caller, name = errand.caller, function_name(errand.stem)
    group = f"/aws/lambda/{name}"
    logs = f"arn:aws:logs:{caller.region}:{caller.account}:log-group:{group}:*"
    write = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": logs}
    own = role(errand, "function", "lambda", [write])
    errand.there.logs.create_log_group(logGroupName=errand.ledger.intend("log group", group))
    errand.clock.sleep(10.0)  # a role is known everywhere after some seconds
    errand.there.functions.create_function(
        FunctionName=errand.ledger.intend("function", name),
        Runtime=RUNTIME,
        Handler=HANDLER,
        Role=own,
        Code={"ZipFile": packed()},
        Timeout=TIMEOUT_SECONDS,
    )

    def active() -> bool:
        return errand.there.functions.get_function_configuration(FunctionName=name).get("State") == "Active"

    if errand.clock.wait(active, at_most=ACTIVE_SECONDS) is None:
        raise ProbeError(f"the function {name} was not active after {ACTIVE_SECONDS:g} s")
    return name


def packed() -> bytes:
    """The function's archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        member = zipfile.ZipInfo(FILE, _EPOCH)
        member.external_attr = 0o644 << 16  # Lambda reads as another user than the one that packed
        archive.writestr(member, CODE)
    return made.getvalue()
