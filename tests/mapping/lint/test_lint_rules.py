"""Each rule of the linter: templates that it names, with the place, and templates that it lets pass."""

import pytest

from mapping.lint import FACTS, Rule, Side, lint_template

X = '#set($x = $input.params("x"))'
L = "#set($l = $input.path('$.l'))"
CHECKED = '#if($x.matches("[a-z0-9]{1,9}"))'


def found(template: str, side: Side = Side.REQUEST) -> list[tuple[str, int, int]]:
    return [(finding.rule.value, finding.line, finding.column) for finding in lint_template(template, side=side)]


def rules(template: str, side: Side = Side.REQUEST) -> set[str]:
    return {rule for rule, _, _ in found(template, side)}


AWS_BLOG_REQUEST = """{
  "instances": [
#set( $user_id = $input.params("user_id") )
#set( $items = $input.params("items") )
#foreach( $item in $items.split(",") )
    {"in0": [$user_id], "in1": [$item]}#if( $foreach.hasNext ),#end
    $esc.newline
#end
  ]
}"""
AWS_BLOG_RESPONSE = """{
  "ratings": [
#set( $predictions = $input.path("$.predictions") )
#foreach( $item in $predictions )
    $item.scores[0]#if( $foreach.hasNext ),#end
    $esc.newline
#end
  ]
}"""


def test_the_blogs_templates() -> None:
    assert found(AWS_BLOG_REQUEST) == [
        ("loop-limit", 5, 1),
        ("unchecked-value", 6, 14),
        ("unchecked-value", 6, 33),
        ("no-tools", 7, 5),
    ]
    assert found(AWS_BLOG_RESPONSE, Side.RESPONSE) == [("loop-limit", 4, 1), ("no-tools", 6, 5)]


def test_every_rule_has_a_fact_with_a_source() -> None:
    assert set(FACTS) == set(Rule)
    assert all(fact.fact and fact.source for fact in FACTS.values())


@pytest.mark.parametrize(
    "template",
    [
        '{"a": "$input.params(\'x\')"}',
        '{"a": $input.path("$.x")}',
        '{"a": "$input.body"}',
        '{"a": "$context.identity.userAgent"}',
        X + '{"a": "$x"}',
        X + '{"a": "$x.trim().concat($x)"}',
        X + '#set($y = "id-$x"){"a": "$y"}',
        X + '#set($y = $x + "!"){"a": "$y"}',
        X + '#set($y = [$x]){"a": $y}',
        X + '#set($y = {})$!y.put("k", $x){"a": "$y"}',
        X + '#set($y = {})#set($y.k = $x){"a": "$y"}',
        X + '#foreach($i in $x.split(","))#if($foreach.count == 9)#break#end{"a": $i}#end',
        X + '{"a": $util.escapeJavaScript($x)}',
        X + '{"a": "$util.urlDecode($util.urlEncode($x))$util.urlDecode($x)"}',
        '{"a": "$input.json(\'$.x\')"}',
        X + CHECKED + '{"a": 1}#else{"a": "$x"}#end',
        X + '#if(!$x.matches("[a-z]+")){"a": "$x"}#end',
        X + '#if(!$x.matches("[a-z]+"))#end{"a": "$x"}',
        X + '#if(!$x.matches("[a-z]+"))#set($unasked = 1)#end{"a": "$x"}',
        X + '#if($x.matches(".*")){"a": "$x"}#end',
        X + '#if($x.matches("[^a]*")){"a": "$x"}#end',
        X + '#if($x.matches("id=\\\\S+")){"a": "$x"}#end',
        X + '#if($x.matches($x)){"a": "$x"}#end',
        X + '#if($x != "abc"){"a": "$x"}#end',
        X + '#if($x.matches("[a-z]+") || $x.length() == 3){"a": "$x"}#end',
        X + CHECKED + '#set($x = $input.params("y")){"a": "$x"}#end',
        X + '#set($y = $x.replaceAll("[a-z]", "")){"a": "$y"}',
        '#foreach($k in $input.params().header.keySet())#if($foreach.count > 99)#break#end{"$k": 1}#end',
    ],
)
def test_unchecked_values(template: str) -> None:
    assert rules(template) == {"unchecked-value"}


