"""API Gateway's mapping templates: Apache Velocity 1.7 in Python, in AWS's configuration or as it comes.

    template = vtl.compile('{"id": $input.json("$.id")}')
    text = template.render({"input": ...})

A template is parsed once (`tokens`, `lexer`, `parser`, `build` -> `tree`), compiled once to a Python function
(`analysis` and `known` say what may be left out; `references`, `expressions`, `printing`, `loops` and `compiler` write
it, `program` loads it), and rendered many times. Values are plain Python (`values`); what a template may call on them
is in tables (`strings`, `numbers`, `lists`, `maps`), and `Host` is for objects of the caller's own.
"""

from mapping.vtl.errors import TemplateBoundError, TemplateError, TemplateRunError, TemplateSyntaxError
from mapping.vtl.limits import Dialect, Limits
from mapping.vtl.template import Template, compile  # noqa: A004 - re.compile's name
from mapping.vtl.values import NO_METHOD, Host

__all__ = [
    "NO_METHOD",
    "Dialect",
    "Host",
    "Limits",
    "Template",
    "TemplateBoundError",
    "TemplateError",
    "TemplateRunError",
    "TemplateSyntaxError",
    "compile",
]
