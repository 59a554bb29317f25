"""Statements of a template, from tokens to the concrete tree, by Velocity 1.7's grammar.

What the tree means is `build`'s affair.
"""

from mapping.vtl.concrete import Concrete, Rule
from mapping.vtl.errors import TemplateSyntaxError
from mapping.vtl.parser_values import ValueParser
from mapping.vtl.tokens import Kind, State

BLOCK_DIRECTIVES = frozenset({"foreach", "macro", "literal", "define"})
_CONTROL = frozenset({"if", "end", "set", "else", "elseif"})
_STATEMENTS: dict[Kind, Rule] = {
    Kind.TEXTBLOCK: Rule.TEXTBLOCK,
    Kind.ESCAPE_DIRECTIVE: Rule.ESCAPED_DIRECTIVE,
    Kind.BLOCK_COMMENT: Rule.COMMENT,
    Kind.FORMAL_COMMENT: Rule.COMMENT,
    Kind.TEXT: Rule.TEXT,
    Kind.DOT: Rule.TEXT,
    Kind.RPAREN: Rule.TEXT,
    Kind.LPAREN: Rule.TEXT,
    Kind.INTEGER_LITERAL: Rule.TEXT,
    Kind.FLOATING_POINT_LITERAL: Rule.TEXT,
    Kind.STRING_LITERAL: Rule.TEXT,
    Kind.ESCAPE: Rule.TEXT,
    Kind.LCURLY: Rule.TEXT,
    Kind.RCURLY: Rule.TEXT,
    Kind.EMPTY_INDEX: Rule.TEXT,
}
_STATEMENT_STARTS = frozenset(_STATEMENTS) | {
    Kind.IF,
    Kind.IDENTIFIER,
    Kind.LINE_COMMENT_START,
    Kind.SET_DIRECTIVE,
    Kind.DOUBLE_ESCAPE,
    Kind.WORD,
    Kind.BRACKETED_WORD,
}


