"""A change of configuration: swapped as a whole, nothing in flight dropped, endpoints kept where nothing changed."""

import json
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from emulator.emulation import Options
from emulator.errors import ArtifactError, PortError
from emulator.running import start

if TYPE_CHECKING:
    from tests.emulator.conftest import Bench

WAITING = """
import json, os, pathlib, time
def model_fn(folder): return open(folder + "/name").read()
def input_fn(body, content_type): return json.loads(body)
def predict_fn(data, model):
    for gate in data["gate"]:
        pathlib.Path(gate + ".reached").touch()
        with open(gate) as fifo: fifo.read()
    return {"model": model, "pid": os.getpid()}
def output_fn(prediction, accept): return json.dumps(prediction), "application/json"
"""


def document(bench: "Bench") -> str:
    return bench.document({"/ask": {"post": bench.model()}})


def test_requests_in_flight_end_on_the_old_state_and_its_endpoint_is_stopped_after_them(bench: "Bench") -> None:
    text, gate = document(bench), str(bench.folder / "gate")
    os.mkfifo(gate)
    archives = {name: bench.archive(name, WAITING) for name in ("one", "two")}
    before = bench.stack(text, variables={"endpoint": "one"}, endpoints=archives)
    after = bench.stack(text, variables={"endpoint": "two"}, endpoints={"two": archives["two"]})
    emulator = bench.start(before, after)
    client = bench.client()
    assert client.post("/ask", json={"gate": []}).json()["model"] == "one"
    pids = {each["name"]: each["pid"] for each in httpx.get(emulator.admin_url + "/lineup").json()["endpoints"]}
    answers: list[httpx.Response] = []
    flight = threading.Thread(target=lambda: answers.append(client.post("/ask", json={"gate": [gate]})))
    flight.start()
    writer = os.open(gate, os.O_WRONLY)  # returns when the model waits
    emulator.reload()
    assert bench.client().post("/ask", json={"gate": []}).json() == {"model": "two", "pid": pids["two"]}
    os.kill(pids["one"], 0)  # still there: its request is in flight
    os.close(writer)
    flight.join()
    assert answers[0].json() == {"model": "one", "pid": pids["one"]}
    assert [each["name"] for each in httpx.get(emulator.admin_url + "/lineup").json()["endpoints"]] == ["two"]


def test_a_request_in_flight_outlives_two_reloads(bench: "Bench") -> None:
    text, gate = document(bench), str(bench.folder / "gate")
    os.mkfifo(gate)
    archive = bench.archive("one", WAITING)
    serving = bench.stack(text, variables={"endpoint": "one"}, endpoints={"one": archive})
    emulator = bench.start(serving, serving, bench.stack(text))
    client = bench.client()
    pid = client.post("/ask", json={"gate": []}).json()["pid"]
    answers: list[httpx.Response] = []
    flight = threading.Thread(target=lambda: answers.append(client.post("/ask", json={"gate": [gate]})))
    flight.start()
    writer = os.open(gate, os.O_WRONLY)  # returns when the model waits
    emulator.reload()  # keeps the endpoint
    emulator.reload()  # drops it
    assert httpx.get(emulator.admin_url + "/lineup").json()["endpoints"] == []
    os.close(writer)
    flight.join()
    assert answers[0].json() == {"model": "one", "pid": pid}


def test_no_request_is_dropped_while_reloading_again_and_again(bench: "Bench") -> None:
    paths = bench.document({"/": {"get": bench.mock('{"v": "$stageVariables.v"}')}})
    states = [bench.stack(paths, variables={"v": str(number)}) for number in range(5)]
    emulator = bench.start(*states)
    statuses: list[int] = []
    answered, done = threading.Semaphore(0), threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=emulator.url, timeout=60) as client:
            while not done.is_set():
                statuses.append(client.get("/").status_code)
                answered.release()

    asking = [threading.Thread(target=ask) for _ in range(3)]
    for thread in asking:
        thread.start()
    for _ in states[1:]:
        for _ in range(10):
            answered.acquire(timeout=60)
        emulator.reload()
    done.set()
    for thread in asking:
        thread.join()
    assert set(statuses) == {200}
    assert bench.client().get("/").json() == {"v": "4"}


