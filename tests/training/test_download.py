"""The two downloads, against a server of our own and a stand-in for pip."""

import hashlib
import http.server
import io
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from training import download
from training.download import INTER_MEMBER, fetch_site, fetch_wheel, pip_download, read_member
from training.errors import DamagedRatingsError, UnreachableError


def zipped(**members: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return packed.getvalue()


GOOD = zipped(**{"ml-100k/README": "about", "ml-100k/u.data": "1\t2\t3\t4\n"})
WHEEL = zipped(**{"recbole/__init__.py": "raise SystemExit", INTER_MEMBER: "header\n"})


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Site(http.server.BaseHTTPRequestHandler):
    """Serves the archive whole, cut short below its announced length, or not at all."""

    def do_GET(self) -> None:
        if self.path == "/gone":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(GOOD)))
        self.end_headers()
        self.wfile.write(GOOD if self.path == "/good" else GOOD[:-9])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_site_gives_the_ratings(site: str) -> None:
    assert fetch_site(f"{site}/good", sha256(GOOD)) == "1\t2\t3\t4\n"


def test_the_site_fails_in_one_sentence(site: str) -> None:
    with pytest.raises(UnreachableError, match=r"/gone: Not Found"):
        fetch_site(f"{site}/gone", sha256(GOOD))
    with pytest.raises((UnreachableError, DamagedRatingsError), match=r"/short: (the download is damaged|Incomplete)"):
        fetch_site(f"{site}/short", sha256(GOOD))
    with pytest.raises(DamagedRatingsError, match=f"SHA-256 is {sha256(GOOD)}, expected {'0' * 64}. Try again"):
        fetch_site(f"{site}/good", "0" * 64)


def test_nobody_there() -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), Site) as server:
        port = server.server_port
    with pytest.raises(UnreachableError, match=rf"127.0.0.1:{port}/good: .*refused"):
        fetch_site(f"http://127.0.0.1:{port}/good", sha256(GOOD))


def pip(tmp_path: Path, program: str) -> list[str]:
    """A stand-in for `pip download ... --dest FOLDER`."""
    script = tmp_path / "pip.py"
    script.write_text(f"import pathlib, sys\nfolder = pathlib.Path(sys.argv[sys.argv.index('--dest') + 1])\n{program}")
    return [sys.executable, str(script)]


def test_the_wheel_gives_the_ratings_and_is_not_run(tmp_path: Path) -> None:
    command = pip(tmp_path, f"(folder / 'recbole-1.2.1-py3-none-any.whl').write_bytes({WHEEL!r})")
    assert fetch_wheel(command, sha256(WHEEL)) == "header\n"
    with pytest.raises(DamagedRatingsError, match=r"^recbole==1\.2\.1: the download is damaged or another file"):
        fetch_wheel(command, "0" * 64)


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        (
            "sys.exit('WARNING: retrying\\nERROR: No matching distribution found\\nhint')",
            "No matching distribution found$",
        ),
        ("sys.exit('something else')", "pip could not download it: something else$"),
        ("sys.exit(3)", "no reason given$"),
        ("pass", "pip downloaded no wheel$"),
    ],
)
def test_pip_fails_in_one_sentence(program: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(UnreachableError, match=rf"^recbole==1\.2\.1: .*{reason}"):
        fetch_wheel(pip(tmp_path, program))


def test_a_pip_that_hangs_or_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "WHEEL_TIMEOUT_SECONDS", 0.2)
    with pytest.raises(UnreachableError, match="no answer to pip within 0 seconds"):
        fetch_wheel(pip(tmp_path, "sys.stdin.read() if False else __import__('threading').Event().wait(60)"))
    with pytest.raises(UnreachableError, match="cannot be started: No such file"):
        fetch_wheel([str(tmp_path / "nothing")])


def test_uv_runs_pip_where_this_python_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pip_download()[:4] == [sys.executable, "-m", "pip", "download"]
    assert "--no-deps" in pip_download()
    assert pip_download()[-1] == "recbole==1.2.1"

    def nothing(_name: str) -> None:
        return None

    def in_bin(name: str) -> str:
        return f"/bin/{name}"

    monkeypatch.setattr(download.importlib.util, "find_spec", nothing)
    monkeypatch.setattr(download.shutil, "which", in_bin)
    assert pip_download()[:5] == ["/bin/uv", "tool", "run", "pip", "download"]
    monkeypatch.setattr(download.shutil, "which", nothing)
    with pytest.raises(UnreachableError, match="no pip to download it with, and there is no uv"):
        pip_download()


def test_a_damaged_zip_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ml-100k.zip"
    path.write_bytes(GOOD[: len(GOOD) // 2])
    with pytest.raises(DamagedRatingsError, match=r"ml-100k\.zip is damaged .*take a fresh copy"):
        read_member(path, ["u.data"])
    path.write_bytes(GOOD.replace(b"1\t2\t3\t4\n", b"1\t2\t3\t5\n"))
    with pytest.raises(DamagedRatingsError, match=r"ml-100k\.zip is damaged \(Bad CRC"):
        read_member(path, ["u.data"])


def test_only_a_whole_name_counts(tmp_path: Path) -> None:
    path = tmp_path / "copy.zip"
    path.write_bytes(zipped(**{"ml/not-u.data": "no", "deep/ml/u.data": "yes"}))
    assert read_member(path, ["u.data"]) == "yes"
