"""`model.tar.gz`: from a model to bytes, and back. Pure.

The same model gives the same bytes: members in one order, no time, owner or file name in any header. The layout
is SageMaker's: what `model_fn` loads at the top, its code under `code/`.
"""

import gzip
import io
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib import format as npy

from training.container import inference
from training.errors import ArchiveError
from training.model import SCALE, Model

if TYPE_CHECKING:
    from numpy.typing import NDArray

CODE = "code/inference.py"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip file can name


def build_archive(model: Model, code: bytes | None = None) -> bytes:
    """Return the archive of `model` with the handler in it, or with `code` in the handler's place."""
    code = code or Path(inference.__file__).read_bytes()
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in ((CODE, code), (inference.ARRAYS, _npz(model))):
            member = tarfile.TarInfo(name)
            member.size, member.mode, member.mtime = len(content), 0o644, 0
            archive.addfile(member, io.BytesIO(content))
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=packed, mode="wb", mtime=0) as stream:
        stream.write(plain.getvalue())
    return packed.getvalue()


def read_archive(data: bytes, name: str = "model.tar.gz") -> Model:
    """Read the model of an archive; its code is not run. `name` stands in messages.

    Raises:
        ArchiveError: it is cut short or damaged, lacks an array, or holds another format.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(data)), mode="r:") as archive:
            names = {name.removeprefix("./"): name for name in archive.getnames()}  # SageMaker packs as it likes
            member = archive.extractfile(names[inference.ARRAYS])
            packed = member.read() if member else b""
        with np.load(io.BytesIO(packed), allow_pickle=False) as file:
            arrays: dict[str, NDArray[Any]] = {key: file[key] for key in inference.NAMES}
    except (OSError, EOFError, KeyError, ValueError, tarfile.TarError, zipfile.BadZipFile, zlib.error) as error:
        raise ArchiveError(
            f"{name} cannot be read ({error}): it is cut short, damaged or not one of this project's archives. Train "
            "again, or fetch it again and compare its SHA-256 with the one in the release's manifest"
        ) from error
    if int(arrays["format"]) != inference.FORMAT or float(arrays["scale"]) != SCALE:
        raise ArchiveError(
            f"{name} has format {int(arrays['format'])} in steps of {float(arrays['scale'])}; this version reads "
            f"format {inference.FORMAT} in steps of {SCALE}"
        )
    fields = {key: arrays[key] for key in inference.NAMES[3:]}
    return Model(mean=float(arrays["mean"]), **fields)


def _npz(model: Model) -> bytes:
    """Return the arrays as NumPy's `savez` would write them, with the time of every member fixed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, array in model.arrays().items():
            content = io.BytesIO()
            npy.write_array(content, array, version=(1, 0), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", EPOCH), content.getvalue())
    return packed.getvalue()
