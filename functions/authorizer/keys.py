"""The issuer's public keys, a JSON Web Key Set (RFC 7517), fetched when they are needed and kept for a while.

A token with a key id that is not known makes the set be fetched again, for issuers change keys; but not more often than
once in `AGAIN` seconds, or forged ids would become a load on the issuer. While the issuer is out of reach the keys
that are known go on being used.
"""

import json
import urllib.request
from collections.abc import Callable, Mapping
from typing import cast

from .errors import AuthorizerError, KeysError, RefusedError
from .tokens import ALGORITHM, MAX_KEY_BITS, MIN_KEY_BITS, Key, decoded

KEPT = 600.0
"""Seconds for which a set is taken as the newest."""
AGAIN = 30.0
"""Seconds between two fetches at least."""
TIMEOUT = 2.0
"""Seconds; the function's own is 5."""
MAX_BYTES = 1_000_000


class KeySet:
    """The keys at one address. `fetch` returns a document's bytes or raises OSError; `clock` tells seconds."""

    def __init__(self, fetch: Callable[[], bytes], clock: Callable[[], float]) -> None:
        self._fetch = fetch
        self._clock = clock
        self._keys: Mapping[str | None, Key] = {}
        self._fresh_until = self._not_before = float("-inf")

    def find(self, key_id: str | None) -> Key:
        """Return the key of that id; without an id the only one that there is.

        Raises:
            RefusedError: there is no such key.
            KeysError: the set cannot be had, and none is known from before.
        """
        now = self._clock()
        if now >= self._not_before and (now >= self._fresh_until or self._known(key_id) is None):
            self._renew(now)
        if not self._keys:
            raise KeysError("the issuer's keys cannot be had")
        found = self._known(key_id)
        if found is None:
            raise RefusedError(f"the issuer has no key {key_id!r}")
        return found

    def _known(self, key_id: str | None) -> Key | None:
        if key_id is None:
            return next(iter(self._keys.values())) if len(self._keys) == 1 else None
        return self._keys.get(key_id)

    def _renew(self, now: float) -> None:
        self._not_before = now + AGAIN
        try:
            self._keys, self._fresh_until = read(self._fetch()), now + KEPT
        except (OSError, AuthorizerError) as error:
            if not self._keys:
                raise KeysError(f"the issuer's keys cannot be had: {error}") from error


def read(document: bytes) -> Mapping[str | None, Key]:
    """Read the RSA keys for signatures out of a set, by their ids; others are passed over.

    Raises:
        KeysError: it is no key set, or has none of these.
    """
    try:
        listed: object = cast("dict[str, object]", json.loads(document))["keys"]
        entries = cast("list[dict[str, object]]", listed)
        found = {cast("str | None", each.get("kid")): _key(each) for each in entries if _signs(each)}
    except (ValueError, KeyError, TypeError, AttributeError, RefusedError) as error:
        raise KeysError(f"the issuer's key set cannot be read: {error!r}") from error
    if not found:
        raise KeysError("the issuer's key set has no RSA key for signatures")
    return found


def _signs(entry: Mapping[str, object]) -> bool:
    return entry.get("kty") == "RSA" and entry.get("use", "sig") == "sig" and entry.get("alg", ALGORITHM) == ALGORITHM


def _key(entry: Mapping[str, object]) -> Key:
    modulus, exponent = (int.from_bytes(decoded(cast("str", entry[name])), "big") for name in ("n", "e"))
    bits = modulus.bit_length()
    if not MIN_KEY_BITS <= bits <= MAX_KEY_BITS:
        raise KeysError(f"a key has {bits} bits, {MIN_KEY_BITS} to {MAX_KEY_BITS} are taken")
    if exponent < 3 or exponent % 2 == 0 or exponent >= 2**32:  # noqa: PLR2004 - RFC 8017, section 3.1
        raise KeysError(f"a key's exponent is {exponent}")
    return Key(modulus, exponent)


def fetch(address: str) -> bytes:
    """Fetch a document. Raises OSError (urllib's own errors are)."""
    with urllib.request.urlopen(address, timeout=TIMEOUT) as answer:  # noqa: S310 - the address is the stack's own
        return cast("bytes", answer.read(MAX_BYTES + 1))[:MAX_BYTES]
