"""The two places that MovieLens-100K can be fetched from. Both are checked by SHA-256 before they are unpacked.

Its own site comes first. The second is the wheel of RecBole 1.2.1, a package on PyPI that carries the ratings as
an example; it is downloaded by pip, with whatever index pip is configured for, and never installed.
"""

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from training.errors import DamagedRatingsError, UnreachableError

SITE_URL = "https://files.grouplens.org/datasets/movielens/ml-100k.zip"
SITE_SHA256 = "50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229"
SITE_BYTES_MAX = 16_000_000  # the archive has 4 924 029
SITE_TIMEOUT_SECONDS = 10.0
WHEEL = "recbole==1.2.1"
WHEEL_SHA256 = "9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407"
WHEEL_TIMEOUT_SECONDS = 120.0
INTER_MEMBER = "recbole/dataset_example/ml-100k/ml-100k.inter"
DATA_MEMBER = "ml-100k/u.data"


@dataclass(frozen=True, slots=True)
class Download:
    """A source: its name in messages, and how to get the text of a file from it.

    `fetch` raises `UnreachableError` or `DamagedRatingsError`.
    """

    name: str
    fetch: Callable[[], str]


def fetch_site(
    url: str = SITE_URL, sha256: str = SITE_SHA256, *, member: str = DATA_MEMBER, encoding: str = "utf-8"
) -> str:
    """Return `u.data`, or another file, from GroupLens's archive.

    Raises:
        UnreachableError: the site does not answer.
        DamagedRatingsError: what it sent is not the archive.
    """
    try:
        with urllib.request.urlopen(url, timeout=SITE_TIMEOUT_SECONDS) as response:  # noqa: S310 - https, a constant
            data = response.read(SITE_BYTES_MAX)
    except urllib.error.URLError as error:
        raise UnreachableError(f"{url}: {error.reason}") from error
    except (OSError, HTTPException) as error:
        raise UnreachableError(f"{url}: {error}") from error
    with tempfile.TemporaryDirectory(prefix="canary-") as folder:
        archive = Path(folder) / "ml-100k.zip"
        archive.write_bytes(data)
        return _checked_member(archive, sha256, url, member, encoding)


def fetch_wheel(command: Sequence[str] | None = None, sha256: str = WHEEL_SHA256, *, member: str = INTER_MEMBER) -> str:
    """Return `ml-100k.inter`, or another file, from the wheel, which pip (or `command`) puts into a temporary folder.

    Raises:
        UnreachableError: there is no pip, or it could not fetch the wheel.
        DamagedRatingsError: what it fetched is not the wheel.
    """
    with tempfile.TemporaryDirectory(prefix="canary-") as folder:
        _run([*(command or pip_download()), "--dest", folder])
        wheels = sorted(Path(folder).glob("*.whl"))
        if not wheels:
            raise UnreachableError(f"{WHEEL}: pip downloaded no wheel")
        return _checked_member(wheels[0], sha256, WHEEL, member, "utf-8")


def pip_download() -> list[str]:
    """Return the command that downloads the wheel; a folder (`--dest`) is still to be added.

    Raises:
        UnreachableError: this Python has no pip, and there is no uv to run one.
    """
    if importlib.util.find_spec("pip") is not None:
        pip = [sys.executable, "-m", "pip"]
    elif uv := shutil.which("uv"):
        pip = [uv, "tool", "run", "pip"]
    else:
        raise UnreachableError(f"{WHEEL}: this Python has no pip to download it with, and there is no uv")
    options = ("--no-deps", "--only-binary=:all:", "--no-input", "--quiet", "--disable-pip-version-check")
    return [*pip, "download", *options, "--retries=1", "--timeout=15", WHEEL]


def read_member(archive: Path, names: Sequence[str], encoding: str = "utf-8") -> str:
    """Return the text of the first of `names` that the zip file holds, in whatever folder of it.

    Raises:
        DamagedRatingsError: it holds none of them, or is damaged.
    """
    try:
        with zipfile.ZipFile(archive) as file:
            for name in names:
                for member in file.namelist():
                    if f"/{member}".endswith(f"/{name}"):
                        return file.read(member).decode(encoding, errors="replace")
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise DamagedRatingsError(f"{archive} is damaged ({error}): take a fresh copy") from error
    raise DamagedRatingsError(f"{archive} holds none of {', '.join(names)}: is it MovieLens-100K?")


def _run(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=WHEEL_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        raise UnreachableError(f"{WHEEL}: no answer to pip within {WHEEL_TIMEOUT_SECONDS:.0f} seconds") from None
    except OSError as error:
        raise UnreachableError(f"{WHEEL}: {command[0]} cannot be started: {error.strerror}") from error
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        raise UnreachableError(f"{WHEEL}: pip could not download it: {lines[-1] if lines else 'no reason given'}")


def _checked_member(archive: Path, sha256: str, name: str, member: str, encoding: str) -> str:
    if (found := hashlib.sha256(archive.read_bytes()).hexdigest()) != sha256:
        raise DamagedRatingsError(
            f"{name}: the download is damaged or another file: its SHA-256 is {found}, expected {sha256}. Try again"
        )
    return read_member(archive, (member,), encoding)


DOWNLOADS = (Download("GroupLens's site", fetch_site), Download(f"the wheel {WHEEL}", fetch_wheel))
