"""The archive: its layout, its bytes, and what is refused."""

import ast
import gzip
import io
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from training.archive import build_archive, read_archive
from training.container import inference
from training.errors import ArchiveError
from training.model import Model


def members(archive: bytes) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as file:
        return {member.name: member for member in file.getmembers()}


def rewritten(archive: bytes, **arrays: NDArray[Any] | None) -> bytes:
    """The archive with other arrays in its npz; None takes one out."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as file:
        npz = file.extractfile("model.npz")
        assert npz
        held = dict(np.load(io.BytesIO(npz.read())))
    kept = {name: value for name, value in {**held, **arrays}.items() if value is not None}
    packed, plain = io.BytesIO(), io.BytesIO()
    np.savez(packed, **kept)  # pyright: ignore[reportArgumentType] # no array is called allow_pickle
    with tarfile.open(fileobj=plain, mode="w") as file:
        member = tarfile.TarInfo("model.npz")
        member.size = len(packed.getvalue())
        file.addfile(member, io.BytesIO(packed.getvalue()))
    return gzip.compress(plain.getvalue())


def test_no_time_owner_or_name_is_in_any_header(model: Model) -> None:
    archive = build_archive(model)
    assert list(members(archive)) == ["code/inference.py", "model.npz"]
    for member in members(archive).values():
        assert (member.mtime, member.uid, member.gid, member.uname, member.gname, member.mode) == (
            (0, 0, 0, "", "", 0o644)
        )
    assert archive[:4] == b"\x1f\x8b\x08\x00"  # gzip, deflate, no flags: so no file name follows
    assert archive[4:8] == bytes(4)  # no time
    with tarfile.open(fileobj=io.BytesIO(archive)) as file:
        npz = file.extractfile("model.npz")
        assert npz
        with zipfile.ZipFile(io.BytesIO(npz.read())) as packed:
            assert {info.date_time for info in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert [info.filename for info in packed.infolist()] == [f"{name}.npy" for name in inference.NAMES]


def test_the_code_is_the_handler_itself(model: Model) -> None:
    with tarfile.open(fileobj=io.BytesIO(build_archive(model))) as file:
        code = file.extractfile("code/inference.py")
        assert code
        assert code.read() == Path(inference.__file__).read_bytes()


def test_what_was_built_is_read(model: Model) -> None:
    archive = build_archive(model)
    again = read_archive(archive)
    assert build_archive(again) == archive
    users, items = np.array([100, 101, 5]), np.array([7, 17, 7])
    assert again.predict(users, items).tolist() == model.predict(users, items).tolist()


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_an_archive_that_is_cut_short_is_refused(model: Model, share: float) -> None:
    archive = build_archive(model)
    with pytest.raises(ArchiveError, match=r"^r1's archive cannot be read .*cut short, damaged.*SHA-256"):
        read_archive(archive[: int(share * len(archive))], "r1's archive")


def test_flipped_bytes_are_refused(model: Model) -> None:
    archive = bytearray(build_archive(model))
    for place in (0, len(archive) // 2, len(archive) - 6):
        damaged = archive.copy()
        damaged[place] ^= 0xFF
        with pytest.raises(ArchiveError):
            read_archive(bytes(damaged))


def test_what_is_not_ours_is_refused(model: Model) -> None:
    archive = build_archive(model)
    with pytest.raises(ArchiveError, match="user_bias"):
        read_archive(rewritten(archive, user_bias=None))
    with pytest.raises(ArchiveError, match="allow_pickle"):
        read_archive(rewritten(archive, user_bias=np.array([{}], dtype=object)))
    with pytest.raises(ArchiveError, match=r"format 2 in steps of 0\.000244140625; this version reads format 1"):
        read_archive(rewritten(archive, format=np.array(2)))
    with pytest.raises(ArchiveError, match=r"format 1 in steps of 0\.5"):
        read_archive(rewritten(archive, scale=np.array(0.5)))


def test_the_handler_needs_numpy_and_the_standard_library_only() -> None:
    tree = ast.parse(Path(inference.__file__).read_text())
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    roots = {name.split(".")[0] for name in named}
    assert roots - sys.stdlib_module_names == {"numpy"}
