"""The small pure tables: headers, binary payloads, mapping expressions, MOCK's status, trace ids, token buckets."""

import pytest

from emulator.api import ContentHandling, Integration, IntegrationType, Method, Passthrough, Validation
from emulator.binary import is_binary, request_payload, response_payload
from emulator.computed import Place
from emulator.exchange import Parameters
from emulator.expressions import REQUEST_SOURCES, evaluate, supported
from emulator.faults import Fault
from emulator.graph import StageState, Throttle
from emulator.headers import DROPPED_AT_THE_DOOR, ILLEGAL_TOWARDS_AWS, seen_by_templates, towards_client
from emulator.mock import status_code
from emulator.throttling import Throttles
from emulator.tracing import trace_id
from emulator.trial import endpoint_address

TEXT, BINARY = ContentHandling.CONVERT_TO_TEXT, ContentHandling.CONVERT_TO_BINARY


def words(text: str) -> list[str]:
    return text.split()


def test_headers_dropped_at_the_door() -> None:
    dropped = words(
        "Connection Content-Length Content-MD5 Expect Max-Forwards Proxy-Authenticate Server TE Transfer-Encoding "
        "Trailer Upgrade WWW-Authenticate"
    )
    seen = words(
        "Accept Accept-Charset Accept-Encoding Age Authorization Content-Encoding Content-Type Date Host Pragma Range "
        "Referer User-Agent Via Warn"
    )
    assert seen_by_templates(tuple((name, "v") for name in [*dropped, *seen])) == dict.fromkeys(seen, "v")
    assert {name.lower() for name in dropped} == DROPPED_AT_THE_DOOR


def test_headers_that_fail_every_request_to_aws() -> None:
    listed = words("content-length transfer-encoding authorization connection expect proxy-authenticate te")
    assert set(listed) == ILLEGAL_TOWARDS_AWS


def test_mapped_response_headers_are_renamed_as_recorded() -> None:
    remapped = words(
        "Authorization Connection Content-Length Content-MD5 Date Expect Host Max-Forwards Proxy-Authenticate Server "
        "Trailer Upgrade User-Agent WWW-Authenticate"
    )
    kept = words(
        "Accept Accept-Charset Accept-Encoding Age Content-Encoding Content-Type Pragma Range Referer TE Via Warn"
    )
    mapped = dict.fromkeys([*remapped, *kept, "Transfer-Encoding"], "v")
    expected = [f"x-amzn-Remapped-{name}" for name in remapped] + kept
    assert towards_client(mapped) == dict.fromkeys(expected, "v")


@pytest.mark.parametrize(
    ("media_type", "entry", "binary"),
    [
        ("image/png", "image/png", True),
        ("image/png;q=1", "image/png", True),
        ("image/webp,image/png", "image/png", False),
        ("image/*", "image/png", False),
        ("*/*", "image/png", False),
        ("application/json", "application/*", True),
        ("application/*", "application/*", True),
        ("random/test", "*/test", False),
        ("*/test", "*/test", False),
        ("anything/at-all", "*/*", True),
    ],
)
def test_which_media_types_are_binary(media_type: str, entry: str, binary: bool) -> None:
    assert is_binary(media_type, (entry,)) is binary


@pytest.mark.parametrize(
    ("handling", "binary", "body", "payload"),
    [
        (None, True, b"\xff", b"\xff"),
        (None, False, b"a\xff", "a\ufffd"),
        (TEXT, True, b"\xff", "/w=="),
        (TEXT, False, b"a", "a"),
        (BINARY, True, b"\xff", b"\xff"),
        (BINARY, False, b"/w==", b"\xff"),
    ],
)
def test_request_payloads(handling: ContentHandling | None, binary: bool, body: bytes, payload: object) -> None:
    assert request_payload(body, handling, binary=binary) == payload


@pytest.mark.parametrize(
    ("handling", "binary", "wanted", "body", "payload"),
    [
        (None, False, False, b"a\xff", "a\ufffd"),
        (None, False, True, b"/w==", b"\xff"),
        (None, True, True, b"\xff", b"\xff"),
        (None, True, False, b"\xff", "/w=="),
        (TEXT, False, True, b"a", "a"),
        (TEXT, True, True, b"\xff", "/w=="),
        (BINARY, False, False, b"/w==", b"\xff"),
        (BINARY, True, False, b"\xff", b"\xff"),
    ],
)
def test_response_payloads(
    handling: ContentHandling | None, binary: bool, wanted: bool, body: bytes, payload: object
) -> None:
    assert response_payload(body, handling, binary=binary, wanted=wanted) == payload


