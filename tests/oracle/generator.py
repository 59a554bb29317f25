"""Writes random templates that are well-formed, or nearly: every construct beside every other.

One `random.Random` decides everything, so Hypothesis can drive it and a seed repeats a template.
"""

# ruff: noqa: E501 - templates and tables of values stand in one line

from random import Random
from typing import Any

from tests.oracle.flow import random_flow

CONTEXT: dict[str, Any] = {
    "s": "foo bar",
    "e": "",
    "csv": "1,2,,x,,",
    "u": "Grüße / \"q\" 'a' \\ €",
    "n": 3,
    "z": 0,
    "neg": -7,
    "big": 3000000000,
    "huge": 12345678901234567890,
    "d": 2.5,
    "tiny": 1e-7,
    "large": 12345678.5,
    "t": True,
    "f": False,
    "nul": None,
    "l": [1, 2, 3],
    "ls": ["a", "b,c", ""],
    "mix": [1, "x", None, True, 2.5, ["y"], {"k": "v"}],
    "el": [],
    "em": {},
    "m": {"a": 1, "b": {"c": [1, {"d": "x"}]}, "k-1": "dash", "s": "str", "size": 9},
    "p": [{"scores": [0.25, 0.75], "id": "a"}, {"scores": [1e-7], "id": "b"}],
    "a-b": "hyphen",
}
NAMES = (*CONTEXT, "x", "y", "i", "v", "undef", "foreach", "velocityCount")
_BLANKS = ("", " ", "  ", "\n", " \n", "\n ", "\t", "\r\n", "\n\n", " \n  ", "")
_TEXTS = (
    "a", "text", ".", ",", "{", "}", "[", "]", "(", ")", "!", "$ ", "$", "#", "# ", "\\", "\\\\", "-", "_x", "1", '"', "'",
    "\n", " ", '{"k": ', "}", "$$", "$!", "${", "#{", "|", "=", "&&", "ü", "$5", "#5", ".x", "[0]", "\t", "*#", "]]#", "#end",
    "\\$", "\\#", "$.", "$[", "@", "#@", "end", "else",
)  # fmt: skip
_PROPERTIES = (
    "a",
    "b",
    "c",
    "s",
    "scores",
    "id",
    "k",
    "size",
    "empty",
    "length",
    "key",
    "value",
    "bytes",
    "x",
    "hasNext",
    "index",
)
_REGEXES = (
    ",",
    "[a-z]+",
    "o",
    "(o)(.)?",
    "\\\\d",
    " ",
    "^f",
    "b,",
    "x*",
    "[^a-z]",
    "a|b",
    "\\\\s+",
    "(?i)FOO",
    ".",
    "$",
)
_LITERALS = ("foo", "o", "a", "", "1", ",", "x y", "b,c", "3", "ü", "it''s", "r", "true", "2.5")
_NUMBERS = ("0", "1", "2", "-1", "3", "7", "100", "2147483647", "2147483648", "-2147483648", "9223372036854775807",
            "9223372036854775808", "1.5", "-0.5", "1e3", "1.", ".5", "0.001", "1e7", "-3")  # fmt: skip


