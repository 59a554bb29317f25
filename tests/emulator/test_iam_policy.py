"""The evaluation of policies: wildcards, conditions, Not-forms, and what is no policy."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.iam_policy import Call, Decision, PolicyError, Statement, decide, parse

API = "arn:aws:execute-api:eu-central-1:123456789012:abc"
CALL = Call(arn=f"{API}/v1/GET/a/b", values={"aws:sourceip": "203.0.113.7", "aws:useragent": "curl/8"})
ALLOW = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}


def said(*statements: dict[str, Any], call: Call = CALL, principals: bool = False) -> Decision:
    return decide(parse({"Statement": list(statements)}, principals=principals, api_arn=API), call)


@pytest.mark.parametrize(
    ("resource", "fits"),
    [
        ("*", True),
        (f"{API}/v1/GET/a/b", True),
        (f"{API}/v1/GET/a/*", True),
        (f"{API}/*/GET/*", True),
        (f"{API}/v?/*", True),
        ("arn:aws:execute-api:*:*:abc/*", True),
        ("execute-api:/v1/*", True),
        (f"{API}/v1/GET/a", False),
        (f"{API}/v1/POST/*", False),
        (f"{API}/V1/*", False),
        ("execute-api:/v2/*", False),
        (["x", f"{API}/*"], True),
    ],
)
def test_resources(resource: object, fits: bool) -> None:
    assert said({**ALLOW, "Resource": resource}) is (Decision.ALLOW if fits else Decision.SILENT)
    turned = {"Effect": "Allow", "Action": "execute-api:*", "NotResource": resource}
    assert said(turned) is (Decision.SILENT if fits else Decision.ALLOW)


@pytest.mark.parametrize(
    ("action", "fits"),
    [
        ("execute-api:Invoke", True),
        ("execute-api:invoke", True),
        ("execute-api:*", True),
        ("*", True),
        ("execute-api:InvalidateCache", False),
        (["s3:*", "execute-api:Inv*"], True),
    ],
)
def test_actions(action: object, fits: bool) -> None:
    assert said({**ALLOW, "Action": action}) is (Decision.ALLOW if fits else Decision.SILENT)
    turned = {"Effect": "Deny", "NotAction": action, "Resource": "*"}
    assert said(turned) is (Decision.SILENT if fits else Decision.DENY)


@pytest.mark.parametrize(
    ("operator", "key", "value", "holds"),
    [
        ("IpAddress", "aws:SourceIp", "203.0.113.0/24", True),
        ("IpAddress", "AWS:sourceip", ["192.0.2.0/24", "203.0.113.7"], True),
        ("IpAddress", "aws:SourceIp", "192.0.2.0/24", False),
        ("IpAddress", "aws:SourceIp", "2001:db8::/32", False),
        ("IpAddress", "aws:SourceIp", "nonsense", False),
        ("NotIpAddress", "aws:SourceIp", ["192.0.2.0/24", "203.0.113.0/24"], False),
        ("NotIpAddress", "aws:SourceIp", "192.0.2.0/24", True),
        ("StringEquals", "aws:UserAgent", "curl/8", True),
        ("StringEquals", "aws:UserAgent", "CURL/8", False),
        ("StringEqualsIgnoreCase", "aws:UserAgent", "CURL/8", True),
        ("StringNotEqualsIgnoreCase", "aws:UserAgent", "CURL/8", False),
        ("StringLike", "aws:UserAgent", "curl/*", True),
        ("StringNotLike", "aws:UserAgent", ["a*", "curl/?"], False),
        ("StringEquals", "aws:SourceVpce", "vpce-1", False),
        ("StringNotEquals", "aws:SourceVpce", "vpce-1", True),
        ("StringEqualsIfExists", "aws:SourceVpce", "vpce-1", True),
        ("StringEqualsIfExists", "aws:UserAgent", "wget", False),
        ("StringNotEqualsIfExists", "aws:UserAgent", "wget", True),
        ("Null", "aws:SourceVpce", "true", True),
        ("Null", "aws:SourceVpce", True, True),
        ("Null", "aws:UserAgent", "true", False),
        ("Null", "aws:UserAgent", "false", True),
    ],
)
def test_conditions(operator: str, key: str, value: object, holds: bool) -> None:
    found = said({**ALLOW, "Condition": {operator: {key: value}}})
    assert found is (Decision.ALLOW if holds else Decision.SILENT)


def test_all_conditions_must_hold() -> None:
    both = {"IpAddress": {"aws:SourceIp": "203.0.113.7"}, "StringEquals": {"aws:UserAgent": "wget"}}
    assert said({**ALLOW, "Condition": both}) is Decision.SILENT


def test_a_deny_wins_wherever_it_stands() -> None:
    deny = {**ALLOW, "Effect": "Deny"}
    assert said(ALLOW, deny) is said(deny, ALLOW) is Decision.DENY
    assert said() is Decision.SILENT


def test_one_statement_may_stand_without_a_list() -> None:
    assert decide(parse({"Statement": ALLOW}, principals=False), CALL) is Decision.ALLOW


WRONG: list[tuple[Any, str]] = [
    ([], "the policy must be an object"),
    ({}, r"Statement\[0\] must be an object"),
    ({"Statement": [{}]}, r"Statement\[0\].Effect must be Allow or Deny, is None"),
    ({"Statement": [{"Effect": "Allow"}]}, r"Statement\[0\] needs either Resource or NotResource"),
    ({"Statement": [{**ALLOW, "NotAction": "*"}]}, "needs either Action or NotAction"),
    ({"Statement": [{**ALLOW, "Resource": 7}]}, "Resource must be a text, or a list of them"),
    ({"Statement": [{**ALLOW, "Resource": []}]}, "Resource must be a text, or a list of them"),
    ({"Statement": [{**ALLOW, "NotPrincipal": "*"}]}, "NotPrincipal is not imitated"),
    ({"Statement": [{**ALLOW, "Condition": []}]}, "Condition must be an object"),
    ({"Statement": [{**ALLOW, "Condition": {"Bool": 1}}]}, "Condition.Bool must be an object"),
    (
        {"Statement": [{**ALLOW, "Condition": {"DateLessThan": {"aws:CurrentTime": "x"}}}]},
        "Condition.DateLessThan is not imitated",
    ),
]


@pytest.mark.parametrize(("document", "message"), WRONG)
def test_what_is_no_policy(document: object, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        parse(document, principals=False)


def test_a_resource_policy_names_its_principals() -> None:
    with pytest.raises(PolicyError, match='Principal must be "\\*" or an object'):
        said(ALLOW, principals=True)
    assert said({**ALLOW, "Principal": {"AWS": "arn:aws:iam::*:root"}}, principals=True) is Decision.SILENT
    assert said({**ALLOW, "Principal": {"AWS": "*"}}, principals=True) is Decision.ALLOW


def statement(effect: str, resource: str) -> tuple[Statement, ...]:
    return parse({"Statement": {"Effect": effect, "Action": "*", "Resource": resource}}, principals=False)


STATEMENTS = st.builds(statement, st.sampled_from(["Allow", "Deny"]), st.sampled_from(["*", CALL.arn, f"{API}/v2/*"]))


@given(st.lists(STATEMENTS, max_size=5), st.randoms())
def test_order_means_nothing_and_more_statements_never_undo_a_deny(
    lists: list[tuple[Statement, ...]], random: Any
) -> None:
    statements = tuple(each for some in lists for each in some)
    shuffled = random.sample(statements, len(statements))
    assert decide(tuple(shuffled), CALL) is decide(statements, CALL)
    for number in range(len(statements)):
        if decide(statements[:number], CALL) is Decision.DENY:
            assert decide(statements, CALL) is Decision.DENY


@given(st.text(alphabet="ab*?/", max_size=8))
def test_a_pattern_without_wildcards_is_itself(text: str) -> None:
    plain = text.replace("*", "").replace("?", "") or "a"
    call = Call(arn=plain, values={})
    assert said({**ALLOW, "Resource": plain}, call=call) is Decision.ALLOW
    assert said({**ALLOW, "Resource": plain + "a"}, call=call) is Decision.SILENT
