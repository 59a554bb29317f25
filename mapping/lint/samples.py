"""Renders a template for a sample and reports output that is not JSON."""

import json

from mapping.lint.model import Finding, Rule
from mapping.variables import Variables
from mapping.vtl import TemplateError
from mapping.vtl.gateway import render

_SHOWN = 60


def check_sample(template: str, sample: Variables, file: str, name: str = "the sample") -> list[Finding]:
    """Report a failed rendering, or one whose text is not JSON; `name` tells the sample from others."""
    try:
        text = render(template, sample).text
    except TemplateError as error:
        return [Finding(file, error.line, error.column, Rule.SYNTAX, f"for {name}: {error}")]
    try:
        json.loads(text, parse_constant=_refuse)
    except ValueError as error:
        place = getattr(error, "pos", 0)
        start = max(0, place - _SHOWN // 2)
        near = text[start : start + _SHOWN].strip()
        message = f"for {name} the output is not JSON at character {place}: ...{near!r}..."
        return [Finding(file, 1, 1, Rule.NOT_JSON, message)]
    return []


def _refuse(word: str) -> object:
    raise ValueError(f"{word} is no JSON")
