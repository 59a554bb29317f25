"""A linter for mapping templates: names the traps of API Gateway's Velocity, each with the fact behind it.

    findings = lint_template(text, file="request.vtl", side=Side.REQUEST)

`model` has the rules and their facts, `flow` follows values through a template, `names`, `overrides` and `samples`
look at the rest, `documents` takes contracts and OpenAPI documents apart.
"""

from mapping.lint.documents import lint_contract, lint_openapi
from mapping.lint.model import FACTS, Fact, Finding, Rule, Side
from mapping.lint.template import lint_template

__all__ = ["FACTS", "Fact", "Finding", "Rule", "Side", "lint_contract", "lint_openapi", "lint_template"]
