"""Text to tokens, as Velocity 1.7's generated lexer does it: a stack of states that the tokens themselves move.

The parser takes tokens one at a time and switches states between them, so the lexer never runs ahead of it.
"""

from bisect import bisect_right

from mapping.vtl.errors import TemplateSyntaxError
from mapping.vtl.tokens import RULES, WORD, Kind, State, Token

_MORE = frozenset(
    {
        Kind.DOLLAR,
        Kind.DOLLARBANG,
        Kind.TEXTBLOCK_START,
        Kind.FORMAL_COMMENT_START,
        Kind.BLOCK_COMMENT_START,
        Kind.HASH,
        Kind.TEXTBLOCK_MORE,
    }
)
_SPECIAL = frozenset({Kind.REFERENCE_TERMINATOR, Kind.DIRECTIVE_TERMINATOR})
_COMMENT_STATES = {
    Kind.TEXTBLOCK_START: State.TEXTBLOCK,
    Kind.FORMAL_COMMENT_START: State.FORMAL_COMMENT,
    Kind.BLOCK_COMMENT_START: State.BLOCK_COMMENT,
    Kind.LINE_COMMENT_START: State.LINE_COMMENT,
}
_COMMENT_ENDS = frozenset({Kind.LINE_COMMENT, Kind.FORMAL_COMMENT, Kind.BLOCK_COMMENT, Kind.TEXTBLOCK})


_EXPECTED = {
    State.DIRECTIVE: "a value, an operator, a comma or ) in a directive",
    State.REFINDEX: "an integer, a string, a reference or ] in an index",
    State.REFMOD2: "a value, a comma or ) in a method's arguments",
    State.REFERENCE: "a name, .name, (arguments), [index] or }",
    State.REFMODIFIER: "a property's or method's name",
    State.PRE_DIRECTIVE: "a directive's name",
}


