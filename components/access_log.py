"""One line of JSON for each request: what the judge and the alarms count. Pure.

API Gateway puts values in as they are and knows no null: a variable without a value prints `-`. So everything that
can be without one is a quoted string, and only what always has a value is a number. Names: API Gateway developer
guide, "API Gateway mapping template and access logging variable reference"; a format must be one line and hold
`requestId` or `extendedRequestId`. Stage variables are not available here; the track is `isCanaryRequest`.

Whether AWS escapes a quote in a value is not documented. So the one field that a caller writes, the path, stands
first: a forged key after it is overridden by the true one, since of two equal keys JSON's readers keep the last.
"""

import json

FIELDS = {
    "path": "$context.path",
    "requestId": "$context.requestId",  # a client may choose it; for correlation take the extended one
    "extendedRequestId": "$context.extendedRequestId",
    "requestTime": "$context.requestTime",
    "isCanaryRequest": "$context.isCanaryRequest",  # absent where the stage has no canary
    "deploymentId": "$context.deploymentId",
    "stage": "$context.stage",
    "apiId": "$context.apiId",
    "httpMethod": "$context.httpMethod",
    "resourcePath": "$context.resourcePath",
    "protocol": "$context.protocol",
    "responseLength": "$context.responseLength",  # bytes
    "integrationStatus": "$context.integration.status",
    "integrationLatency": "$context.integration.latency",
    "integrationRequestId": "$context.integration.requestId",
    "integrationError": "$context.integration.error",
    "errorType": "$context.error.responseType",
    "sourceIp": "$context.identity.sourceIp",
}
NUMBERS = {
    "status": "$context.status",
    "responseLatency": "$context.responseLatency",  # milliseconds
    "requestTimeEpoch": "$context.requestTimeEpoch",  # milliseconds since 1970
}
"""Every request has them, so they stand without quotes: a metric filter compares numbers, not what looks like one."""


def access_log_format() -> str:
    """Return the format: a JSON object on one line, strings first and then the unquoted numbers."""
    quoted = json.dumps(FIELDS)
    numbers = "".join(f', "{name}": {variable}' for name, variable in NUMBERS.items())
    return f"{quoted[:-1]}{numbers}}}"
