"""Render a mapping template as API Gateway does: the engine with `$input`, `$util`, `$context`, `$stageVariables`.

Everything in this project that renders a template calls `render`: the emulator for each request and response, the
command line, the linter for its samples, the tests.
"""

from functools import lru_cache
from typing import Final

from mapping.variables import Rendered, Variables
from mapping.vtl import Dialect, Limits, Template
from mapping.vtl import compile as compile_template
from mapping.vtl.gateway_context import Context
from mapping.vtl.gateway_util import Util
from mapping.vtl.inputs import Input

CACHED_TEMPLATES: Final = 128
"""Compiled templates that are kept; the least recently used leaves first. A compiled one is safe between threads."""

_UTIL: Final = Util()
_LIMITS: Final = Limits()


def render(
    template: str | Template,
    variables: Variables,
    *,
    dialect: Dialect | str = Dialect.AWS,
    limits: Limits = _LIMITS,
) -> Rendered:
    """Render a template for one request or response.

    A template given as text is compiled once and remembered; `dialect` and `limits` are those of the text and do
    nothing for one that is compiled already. `variables.overrides` is what an earlier template of the same call
    left; the answer's overrides hold it too.

    Raises:
        TemplateError: the template breaks the grammar, a bound, or fails where Velocity throws, or an override was
            applied a second time: what API Gateway answers with a 500.

    """
    if isinstance(template, str):
        template = compiled(template, dialect, limits)
    context = Context(variables)
    text = template.render(
        {
            "input": Input(variables),
            "util": _UTIL,
            "context": context,
            "stageVariables": dict(variables.stage_variables) if variables.stage_variables else {},
        },
        keep=False,
    )
    return Rendered(text, context.overrides())


def compiled(source: str, dialect: Dialect | str = Dialect.AWS, limits: Limits = _LIMITS) -> Template:
    """Compile a template, or return the one compiled before.

    Raises:
        TemplateError: it breaks the grammar or a bound.

    """
    if limits is _LIMITS and dialect is Dialect.AWS:
        return _usual(source)  # found by the text alone: hashing the bounds takes longer than a small template
    return _any(source, Dialect(dialect), limits)


@lru_cache(maxsize=CACHED_TEMPLATES)
def _usual(source: str) -> Template:
    return compile_template(source)


@lru_cache(maxsize=CACHED_TEMPLATES)
def _any(source: str, dialect: Dialect, limits: Limits) -> Template:
    return compile_template(source, dialect=dialect, limits=limits)
