"""Long runs by hand: `python -m tests.oracle.fuzz compare aws 20000` and `python -m tests.oracle.fuzz input 1000000`.

`compare` asks the oracle for random templates and prints those that differ. `input` throws bytes, token soup and broken
templates at `compile` and `render` and prints what is neither text nor a template error, with the slowest try and the
memory. Both take a first seed as last argument; a try is repeated by its seed.
Half of the inputs see the oracle's values, half API Gateway's variables with a damaged body.
"""

# ruff: noqa: E501 - templates stand in one line

import json
import resource
import sys
import time
from collections import Counter
from random import Random

from mapping import vtl
from mapping.variables import Variables
from mapping.vtl.gateway import render
from tests.oracle.corpus import templates
from tests.oracle.generator import CONTEXT, random_template
from tests.oracle.oracle import Case, Oracle, jars, ours

PIECES = (
    "#if(", "#end", "#foreach($i in ", "$l)", "#set($x = ", "$s", "${", "}", "(", ")", "[", "]", "{", ".", "..", "'", '"', "\\", "#",
    "$", "!", "$!{", "##", "#*", "*#", "#[[", "]]#", "#define($v)", "#else", "#elseif(", "1", "-", "+", " ", "\n", ",", ":", "==",
    "&&", "a", "é", "\U0001f600", "\x00", "#macro(", "#evaluate(", "$l.add($l)", "$s.replaceAll('(a+)+','x')", "#break", "#stop",
    ".size()", "$m", "$foreach.", "[1..9]", "$input.path('$..", "$input.json('$", "$input.params(", "$input.body", "$util.urlDecode(",
    "$util.parseJson(", "$util.escapeJavaScript(", "$util.base64Decode(", "$context.requestOverride", ".header[", ".put(", "$context",
    ".matches('", "[?(@.a", ")]", ".length()", "*", "@", "$stageVariables",
)  # fmt: skip
BODY = '{"a": [1, 2.5e3, {"b": "x\\u00fc\\n"}, null, true], "k": {"n": -0.1, "big": 12345678901234567890, "d": 0.1234567890123456789}}'
LIMITS = vtl.Limits(steps=50_000, text=100_000)


def compare(dialect: str, tries: int, first: int) -> int:
    """Return how many random templates render otherwise than Velocity renders them."""
    class_path = jars()
    if class_path is None:
        raise SystemExit("the oracle needs java and its jars: see tests/oracle/oracle.py")
    different = 0
    with Oracle(class_path) as oracle:
        for seed in range(first, first + tries):
            case = Case(random_template(Random(seed), dialect), dialect, CONTEXT)
            theirs, mine = oracle.ask(case), ours(case)
            if theirs != mine and oracle.ask(case) == theirs:  # an identity's hash code differs from itself
                different += 1
                print(f"seed {seed}: {case.template!r}\n  velocity {theirs!r}\n  ours     {mine!r}")
    print(f"{dialect}: {tries} templates, {different} different")
    return different


def odd_input(random: Random, corpus: list[str]) -> str:
    """Bytes, pieces in any order, or a template with something missing or too much."""
    kind = random.randrange(6)
    if kind == 0:
        return random.randbytes(random.randrange(60)).decode("latin-1")
    if kind == 1:
        return "".join(random.choice(PIECES) for _ in range(random.randrange(1, 25)))
    if kind == 2:
        return "".join(random.choice("#${}()[].!\\\"' \nabifendsetforeach=") for _ in range(random.randrange(40)))
    whole = random_template(random, random.choice(list(vtl.Dialect))) if kind == 3 else random.choice(corpus)
    return damaged(random, whole)


def damaged(random: Random, whole: str) -> str:
    """A text with something missing or too much in one to three places."""
    chars = list(whole)
    for _ in range(random.randrange(1, 4)):
        at = random.randrange(len(chars) + 1)
        chars[at : at + random.randrange(2)] = random.choice((random.choice(PIECES), ""))
    return "".join(chars)


def throw(tries: int, first: int) -> int:
    """Return how many inputs gave neither text nor a template error."""
    corpus, outcomes, escaped = templates(), Counter[str](), 0
    slowest, started = (0.0, 0, ""), time.monotonic()
    for seed in range(first, first + tries):
        random = Random(seed)
        source = odd_input(random, corpus)
        dialect = random.choice(list(vtl.Dialect))
        before = time.process_time()
        try:
            template = vtl.compile(source, dialect, LIMITS)
            if random.random() < 0.5:
                template.render(json.loads(json.dumps(CONTEXT)))
            else:
                render(
                    template, Variables(body=damaged(random, BODY), querystring={"a": "1"}, context={"m": {"a": "b"}})
                )
            outcomes["text"] += 1
        except vtl.TemplateError as error:
            outcomes[error.__class__.__name__] += 1
        except Exception as error:  # noqa: BLE001 - this is what the run looks for
            escaped += 1
            print(f"seed {seed}: {source!r} gave {error!r}")
        slowest = max(slowest, (time.process_time() - before, seed, source))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{tries} inputs in {time.monotonic() - started:.0f} s: {dict(outcomes)}, {escaped} escaped, {memory} MiB")
    print(f"slowest {slowest[0]:.3f} s of processor time, seed {slowest[1]}: {slowest[2][:200]!r}")
    return escaped


def main(arguments: list[str]) -> int:
    """Run what the command line asks for; 1 where something was found."""
    first = int(arguments[-1]) if arguments[-2:-1] and arguments[-2].isdigit() else 0
    if arguments[0] == "compare":
        return int(compare(arguments[1], int(arguments[2]), first) > 0)
    return int(throw(int(arguments[1]), first) > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
