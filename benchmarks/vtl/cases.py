"""What is rendered: the request and the response template of the predicted-ratings route, for 3, 100, 1000 items.

Two pairs of templates: the project's own, which checks what it prints, and a bare pair of the same shape without
checks, which every engine here can run.
"""

import json
import random
from dataclasses import dataclass

from mapping.contract import load_contract
from mapping.variables import Variables

SIZES = (3, 100, 1000)
BARE_REQUEST = """{"instances": [
#set($user = $input.params("user_id"))
#foreach($item in $input.params("items").split(","))
  {"in0": [$user], "in1": [$item]}#if($foreach.hasNext),#end
#end
]}
"""
BARE_RESPONSE = """{"ratings": [
#foreach($prediction in $input.path("$.predictions"))
  $prediction.scores[0]#if($foreach.hasNext),#end
#end
]}
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One template with what it is rendered for."""

    templates: str
    side: str
    size: int
    template: str
    variables: Variables

    @property
    def name(self) -> str:
        """A line of the table."""
        return f"{self.templates} {self.side}, {self.size} items"


def cases() -> list[Case]:
    """Return all cases, the same numbers each time."""
    contract = load_contract("ratings-v1")
    pairs = {
        "bare": (BARE_REQUEST, BARE_RESPONSE),
        "ratings-v1": (contract.request_template(max_items=1000), contract.response_template(max_items=1000)),
    }
    return [
        Case(name, side, size, template, _variables(side, size))
        for name, templates in pairs.items()
        for side, template in zip(("request", "response"), templates, strict=True)
        for size in SIZES
    ]


def _variables(side: str, size: int) -> Variables:
    numbers = random.Random(size)
    items = ",".join(str(numbers.randrange(1, 200_000)) for _ in range(size))
    scores = [{"scores": [numbers.uniform(0.5, 5.0)]} for _ in range(size)]
    return Variables(
        body=json.dumps({"predictions": scores}) if side == "response" else "",
        path={"user_id": "4711"},
        querystring={"items": items},
        context={"requestId": "r"},
    )
