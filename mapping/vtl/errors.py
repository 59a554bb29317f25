"""What a template can do wrong.

TemplateError               anything below; carries line, column, the construct and what was expected
├── TemplateSyntaxError     the grammar of Velocity 1.7 is broken: API Gateway answers 500
├── TemplateBoundError      a bound of `Limits` is passed (iterations, size, nesting, depth, steps)
└── TemplateRunError        a method threw, a list changed under its loop, an override came twice
"""


class TemplateError(Exception):
    """A template could not be compiled or rendered.

    `line` and `column` count from 1 (0 where the place is not known); `construct` is the piece of the template
    or the rule it broke; `expected` says what would have been right.
    """

    def __init__(
        self, problem: str, *, line: int = 0, column: int = 0, construct: str = "", expected: str = ""
    ) -> None:
        self.problem = problem
        self.line = line
        self.column = column
        self.construct = construct
        self.expected = expected
        super().__init__(problem)

    def __str__(self) -> str:
        place = f"line {self.line}, column {self.column}: " if self.line else ""
        construct = f" in {self.construct}" if self.construct else ""
        expected = f"; expected {self.expected}" if self.expected else ""
        return f"{place}{self.problem}{construct}{expected}"

    def at(self, line: int, column: int, construct: str = "") -> "TemplateError":
        """Fill in the place, if it is not known yet, and return the error itself."""
        if not self.line:
            self.line, self.column = line, column
        if not self.construct:
            self.construct = construct
        return self


class TemplateSyntaxError(TemplateError):
    """The text is not a Velocity 1.7 template."""


class TemplateBoundError(TemplateError):
    """A bound of `Limits` is passed."""


class TemplateRunError(TemplateError):
    """Rendering failed where Velocity throws."""