def test_a_reload_that_cannot_be_served_changes_nothing(bench: "Bench") -> None:
    text = document(bench)
    archive = bench.archive("one", WAITING)
    before = bench.stack(text, variables={"endpoint": "one"}, endpoints={"one": archive})
    after = bench.stack(text, variables={"endpoint": "two"}, endpoints={"one": archive, "two": "/nowhere.tar.gz"})
    emulator = bench.start(before, after)
    shown = httpx.get(emulator.admin_url + "/lineup").json()["endpoints"][0]["pid"]
    with pytest.raises(ArtifactError, match="no such model archive"):
        emulator.reload()
    answer = httpx.post(emulator.admin_url + "/reload")
    assert answer.status_code == 409
    assert answer.json()["message"].startswith("nothing is changed: /nowhere.tar.gz: there is no such model archive")
    assert bench.client().post("/ask", json={"gate": []}).json() == {"model": "one", "pid": shown}


def test_the_second_port(bench: "Bench") -> None:
    paths = bench.document({"/": {"get": bench.mock('{"v": "$stageVariables.v"}')}})
    emulator = bench.start(bench.stack(paths, variables={"v": "1"}), bench.stack(paths, variables={"v": "2"}))
    admin = emulator.admin_url
    assert httpx.get(admin + "/health").json()["status"] == "ok"
    assert httpx.get(admin + "/stage").json()["variables"] == {"v": "1"}
    assert httpx.get(admin + "/stage?name=v1").json()["stageName"] == "v1"
    assert httpx.get(admin + "/stage?name=v2").status_code == 404
    assert httpx.get(admin + "/elsewhere").status_code == 404
    for body in (b"{", b"[]", b"{}", b'{"config": 1}'):
        assert httpx.post(admin + "/reload", content=body).status_code == 400
    reloaded = httpx.post(admin + "/reload", json={"config": {"a:b": 1}})
    assert (reloaded.status_code, reloaded.json()["url"], reloaded.json()["endpoints"]) == (200, emulator.url, [])
    assert httpx.get(admin + "/stage").json()["variables"] == {"v": "2"}


def test_the_address_is_in_the_store_while_it_serves(bench: "Bench") -> None:
    emulator = bench.serve(bench.document({"/": {"get": bench.mock("{}")}}), log_format="$context.requestId")
    written = json.loads((bench.store / "emulator.json").read_text())
    assert written == {
        "url": emulator.url,
        "admin": emulator.admin_url,
        "pid": os.getpid(),
        "stage": "v1",
        "accessLog": str(bench.store / "logs/access.log"),
        "canaryAccessLog": str(bench.store / "logs/access/Canary.log"),
    }
    assert emulator.access_log == Path(written["accessLog"])
    emulator.stop()
    emulator.stop()  # a second time does nothing
    assert not (bench.store / "emulator.json").exists()


def test_an_address_that_another_emulator_has_written_stays(bench: "Bench") -> None:
    text = bench.document({"/": {"get": bench.mock("{}")}})
    first, second = bench.serve(text), bench.serve(text)
    first.stop()
    assert json.loads((bench.store / "emulator.json").read_text())["admin"] == second.admin_url


def test_a_port_in_use(bench: "Bench") -> None:
    text = bench.document({"/": {"get": bench.mock("{}")}})
    taken = int(bench.serve(text).url.split(":")[2].split("/")[0])
    with pytest.raises(PortError, match=rf"cannot listen on 127\.0\.0\.1:{taken}: .*in use; stop what uses the port"):
        start(bench.source([bench.stack(text)]), Options(store=bench.store, port=taken))


def test_what_a_program_fails_with_is_what_the_start_fails_with(bench: "Bench") -> None:
    def broken() -> None:
        raise ZeroDivisionError("the program's own")

    with pytest.raises(ZeroDivisionError, match="the program's own"):
        start(bench.source([broken]), Options(store=bench.store))
