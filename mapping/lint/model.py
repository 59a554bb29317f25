"""What the linter says: rules, each with the fact behind it and where that fact is from, and findings.

Sources are named so that they can be looked up: "API Gateway developer guide" is AWS's, "recorded on AWS" are
answers that LocalStack's tests recorded against AWS on the date given, "Velocity 1.7" is the engine AWS runs.
"""

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """Which way a template maps: in a response template the body is the backend's, not the caller's."""

    REQUEST = "request"
    RESPONSE = "response"


class Rule(StrEnum):
    """The names of the traps."""

    SYNTAX = "syntax"
    UNCHECKED_VALUE = "unchecked-value"
    UNCHECKED_PATH = "unchecked-path"
    MISSING_IS_TRUE = "missing-is-true"
    HYPHEN_IN_NAME = "hyphen-in-name"
    NO_MACROS = "no-macros"
    NO_EVALUATE = "no-evaluate"
    NO_TOOLS = "no-tools"
    NEVER_SET = "never-set"
    OVERRIDE_TWICE = "override-twice"
    FATAL_HEADER = "fatal-header"
    LOOP_LIMIT = "loop-limit"
    TEMPLATE_SIZE = "template-size"
    NOT_JSON = "not-json"


@dataclass(frozen=True, slots=True)
class Fact:
    """Why a rule is there."""

    fact: str
    source: str


FACTS: dict[Rule, Fact] = {
    Rule.SYNTAX: Fact(
        "a template that Velocity cannot parse is accepted at deployment and answers every request with 500",
        "LocalStack's authors on AWS's console; Velocity 1.7 throws ParseErrorException",
    ),
    Rule.UNCHECKED_VALUE: Fact(
        "a caller's value printed into JSON as it is can close the string or array it stands in and forge members "
        "or whole instances: print it only after a whole-string .matches(), through $util.escapeJavaScript inside "
        "quotes, or take $input.json outside quotes",
        "API Gateway developer guide, $util.escapeJavaScript; reproduced with Velocity 1.7 on the template of AWS's "
        "blog on SageMaker behind mapping templates",
    ),
    Rule.UNCHECKED_PATH: Fact(
        "a caller's value put into the path, query string or headers of the backend's request as it is can lead to "
        "another endpoint or action: check it with a whole-string .matches() or use $util.urlEncode",
        "API Gateway developer guide, request parameter overrides",
    ),
    Rule.MISSING_IS_TRUE: Fact(
        'on AWS a missing or null reference is the empty string, and every string is true to #if: compare, "$!x" != ""',
        "recorded on AWS 2025-06-18 (test_input_path_template_formatting) and in the renders of airspeed-ext 0.6.9",
    ),
    Rule.HYPHEN_IN_NAME: Fact(
        "in Velocity 1.7 a hyphen is part of a name: `$i-` is the reference `i-`; write `${i}-`",
        "Velocity 1.7 grammar; recorded on AWS ([$s .. $e] with $i- prints nothing)",
    ),
    Rule.NO_MACROS: Fact(
        "API Gateway allows no macros: the definition prints nothing and defines nothing, the call prints as it stands",
        "recorded on AWS, renders of airspeed-ext 0.6.9",
    ),
    Rule.NO_EVALUATE: Fact(
        "API Gateway's engine has no #evaluate, #include or #parse: #evaluate prints as it stands",
        "recorded on AWS, renders of airspeed-ext 0.6.9",
    ),
    Rule.NO_TOOLS: Fact(
        "Velocity's tools ($esc, $math, $date, $number...) do not exist in API Gateway: the reference prints nothing "
        "there and its own source in other engines, which breaks JSON",
        "API Gateway developer guide, mapping template reference: only $input, $util, $context, $stageVariables",
    ),
    Rule.NEVER_SET: Fact(
        "a reference that nothing sets is the empty string on AWS, without an error",
        "recorded on AWS (Hello $name), and API Gateway developer guide, mapping template reference",
    ),
    Rule.OVERRIDE_TWICE: Fact(
        "an override may only be applied to each parameter once; a second one, in this template or in the response "
        "template after the request template, answers 5XX: compute into a variable, apply once",
        "API Gateway developer guide, Override your API's request and response parameters",
    ),
    Rule.FATAL_HEADER: Fact(
        "this header is accepted at deployment, and then every request fails with 500",
        "recorded on AWS 2024-12-11 (test_apigateway_header_remapping_aws, _http)",
    ),
    Rule.LOOP_LIMIT: Fact(
        "a #foreach may run 1000 times on API Gateway, and nothing here bounds the list: check .size() before it",
        "Service Quotas, Maximum Iterations In Mapping Template (1000, not adjustable)",
    ),
    Rule.TEMPLATE_SIZE: Fact(
        "a mapping template may have 300 KB",
        "API Gateway developer guide, Amazon API Gateway important notes",
    ),
    Rule.NOT_JSON: Fact(
        "API Gateway does not check what a template prints: broken JSON goes to the backend or to the caller as it is",
        "API Gateway developer guide, mapping templates",
    ),
}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One trap: `line` and `column` count from 1, 0 where the whole file is meant."""

    file: str
    line: int
    column: int
    rule: Rule
    message: str

    @property
    def fact(self) -> Fact:
        """The fact behind the rule."""
        return FACTS[self.rule]