class Lexer:
    """Tokens of one template, in order, by `next`. Linear in the text's length."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.state = State.DEFAULT
        self.in_set = False
        self._stack: list[tuple[int, int, State]] = []
        self._lparen = 0
        self._rparen = 0
        self._in_comment = False
        self._lines: list[int] | None = None
        self._run = (0, 0)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1, of a character."""
        if self._lines is None:
            self._lines = [0, *(i + 1 for i, char in enumerate(self.text) if char == "\n")]
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def next(self) -> Token:
        """Give the next token; after the last one `EOF`, again and again.

        Raises TemplateSyntaxError where no token fits.
        """
        text, start = self.text, self.position
        special: list[str] = []
        more = False
        while self.position < len(text):
            kind, end = self._match()
            if kind is None:
                raise self._nothing_fits(start)
            self.position = end
            if kind in _MORE:
                self._act(kind)
                more = True
                continue
            if kind is Kind.SKIPPED:
                start, more = end, False
                continue
            image = text[start:end]
            if kind in _SPECIAL:
                special.append(image)
                self.position = start = end - 1
                self.pop()
                more = False
                continue
            token = Token(kind, image, start, end, tuple(special))
            self._act(kind, token)
            return token
        if more:
            raise self._nothing_fits(start)
        return Token(Kind.EOF, "", self.position, self.position, tuple(special))

    def push(self) -> None:
        """Remember the state and its parentheses."""
        self._stack.append((self._lparen, self._rparen, self.state))
        self._lparen = 0

    def pop(self) -> bool:
        """Go back to the state remembered last; False at the bottom."""
        if not self._stack:
            self._lparen = 0
            self.state = State.DEFAULT
            return False
        self._lparen, self._rparen, self.state = self._stack.pop()
        return True

    def sees_parenthesis(self) -> bool:
        """Tell whether `(` comes next, blanks and newlines aside."""
        text, position = self.text, self.position
        while position < len(text) and text[position] in " \n\r\t":
            position += 1
        return text.startswith("(", position)

    def _nothing_fits(self, start: int) -> TemplateSyntaxError:
        line, column = self.place(start)
        shown = self.text[start : start + 20]
        if self.position >= len(self.text):
            return TemplateSyntaxError(
                "the template ends inside a token",
                line=line,
                column=column,
                construct=repr(shown),
                expected="a name after $, a directive or text after #, the end of a comment or text block",
            )
        return TemplateSyntaxError(
            f"{self.text[self.position]!r} cannot stand here",
            line=line,
            column=column,
            construct=repr(shown),
            expected=_EXPECTED.get(self.state, "text, a reference or a directive"),
        )

    def _match(self) -> tuple[Kind | None, int]:
        text, position = self.text, self.position
        best: Kind | None = None
        end = position
        char = text[position]
        if char == "\\" or char == "$":  # noqa: PLR1714 - two comparisons are faster than a set's hash
            best, end = self._escaped(position)
        for kind, pattern in RULES[self.state]:
            match = pattern.match(text, position)
            if match is not None:
                stop = match.end()
                if stop > end or (stop == end and (best is None or kind < best)):
                    best, end = kind, stop
        return best, end

    def _backslashes(self, position: int) -> int:
        """Where the run of backslashes at `position` ends; found once for each run."""
        start, end = self._run
        if start <= position < end:
            return end
        end = position
        while end < len(self.text) and self.text[end] == "\\":
            end += 1
        self._run = (position, end)
        return end

    def _escaped(self, position: int) -> tuple[Kind | None, int]:
        r"""Match `\...\$`, `\...\$\...\!` and, outside of anything, `\...\#word`."""
        text = self.text
        end = self._backslashes(position)
        if text.startswith("$", end):
            bang = self._backslashes(end + 1)
            if text.startswith("!", bang):
                return Kind.DOLLARBANG, bang + 1
            return Kind.DOLLAR, end + 1
        if self.state is State.DEFAULT and (end - position) % 2 and text.startswith("#", end):
            word = WORD.match(text, end + 1)
            if word is not None:
                return Kind.ESCAPE_DIRECTIVE, word.end()
        return None, position

    def _act(self, kind: Kind, token: Token | None = None) -> None:
        """Do what the grammar ties to a token: move the state, count parentheses, give characters back."""
        comment = _COMMENT_STATES.get(kind)
        if comment is not None:
            if not self._in_comment:
                if kind is Kind.FORMAL_COMMENT_START:
                    self.position -= 1
                elif kind is Kind.LINE_COMMENT_START and self.state is State.REFERENCE:
                    self.pop()
                self._in_comment = True
                self.push()
                self.state = comment
        elif kind in _COMMENT_ENDS:
            self._in_comment = False
            self.pop()
        elif kind is Kind.DOLLAR or kind is Kind.DOLLARBANG:
            if not self._in_comment:
                if self.state is State.REFERENCE:
                    self.pop()
                self.push()
                self.state = State.REFERENCE
        elif kind is Kind.HASH:
            if not self._in_comment:
                if self.state in (State.REFERENCE, State.REFMODIFIER):
                    self.pop()
                self.push()
                self.state = State.PRE_DIRECTIVE
        elif token is not None:
            self._act_on_token(kind, token)

    def _act_on_token(self, kind: Kind, token: Token) -> None:
        state = self.state
        match kind:
            case Kind.INDEX_LBRACKET:
                self.push()
                self.state = State.REFINDEX
            case Kind.INDEX_RBRACKET | Kind.RCURLY | Kind.END | Kind.ELSE:
                self.pop()
            case Kind.LPAREN:
                self._lparen += 1
                if state is State.REFMODIFIER:
                    self.state = State.REFMOD2
            case Kind.RPAREN:
                self._close_parenthesis()
            case Kind.REFMOD2_RPAREN:
                self.state = State.REFERENCE
            case Kind.SET_DIRECTIVE:
                self.push()
                self.in_set = True
                self.state = State.DIRECTIVE
                self._lparen += 1
            case Kind.STRING_LITERAL:
                if state is State.DIRECTIVE and not self.in_set and self._lparen == 0:
                    self.pop()
            case Kind.IF | Kind.ELSEIF:
                self.state = State.DIRECTIVE
            case Kind.INTEGER_LITERAL:
                if token.image.endswith(".."):
                    token.image = token.image[:-2]
                    token.end -= 2
                    self.position -= 2
                if self._lparen == 0 and not self.in_set and state not in (State.REFMOD2, State.REFINDEX):
                    self.pop()
            case Kind.FLOATING_POINT_LITERAL:
                if self._lparen == 0 and not self.in_set and state is not State.REFMOD2:
                    self.pop()
            case Kind.DOT:
                token.image = "."
                token.end -= 1
                self.position -= 1
                self.state = State.REFMODIFIER
            case _:
                pass

    def _close_parenthesis(self) -> None:
        """Drop to the state below the one that holds the open parenthesis."""
        if self._in_comment:
            return
        while True:
            if self._lparen > 0:
                if self._lparen == self._rparen + 1:
                    self.pop()
                else:
                    self._rparen += 1
                return
            if not self.pop():
                return
