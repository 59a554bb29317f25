"""The load: a closed loop over a few keep-alive connections, every answer checked, every latency kept."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from emulator.http_client import Pool

CONNECTIONS = 4
OK = 200


def sizes() -> tuple[int, ...]:
    """Return the numbers of items that one request asks for."""
    return (3, 100, 1000)


def path(items: int) -> str:
    """Return the request for the first `items` items."""
    return f"/v1/predicted-ratings/321?items={','.join(map(str, range(1, items + 1)))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One run: requests per second, and the latencies in milliseconds, sorted."""

    rate: float
    latencies: Sequence[float]

    def percentile(self, percent: float) -> float:
        """Return the latency that `percent` of the requests do not exceed."""
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * percent / 100))]


async def run(port: int, target: str, seconds: float, headers: Mapping[str, str] | None = None) -> Load:
    """Ask for `target` again and again for `seconds`, with `headers` besides Accept.

    Raises:
        RuntimeError: an answer that is not 200: what is measured is answering, not refusing.
    """
    pool = Pool("127.0.0.1", port)
    latencies: list[float] = []
    began = time.perf_counter()

    async def ask() -> None:
        while (start := time.perf_counter()) - began < seconds:
            answer = await pool.request("GET", target, {"Accept": "application/json", **(headers or {})})
            latencies.append((time.perf_counter() - start) * 1000)
            if answer.status != OK:
                raise RuntimeError(f"{target[:60]} is answered {answer.status}: {answer.body[:200]!r}")

    await asyncio.gather(*(ask() for _ in range(CONNECTIONS)))
    elapsed = time.perf_counter() - began
    pool.close()
    return Load(rate=len(latencies) / elapsed, latencies=sorted(latencies))