def test_text_that_is_no_base64_is_a_fault() -> None:
    with pytest.raises(Fault, match="no base64"):
        request_payload(b"not base64!", BINARY, binary=False)
    with pytest.raises(Fault, match="no base64"):
        response_payload(b"not base64!", None, binary=False, wanted=True)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'text'", "text"),
        ("''", ""),
        ("method.request.path.id", "7"),
        ("method.request.querystring.q", "x"),
        ("method.request.querystring.none", None),
        ("method.request.header.X-One", "1"),
        ("method.request.header.x-one", "1"),
        ("stageVariables.s", "v"),
        ("context.requestId", "rid"),
        ("context.identity.sourceIp", "ip"),
        ("context.identity", None),
        ("context.isCanaryRequest", "false"),
        ("integration.response.header.Content-Type", "text/x"),
    ],
)
def test_mapping_expressions(expression: str, value: str | None) -> None:
    found = evaluate(
        expression,
        parameters=Parameters(path={"id": "7"}, querystring={"q": "x"}, header={"X-One": "1"}),
        variables={"s": "v"},
        context={"requestId": "rid", "identity": {"sourceIp": "ip"}, "isCanaryRequest": False},
        backend={"content-type": "text/x"},
    )
    assert found == value


def test_json_path_into_a_body_is_not_supported() -> None:
    assert not supported("method.request.body.name", REQUEST_SOURCES)
    assert not supported("'half", REQUEST_SOURCES)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ('{"statusCode": 200}', 200),
        ("{statusCode: 200}", 200),
        ('{a: 1, statusCode : 404, "b": {}}', 404),
        ('{"statusCode": "200"}', None),
        ('{"statusCode": true}', None),
        ('{"status": 200}', None),
        ("200", None),
        ("", None),
        ("[]", None),
        ("not json", None),
    ],
)
def test_the_status_of_a_mock(text: str, status: int | None) -> None:
    assert status_code(text) == status


def test_trace_ids() -> None:
    whole = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
    assert trace_id(whole, 0) == whole
    root, parent, sampled = trace_id("root=1-a-b", 0).split(";")
    assert (root, sampled) == ("Root=1-a-b", "Sampled=0")
    assert len(parent) == len("Parent=") + 16
    made = trace_id(None, 0x65000000).split(";")[0]
    assert made.startswith("Root=1-65000000-")
    assert len(made) == len("Root=1-65000000-") + 24


def stage(rate: float, burst: int) -> StageState:
    throttles = {"*/*": Throttle(rate=rate, burst=burst), "/slow/GET": Throttle(rate=1, burst=1)}
    return StageState(
        name="v1", api_id="a", deployment="d", variables={}, canary=None, throttles=throttles, access_log=None
    )


def method(path: str) -> Method:
    integration = Integration(
        kind=IntegrationType.MOCK,
        uri="",
        credentials="",
        passthrough=Passthrough.NEVER,
        timeout=1,
        parameters={},
        templates={},
        responses=(),
    )
    return Method(verb="GET", path=path, resource_id="r", validation=Validation(), integration=integration)


def let_through(throttles: Throttles, state: StageState, path: str, requests: int) -> int:
    count = 0
    for _ in range(requests):
        try:
            throttles.check(state, method(path))
        except Fault:
            continue
        count += 1
    return count


def test_a_bucket_lets_its_burst_through_and_fills_at_its_rate() -> None:
    now = [0.0]
    throttles, state = Throttles(lambda: now[0]), stage(2, 5)
    assert let_through(throttles, state, "/a", 9) == 5
    now[0] = 0.5
    assert let_through(throttles, state, "/a", 9) == 1
    now[0] = 100.0
    assert let_through(throttles, state, "/a", 9) == 5


def test_each_method_has_its_bucket_and_may_have_its_own_measures() -> None:
    throttles = Throttles(lambda: 0.0)
    assert let_through(throttles, stage(2, 3), "/a", 9) == 3
    assert let_through(throttles, stage(2, 3), "/b", 9) == 3
    assert let_through(throttles, stage(2, 3), "/slow", 9) == 1


def test_a_bucket_outlives_a_reload_unless_its_measures_change() -> None:
    throttles = Throttles(lambda: 0.0)
    assert let_through(throttles, stage(2, 3), "/a", 9) == 3
    assert let_through(throttles, stage(2, 3), "/a", 9) == 0
    assert let_through(throttles, stage(2, 4), "/a", 9) == 4


def test_no_rate_and_no_burst_lets_nothing_through() -> None:
    assert let_through(Throttles(lambda: 0.0), stage(0, 0), "/a", 3) == 0


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        (
            "arn:aws:apigateway:eu-west-1:runtime.sagemaker:path/endpoints/recs/invocations",
            "https://runtime.sagemaker.eu-west-1.amazonaws.com/endpoints/recs/invocations",
        ),
        (
            "arn:aws:apigateway:eu-west-1:runtime.sagemaker:path//endpoints/recs/invocations",
            "https://runtime.sagemaker.eu-west-1.amazonaws.com/endpoints/recs/invocations",
        ),
        ("nothing", "nothing"),
    ],
)
def test_the_address_that_an_integration_stands_for(uri: str, address: str) -> None:
    assert endpoint_address(uri) == address


def test_arns_have_their_region_and_account() -> None:
    place = Place(account="1", region="r")
    assert place.arn("sagemaker", "endpoint/e") == "arn:aws:sagemaker:r:1:endpoint/e"
    assert place.arn("iam", "role/x", region=False) == "arn:aws:iam::1:role/x"
