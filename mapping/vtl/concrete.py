"""The concrete tree: what was read, production by production, with the tokens it was read from."""

from dataclasses import dataclass, field
from enum import StrEnum


class Rule(StrEnum):
    """Which production of the grammar a node comes from."""

    TEMPLATE = "template"
    BLOCK = "block"
    TEXT = "text"
    TEXTBLOCK = "text block"
    COMMENT = "comment"
    ESCAPE = "escape"
    ESCAPED_DIRECTIVE = "escaped directive"
    REFERENCE = "reference"
    IDENTIFIER = "property"
    METHOD = "method"
    INDEX = "index"
    STRING = "string"
    INTEGER = "integer"
    FLOAT = "float"
    TRUE = "true"
    FALSE = "false"
    RANGE = "range"
    LIST = "list"
    MAP = "map"
    WORD = "word"
    NOT = "not"
    EXPRESSION = "expression"
    BINARY = "operator"
    SET = "#set"
    IF = "#if"
    ELSEIF = "#elseif"
    ELSE = "#else"
    DIRECTIVE = "directive"


def _no_nodes() -> "list[Concrete]":
    return []


@dataclass(slots=True)
class Concrete:
    """One node as it was read: tokens `first` to `last` (indexes), `name` a directive's name or an operator."""

    rule: Rule
    first: int
    last: int = -1
    children: "list[Concrete]" = field(default_factory=_no_nodes)
    name: str = ""
