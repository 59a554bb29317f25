"""An issuer of tokens for tests: real RSA keys, and every way of signing wrongly."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

ISSUER, AUDIENCE, NOW = "https://login.example.com/", "ratings", 1_800_000_000.0


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value: int) -> str:
    return encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def claims(**changes: Any) -> dict[str, Any]:
    """Return claims that are valid at `NOW`; None takes one out."""
    found = {"iss": ISSUER, "aud": AUDIENCE, "sub": "u321", "exp": NOW + 300, "nbf": NOW - 10, **changes}
    return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True)
class Signer:
    """One key pair."""

    key: rsa.RSAPrivateKey
    key_id: str

    @property
    def jwk(self) -> dict[str, Any]:
        public = self.key.public_key().public_numbers()
        head = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.key_id}
        return {**head, "n": number(public.n), "e": number(public.e)}

    def token(self, body: Mapping[str, Any] | None = None, **header: Any) -> str:
        """Sign claims; `header` changes the header, None takes a member out."""
        head = {"alg": "RS256", "typ": "JWT", "kid": self.key_id, **header}
        head = {name: value for name, value in head.items() if value is not None}
        text = ".".join(encoded(json.dumps(part).encode()) for part in (head, claims() if body is None else body))
        return f"{text}.{encoded(self.key.sign(text.encode(), padding.PKCS1v15(), SHA256()))}"


def signer(name: str = "k1", bits: int = 2048, exponent: int = 65537) -> Signer:
    """Return the key pair of that name; one for the whole run, for making one takes a while."""
    return _signer(name, bits, exponent)


@cache
def _signer(name: str, bits: int, exponent: int) -> Signer:
    return Signer(rsa.generate_private_key(public_exponent=exponent, key_size=bits), name)


def key_set(*signers: Signer) -> bytes:
    return json.dumps({"keys": [each.jwk for each in signers]}).encode()


def root(value: int, power: int) -> int:
    """Return the least integer whose power is at least `value`."""
    low, high = 0, 1 << (value.bit_length() // power + 1)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if middle**power < value else (low, middle)
    return low


def forged(one: Signer) -> str:
    """Forge a token without the private key: for exponent 3, a cube whose head is right and whose tail is anything."""
    head = ".".join(encoded(json.dumps(part).encode()) for part in ({"alg": "RS256", "kid": one.key_id}, claims()))
    size = (one.key.key_size + 7) // 8
    info = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(head.encode()).digest()
    front = b"\x00\x01" + b"\xff" * 8 + b"\x00" + info
    wanted = int.from_bytes(front + b"\x00" * (size - len(front)), "big")
    found = root(wanted, 3)
    assert (found**3).to_bytes(size, "big").startswith(front)
    return f"{head}.{encoded(found.to_bytes(size, 'big'))}"
