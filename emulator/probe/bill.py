"""What a probe costs, said before anything is made. Pure.

Prices are of us-east-1 and rounded up; other regions differ by some tens of percent. Sources: `ml.t2.medium` 0.046 to
0.065 USD an hour (public reports that disagree, 2023-2026: the highest is taken), requests of a REST API 3.50 USD a
million (AWS's whitepaper "Best Practices for Designing Amazon API Gateway Private APIs"), a custom metric 0.30 USD a
month, prorated by the hour (CloudWatch pricing).
"""

from collections.abc import Sequence
from dataclasses import dataclass

INSTANCE_HOUR = 0.065
REQUEST = 3.5e-6
METRIC_HOUR = 0.30 / 730
INVOCATION = 0.0000002 + 0.0000166667 * 0.125 * 2
"""A request, and 128 MB for two seconds (x86, us-east-1: public price lists of 2024)."""
INVOCATIONS = 60
MINUTES_OF_A_MODEL = 45
MINUTES_WITHOUT = 15
REQUESTS = 1_500
METRICS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of the estimate, in USD."""

    what: str
    dollars: float


def estimate(*, model: bool) -> Sequence[Item]:
    """What is paid for, with a model's endpoints or without."""
    items = [
        Item(what=f"about {REQUESTS} requests of a REST API", dollars=REQUESTS * REQUEST),
        Item(what=f"{METRICS} custom metric for an hour", dollars=METRICS * METRIC_HOUR),
        Item(what=f"about {INVOCATIONS} invocations of a Lambda function", dollars=INVOCATIONS * INVOCATION),
    ]
    if model:
        hours = MINUTES_OF_A_MODEL / 60
        items.append(
            Item(what=f"one ml.t2.medium for about {MINUTES_OF_A_MODEL} minutes", dollars=INSTANCE_HOUR * hours)
        )
        items.append(Item(what="some forty invocations of a serverless endpoint", dollars=0.01))
    return items


def told(items: Sequence[Item], *, model: bool) -> str:
    """The estimate in words."""
    lines = [f"  {item.dollars:7.4f} USD  {item.what}" for item in items]
    total = sum(item.dollars for item in items)
    minutes = MINUTES_OF_A_MODEL if model else MINUTES_WITHOUT
    return "\n".join([*lines, f"  {total:7.4f} USD in all, about {minutes} minutes; the bill is the account's own"])
