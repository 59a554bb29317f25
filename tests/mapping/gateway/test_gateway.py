"""`render`: API Gateway's four variables, as AWS was recorded to answer."""

import threading
from typing import Any

import pytest

from mapping.variables import Overrides, Rendered, Variables
from mapping.vtl import Dialect, Limits, TemplateBoundError, TemplateRunError, TemplateSyntaxError
from mapping.vtl import compile as compile_template
from mapping.vtl.gateway import CACHED_TEMPLATES, compiled, render

RECORDED_CONTEXT = (
    "resourceId, resourcePath, httpMethod, extendedRequestId, requestTime, path, accountId, protocol, requestOverride, "
    "stage, domainPrefix, requestTimeEpoch, requestId, identity, domainName, deploymentId, responseOverride, apiId"
)
RECORDED_IDENTITY = (
    "cognitoIdentityPoolId, accountId, cognitoIdentityId, caller, sourceIp, principalOrgId, accessKey, "
    "cognitoAuthenticationType, cognitoAuthenticationProvider, userArn, userAgent, user"
)


def shown(template: str, **variables: Any) -> str:
    return render(template, Variables(**variables)).text


@pytest.mark.parametrize("body", ["", "{}"])
def test_an_empty_body_is_an_empty_object(body: str) -> None:
    assert shown("$input.body|$input.json('$')|$input.path('$')", body=body) == "{}|{}|{}"


def test_a_body_that_is_no_json_is_text_and_raises_nothing() -> None:
    assert shown("$input.body|$input.path('$.a')|$input.json('$.missing')", body="<x>&</x>") == '<x>&</x>||""'
    assert shown("$input.path('$.a')|$input.json('$.a')", body='{"a": ') == '|""'


def test_the_body_has_no_attributes() -> None:
    assert shown("$input.body.attribute|$input.nothing|$input.nothing()", body='{"attribute": 1}') == "||"


def test_a_missing_path_and_a_null_are_the_empty_string_and_null_at_once() -> None:
    template = "#set($x = $input.path('$.{0}'))$x#if($x == '')A#end#if($x == $null)B#end#if($x)C#end"
    for name in ("missing", "null"):
        assert shown(template.replace("{0}", name), body='{"null": null}') == "ABC"


@pytest.mark.parametrize(
    ("body", "output"),
    [
        ('{"foo": "bar"}', "{foo=bar}"),
        ('[{"foo": "bar"}]', '[{"foo":"bar"}]'),
        ('{"foo": [{"nested": "bar"}]}', '{foo=[{"nested":"bar"}]}'),
        ("[]", "[]"),
        ('{"a": {"b": [1, 2.0, 1e-7, true, null]}}', "{a={b=[1,2.0,1.0E-7,true,null]}}"),
    ],
)
def test_maps_print_as_java_maps_and_lists_as_json(body: str, output: str) -> None:
    assert shown("$input.path('$')", body=body) == output
    assert shown("$input.path('$').toString()", body=body) == output


def test_json_is_json_with_its_slashes_alone() -> None:
    body = '{"u": "http://x/\\\\/", "l": [1.50, "\\u2028é"], "s": "q\\"", "n": 5, "b": false}'
    assert (
        shown("$input.json('$')", body=body) == '{"u":"http://x/\\\\/","l":[1.5,"\\u2028é"],"s":"q\\"","n":5,"b":false}'
    )
    assert shown("$input.json('$.s') $input.json('$.n') $input.json('$.b')", body=body) == '"q\\"" 5 false'


def test_parameters_are_looked_up_in_path_then_query_then_headers() -> None:
    given = {
        "path": {"a": "p"},
        "querystring": {"a": "q", "b": "q"},
        "header": {"a": "h", "b": "h", "c": "h"},
    }
    assert shown("$input.params('a')$input.params('b')$input.params('c')$input.params('d')", **given) == "pqh"
    assert shown("$input.params().querystring.get('a')$input.params().header.b", **given) == "qh"
    assert shown("#foreach($k in $input.params().keySet())$k #end", **given) == "path querystring header "
    assert shown("$input.params()", path={"a": "1"}) == "{path={a=1}, querystring={}, header={}}"


def test_what_is_no_jsonpath_is_an_error_of_the_template() -> None:
    with pytest.raises(TemplateRunError, match=r"line 1, column 3.*expected a JSONPath"):
        shown("  $input.path('$[')", body="{}")