@pytest.mark.parametrize(
    "template",
    [
        '{"a": "$util.escapeJavaScript($input.params(\'x\'))"}',
        '{"a": "$util.escapeJavaScript($input.params(\'x\')).replaceAll("\\\\\'", "\'")"}',
        '{"a": $input.json("$.x")}',
        '{"a": "$util.urlEncode($input.params(\'x\'))$util.base64Encode($input.body)"}',
        '{"a": $input.params("x").length()}',
        '{"a": "$context.requestId $stageVariables.name $context.identity.sourceIp"}',
        X + CHECKED + '{"a": "$x"}#end',
        X + CHECKED + '#set($y = $x)#else#set($y = "none")#end{"a": "$y"}',
        X + '#if(!$x.matches("[a-z]+"))#set($x = "none")#end{"a": "$x"}',
        X + '#set($bad = "")#if(!$x.matches("[a-z]+"))#set($bad = "x")#end#if($bad == ""){"a": "$x"}#else{"a": ""}#end',
        X + '#set($ok = $x.matches("[a-z]+"))#if($ok){"a": "$x"}#end',
        X + '#set($ok = $x.matches("[a-z]+"))#if(!$ok)#stop#end{"a": "$x"}',
        X + '#if($x == "abc" || "xyz" == $x){"a": "$x"}#end',
        X + '#set($known = ["abc", "xyz"])#if($known.contains($x)){"a": "$x"}#end',
        X + '#if($x.length() == 2 || !$x.matches("[a-z]+"))#else{"a": "$x"}#end',
        X + '#if($x.matches("[a-z]+") && $x.length() == 3){"a": "$x"}#end',
        X + CHECKED + '#foreach($i in $x.split(",")){"a": $i}#end#end',
        X + '#set($y = $x.replaceAll("[^a-z0-9]", "")){"a": "$y"}',
        X + '#if(!$x.matches("[0-9]+"))#elseif($x == "1")#else{"a": $x}#end',
        '#if($input.params("x").matches("[0-9]+")){"a": $input.params("x")}#end',
        "$input.body",
        "Action=SendMessage&Body=$util.urlEncode($input.body)",
        '{"a": "\\$input"}',
    ],
)
def test_values_that_are_checked(template: str) -> None:
    assert found(template) == []


def test_the_backends_answer_is_not_the_callers() -> None:
    assert rules('{"a": $input.path("$.x")}', Side.RESPONSE) == set()
    assert rules('{"a": "$input.params(\'x\')"}', Side.RESPONSE) == {"unchecked-value"}


def test_a_callers_value_in_the_backends_request() -> None:
    assert found(X + "#set($context.requestOverride.path.p = $x)") == [("unchecked-path", 1, 35)]
    assert rules(X + '$context.requestOverride.querystring.put("q", $x)') == {"unchecked-path"}
    assert rules(X + "#set($context.requestOverride.path.p = $util.urlEncode($x))") == set()
    assert rules(X + CHECKED + "#set($context.requestOverride.path.p = $x)#end") == set()


@pytest.mark.parametrize(
    "condition",
    [
        "$x",
        "!$x",
        "$x && $x.length() > 1",
        "$input.path('$.a')",
        "$context.isCanaryRequest",
        "$stageVariables.s",
        "$y",
        "${x}",
    ],
)
def test_conditions_on_what_may_be_missing(condition: str) -> None:
    assert rules(X + f'#set($y = "$!x")#if({condition})a#end') == {"missing-is-true"}


@pytest.mark.parametrize(
    "condition",
    [
        "$x != ''",
        "$x && $x != ''",
        "$x.matches('a')",
        "!$x.isEmpty()",
        "$flag",
        "!$flag",
        "$context.requestId",
        "$x == $flag",
    ],
)
def test_conditions_on_what_is_there(condition: str) -> None:
    assert found(X + f"#set($flag = false)#if({condition})a#end") == []


def test_the_place_of_a_condition() -> None:
    assert found(X + "\n#if(1 == 2)\n#elseif($x)a#end") == [("missing-is-true", 3, 9)]


@pytest.mark.parametrize(
    "template", ["#foreach($i in [1..5])$i-#end", "$context.requestId-x-$context.stage-", "#set($a = 1)$a-b"]
)
def test_hyphens(template: str) -> None:
    assert rules(template) == {"hyphen-in-name"}


@pytest.mark.parametrize(
    "template",
    [
        "#foreach($i in [1..5])${i}-#end",
        "#set($a-b = 1)$a-b",
        "$context.requestOverride.header.X-Id",
        "#set($a = 1)${a}-b",
    ],
)
def test_hyphens_that_are_meant(template: str) -> None:
    assert found(template) == []


def test_macros_and_directives_that_aws_does_not_have() -> None:
    assert found("#macro(m $a)$a#end\n#m(1)") == [("no-macros", 1, 1), ("no-macros", 2, 1)]
    assert found("#evaluate('$x')") == [("no-evaluate", 1, 1)]
    assert rules("#return($context.stage)") == {"no-macros"}
    assert rules('#include("a.txt")') == {"no-evaluate"} or rules('#include("a.txt")') == {"syntax"}
    assert found("#fff #1 # ## comment\n#[[ #m() $x ]]#") == []


