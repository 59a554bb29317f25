"""RS256 tokens: what is let pass, and every way of being refused."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from functions.authorizer.errors import RefusedError
from functions.authorizer.keys import read
from functions.authorizer.tokens import Demands, Key, check_claims, check_signature, scopes_of, take_apart
from tests.functions.issuer import AUDIENCE, ISSUER, NOW, claims, encoded, forged, key_set, signer

DEMANDS = Demands(issuer=ISSUER, audience=("other", AUDIENCE))


def key(name: str = "k1", **made: int) -> Key:
    return read(key_set(signer(name, **made)))[name]


def test_a_valid_token_says_who_the_caller_is() -> None:
    token = take_apart(signer().token())
    check_signature(token, key())
    check_claims(token.claims, DEMANDS, NOW)
    assert (token.key_id, token.claims["sub"]) == ("k1", "u321")


def unsigned(text: str, algorithm: str, signature: bytes = b"") -> str:
    head = encoded(json.dumps({"alg": algorithm, "kid": "k1"}).encode())
    return f"{head}.{text.split('.')[1]}.{encoded(signature) or 'AA'}"


def by_the_public_key() -> str:
    """Sign with HS256 and the public key as its secret, as one that confuses the algorithms would believe."""
    head = encoded(json.dumps({"alg": "HS256", "kid": "k1"}).encode())
    text = f"{head}.{signer().token().split('.')[1]}"
    return f"{text}.{encoded(hmac.new(key_set(signer()), text.encode(), hashlib.sha256).digest())}"


REFUSED: list[tuple[Callable[[], str], str]] = [
    (lambda: "", "not three parts"),
    (lambda: "a.b", "not three parts"),
    (lambda: "a.b.c.d", "not three parts"),
    (lambda: signer().token() + "\n", "not three parts"),
    (lambda: signer().token().replace(".", "=.", 1), "not three parts"),
    (lambda: signer().token(claims(pad="x" * 16_384)), "not three parts"),
    (lambda: unsigned(signer().token(), "none"), "alg is 'none'"),
    (by_the_public_key, "alg is 'HS256'"),
    (lambda: signer().token(alg=None), "alg is None"),
    (lambda: signer().token(alg="RS512"), "alg is 'RS512'"),
    (lambda: signer().token(crit=["exp"]), "header has crit"),
    (lambda: "YQ.YQ.YQ", "header are no JSON"),
    (lambda: f"{encoded(b'[]')}.YQ.YQ", "header are no JSON object"),
    (lambda: f"{encoded(b'[' * 16_000)}.YQ.YQ", "not three parts"),
    (lambda: f"{encoded(b'[' * 8_000)}.YQ.YQ", "header are no JSON"),
]


@pytest.mark.parametrize(("made", "said"), REFUSED)
def test_what_is_no_token_of_rs256_is_refused(made: Callable[[], str], said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        take_apart(made())


def test_a_signature_of_another_key_is_refused() -> None:
    with pytest.raises(RefusedError, match="not that of the issuer's key"):
        check_signature(take_apart(signer("k2").token()), key("k1"))


def test_a_signature_of_another_size_is_refused() -> None:
    head, body, signature = signer().token().split(".")
    for other in (encoded(b"\x00" * 257), encoded(b"\x01" * 255), signature[:-4]):
        with pytest.raises(RefusedError, match="not one of this key's size"):
            check_signature(take_apart(f"{head}.{body}.{other}"), key())
    modulus = encoded(key().modulus.to_bytes(256, "big"))
    with pytest.raises(RefusedError, match="not one of this key's size"):
        check_signature(take_apart(f"{head}.{body}.{modulus}"), key())


def test_a_cube_that_only_begins_like_a_signature_is_refused() -> None:
    one = signer("cube", exponent=3)
    check_signature(take_apart(one.token()), key("cube", exponent=3))
    with pytest.raises(RefusedError, match="not that of the issuer's key"):
        check_signature(take_apart(forged(one)), key("cube", exponent=3))


@given(place=st.integers(0, 400), letter=st.sampled_from("AQgw_-09"))
@hypothesis_settings(deadline=None)
def test_no_letter_can_be_changed(place: int, letter: str) -> None:
    text = signer().token()
    changed = text[:place] + letter + text[place + 1 :]
    if changed == text or place >= len(text.rpartition(".")[0]) or text[place] == ".":
        return
    with pytest.raises(RefusedError):
        check_signature(take_apart(changed), key())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"iss": "https://login.example.com"}, "iss is 'https://login.example.com'"),
        ({"iss": None}, "iss is None"),
        ({"aud": "another"}, r"aud is \['another'\]"),
        ({"aud": None}, r"aud is \[\]"),
        ({"aud": []}, r"aud is \[\]"),
        ({"aud": "another", "client_id": AUDIENCE}, r"aud is \['another'\]"),
        ({"exp": None}, "exp is missing"),
        ({"exp": NOW - 60}, "expired 60 s ago"),
        ({"exp": "never"}, "exp is no number"),
        ({"exp": True}, "exp is no number"),
        ({"nbf": NOW + 61}, "valid in 61 s only"),
        ({"nbf": "now"}, "nbf is no number"),
    ],
)
def test_claims_that_are_not_for_us(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        check_claims(claims(**changes), DEMANDS, NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["x", AUDIENCE]},
        {"aud": "other"},
        {"aud": None, "client_id": AUDIENCE},
        {"exp": NOW - 59.9},
        {"nbf": NOW + 60},
        {"nbf": None},
    ],
)
def test_claims_that_are(changes: dict[str, Any]) -> None:
    check_claims(claims(**changes), DEMANDS, NOW)


def test_scopes_are_words_or_a_list() -> None:
    assert scopes_of({"scope": "a b"}) == {"a", "b"}
    assert scopes_of({"scp": ["a", 1, "b"]}) == {"a", "b"}
    assert scopes_of({"scp": "a"}) == {"a"}
    assert scopes_of({}) == frozenset()
