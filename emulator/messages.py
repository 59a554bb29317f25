"""What a person is told when a program is taken over: what has no effect, is ignored, or cannot work. Pure."""

from collections.abc import Mapping

from emulator import templates
from emulator.function_reading import invoked
from emulator.graph import Graph

ALWAYS_500 = "every request will be answered 500"


def told(graph: Graph) -> list[str]:
    """Return the messages about a graph that is served all the same."""
    missing = [name for name in invoked(graph.apis, graph.stages.values()) if name not in graph.functions]
    return [
        *(f"without effect: {each}" for each in graph.noted),
        *(f"IGNORED: {each}" for each in graph.ignored),
        *(f"{ALWAYS_500}: {each}" for each in broken_templates(graph)),
        *(f"{ALWAYS_500}: no aws:lambda/function:Function is called {name!r}" for name in missing),
    ]


def without_endpoint(external: Mapping[str, str], graph: Graph) -> list[str]:
    """Name the running containers whose endpoint nothing registers: not yet, or misspelt, which a person should see."""
    known = ", ".join(graph.endpoints) or "none"
    return [
        f"--endpoint {name}: the program registers no such endpoint (yet); registered: {known}"
        for name in external
        if name not in graph.endpoints
    ]


def broken_templates(graph: Graph) -> list[str]:
    """Name the templates that do not parse. AWS takes them and answers 500; a person wants to know before that."""
    found: list[str] = []
    for api in graph.apis.values():
        for methods in api.resources.values():
            for method in methods.values():
                integration = method.integration
                texts = {f"request template {media}": text for media, text in integration.templates.items()}
                for response in integration.responses:
                    name = f"response template {response.pattern or 'default'}"
                    texts |= {f"{name} {media}": text for media, text in response.templates.items()}
                for name, text in texts.items():
                    if (problem := templates.problem(text)) is not None:
                        found.append(f"{method.verb} {method.path}: {name}: {problem}")
    return list(dict.fromkeys(found))
