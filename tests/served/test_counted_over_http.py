"""The program's own metric filters count its own access log while it is served: by track, error class and threshold."""

from typing import Any

import httpx

from settings import parse
from settings.stackfile import load_stack
from tests.program.stacks import ROOT

SPLIT = ("stable", "canary")


def sums(served: Any) -> dict[str, float]:
    shown = httpx.get(f"{served.emulator.admin_url}/metrics", timeout=30).json()["metrics"]
    assert {each["namespace"] for each in shown} == {"PredictedRatings/predicted-ratings-local"}
    return {each["metric"]: each["sum"] for each in shown}


def test_every_answer_is_counted_once(served: Any) -> None:
    before = sums(served)
    local = parse(load_stack(ROOT / "Pulumi.local.yaml"), None).observability
    rows = ["requests", "errors-4xx", "errors-5xx"]
    rows += [f"slow-{limit:g}ms" for limit in local.latency_thresholds_milliseconds]
    assert set(before) == {
        *(f"{track}-{row}" for track in SPLIT for row in rows),
        *(f"canary-{row}-in-canary-group" for row in rows),
    }

    model = served.containers["r1"]
    with httpx.Client(base_url=served.emulator.url, timeout=30) as client:
        for _ in range(3):
            assert client.get("/predicted-ratings/321?items=101").status_code == 200
        assert client.get("/predicted-ratings/nobody?items=101").status_code == 400
        model.answer = (200, b"no answer")
        failed = client.get("/predicted-ratings/321?items=101").status_code
        model.answer, model.delay = None, 0.06
        slow = client.get("/predicted-ratings/321?items=101").status_code
        model.delay = 0.0
    assert (failed, slow) == (502, 200)

    counted = {name: value - before[name] for name, value in sums(served).items()}
    whole = {row: counted[f"stable-{row}"] + counted[f"canary-{row}"] for row in rows}
    assert (whole["requests"], whole["errors-4xx"], whole["errors-5xx"]) == (6.0, 1.0, 1.0)
    assert whole["slow-50ms"] >= 1.0
    assert whole["slow-25ms"] >= whole["slow-50ms"] >= whole["slow-1000ms"]
    assert all(counted[f"canary-{row}"] == counted[f"canary-{row}-in-canary-group"] for row in rows)
