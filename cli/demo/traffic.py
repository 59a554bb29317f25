"""Real requests: what users of the held-out ratings would have asked for, and what each track made of it."""

import json
import math
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice
from pathlib import Path
from typing import Self

import urllib3

from training.ratings import Ratings

_WORKERS = 4
_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request: a user, and held-out items with the stars that the user gave them."""

    user: int
    items: tuple[int, ...]
    stars: tuple[int, ...]

    @property
    def path(self) -> str:
        """Path and query below the stage."""
        return f"/predicted-ratings/{self.user}?items={','.join(map(str, self.items))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back: `seconds` as the client measured them, `ratings` None where the status is not 200."""

    ask: Ask
    request_id: str
    status: int
    seconds: float
    ratings: tuple[float, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackFigures:
    """One track: requests, those that failed, latency quantiles in milliseconds, RMSE in stars (None of nothing)."""

    requests: int
    failed: int
    p50: float | None
    p99: float | None
    rmse: float | None


def asks(held_out: Ratings) -> list[Ask]:
    """One request a user, for all items that the user's held-out ratings are of, in file order."""
    by_user: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = zip(held_out.users.tolist(), held_out.items.tolist(), held_out.stars.tolist(), strict=True)
    for user, item, stars in rows:
        by_user[user].append((item, stars))
    return [
        Ask(user=user, items=tuple(item for item, _ in rated), stars=tuple(stars for _, stars in rated))
        for user, rated in by_user.items()
    ]


class Sender:
    """Sends requests through the API, a few at a time, over connections that are kept."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._local = threading.local()
        self._pool = ThreadPoolExecutor(_WORKERS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def send(self, requests: Sequence[Ask], progress: Callable[[int, int], None]) -> list[Reply]:
        """Send every request and return the replies in the same order."""
        done: list[Reply] = []
        for reply in self._pool.map(self._one, requests):
            done.append(reply)
            progress(len(done), len(requests))
        return done

    def _one(self, ask: Ask) -> Reply:
        began = time.perf_counter()
        answer = self._connection().request("GET", self._url + ask.path, timeout=_SECONDS, retries=False)
        seconds = time.perf_counter() - began
        ratings = tuple(answer.json()["ratings"]) if answer.status == HTTPStatus.OK else None
        request_id = answer.headers["x-amzn-RequestId"]
        return Reply(ask=ask, request_id=request_id, status=answer.status, seconds=seconds, ratings=ratings)

    def _connection(self) -> urllib3.PoolManager:
        """This thread's own: a general client's bookkeeping costs more than the request."""
        if not hasattr(self._local, "manager"):
            self._local.manager = urllib3.PoolManager(maxsize=1)
        return self._local.manager


def canary_requests(access_log: Path) -> frozenset[str]:
    """The ids of the requests that the access log says the canary answered."""
    lines = (json.loads(line) for line in access_log.read_text().splitlines())
    return frozenset(line["requestId"] for line in lines if line["isCanaryRequest"] == "true")


def figures(replies: Iterable[Reply]) -> TrackFigures:
    """Sum one track up."""
    taken = list(replies)
    seconds = sorted(reply.seconds for reply in taken)
    errors = [
        (rating - stars) ** 2
        for reply in taken
        if reply.ratings is not None
        for rating, stars in zip(reply.ratings, reply.ask.stars, strict=True)
    ]
    return TrackFigures(
        requests=len(taken),
        failed=sum(reply.status != HTTPStatus.OK for reply in taken),
        p50=_quantile(seconds, 0.5),
        p99=_quantile(seconds, 0.99),
        rmse=math.sqrt(sum(errors) / len(errors)) if errors else None,
    )


def by_track(replies: Sequence[Reply], canary: frozenset[str]) -> dict[str, TrackFigures]:
    """Figures of the stable and of the canary track."""
    return {
        "stable": figures(reply for reply in replies if reply.request_id not in canary),
        "canary": figures(reply for reply in replies if reply.request_id in canary),
    }


def _quantile(ordered: Sequence[float], quantile: float) -> float | None:
    """The nearest-rank quantile in milliseconds."""
    found = next(islice(ordered, max(0, math.ceil(quantile * len(ordered)) - 1), None), None)
    return None if found is None else 1000 * found
