"""What callers see of a function that is stopped, killed, broken or talks nonsense: the right status, and no more.

The program is the real one but for the function's code, which each case writes anew.
"""

import threading
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from emulator.emulation import Options
from emulator.running import Running, start
from program import enriched
from releases.identity import endpoint_name
from releases.registry import publish
from settings.stackfile import set_values
from store import open_store
from tests.rollout.local.stage import ROOT, in_process
from tests.served.conftest import PREFIX, RELEASE, Container, serve_container

SECRET = "arn:aws:dynamodb:us-east-1:123456789012:table/x"
UNUSABLE = (502, "The function gave no usable answer")
LATE = (504, "The route did not answer in time")


@dataclass
class Broken:
    emulator: Running
    config: Path
    patch: pytest.MonkeyPatch

    def code(self, text: str) -> None:
        """Serve with this as the function's module."""

        def code(_contract: str) -> dict[str, str]:
            return {"enriched_v1/entry.py": text}

        self.patch.setattr(enriched, "function_code", code)
        self.emulator.reload()

    def get(self, what: str = "321?items=101") -> httpx.Response:
        return httpx.get(f"{self.emulator.url}/enriched-ratings/{what}", timeout=60, trust_env=False)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Generator[Broken]:
    folder = tmp_path_factory.mktemp("broken")
    store, container = open_store("store", folder), Container(score=3.5)
    server = serve_container(container)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    publish(store, RELEASE)
    config = folder / "Pulumi.local.yaml"
    config.write_text((ROOT / "Pulumi.local.yaml").read_text())
    limits = {"enabled": True, "timeoutSeconds": 2, "memoryMegabytes": 128}
    set_values(config, {"store": store.uri, "stable": "r1", "enriched": limits})
    options = Options(store=folder / "store", endpoints={endpoint_name(PREFIX, RELEASE): container.url})
    with pytest.MonkeyPatch.context() as patch:
        emulator = start(in_process(config), options)
        yield Broken(emulator=emulator, config=config, patch=patch)
        emulator.stop()
    server.shutdown()
    thread.join()
    server.server_close()


HEAD = "def handle(event, context):\n    "


def raising(message: str) -> str:
    return f"{HEAD}raise RuntimeError({message!r})\n"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (f"{HEAD}return {{'ratings': [1.5], 'titles': ['T'], 'seen': [True]}}\n", (200, None)),
        (f"{HEAD}import time; time.sleep(30)\n", LATE),
        (f"{HEAD}return bytearray(300_000_000) and 1\n", UNUSABLE),
        (f"{HEAD}import os; os._exit(1)\n", UNUSABLE),
        ("import nothing_of_that_name\n", UNUSABLE),
        ("def handle(event, context)\n", UNUSABLE),
        (f"{HEAD}return b'<html>no JSON</html>'\n", UNUSABLE),
        (f"{HEAD}return {{1, 2}}\n", UNUSABLE),
        (f"{HEAD}return None\n", UNUSABLE),
        (f"{HEAD}return {{'ratings': [float('nan')], 'titles': ['T'], 'seen': [True]}}\n", UNUSABLE),
        (raising(SECRET), UNUSABLE),
        (raising(f"ModelUnknown: {SECRET}"), (404, "The model does not know these ids")),
        (raising(f"Unavailable: {SECRET}\nof two lines"), (503, "The route is not in service at the moment")),
    ],
)
def test_a_broken_function_is_answered_with_the_right_status(
    broken: Broken, code: str, expected: tuple[int, str | None]
) -> None:
    broken.code(code)
    answer = broken.get()
    assert (answer.status_code, answer.json().get("message")) == expected
    assert "123456789012" not in answer.text + str(answer.headers)
    bad = broken.get("321?items=x")  # whatever became of the call
    assert (bad.status_code, bad.json()["parameter"]) == (400, "items")


def test_without_a_function_of_that_name_the_gateway_itself_answers_500(broken: Broken, monkeypatch: Any) -> None:
    def none(*_: object) -> dict[str, object]:
        return {}

    monkeypatch.setattr("emulator.reading.function_specs", none)
    broken.emulator.reload()
    answer = broken.get()
    assert (answer.status_code, answer.json()["message"]) == (500, "The gateway could not answer")
