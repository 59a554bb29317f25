"""Writes random programs over few variables: what a variable holds changes in branches, loops and strings.

A compiler that remembers what a variable holds has to forget it in the right places; the templates of `generator` read
what they have set too seldom to show where it does not.
"""

# ruff: noqa: E501 - templates and tables of values stand in one line

from random import Random

_VARIABLES = ("x", "y", "z", "s", "n", "l")
_VALUES = (
    "'a'", '"a"', "''", "'a,b,,'", "'12'", "1", "0", "2", "-3", "2147483647", "2.5", "true", "false", "[]", "[1, 'a']", "['a']", "{}",
    "$undef", "$nul", "$s", "$n", "$l", "$d", "$x", "$y", "$z", "$x.size()", "$y.length()", "$x + 1", "$y + 'b'", "$x + $y", "$n - 1",
    "$x.split(',')", "$y.replaceAll('a', 'bb')", "$z.get(0)", "$x.matches('[a-c]+')", "$y == $z", "$x > 1", "!$x", '"$x"', '"$y$!z"',
    '"a$x b"', '"#set($y = 4)$y"', '"#set($x = $z)"', '"#if($x)t#end"', '"#foreach($y in $l)$y#end"', "$s.substring(1)", "$m.b", "$m.get('a')",
)  # fmt: skip
_CONDITIONS = (
    "$x", "$y", "!$z", "$x == 'a'", "$x == 1", "$y != ''", "$x == $y", "$y > 1", "1 < $x", "$x <= $y", "$x.matches('a')", "$y.contains('a')",
    "$y.equals('a')", "$x.isEmpty()", "$z.size() == $x.size()", "$x.size() > 0", "$z.length() == 1", "$x && $y", "$x || $y.startsWith('a')",
    "\"#set($x = 'q')$x\" == 'q'", '$x == "#set($x = 3)$x"', "$y.equals(\"#set($y = 'a')$y\")", "$x.startsWith('a')", "true", "false",
    "$x == true", "$y.endsWith('b')", "$nul == $x", "$x.toString() == $y",
)  # fmt: skip
_PRINTED = (
    "$x", "$!y", "${z}", "$x.size()", "$y.length()", "$z[0]", "$x.get(0)", "$y.toString()", "$x.isEmpty()", "$z.split(',').size()",
    "$y.replace('a', 'c')", "$x.replaceAll('(?<!a)b', '-')", "$x.startsWith('a')", "$y.concat(\"#set($y = 'k')$y\")$y", "$foreach.count",
    "$foreach.hasNext", "$z.contains('a')", "$x.equals($y)", "$l.add($x)", "$y.x", "$x.add(1)", "$z.matches('.*')",
)  # fmt: skip


class Flow:
    """One program from one source of chance."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def block(self, depth: int) -> str:
        """Statements, each on a line's rest."""
        return "".join(self.statement(depth) for _ in range(self.random.randint(1, 5)))

    def statement(self, depth: int) -> str:
        """Set, print, choose, repeat."""
        pick = self.random.choice
        kind = self.random.randrange(12 if depth < 3 else 7)
        if kind < 4:
            return f"#set(${pick(_VARIABLES)} = {pick(_VALUES)})"
        if kind < 7:
            return f"{pick(_PRINTED)};"
        if kind < 9:
            other = f"#elseif({pick(_CONDITIONS)}){self.block(depth + 1)}" if self.random.random() < 0.3 else ""
            final = f"#{{else}}{pick((self.block(depth + 1), 'n'))}" if self.random.random() < 0.5 else ""
            return f"#if({pick(_CONDITIONS)}){pick((self.block(depth + 1), 'y'))}{other}{final}#end"
        if kind < 11:
            end = pick(("", "", "", "#if($foreach.count == 2)#break#end"))
            return f"#foreach(${pick(_VARIABLES)} in {pick(('$l', '$x', '$y', '[1..3]', '$z', '$mix', '$m'))}){self.block(depth + 1)}{end}#end"
        return pick(("#set($l[0] = $x)", "#set($m.a = $y)", "#set($z[0] = 'w')", "#set($x.a = 1)", "|"))


def random_flow(random: Random) -> str:
    """A program that starts with its variables set."""
    start = "".join(f"#set(${name} = {random.choice(_VALUES)})" for name in ("x", "y", "z") if random.random() < 0.8)
    return start + Flow(random).block(0)