class Parser(ValueParser):
    """One template's text to a `Concrete` tree."""

    def parse(self) -> Concrete:
        """Read the whole template.

        Raises TemplateSyntaxError where the grammar is broken, TemplateBoundError where it nests too deep.
        """
        root = self._open(Rule.TEMPLATE)
        while self.peek() in _STATEMENT_STARTS:
            root.children.append(self._statement())
        self._expect(Kind.EOF, "text, a reference or a directive")
        return self._close(root)

    # statements

    def _statement(self) -> Concrete:
        kind = self.peek()
        if kind is Kind.IF:
            return self._if()
        if self._scan(self._scan_reference, 2):
            return self._reference()
        if kind is Kind.LINE_COMMENT_START:
            node = self._open(Rule.COMMENT)
            self._at += 1
            self._skip(Kind.LINE_COMMENT)
            return self._close(node)
        if kind is Kind.SET_DIRECTIVE:
            return self._set()
        if kind is Kind.DOUBLE_ESCAPE:
            return self._escape()
        if kind is Kind.WORD or kind is Kind.BRACKETED_WORD:
            return self._directive()
        rule = _STATEMENTS.get(kind)
        if rule is None:
            raise self._unexpected("text, a reference or a directive")
        node = self._leaf(rule)
        if rule is Rule.ESCAPED_DIRECTIVE:
            token = self.tokens[node.first]
            token.image = self._escaped_directive(token.image)
        return node

    def _known(self, name: str) -> bool:
        return name in self._directives or name in self.defined or name in self._macros

    def _escaped_directive(self, image: str) -> str:
        slash = image.rindex("\\")
        directive = image[slash + 1 :]
        name = directive[2:-1] if directive.startswith("#{") else directive[1:]
        if name in _CONTROL or self._known(name):
            return image[: slash // 2] + directive
        return image

    def _escape(self) -> Concrete:
        node = self._open(Rule.ESCAPE)
        count = 0
        while True:
            self._take()
            count += 1
            if self.peek() is not Kind.DOUBLE_ESCAPE:
                break
        self._close(node)
        token = self._token(self._at + 1)
        control = token.kind in (Kind.IF, Kind.ELSE, Kind.ELSEIF, Kind.END) or self._known(token.image[1:])
        node.name = ("\\" if control else "\\\\") * count
        return node

    def _block(self) -> Concrete:
        self._enter()
        node = self._open(Rule.BLOCK)
        while self.peek() in _STATEMENT_STARTS:
            node.children.append(self._statement())
        self._depth -= 1
        return self._close(node)

    def _condition(self, node: Concrete, name: str) -> None:
        self._at += 1
        self._skip(Kind.WHITESPACE)
        self._expect(Kind.LPAREN, f"( after {name}")
        node.children.append(self._expression())
        self._expect(Kind.RPAREN, f") at the end of {name}'s condition")
        node.children.append(self._block())

    def _if(self) -> Concrete:
        node = self._open(Rule.IF)
        self._condition(node, "#if")
        while self.peek() is Kind.ELSEIF:
            branch = self._open(Rule.ELSEIF)
            self._condition(branch, "#elseif")
            node.children.append(self._close(branch))
        if self.peek() is Kind.ELSE:
            branch = self._open(Rule.ELSE)
            self._at += 1
            branch.children.append(self._block())
            node.children.append(self._close(branch))
        self._expect(Kind.END, f"#end of the #if {self._since(node)}")
        return self._close(node)

    def _since(self, node: Concrete) -> str:
        line, column = self.lexer.place(self.tokens[node.first].start)
        return f"in line {line}, column {column}"

    def _set(self) -> Concrete:
        node = self._open(Rule.SET)
        self._at += 1
        self._skip(Kind.WHITESPACE)
        node.children.append(self._reference())
        self._skip(Kind.WHITESPACE)
        self._expect(Kind.EQUALS, "= in #set")
        node.children.append(self._expression())
        self._expect(Kind.RPAREN, ") at the end of #set")
        self.lexer.in_set = False
        self._skip(Kind.NEWLINE)
        return self._close(node)

    def _directive(self) -> Concrete:
        node = self._open(Rule.DIRECTIVE)
        image = self._take().image
        name = image[2:-1] if image.startswith("#{") else image[1:]
        node.name = name
        self.lexer.state = State.DIRECTIVE
        if not self.lexer.sees_parenthesis():
            if name == "macro":
                raise self._bad_argument(node, "a #macro has no name", "#macro(name $argument ...)")
            self.lexer.pop()
            return self._close(node)
        self._skip(Kind.WHITESPACE)
        self._expect(Kind.LPAREN, f"( after #{name}")
        while self._scan(self._scan_argument, 2):
            self._skip(Kind.WHITESPACE)
            if self.peek() is Kind.COMMA:
                self._at += 1
                self._skip(Kind.WHITESPACE)
            argument = self._argument()
            self._check_argument(node, argument)
            node.children.append(argument)
        self._skip(Kind.WHITESPACE)
        self._expect(Kind.RPAREN, f") at the end of #{name}'s arguments")
        if name not in BLOCK_DIRECTIVES and not name.startswith("@"):
            return self._close(node)
        node.children.append(self._block())
        self._expect(Kind.END, f"#end of the #{name} {self._since(node)}")
        if name == "macro":
            if len(node.children) < 2:  # noqa: PLR2004 - name and block
                raise self._bad_argument(node, "a #macro has no name", "#macro(name $argument ...)")
            self.defined.add(self.tokens[node.children[0].first].image)
        return self._close(node)

    def _check_argument(self, node: Concrete, argument: Concrete) -> None:
        """A bare word may stand in two places: a macro's name, and `in`."""
        place, name = len(node.children), node.name
        if argument.rule is not Rule.WORD:
            if name == "macro" and place == 0:
                raise self._bad_argument(node, "a #macro's first argument is not a name", "a bare word")
        elif (name == "macro" and place == 0) or (name == "foreach" and place == 1):
            return
        elif name in self._directives or name in self._macros:
            raise self._bad_argument(
                node, f"argument {place + 1} is the bare word {self.tokens[argument.first].image!r}", "a value"
            )

    def _bad_argument(self, node: Concrete, problem: str, expected: str) -> TemplateSyntaxError:
        line, column = self.lexer.place(self.tokens[node.first].start)
        return TemplateSyntaxError(problem, line=line, column=column, construct=f"#{node.name}", expected=expected)
