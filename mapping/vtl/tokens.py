"""The vocabulary of the lexer: kinds of token, lexical states, and which kind can stand in which state.

Source: the grammar of Apache Velocity 1.7 (`Parser.jjt`). The states matter: the same character is a comma in a
directive's arguments and plain text elsewhere, and 1.7's oddities (a hyphen in a name, the newline behind a
closing parenthesis) are all in this table. Where two kinds match, the longer wins, then the earlier.
"""

import re
from dataclasses import dataclass
from enum import IntEnum, auto


class State(IntEnum):
    """Where in a template the lexer stands."""

    DEFAULT = auto()
    REFERENCE = auto()
    REFMODIFIER = auto()
    REFMOD2 = auto()
    REFINDEX = auto()
    PRE_DIRECTIVE = auto()
    DIRECTIVE = auto()
    LINE_COMMENT = auto()
    FORMAL_COMMENT = auto()
    BLOCK_COMMENT = auto()
    TEXTBLOCK = auto()


class Kind(IntEnum):
    """What a token is, in the order of the grammar, which breaks ties."""

    EOF = 0
    INDEX_LBRACKET = auto()
    INDEX_RBRACKET = auto()
    LBRACKET = auto()
    RBRACKET = auto()
    COMMA = auto()
    DOUBLEDOT = auto()
    COLON = auto()
    LEFT_CURLEY = auto()
    RIGHT_CURLEY = auto()
    LPAREN = auto()
    RPAREN = auto()
    REFMOD2_RPAREN = auto()
    ESCAPE_DIRECTIVE = auto()
    SET_DIRECTIVE = auto()
    DOLLAR = auto()
    DOLLARBANG = auto()
    TEXTBLOCK_START = auto()
    FORMAL_COMMENT_START = auto()
    BLOCK_COMMENT_START = auto()
    HASH = auto()
    LINE_COMMENT_START = auto()
    DOUBLE_ESCAPE = auto()
    ESCAPE = auto()
    TEXT = auto()
    LINE_COMMENT = auto()
    FORMAL_COMMENT = auto()
    BLOCK_COMMENT = auto()
    TEXTBLOCK = auto()
    SKIPPED = auto()
    TEXTBLOCK_MORE = auto()
    WHITESPACE = auto()
    STRING_LITERAL = auto()
    TRUE = auto()
    FALSE = auto()
    NEWLINE = auto()
    MINUS = auto()
    PLUS = auto()
    MULTIPLY = auto()
    DIVIDE = auto()
    MODULUS = auto()
    AND = auto()
    OR = auto()
    LT = auto()
    LE = auto()
    GT = auto()
    GE = auto()
    EQ = auto()
    NE = auto()
    NOT = auto()
    EQUALS = auto()
    END = auto()
    IF = auto()
    ELSEIF = auto()
    ELSE = auto()
    INTEGER_LITERAL = auto()
    FLOATING_POINT_LITERAL = auto()
    WORD = auto()
    BRACKETED_WORD = auto()
    IDENTIFIER = auto()
    DOT = auto()
    LCURLY = auto()
    RCURLY = auto()
    REFERENCE_TERMINATOR = auto()
    DIRECTIVE_TERMINATOR = auto()
    EMPTY_INDEX = auto()


@dataclass(slots=True)
class Token:
    """One token. `image` is its text (the parser trims backslashes off it), `special` what was skipped before."""

    kind: Kind
    image: str
    start: int
    end: int
    special: tuple[str, ...] = ()


_S = State
_DIRECTIVES = (_S.DIRECTIVE, _S.REFMOD2)
_EVERYWHERE = tuple(State)
_NEWLINE = r"(?:\r\n|\n|\r)"
_EOL = rf"(?:[ \t]*{_NEWLINE})?"
_EXPONENT = r"[eE][+-]?[0-9]+"

