"""Which texts are a store's address, and which a network's. Pure: nobody looks whether there is anything there."""

import ipaddress
import re

from settings.limits import BUCKET_PATTERN

STORE_BOUND = "a folder such as .canary/local, or s3://bucket/prefix"

_S3 = re.compile(rf"s3://{BUCKET_PATTERN}(/[A-Za-z0-9!_.*'()-]+)*/?")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_WINDOWS_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def store_problem(text: str) -> str | None:
    """Say what keeps `text` from being a store's address, or None where it is one."""
    if not text or text != text.strip():
        return "is empty or has blanks around it"
    if "\0" in text or "\n" in text:
        return "has a character that no path has"
    if text.startswith("s3://"):
        return None if _S3.fullmatch(text) else "is not a bucket's name and a prefix of safe characters"
    if _SCHEME.match(text) and not _WINDOWS_DRIVE.match(text):
        return "names another kind of store"
    return None


def network_problem(text: str) -> str | None:
    """Say what keeps `text` from being a network in CIDR form, or None where it is one."""
    if "/" not in text:
        return "has no prefix length; a single address has /32 or /128"
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        return f"is no network: {error}"
    return None
