"""A model's archive, unpacked into the folder that its container sees as /opt/ml/model."""

import hashlib
import shutil
import tarfile
import zlib
from pathlib import Path
from urllib.parse import unquote, urlsplit

from emulator.errors import ArtifactError, UnsupportedError

PROGRAM = "SAGEMAKER_PROGRAM"
CODE = "code"  # SAGEMAKER_SUBMIT_DIRECTORY of the SageMaker toolkits: /opt/ml/model/code


def local_path(endpoint: str, uri: str) -> Path:
    """Return the file that a modelDataUrl names: an absolute path or a file:// URI.

    Raises:
        UnsupportedError: it lies elsewhere.
    """
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    if not parts.scheme and uri.startswith("/"):
        return Path(uri)
    raise UnsupportedError(
        f"aws:sagemaker/model:Model of endpoint {endpoint!r}",
        "primaryContainer.modelDataUrl",
        f"{uri!r} is no file of this machine; keep the stack's store in a folder, or name a running container "
        f"with --endpoint {endpoint}=URL",
    )


def check(archive: Path, sha256: str) -> None:
    """Compare an archive's bytes with the SHA-256 that the program registered for them.

    Raises:
        ArtifactError: other bytes lie there.
        OSError: it cannot be read.
    """
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        raise ArtifactError(
            f"{archive}: is not the archive that was registered: its SHA-256 is {found}, the release's manifest says "
            f"{sha256}. One of the two was changed or damaged: restore it, or train a new release"
        )


def unpack(archive: Path, folder: Path, sha256: str | None = None) -> None:
    """Unpack `model.tar.gz` into `folder`, whole or not at all, and only if its bytes are those of `sha256`.

    Raises:
        ArtifactError: it is not there, cut short, damaged, another one, or leads out of its folder.
    """
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        if sha256 is not None:
            check(archive, sha256)
        with tarfile.open(archive, "r:gz") as tar:
            tar.extractall(part, filter="data")
    except FileNotFoundError:
        raise ArtifactError(
            f"{archive}: there is no such model archive; train the release again, or fetch it"
        ) from None
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        shutil.rmtree(part, ignore_errors=True)
        raise ArtifactError(
            f"{archive}: cannot be unpacked ({error}); the archive is cut short or damaged: fetch it again and compare "
            "its SHA-256 with the release's manifest"
        ) from error
    part.replace(folder)


def handler_file(folder: Path, environment: dict[str, str], endpoint: str) -> Path:
    """Return the file that holds the model's handler functions.

    Raises:
        UnsupportedError: the Model names no program: then its image brings the server, and no image runs here.
        ArtifactError: the archive has no such file.
    """
    program = environment.get(PROGRAM)
    if not program:
        raise UnsupportedError(
            f"aws:sagemaker/model:Model of endpoint {endpoint!r}",
            "primaryContainer.environment",
            f"no {PROGRAM}: the image brings its own server, and no image runs here; start it and name it with "
            f"--endpoint {endpoint}=URL",
        )
    path = folder / CODE / program
    if not path.is_file():
        raise ArtifactError(f"endpoint {endpoint!r}: the model archive has no {CODE}/{program}, which {PROGRAM} names")
    return path