@pytest.mark.parametrize("name", ["esc.newline", "math.add(1, 2)", "!date", "{number}"])
def test_velocitys_tools(name: str) -> None:
    assert rules("$" + name) == {"no-tools"}


def test_tools_that_the_template_sets_itself() -> None:
    assert found("#set($esc = 1)$esc#foreach($list in [1])$list#end#define($text)x#end$text") == []


def test_references_that_nobody_sets() -> None:
    assert found("a\n $nobody") == [("never-set", 2, 2)]
    assert found('"$!{nobody.there}"') == [("never-set", 1, 2)]
    assert rules("$util.toJson('x')$input.bodies") == {"never-set"}
    assert found("#if($x == $null)#end") == [("never-set", 1, 5)]
    assert found("#foreach($v in [1])$v $velocityCount $foreach.index#end $5 \\$x") == []


ONCE = "#set($context.responseOverride.status = 400)"


@pytest.mark.parametrize(
    ("template", "column"),
    [
        (ONCE + ONCE, 45),
        (ONCE + "#if($context.stage == 'a')" + ONCE + "#end", 71),
        ("#foreach($i in [1..2])" + ONCE + "#end", 23),
        ('#set($context.responseOverride.header["A"] = 1)$context.responseOverride.header.put("A", 2)', 48),
        (
            '#set($context["responseOverride"].header.A = 1)$context.responseOverride.get("header").put("A", 2)',
            48,
        ),
    ],
)
def test_overrides_given_twice(template: str, column: int) -> None:
    assert found(template) == [("override-twice", 1, column)]


@pytest.mark.parametrize(
    "template",
    [
        ONCE,
        "#if($context.stage == 'a')" + ONCE + "#else" + ONCE + "#end",
        "#if($context.stage == 'a')" + ONCE + "#stop#end" + ONCE,
        "#set($context.responseOverride.header.A = 1)#set($context.responseOverride.header.B = 1)",
        "#set($context.responseOverride.mine = 1)#set($context.responseOverride.mine = 2)",
    ],
)
def test_overrides_given_once(template: str) -> None:
    assert found(template) == []


@pytest.mark.parametrize("header", ["Authorization", "te", "X-Amzn-Trace-Id", "Content-Length"])
def test_headers_that_end_every_request(header: str) -> None:
    assert found(f'#set($context.requestOverride.header["{header}"] = "x")') == [("fatal-header", 1, 1)]
    assert found(f'#set($context.responseOverride.header["{header}"] = "x")') == []
    assert found('#set($context.requestOverride.header["Accept"] = "x")') == []


@pytest.mark.parametrize(
    "loop",
    [
        "$input.path('$.l')",
        "$x.split(',')",
        "[1..1001]",
        "[0..$n]",
        "$input.params().querystring.keySet()",
    ],
)
def test_loops_without_a_bound(loop: str) -> None:
    assert rules(X + f"#set($n = $input.path('$.l').size())#foreach($i in {loop})a#end") == {"loop-limit"}


@pytest.mark.parametrize(
    "template",
    [
        "#foreach($i in [1..1000])a#end",
        "#foreach($i in [1, 2])a#end",
        "#set($l = $input.path('$.l'))#if($l.size() <= 1000)#foreach($i in $l)a#end#end",
        "#set($l = $input.path('$.l'))#if($l.size() > 100)#stop#end#foreach($i in $l)a#end",
        "#set($l = $input.path('$.l'))#foreach($i in $l)#if($foreach.count == 1000)#break#end#end",
        L + "#set($m = $input.path('$.m'))#if($l.size() < 9 && $l.size() == $m.size())#foreach($i in $m)a#end#end",
        X + '#if($x.matches("[0-9](,[0-9]){0,9}"))#foreach($i in $x.split(","))$i#end#end',
    ],
)
def test_loops_with_a_bound(template: str) -> None:
    assert found(template) == []


def test_a_bound_above_the_limit_is_none() -> None:
    template = "#set($l = $input.path('$.l'))#if($l.size() < {})#foreach($i in $l)a#end#end"
    assert found(template.replace("{}", "1001")) == []
    assert rules(template.replace("{}", "1002")) == {"loop-limit"}


def test_size_and_syntax() -> None:
    assert found("a" * (300 * 1024)) == []
    assert found("a" * (300 * 1024 + 1)) == [("template-size", 1, 1)]
    assert found("é" * (150 * 1024 + 1)) == [("template-size", 1, 1)]
    assert found("a\n#if($context.stage") == [("syntax", 2, 19)]
