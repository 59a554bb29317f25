"""One call: ratings first, for without them there is nothing to add to, then what is known of the items."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from .data import Names, Tables, known
from .model import Runtime, ratings


class Context(Protocol):
    """Lambda's context, as far as it is asked."""

    def get_remaining_time_in_millis(self) -> int:
        """Say how long the call may still take."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """What Lambda calls. `endpoint` is the release's; `sleep` waits between readings of the tables."""

    runtime: Runtime
    tables: Tables
    endpoint: str
    names: Names
    sleep: Callable[[float], None] = time.sleep

    def __call__(self, event: Mapping[str, Any], context: Context) -> dict[str, object]:
        """Answer an event of the contract's request template; an empty one, which it refused, with nothing.

        Raises:
            FunctionError: see `errors.py`.
        """
        if not event:
            return {}
        user, items = event["user"], event["items"]
        scores = ratings(self.runtime, self.endpoint, user, items, event["requestId"])
        found = known(
            self.tables,
            self.names,
            user,
            items,
            seconds_left=lambda: context.get_remaining_time_in_millis() / 1000,
            sleep=self.sleep,
        )
        return {
            "ratings": scores,
            "titles": [found.titles.get(item, "") for item in items],
            "seen": [item in found.seen for item in items],
        }