def test_a_path_that_would_run_for_ever_is_a_bound() -> None:
    body = "[" * 300 + "]" * 300
    with pytest.raises(TemplateBoundError, match=r"line 1, column 1.*1000000 values"):
        shown("$input.path('$..*..*..*..*')", body=body)


def test_keys_as_a_set_and_as_json() -> None:
    body = '{"a": {"x": 1, "y": 2}}'
    assert shown("$input.path('$.a.keys()') $input.json('$.a.keys()')", body=body) == '[x, y] ["x","y"]'


@pytest.mark.parametrize(
    ("call", "output"),
    [
        ('escapeJavaScript("it\'s")', "it\\'s"),
        ("escapeJavaScript($input.body)", '\\"\\\\\\/\\t\\u0001\\u00E9\\uD83D\\uDE00'),
        ('urlEncode("a b&é*~-._")', "a+b%26%C3%A9*%7E-._"),
        ('urlDecode("a+b%26%C3%A9")', "a b&é"),
        ('base64Encode("hé")', "aMOp"),
        ('base64Decode("aMOp")', "hé"),
        ('base64Decode("aGk")', "hi"),
        ('parseJson(\'{"a": [1, {"b": 2}]}\')', '{a=[1,{"b":2}]}'),
        ("parseJson('{\"a\": [1]}').a[0]", "1"),
        ("urlEncode(5)", "5"),
        ("urlEncode($nothing)", ""),
        ("toJson('x')", ""),
        ("urlEncode('x', 'y')", ""),
    ],
)
def test_util(call: str, output: str) -> None:
    assert shown(f"$util.{call}", body='"\\/\t\x01é\U0001f600') == output


@pytest.mark.parametrize(
    "call", ['urlDecode("%z1")', 'urlDecode("100%")', 'base64Decode("!")', 'base64Decode("a")', "parseJson('{\"a\"')"]
)
def test_util_refuses_what_java_throws_at(call: str) -> None:
    with pytest.raises(TemplateRunError, match="expected"):
        shown(f"$util.{call}")


def test_context_prints_values_and_no_maps() -> None:
    context = {"identity": {"sourceIp": "192.0.2.1"}, "requestId": "r", "isCanaryRequest": True, "n": 5}
    template = (
        "$context.identity|$context.get('identity')|$context.requestOverride.get('path')|$context.identity.sourceIp"
    )
    assert shown(template, context=context) == "|||192.0.2.1"
    assert (
        shown("$context.requestId $context.isCanaryRequest $context.n$context.authorizer.x", context=context)
        == "r true 5"
    )


def test_keys_come_in_the_order_recorded_on_aws() -> None:
    identity = dict.fromkeys(RECORDED_IDENTITY.split(", "), "")
    names = [n for n in RECORDED_CONTEXT.split(", ") if not n.endswith("Override")]
    # Within a bucket of the hash table the order is that of insertion, so what shares one is put in as recorded.
    context = {name: identity if name == "identity" else "" for name in names}
    template = "#foreach($k in $context{}.keySet())$k#if($foreach.hasNext), #end#end"
    assert shown(template.replace("{}", ""), context=context) == RECORDED_CONTEXT
    assert shown(template.replace("{}", ".identity"), context=context) == RECORDED_IDENTITY
    assert shown(template.replace("{}", ".requestOverride"), context=context) == "path, header, querystring"
    assert shown(template.replace("{}", ".responseOverride"), context=context) == "header"


def test_context_maps_have_the_methods_of_maps() -> None:
    context = {"identity": {"user": "u"}}
    template = (
        "$context.identity.size()$context.identity.containsKey('user')$context.identity.isEmpty()"
        "$context.identity.containsValue('u')"
    )
    assert shown(template, context=context) == "1truefalsetrue"
    assert shown("#foreach($v in $context.identity)$v#end$context.identity.values().size()", context=context) == "u1"
    assert shown("$context.identity.remove('user')$context.identity.size()", context=context) == "u0"


def test_stage_variables() -> None:
    given = {"stage_variables": {"endpoint": "e1"}}
    template = (
        "$stageVariables.endpoint ${stageVariables.endpoint} $stageVariables['endpoint'] ${stageVariables['endpoint']}"
    )
    assert shown(template, **given) == "e1 e1 e1 e1"
    assert shown("[$stageVariables.nothing]", **given) == "[]"


