"""RS256 tokens (RFC 7515, RFC 7519), verified with the standard library. Pure: the time is given.

A verification holds no secret, so a plain modular power gives nothing away. The signature's encoding is built anew and
compared as a whole (RFC 8017, section 8.2.2), so there is no padding to be parsed, and none to be forged. No other
algorithm is known here, `none` and HS256 included, whatever a header or a key says.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from .errors import RefusedError

ALGORITHM = "RS256"
MIN_KEY_BITS = 2048
"""RFC 7518, section 3.3."""
MAX_KEY_BITS = 8192
MAX_LENGTH = 16_384
"""Characters of a token; API Gateway's headers are at most 10,240 bytes."""
_PART = re.compile(r"[A-Za-z0-9_-]+")
_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
"""DigestInfo of SHA-256 up to the digest (RFC 8017, section 9.2, note 1)."""


@dataclass(frozen=True, slots=True)
class Key:
    """An RSA public key: modulus and exponent."""

    modulus: int
    exponent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token taken apart, and not believed yet: `signed` are the bytes that `signature` signs."""

    key_id: str | None
    claims: Mapping[str, object]
    signed: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """What a token must say. `leeway` is how many seconds the clocks may differ."""

    issuer: str
    audience: Sequence[str]
    leeway: float = 60.0


def take_apart(text: str) -> Token:
    """Read a token's three parts.

    Raises:
        RefusedError: it is no token, or not one of RS256.
    """
    parts = text.split(".")
    if len(text) > MAX_LENGTH or len(parts) != 3 or not all(_PART.fullmatch(part) for part in parts):  # noqa: PLR2004 - JWS compact serialization
        raise RefusedError("the token is not three parts of base64url")
    header = _mapping(parts[0], "header")
    if header.get("alg") != ALGORITHM:
        raise RefusedError(f"the token's alg is {header.get('alg')!r}, only {ALGORITHM} is taken")
    if "crit" in header:
        raise RefusedError("the token's header has crit, and none of its extensions is known here")
    key_id = header.get("kid")
    return Token(
        key_id=key_id if isinstance(key_id, str) else None,
        claims=_mapping(parts[1], "claims"),
        signed=f"{parts[0]}.{parts[1]}".encode(),
        signature=decoded(parts[2]),
    )


def check_signature(token: Token, key: Key) -> None:
    """Raise RefusedError unless `key` has signed the token."""
    size = (key.modulus.bit_length() + 7) // 8
    digest = _SHA256_INFO + hashlib.sha256(token.signed).digest()
    expected = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
    number = int.from_bytes(token.signature, "big")
    if len(token.signature) != size or number >= key.modulus:
        raise RefusedError("the signature is not one of this key's size")
    if not hmac.compare_digest(pow(number, key.exponent, key.modulus).to_bytes(size, "big"), expected):
        raise RefusedError("the signature is not that of the issuer's key")


def check_claims(claims: Mapping[str, object], demands: Demands, now: float) -> None:
    """Raise RefusedError unless the token is of the issuer, for this audience, and valid at `now` (seconds)."""
    if claims.get("iss") != demands.issuer:
        raise RefusedError(f"iss is {claims.get('iss')!r}, {demands.issuer!r} is asked for")
    audience = _strings(claims.get("aud", claims.get("client_id")))  # Cognito's access tokens have client_id alone
    if not set(audience) & set(demands.audience):
        raise RefusedError(f"aud is {audience}, one of {list(demands.audience)} is asked for")
    expires, begins = _time(claims, "exp"), _time(claims, "nbf")
    if expires is None:
        raise RefusedError("exp is missing")
    if now >= expires + demands.leeway:
        raise RefusedError(f"the token expired {now - expires:.0f} s ago")
    if begins is not None and now < begins - demands.leeway:
        raise RefusedError(f"the token is valid in {begins - now:.0f} s only")


def scopes_of(claims: Mapping[str, object]) -> frozenset[str]:
    """Return the scopes that a token carries: `scope` with blanks between (RFC 8693), or a list in `scp`."""
    scope = claims.get("scope")
    return frozenset(scope.split() if isinstance(scope, str) else _strings(claims.get("scp")))


def decoded(part: str) -> bytes:
    """Decode base64url without padding. Raises RefusedError."""
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise RefusedError(f"a part is no base64url: {error}") from None


def _mapping(part: str, name: str) -> Mapping[str, object]:
    try:
        found: object = json.loads(decoded(part))
    except (ValueError, RecursionError):
        raise RefusedError(f"the token's {name} are no JSON") from None
    if not isinstance(found, dict):
        raise RefusedError(f"the token's {name} are no JSON object")
    return cast("dict[str, object]", found)


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [each for each in cast("list[object]", value) if isinstance(each, str)] if isinstance(value, list) else []


def _time(claims: Mapping[str, object], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RefusedError(f"{name} is no number")
    return value
