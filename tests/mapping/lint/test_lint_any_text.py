"""The linter over any text: findings, never an exception, each place inside the text."""

from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.lint import Side, lint_template
from mapping.variables import Variables

PIECES = st.sampled_from(
    [
        *("#set($x = ", "#if(", "#elseif(", "#else", "#end", "#foreach($i in ", ")", "#stop", "#break", "#macro(m $a)"),
        *(
            "#m($x)",
            "#define($d)",
            "#evaluate('$x')",
            "$x",
            "$!{x.y}",
            "$i-",
            "$d",
            "$x.put('a', $i)",
            "$x.matches('[a]+')",
        ),
        *("$input.params('p')", "$input.path('$.a')", "$input.json('$')", "$util.escapeJavaScript($x)", "$input.body"),
        *("$context.responseOverride.status = 1", "$context.requestOverride.path.put('a', $x)", "[1..$x]", "{'k': $x}"),
        *(
            " == ",
            " && ",
            "!",
            " > 1000",
            "'",
            '"',
            '{"a": ',
            "}",
            "[",
            "]",
            "1",
            "\n",
            "## c",
            "#[[",
            "]]#",
            "\\",
            "é",
            "-",
        ),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join), st.sampled_from(Side))
def test_any_text_is_linted(template: str, side: Side) -> None:
    lines = template.split("\n")
    for finding in lint_template(template, side=side, samples=[Variables(path={"p": "1"})]):
        assert 0 <= finding.line <= len(lines)
        assert finding.message