class Generator:
    """One template from one source of chance."""

    def __init__(self, random: Random, dialect: str = "aws") -> None:
        self.random = random
        self.dialect = dialect
        self.depth = 0

    def pick(self, options: Any) -> Any:
        """One of several."""
        return self.random.choice(options)

    def chance(self, probability: float) -> bool:
        """Yes so often."""
        return self.random.random() < probability

    def blank(self) -> str:
        """White space around directives."""
        return self.pick(_BLANKS)

    def template(self) -> str:
        """A whole template."""
        return self.block(self.random.randint(1, 6))

    def block(self, size: int) -> str:
        """Statements side by side."""
        return "".join(self.statement() for _ in range(size))

    def statement(self) -> str:
        """One statement and the white space behind it."""
        self.depth += 1
        try:
            kinds = [self.text, self.text, self.printed, self.printed, self.set, self.comment, self.escape]
            if self.depth < 5:
                kinds += [self.if_, self.if_, self.foreach, self.foreach, self.define, self.other, self.set]
                if self.dialect == "velocity" and self.chance(0.3):
                    kinds += [self.macro, self.macro, self.evaluate]
            return self.pick(kinds)() + self.blank()
        finally:
            self.depth -= 1

    def text(self) -> str:
        """Text, odd characters among it."""
        if self.chance(0.93):
            return self.pick(_TEXTS[:12]) if self.chance(0.6) else self.pick(("a b", "x: ", '"k": ', "t\n", "<p>"))
        return self.pick(_TEXTS)

    def comment(self) -> str:
        """Comments and text blocks."""
        return self.pick(
            (
                "## note\n",
                "##",
                "## $x #if\n",
                "#* block *#",
                "#** doc *#",
                "#* $x #end \n *#",
                "#[[raw $x #if]]#",
                "#[[a]]#\n",
            )
        )

    def escape(self) -> str:
        """Backslashes before things."""
        slashes = "\\" * self.random.randint(1, 4)
        what = (
            "$x",
            "$s",
            "$!s",
            "${s}",
            "$!undef",
            "#set",
            "#if",
            "#end",
            "#foo",
            "#foreach",
            "#{if}",
            "$m.a",
            "#else",
            "$\\!s",
            "$ ",
        )
        if self.chance(0.85):
            what = what[:5] + what[10:11]
        return slashes + self.pick(what)

    def printed(self) -> str:
        """A reference in text."""
        return self.reference(self.pick(("$", "$", "$", "$!", "${", "$!{")))

    def reference(self, opening: str | None = None) -> str:
        """A reference with its chain."""
        if opening is None:
            opening = str(self.pick(("$", "$", "$", "$!", "${")))
        body = self.pick(NAMES)
        for _ in range(self.pick((0, 0, 0, 1, 1, 2, 3))):
            body += self.member()
        return opening + body + ("}" if "{" in opening else "")

    def member(self) -> str:
        """A property, a call or an index."""
        kind = self.random.random()
        if kind < 0.35:
            return "." + self.pick(_PROPERTIES)
        if kind < 0.5:
            return "[" + self.pick(("0", "1", "-1", "7", '"a"', "'b'", "$n", "$z", "true", "$s")) + "]"
        return "." + self.call()

    def call(self) -> str:
        """A method with arguments."""
        self.depth += 1
        try:
            return self._call()
        finally:
            self.depth -= 1

    def _call(self) -> str:
        regex = lambda: f"'{self.pick(_REGEXES)}'".replace("\\\\", "\\")  # noqa: E731 - a short name for a template piece
        string = lambda: f"'{self.pick(_LITERALS)}'"  # noqa: E731 - the same
        number = lambda: self.pick(("0", "1", "2", "3", "-1", "$n"))  # noqa: E731 - the same
        anything = lambda: self.parameter()  # noqa: E731, PLW0108 - the same
        name, *arguments = self.pick(
            (
                ("length",), ("size",), ("isEmpty",), ("toString",), ("trim",), ("toUpperCase",), ("toLowerCase",), ("hashCode",),
                ("keySet",), ("values",), ("entrySet",), ("intValue",), ("doubleValue",), ("longValue",), ("clear",), ("getKey",),
                ("getValue",), ("isNaN",), ("iterator",), ("next",), ("nope",), ("toCharArray",), ("charAt", number),
                ("substring", number), ("substring", number, number), ("indexOf", string), ("indexOf", anything),
                ("indexOf", string, number), ("lastIndexOf", string), ("contains", anything), ("startsWith", string),
                ("endsWith", string), ("equals", anything), ("equalsIgnoreCase", string), ("compareTo", string), ("concat", string),
                ("replace", string, string), ("replaceAll", regex, string), ("replaceAll", regex, lambda: "'<$1>'"),
                ("replaceAll", regex, lambda: "'\\$'"), ("replaceFirst", regex, string), ("matches", regex), ("split", regex),
                ("split", regex, number), ("get", number), ("get", string), ("get", anything), ("put", string, anything),
                ("add", anything), ("add", number, anything), ("set", number, anything), ("remove", number), ("remove", anything),
                ("addAll", anything), ("containsKey", string), ("containsValue", anything), ("subList", number, number),
                ("parseInt", string), ("parseDouble", string), ("valueOf", anything), ("compareTo", anything), ("format", lambda: "'%s|%5s|%-4s|'", anything, anything, anything),
                ("format", lambda: "'%d %05d %x'", number, number, number), ("format", lambda: "'%.2f %e %,d'", lambda: "$d", lambda: "$d", number),
                ("getOrDefault", string, anything), ("putAll", anything), ("repeat", number), ("join", string, anything), ("isBlank",),
                ("toBinaryString", number), ("max", number, number), ("containsAll", anything), ("retainAll", anything), ("removeAll", anything),
            )
        )  # fmt: skip
        blank = self.pick(("", "", " "))
        return f"{name}({blank}{(',' + blank).join(argument() for argument in arguments)}{blank})"

    def parameter(self) -> str:
        """A value that can be a method's argument."""
        self.depth += 1
        try:
            kind = self.random.random()
            if kind < 0.3 or self.depth > 7:
                return self.pick(("1", "'a'", '"b"', "true", "$n", "$s", "2.5", "-3", '"x$n"', "$undef"))
            if kind < 0.5:
                return self.reference()
            if kind < 0.6:
                return self.pick(_NUMBERS)
            if kind < 0.7:
                return self.string()
            if kind < 0.8:
                return "[" + ", ".join(self.parameter() for _ in range(self.random.randint(0, 3))) + "]"
            if kind < 0.9:
                keys = ('"a"', '"k$n"', '"$undef"', "$s", "1")
                pairs = [f"{self.pick(keys)} : {self.parameter()}" for _ in range(self.random.randint(0, 2))]
                return "{" + ", ".join(pairs) + "}"
            return f"[{self.pick(('0', '1', '-2', '$n', '$z', ' 3 '))}..{self.pick(('3', '-1', '$n', ' 1 ', '$d'))}]"
        finally:
            self.depth -= 1

    def string(self) -> str:
        """A string literal, interpolated or raw."""
        if self.chance(0.3):
            return f"'{self.pick(_LITERALS)}'"
        pieces = [
            self.pick(
                (
                    "a",
                    " ",
                    "-",
                    "$s",
                    "$!undef",
                    "${n}",
                    "$m.a",
                    "$undef",
                    '""',
                    "\\$s",
                    "#if($t)y#end",
                    "$l",
                    "x#set($x = 1)y",
                    "#foreach($q in $l)$q#end",
                    "##",
                    "\n",
                    "\\u0041",
                    "'",
                    "$d.",
                    ".5",
                )
            )
            for _ in range(self.random.randint(0, 3))
        ]
        return '"' + "".join(pieces) + '"'

    def expression(self) -> str:
        """An operator tree or a value."""
        self.depth += 1
        try:
            if self.depth > 6 or self.chance(0.45):
                value = self.parameter()
            elif self.chance(0.2):
                value = self.pick(("!", "not ", "! ", "!!")) + self.expression_value()
            elif self.chance(0.15):
                value = "(" + self.blank() + self.expression() + self.pick(("", " ")) + ")"
            else:
                operator = self.pick(
                    (
                        "+",
                        "-",
                        "*",
                        "/",
                        "%",
                        "==",
                        "!=",
                        "<",
                        ">",
                        "<=",
                        ">=",
                        "&&",
                        "||",
                        "and",
                        "or",
                        "eq",
                        "ne",
                        "lt",
                        "gt",
                        "le",
                        "ge",
                    )
                )
                value = f"{self.expression()} {operator} {self.expression()}"
            return self.pick(("", " ")) + value + self.pick(("", " "))
        finally:
            self.depth -= 1

    def expression_value(self) -> str:
        """What `!` can stand before."""
        return self.pick((self.reference(), "true", "false", f"({self.expression()})"))

    def set(self) -> str:
        """`#set` in its forms."""
        target = self.pick(
            (
                "$x",
                "$y",
                "$v",
                "$i",
                "$x",
                "$m.a",
                "$m.new",
                '$m["z"]',
                "$l[0]",
                "$ls[-1]",
                "$em.x.y",
                "$!x",
                "${y}",
                "$undef.a",
                "$foreach.z",
            )
        )
        keyword = self.pick(("#set", "#set", "#{set}"))
        return f"{keyword}{self.pick(('', ' '))}({self.pick(('', ' '))}{target} = {self.expression()})"

    def if_(self) -> str:
        """`#if` with its branches."""
        out = f"#if{self.pick(('', ' '))}({self.expression()})" + self.blank() + self.block(self.random.randint(0, 2))
        for _ in range(self.pick((0, 0, 1))):
            out += f"#elseif({self.expression()})" + self.blank() + self.block(1)
        if self.chance(0.5):
            out += self.pick(("#else", "#{else}", "#else ")) + self.blank() + self.block(1)
        return out + self.pick(("#end", "#{end}"))

    def foreach(self) -> str:
        """`#foreach` over anything."""
        items = self.pick(
            (
                "$l",
                "$ls",
                "$mix",
                "$m",
                "$p",
                "[1..3]",
                "$csv.split(',')",
                "$m.keySet()",
                "$m.entrySet()",
                "$undef",
                "$s",
                "[]",
                '{"a" : 1}',
                "$m.values()",
                self.parameter(),
            )
        )
        inside = self.pick(
            (
                "",
                "$foreach.count",
                "$foreach.hasNext",
                "$velocityCount",
                "#if($foreach.hasNext),#end",
                "$foreach.index",
                "$foreach.first$foreach.last",
                "$foreach.parent.index",
                "$foreach.topmost.count",
                "#break",
                "#if($foreach.count == 2)#break#end",
                "$velocityHasNext",
                "#set($foreach.q = 1)$foreach.q",
                "#if($t)#break($foreach)#end",
                "$foreach",
                "$foreach.parent",
            )
        )
        name = self.pick(("$i", "$v", "$x", "$i"))
        body = (
            self.pick((name, "", name + ".key", name + ".id "))
            + inside
            + self.blank()
            + self.block(self.random.randint(0, 2))
        )
        return f"#foreach({self.pick(('', ' '))}{name} in {items}{self.pick(('', ' '))})" + self.blank() + body + "#end"

    def define(self) -> str:
        """`#define`, mostly printed."""
        name = self.pick(("$v", "$x", "$y"))
        return f"#define({name})" + self.blank() + self.block(1) + "#end" + self.pick(("", name, name + name))

    def other(self) -> str:
        """Words after `#`, known and unknown."""
        return self.pick(
            (
                "#foo",
                "#foo()",
                '#foo($n "a")',
                "#{foo}",
                "#foo ($n, 1)\n",
                "#@foo($n)body#end",
                "#@foo",
                "#literal()$x #y#end",
                "#foo(bar)",
                "#stop",
                "#break",
                "#evaluate($s)",
                "#end2",
                "#macro(mm $p)<$p>#end",
                "#mm(1)",
                "#return($n)",
                "#foo($undef)\n",
            )
            if self.chance(0.9)
            else ("#end", "#else", "#if", "#foreach", "#set", "#macro")
        )

    def macro(self) -> str:
        """A macro and calls of it."""
        name = self.pick(("ma", "mb"))
        body = self.pick(
            (
                "<$p>",
                "$p$q",
                "[$!p|$!q]",
                "#set($p = 5)$p",
                "$bodyContent",
                "#set($x = $p)$x",
                "#foreach($p in $l)$p#end",
                self.block(1),
            )
        )
        call = self.pick(
            (
                f"#{name}(1 2)",
                f"#{name}($s)",
                f'#{name}("a$n", $undef)',
                f"#{name}()",
                f"#@{name}($n)body $p#end",
                f"#{name}($m.a $x)",
            )
        )
        return f"#macro({name} $p $q)" + self.blank() + body + "#end" + self.blank() + call

    def evaluate(self) -> str:
        """`#evaluate` of a string."""
        return self.pick(
            (
                '#evaluate("$s")',
                "#evaluate('$s#set($x = 2)')",
                "#set($x = '#if($t)$n#end')#evaluate($x)",
                "#evaluate($undef)",
                "#evaluate('$n #stop b')a",
            )
        )


def random_template(random: Random, dialect: str) -> str:
    """One template: constructs side by side, or a program over few variables."""
    return random_flow(random) if random.random() < 0.3 else Generator(random, dialect).template()
