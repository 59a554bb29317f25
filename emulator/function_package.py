"""A function's code as Pulumi registers it (assets and archives of any depth), laid out in a folder.

Forms: pulumi/pulumi, `sdk/python/lib/pulumi/runtime/rpc.py`: an object with Pulumi's signature and `text`, `path` or
`uri` (asset), `assets`, `path` or `uri` (archive). Relative paths begin at the program's working directory.
"""

import hashlib
import shutil
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from emulator.errors import ArtifactError, UnsupportedError

SIGNATURE = "4dabf18193072939515e22adb298388d"
ASSET = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
ZIPS = (".zip", ".jar")
LEFT_OUT = shutil.ignore_patterns("__pycache__")


def unpack(label: str, code: Mapping[str, object], directory: Path, folder: Path) -> None:
    """Lay the archive `code` out in `folder`, which is made. `label` names the function in errors.

    Raises:
        ArtifactError: a file of it is not there, or cannot be unpacked.
        UnsupportedError: it lies behind an address.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        _lay(label, code, directory, folder)
    except FileNotFoundError as error:
        raise ArtifactError(f"{label}: code: {error.filename}: not there; paths begin at {directory}") from error
    except (OSError, zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        raise ArtifactError(f"{label}: code: cannot be read: {error}") from error


def _lay(label: str, entry: Mapping[str, object], directory: Path, target: Path) -> None:
    kind = entry.get(SIGNATURE)
    if kind not in (ASSET, ARCHIVE):
        raise UnsupportedError(label, "code", f"{entry!r} is neither an asset nor an archive")
    if "uri" in entry:
        raise UnsupportedError(label, "code", f"{entry['uri']!r}: what lies behind an address is not fetched")
    if kind == ASSET:
        target.parent.mkdir(parents=True, exist_ok=True)
        if "text" in entry:
            target.write_text(str(entry["text"]), encoding="utf-8")
        else:
            shutil.copyfile(directory / str(entry["path"]), target)
    elif "assets" in entry:
        for name, each in cast("Mapping[str, Mapping[str, object]]", entry["assets"]).items():
            place = target / name
            if not place.resolve().is_relative_to(target.resolve()):
                raise ArtifactError(f"{label}: code: {name!r} leads out of the archive")
            _lay(label, each, directory, place)
    else:
        _archive(directory / str(entry["path"]), target)


def _archive(path: Path, target: Path) -> None:
    """Copy a folder, or unpack a file into one."""
    if path.is_dir():
        shutil.copytree(path, target, dirs_exist_ok=True, ignore=LEFT_OUT)
        return
    target.mkdir(parents=True, exist_ok=True)
    if path.suffix in ZIPS:
        with zipfile.ZipFile(path) as file:
            file.extractall(target)  # noqa: S202 - zipfile keeps its members inside the target
        return
    with tarfile.open(path) as tar:
        tar.extractall(target, filter="data")


def digest(folder: Path) -> str:
    """Return a hash over names and bytes of all files: two equal ones are the same code."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            found.update(f"{path.relative_to(folder)}\0{len(content)}\0".encode() + content)
    return found.hexdigest()
