"""Which method answers a path."""

import pytest

from emulator.api import Api, Integration, IntegrationType, Method, Passthrough, Validation
from emulator.routing import find, tree

INTEGRATION = Integration(
    kind=IntegrationType.MOCK,
    uri="",
    credentials="",
    passthrough=Passthrough.NEVER,
    timeout=29,
    parameters={},
    templates={},
    responses=(),
)


def api(*methods: str) -> Api:
    resources: dict[str, dict[str, Method]] = {}
    for text in methods:
        verb, path = text.split(" ")
        method = Method(verb=verb, path=path, resource_id="r", validation=Validation(), integration=INTEGRATION)
        resources.setdefault(path, {})[verb] = method
    return Api(id="a", name="a", resources=resources, responses={})


ROUTES = tree(
    api(
        "GET /",
        "GET /pets/{id}",
        "GET /pets/top",
        "POST /pets/top",
        "DELETE /pets/{rest+}",
        "GET /part1/hardcoded-value",
        "ANY /{proxy+}",
    )
)


@pytest.mark.parametrize(
    ("request_line", "path", "parameters"),
    [
        ("GET /", "/", {}),
        ("GET ", "/", {}),
        ("GET /pets/7", "/pets/{id}", {"id": "7"}),
        ("GET /pets/7/", "/pets/{id}", {"id": "7"}),
        ("GET //pets//7", "/pets/{id}", {"id": "7"}),
        ("GET /pets/a%2Fb", "/pets/{id}", {"id": "a/b"}),
        ("GET /pets/top", "/pets/top", {}),
        ("POST /pets/top", "/pets/top", {}),
        ("DELETE /pets/top", "/pets/{rest+}", {"rest": "top"}),
        ("PUT /pets/top", "/{proxy+}", {"proxy": "pets/top"}),
        ("GET /pets/7/more", "/{proxy+}", {"proxy": "pets/7/more"}),
        ("GET /part1/random-value", "/{proxy+}", {"proxy": "part1/random-value"}),
        ("GET /part1/hardcoded-value", "/part1/hardcoded-value", {}),
    ],
)
def test_the_method_that_answers(request_line: str, path: str, parameters: dict[str, str]) -> None:
    verb, _, target = request_line.partition(" ")
    match = find(ROUTES, verb, target)
    assert match is not None
    assert (match[0].path, match[1]) == (path, parameters)


@pytest.mark.parametrize("request_line", ["GET /", "GET /b", "POST /a", "get /a", "GET /a/b", "GET /A"])
def test_nothing_answers(request_line: str) -> None:
    verb, _, target = request_line.partition(" ")
    assert find(tree(api("GET /a")), verb, target) is None
