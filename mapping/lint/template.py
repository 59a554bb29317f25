"""Lint one template."""

from collections.abc import Sequence

from mapping.lint.flow import check_flow
from mapping.lint.model import Finding, Rule, Side
from mapping.lint.names import check_names
from mapping.lint.overrides import Counts, Overrides
from mapping.lint.samples import check_sample
from mapping.variables import Variables
from mapping.vtl import Dialect, Limits, TemplateError, tree
from mapping.vtl.build import build

MAX_BYTES = 300 * 1024
"""API Gateway developer guide, Amazon API Gateway important notes."""


def lint_template(
    source: str,
    *,
    file: str = "-",
    side: Side = Side.REQUEST,
    samples: Sequence[Variables] = (),
    overridden: Counts | None = None,
) -> list[Finding]:
    """Return the traps in a template, in the order of its text.

    `overridden` counts what the request template of the same call may have overridden. A template that does not
    parse has that one finding.
    """
    size = len(source.encode("utf-8", "replace"))
    if size > MAX_BYTES:
        return [Finding(file, 1, 1, Rule.TEMPLATE_SIZE, f"{size} bytes, more than {MAX_BYTES}")]
    try:
        root = _parsed(source)
    except TemplateError as error:
        return [Finding(file, error.line, error.column, Rule.SYNTAX, str(error))]
    findings = {*check_flow(root, side, file), *check_names(root, file), *Overrides(root, file, overridden).findings}
    for number, sample in enumerate(samples, 1):
        name = "the sample" if len(samples) == 1 else f"sample {number}"
        findings.update(check_sample(source, sample, file, name))
    return sorted(findings)


def _parsed(source: str) -> tree.Block:
    return build(source, Dialect.AWS, Limits())


def overrides_of(source: str) -> Counts:
    """Return how often a template may override each parameter; nothing for one that does not parse."""
    try:
        return Overrides(_parsed(source), "").counts
    except TemplateError:
        return {}
