"""The open questions, each with what this project assumes until somebody has asked. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Piece(StrEnum):
    """What of the small stack a question needs."""

    API = "API"
    """The REST API with its stage and two deployments."""
    LOGS = "access log"
    """A log group that the stage writes to; not there where the account has no role for API Gateway's logs."""
    MODEL = "model endpoint"
    """An endpoint on an instance with the stack's stable release; not there where the stack serves none."""
    SERVERLESS = "serverless endpoint"
    """The same release with room for one invocation at a time, so that it throttles."""
    FUNCTION = "function"
    """A Lambda function of the probe's own."""
    NOTHING = "nothing"
    """Only the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One open question. `assumed` is what the project does until it is answered, in words."""

    id: str
    asks: str
    assumed: str
    needs: Piece = Piece.API


QUESTIONS = (
    Question(
        id="loop-bound",
        asks="What does a client get when a template's loop passes 1000 iterations?",
        assumed="an error: 500 with the body of a configuration error",
    ),
    Question(
        id="template-fails",
        asks="What does a client get when a response template fails while it runs?",
        assumed="500 with the body of a configuration error",
    ),
    Question(
        id="path-decoding",
        asks="Does $input.params see a path parameter percent-decoded?",
        assumed="decoded",
    ),
    Question(
        id="accept",
        asks="Which of two response templates answers a client that accepts XML?",
        assumed="the one of Accept's first type",
    ),
    Question(
        id="no-stage",
        asks="What is answered below a stage that is not there?",
        assumed='403 {"message":"Forbidden"}',
    ),
    Question(
        id="throttled",
        asks="What does a throttled client get where no gateway response is set?",
        assumed="429 Too Many Requests, TooManyRequestsException",
    ),
    Question(
        id="too-large",
        asks="What does a client get whose payload passes 10 MB?",
        assumed="413 Request Too Long",
    ),
    Question(
        id="policy-denies",
        asks="What does an unsigned caller read whom the resource policy denies?",
        assumed="403, with an explicit deny in a resource-based policy",
    ),
    Question(
        id="overrides-without-canary",
        asks="What does UpdateStage `replace /canarySettings/stageVariableOverrides/x` do on a stage without a canary?",
        assumed="not known; nothing sends it",
    ),
    Question(
        id="promotion-in-one-patch",
        asks="Does one UpdateStage take `remove /canarySettings` with `replace` of /variables/x and /deploymentId?",
        assumed="taken, and all three hold afterwards",
    ),
    Question(
        id="percent-zero",
        asks="Does `replace /canarySettings/percentTraffic` 0 leave the overrides as they are?",
        assumed="they stay",
    ),
    Question(
        id="delete-canary-deployment",
        asks="Can a deployment be deleted that only a canary points to?",
        assumed="refused: active stages with canary settings point to it",
    ),
    Question(
        id="propagation",
        asks="How long does an UpdateStage of the percent take to reach all traffic, up and down?",
        assumed="seconds, up to 20; an interval in which the split changes counts for nothing",
    ),
    Question(
        id="test-invoke-with-canary",
        asks="Does TestInvokeMethod with stageVariables work on an API whose stage has a canary?",
        assumed="the API's present document answers, with these variables",
    ),
    Question(
        id="canary-log-groups",
        asks="Which access log group has a canary's lines, and is `/Canary` made by API Gateway?",
        assumed="one or both: the larger count is taken; both groups are made beforehand",
        needs=Piece.LOGS,
    ),
    Question(
        id="log-quotes",
        asks="Are quotes in what a caller sends (here its User-Agent) escaped in a JSON access log?",
        assumed="escaped; still, what a caller writes stands first, so that a forged key after it is overridden",
        needs=Piece.LOGS,
    ),
    Question(
        id="execution-log-groups",
        asks="What are the execution log groups of stage and canary called?",
        assumed="API-Gateway-Execution-Logs_{id}/{stage}, and the same with /Canary",
        needs=Piece.LOGS,
    ),
    Question(
        id="filter-delay",
        asks="How long after its end is a minute's count of a metric filter complete?",
        assumed="180 s",
        needs=Piece.LOGS,
    ),
    Question(
        id="math-without-points",
        asks="What are MAX([a, b]) and an alarm's share of b in a, where b has never had a point?",
        assumed="a, and 0",
        needs=Piece.LOGS,
    ),
    Question(
        id="canary-metric-dimension",
        asks="Under which dimensions does AWS/ApiGateway report a canary's requests?",
        assumed="not known; nothing is built on it",
    ),
    Question(
        id="variable-in-uri",
        asks="Is ${stageVariables.endpoint} put into a URI of runtime.sagemaker?",
        assumed="it is, and the model answers 200",
        needs=Piece.MODEL,
    ),
    Question(
        id="unknown-endpoint",
        asks="What does a response template see of an endpoint that is not there?",
        assumed="400 ValidationError, `Endpoint X of account N not found.`",
        needs=Piece.MODEL,
    ),
    Question(
        id="integration-timeout",
        asks="What does a client get when the model takes longer than the integration allows?",
        assumed="504 Endpoint request timed out",
        needs=Piece.MODEL,
    ),
    Question(
        id="payload-limit",
        asks="How many bytes may a request to a real-time endpoint have?",
        assumed="6 MB (one page of AWS's says 25)",
        needs=Piece.MODEL,
    ),
    Question(
        id="function-variable",
        asks="Is ${stageVariables.function} put into a function's ARN, with a role as the integration's credentials?",
        assumed="it is, and what the function returns goes out through the default response",
        needs=Piece.FUNCTION,
    ),
    Question(
        id="function-word",
        asks="Does a pattern with [\\s\\S] choose by a failed function's message of two lines?",
        assumed="it does: the whole errorMessage is matched",
        needs=Piece.FUNCTION,
    ),
    Question(
        id="function-late",
        asks="What does a function that is stopped at its timeout say?",
        assumed="a message with `Task timed out after `, which a pattern can choose by",
        needs=Piece.FUNCTION,
    ),
    Question(
        id="function-missing",
        asks="What does a client get where the role may not call the function that the URI names, or there is none?",
        assumed="500 with the body of a configuration error",
        needs=Piece.FUNCTION,
    ),
    Question(
        id="authorizer-raises",
        asks="What does a client get whose Lambda authorizer raises?",
        assumed='500 `{"message":null}`, AuthorizerConfigurationException',
        needs=Piece.FUNCTION,
    ),
    Question(
        id="authorizer-late",
        asks="What does a client get whose Lambda authorizer is stopped at its timeout?",
        assumed='500 `{"message":null}`, AuthorizerFailureException',
        needs=Piece.FUNCTION,
    ),
    Question(
        id="authorizer-denies",
        asks="What does a client read whom a Lambda authorizer's policy denies?",
        assumed="403, with an explicit deny in an identity-based policy",
        needs=Piece.FUNCTION,
    ),
    Question(
        id="key-beside-token",
        asks="Of two entries under security, authorizer and key: is a call with a good token and no key refused?",
        assumed="403: both are asked for",
        needs=Piece.FUNCTION,
    ),
    Question(
        id="token-beside-key",
        asks="Of two entries under security, authorizer and key: is a call with neither refused by the authorizer?",
        assumed="401, before the key is looked at",
        needs=Piece.FUNCTION,
    ),
    Question(
        id="function-throttled",
        asks="What does a client get where Lambda throttles the function?",
        assumed="500 with the body of a configuration error",
        needs=Piece.FUNCTION,
    ),
    Question(
        id="failed-capture",
        asks="What is captured of an invocation that failed, and after how long is it in the bucket?",
        assumed="the input only; complete after 900 s",
        needs=Piece.MODEL,
    ),
    Question(
        id="model-throttled",
        asks="What does a response template see of an invocation that SageMaker throttles?",
        assumed="400 with a message that is null",
        needs=Piece.SERVERLESS,
    ),
    Question(
        id="object2vec-input",
        asks="What does an Object2Vec endpoint answer to an id past its vocabulary, a negative id and an empty list?",
        assumed="not known; ids are checked by the template, never by the model",
        needs=Piece.NOTHING,
    ),
    Question(
        id="endpoint-quota",
        asks="How many endpoints and instances may the account have in this region?",
        assumed="not known; `plan` names the quota to look at",
        needs=Piece.NOTHING,
    ),
)
