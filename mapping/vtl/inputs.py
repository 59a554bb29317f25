"""`$input`: the body and the parameters of the request or response that a template transforms.

Facts (API Gateway developer guide, "Mapping template variables", and what AWS was recorded to answer): an empty
body is `{}` to all three; `$input.body` is the text untouched, JSON or not; `$input.path` gives nothing for a
missing path, a JSON null or a body that is no JSON; `$input.json` gives two quotes there; `$input.params(x)` looks
into path, query string and header, in this order.
"""

from typing import Final

from mapping.variables import Variables
from mapping.vtl.containers import MapView
from mapping.vtl.errors import TemplateBoundError, TemplateRunError
from mapping.vtl.inputs_json import BodyError, parse_json
from mapping.vtl.jsonpath import compile_path
from mapping.vtl.jsonpath_errors import InvalidPathError, PathBoundError
from mapping.vtl.texts import json_text, text
from mapping.vtl.values import NO_METHOD, Host

EMPTY_BODY: Final = "{}"
"""What an empty body is to a template (recorded 2025-03-19)."""

_UNREAD: Final = object()


class Input(Host):
    """`$input` of one rendering; the body is parsed when a path is first asked for."""

    __slots__ = ("_body", "_parameters", "_parsed", "_variables")

    def __init__(self, variables: Variables) -> None:
        self._body = variables.body or EMPTY_BODY
        self._parsed: object = _UNREAD
        self._parameters: dict[str, object] | None = None
        self._variables = variables

    def vtl_get(self, name: str) -> object:
        """`$input.body`."""
        return self._body if name == "body" else None

    def vtl_call(self, name: str, args: tuple[object, ...]) -> object:
        """`$input.path(p)`, `$input.json(p)`, `$input.params()`, `$input.params(name)`."""
        if len(args) == 1:
            if name == "path":
                return self.path(args[0])
            if name == "json":
                return self.json(args[0])
            return self.parameter(text(args[0]) or "") if name == "params" else NO_METHOD
        return self.parameters() if name == "params" and not args else NO_METHOD

    def path(self, path: object) -> object:
        """Return the value at a JSONPath, None where there is none.

        Raises:
            TemplateRunError: the text is no JSONPath.
            TemplateBoundError: reading it would take too long.

        """
        try:
            compiled = compile_path(path if path.__class__ is str else text(path) or "")
        except InvalidPathError as error:
            raise TemplateRunError(
                str(error), construct="$input.path or $input.json", expected="a JSONPath such as $.items[0]"
            ) from error
        try:
            return compiled.read(self._document())
        except PathBoundError as error:
            raise TemplateBoundError(str(error), construct="$input.path or $input.json") from error

    def json(self, path: object) -> str:
        """Return the value at a JSONPath as JSON text; two quotes where there is none."""
        value = self.path(path)
        if isinstance(value, MapView):  # keys(): a set in Java, an array in JSON
            value = list(value)
        return '""' if value is None else json_text(value).replace("\\/", "/")

    def parameters(self) -> dict[str, object]:
        """Return all parameters by kind: copies, the same ones each time, which a template may change."""
        if self._parameters is None:
            given = self._variables
            self._parameters = {
                "path": dict(given.path),
                "querystring": dict(given.querystring),
                "header": dict(given.header),
            }
        return self._parameters

    def parameter(self, name: str) -> str | None:
        """Return a parameter of the request: from the path, else the query string, else the headers."""
        given = self._variables
        for kind in (given.path, given.querystring, given.header):
            if name in kind:
                return kind[name]
        return None

    def _document(self) -> object:
        if self._parsed is _UNREAD:
            try:
                self._parsed = parse_json(self._body)
            except BodyError:
                self._parsed = None
        return self._parsed