_GRAMMAR: tuple[tuple[Kind, str, tuple[State, ...]], ...] = (
    (Kind.INDEX_LBRACKET, r"\[", (_S.REFERENCE, _S.REFMODIFIER)),
    (Kind.INDEX_RBRACKET, r"\]", (_S.REFINDEX,)),
    (Kind.LBRACKET, r"\[", _DIRECTIVES),
    (Kind.RBRACKET, r"\]", _DIRECTIVES),
    (Kind.COMMA, r",", _DIRECTIVES),
    (Kind.DOUBLEDOT, r"\.\.", _DIRECTIVES),
    (Kind.COLON, r":", _DIRECTIVES),
    (Kind.LEFT_CURLEY, r"\{", _DIRECTIVES),
    (Kind.RIGHT_CURLEY, r"\}", _DIRECTIVES),
    (Kind.LPAREN, r"\(", (_S.DIRECTIVE, _S.REFMODIFIER)),
    (Kind.RPAREN, rf"\){_EOL}", (_S.DIRECTIVE,)),
    (Kind.REFMOD2_RPAREN, r"\)", (_S.REFMOD2,)),
    (
        Kind.SET_DIRECTIVE,
        r"[ \t]*(?:\#set|\#\{set\})[ ]*\(",
        (_S.DEFAULT, _S.REFERENCE, _S.REFMODIFIER, _S.REFMOD2),
    ),
    (Kind.TEXTBLOCK_START, r"\#\[\[", _EVERYWHERE),
    (Kind.FORMAL_COMMENT_START, r"\#\*\*[^\#]", _EVERYWHERE),
    (Kind.BLOCK_COMMENT_START, r"\#\*", _EVERYWHERE),
    (Kind.HASH, r"\#", _EVERYWHERE),
    (Kind.LINE_COMMENT_START, r"\#\#", (_S.DEFAULT, _S.PRE_DIRECTIVE, _S.DIRECTIVE, _S.REFERENCE)),
    (Kind.DOUBLE_ESCAPE, r"\\\\", (_S.DEFAULT,)),
    (Kind.ESCAPE, r"\\", (_S.DEFAULT,)),
    (Kind.TEXT, r"[^$\#\\]+", (_S.DEFAULT,)),
    (Kind.LINE_COMMENT, _NEWLINE, (_S.LINE_COMMENT,)),
    (Kind.FORMAL_COMMENT, r"\*\#", (_S.FORMAL_COMMENT,)),
    (Kind.BLOCK_COMMENT, r"\*\#", (_S.BLOCK_COMMENT,)),
    (Kind.TEXTBLOCK, r"\]\]\#", (_S.TEXTBLOCK,)),
    # a run of characters that mean nothing stands for as many single ones
    (Kind.SKIPPED, r"[^$\#\\\n\r]+|[^\n\r]", (_S.LINE_COMMENT,)),
    (Kind.SKIPPED, r"[^$\#\\*]+|[\s\S]", (_S.FORMAL_COMMENT, _S.BLOCK_COMMENT)),
    (Kind.TEXTBLOCK_MORE, r"[^$\#\\\]]+|[\s\S]", (_S.TEXTBLOCK,)),
    (Kind.WHITESPACE, r"[ \t\n\r]+", (_S.DIRECTIVE, _S.REFMOD2, _S.REFINDEX)),
    (
        Kind.STRING_LITERAL,
        "\"[^\"]*(?:\"\"[^\"]*)*\"|'[^']*(?:''[^']*)*'",
        (_S.DIRECTIVE, _S.REFMOD2, _S.REFINDEX),
    ),
    (Kind.TRUE, "true", (_S.REFERENCE, _S.DIRECTIVE, _S.REFMODIFIER, _S.REFMOD2, _S.REFINDEX)),
    (Kind.FALSE, "false", (_S.REFERENCE, _S.DIRECTIVE, _S.REFMODIFIER, _S.REFMOD2, _S.REFINDEX)),
    (Kind.NEWLINE, _NEWLINE, (_S.DIRECTIVE,)),
    (Kind.MINUS, "-", (_S.DIRECTIVE,)),
    (Kind.PLUS, r"\+", (_S.DIRECTIVE,)),
    (Kind.MULTIPLY, r"\*", (_S.DIRECTIVE,)),
    (Kind.DIVIDE, "/", (_S.DIRECTIVE,)),
    (Kind.MODULUS, "%", (_S.DIRECTIVE,)),
    (Kind.AND, "&&|and", (_S.DIRECTIVE,)),
    (Kind.OR, r"\|\||or", (_S.DIRECTIVE,)),
    (Kind.LT, "<|lt", (_S.DIRECTIVE,)),
    (Kind.LE, "<=|le", (_S.DIRECTIVE,)),
    (Kind.GT, ">|gt", (_S.DIRECTIVE,)),
    (Kind.GE, ">=|ge", (_S.DIRECTIVE,)),
    (Kind.EQ, "==|eq", (_S.DIRECTIVE,)),
    (Kind.NE, "!=|ne", (_S.DIRECTIVE,)),
    (Kind.NOT, "!|not", (_S.DIRECTIVE,)),
    (Kind.EQUALS, "=", (_S.DIRECTIVE,)),
    (Kind.END, rf"(?:end|\{{end\}}){_EOL}", (_S.PRE_DIRECTIVE,)),
    (Kind.IF, r"if|\{if\}", (_S.PRE_DIRECTIVE,)),
    (Kind.ELSEIF, r"elseif|\{elseif\}", (_S.PRE_DIRECTIVE,)),
    (Kind.ELSE, rf"(?:else|\{{else\}}){_EOL}", (_S.PRE_DIRECTIVE,)),
    (
        Kind.INTEGER_LITERAL,
        r"-?[0-9]+(?:\.\.)?",
        (_S.PRE_DIRECTIVE, _S.DIRECTIVE, _S.REFMOD2, _S.REFINDEX),
    ),
    (
        Kind.FLOATING_POINT_LITERAL,
        rf"-?[0-9]+\.[0-9]*(?:{_EXPONENT})?|-?\.[0-9]+(?:{_EXPONENT})?|-?[0-9]+{_EXPONENT}",
        (_S.PRE_DIRECTIVE, _S.DIRECTIVE, _S.REFMOD2, _S.REFINDEX),
    ),
    (Kind.WORD, r"[A-Za-z_@][A-Za-z0-9_@]*", (_S.PRE_DIRECTIVE, _S.DIRECTIVE)),
    (Kind.BRACKETED_WORD, r"\{[A-Za-z_][A-Za-z0-9_@]*\}", (_S.PRE_DIRECTIVE, _S.DIRECTIVE)),
    (Kind.IDENTIFIER, r"[A-Za-z_][A-Za-z0-9_-]*", (_S.REFERENCE, _S.REFMODIFIER, _S.REFMOD2)),
    (Kind.DOT, r"\.[A-Za-z]", (_S.REFERENCE, _S.REFMODIFIER, _S.REFMOD2)),
    (Kind.LCURLY, r"\{", (_S.REFERENCE, _S.REFMODIFIER)),
    (Kind.RCURLY, r"\}", (_S.REFERENCE, _S.REFMODIFIER)),
    (Kind.REFERENCE_TERMINATOR, r"[\s\S]", (_S.REFERENCE, _S.REFMODIFIER)),
    (Kind.DIRECTIVE_TERMINATOR, r"[\s\S]", (_S.PRE_DIRECTIVE,)),
    (Kind.EMPTY_INDEX, r"\$\[|\$!\[|\$\\!\[|\$\.", (_S.DEFAULT, _S.REFERENCE)),
)

RULES: dict[State, tuple[tuple[Kind, re.Pattern[str]], ...]] = {
    state: tuple((kind, re.compile(pattern)) for kind, pattern, states in _GRAMMAR if state in states)
    for state in State
}
"""For each state the kinds that can stand there, in the grammar's order. `$`, `$!` and escaped directives, which
begin with any number of backslashes, are matched by the lexer itself, in linear time."""

WORD = re.compile(r"[A-Za-z_@][A-Za-z0-9_@]*|\{[A-Za-z_][A-Za-z0-9_@]*\}")
"""What has to follow `\\#` for an escaped directive."""
