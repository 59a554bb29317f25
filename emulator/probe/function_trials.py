"""A question of the function itself, that the emulator has no answer to: what API Gateway makes of Lambda's throttling.

A function with a reserved concurrency of 0 is throttled at every call (Lambda developer guide, "Configuring reserved
concurrency"), so nothing has to be sent in numbers.
"""

from emulator.probe.answers import Answer, Outcome
from emulator.probe.functions import function_name
from emulator.probe.site import OK, Reply, Site

EFFECT_SECONDS = 60.0
ERROR, BODY = 500, b'{"message": "Internal server error"}'


def function_throttled(site: Site) -> Answer:
    """Let Lambda refuse every call, ask until it does, and let it answer again."""
    name, functions = function_name(site.errand.stem), site.there.functions
    replies: list[Reply] = []

    def refused() -> bool:
        replies.append(site.ask("/function"))
        return replies[-1].status != OK

    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    try:
        taken = site.clock.wait(refused, at_most=EFFECT_SECONDS)
    finally:
        functions.delete_function_concurrency(FunctionName=name)
    if taken is None:
        seen = f"nothing was throttled within {EFFECT_SECONDS:g} s"
        return Answer(question="function-throttled", outcome=Outcome.UNSETTLED, seen=seen)
    reply = replies[-1]
    same = (reply.status, reply.body) == (ERROR, BODY)
    outcome = Outcome.AS_ASSUMED if same else Outcome.OTHERWISE
    return Answer(question="function-throttled", outcome=outcome, seen=reply.told)


TRIALS = {"function-throttled": function_throttled}