def test_overrides_are_written_in_three_ways_and_read_back() -> None:
    template = (
        '#set($n = "x")#set($context.requestOverride.path[$n] = "1")$context.requestOverride.header.put("h", "2")'
        '#set($context["requestOverride"].querystring["q"] = "3")#set($context.responseOverride.status = 201)'
        '#set($context.responseOverride.header.A = "b")#set($context.responseOverride.custom = "kept")'
        "$context.responseOverride.status"
    )
    assert render(template, Variables()) == Rendered(
        text="201",
        overrides=Overrides(
            request={"path": {"x": "1"}, "header": {"h": "2"}, "querystring": {"q": "3"}},
            response={"header": {"A": "b"}, "status": 201, "custom": "kept"},
        ),
    )


def test_the_response_template_reads_what_the_request_template_overrode() -> None:
    first = render(
        "#set($context.responseOverride.status = 444)#set($context.requestOverride.path.made = 'up')", Variables()
    )
    second = render(
        "$context.responseOverride.status $context.requestOverride.path.made", Variables(overrides=first.overrides)
    )
    assert second.text == "444 up"
    assert second.overrides == first.overrides


@pytest.mark.parametrize(
    "place",
    [
        "responseOverride.status",
        "responseOverride.header.A",
        "requestOverride.header.A",
        "requestOverride.path.A",
        "requestOverride.querystring.A",
    ],
)
def test_a_second_override_of_one_parameter_is_an_error(place: str) -> None:
    once = f"#set($context.{place} = 1)"
    first = render(once, Variables())
    with pytest.raises(TemplateRunError, match=rf"context\.{place} overridden more than once"):
        render(once + once, Variables())
    with pytest.raises(TemplateRunError, match="overridden more than once"):
        render(once, Variables(overrides=first.overrides))


def test_invented_names_may_be_written_again() -> None:
    rendered = render("#set($context.responseOverride.mine = 1)#set($context.responseOverride.mine = 2)", Variables())
    assert rendered.overrides.response == {"header": {}, "mine": 2}


def test_overriding_in_one_rendering_leaves_the_next_alone() -> None:
    variables = Variables(context={"identity": {"user": "u"}})
    for _ in range(2):
        assert (
            render(
                "#set($context.identity.user = 'x')#set($context.responseOverride.status = 1)", variables
            ).overrides.response["status"]
            == 1
        )
    assert variables == Variables(context={"identity": {"user": "u"}})


def test_dialects_limits_and_compiled_templates() -> None:
    assert render("$x", Variables(), dialect="velocity").text == "$x"
    assert render("$x", Variables(), dialect=Dialect.AWS).text == ""
    assert render(compile_template("$context.a"), Variables(context={"a": "b"})).text == "b"
    with pytest.raises(TemplateBoundError):
        render("#foreach($i in [1..3])$i#end", Variables(), limits=Limits(iterations=2))
    with pytest.raises(TemplateSyntaxError):
        render("#if(", Variables())


@pytest.mark.parametrize(
    "template",
    [
        "#set($context.requestOverride.header = $context.requestOverride)",
        "#set($m = {})#set($m.a = $m)#set($context.requestOverride.header.x = $m)",
        "#set($m = {})#set($m.a = $m)#set($context.responseOverride.header = $m)",
    ],
)
def test_an_override_that_contains_itself_is_a_bound(template: str) -> None:
    with pytest.raises(TemplateBoundError, match="contains itself"):
        render(template, Variables())


def test_parameters_that_a_template_changed_stay_changed_and_the_callers_do_not() -> None:
    given = {"a": "1"}
    template = "#set($_ = $input.params().path.put('b', 2))$input.params().path $input.params('b')"
    assert render(template, Variables(path=given)).text == "{a=1, b=2} "
    assert given == {"a": "1"}


def test_a_template_is_compiled_once() -> None:
    assert compiled("$once") is compiled("$once")
    assert compiled("$once") is not compiled("$once", Dialect.VELOCITY)
    for number in range(CACHED_TEMPLATES):
        compiled(f"$other{number}")
    assert compiled("$other0") is compiled("$other0")


def test_one_template_in_many_threads() -> None:
    template = "#set($context.responseOverride.header.N = $input.path('$.n'))#foreach($i in $input.path('$.l'))$i,#end"
    found: dict[int, Rendered] = {}

    def work(start: int) -> None:
        for n in range(start, 100, 4):
            found[n] = render(template, Variables(body=f'{{"n": {n}, "l": [{n}, {n + 1}]}}'))

    threads = [threading.Thread(target=work, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {n: (r.text, r.overrides.response["header"]) for n, r in found.items()} == {
        n: (f"{n},{n + 1},", {"N": n}) for n in range(100)
    }
