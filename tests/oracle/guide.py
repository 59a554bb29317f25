"""Templates as AWS's guides teach them, each with a request: what `$input`, `$util` and Jayway make of them together.

The shapes are the developer guide's (a photo album, a sales invoice, employees, every parameter passed on, text
escaped, an array in a query string) and those of its blog on SageMaker behind mapping templates; names and values are
this project's.
"""

# ruff: noqa: E501 - templates and bodies stand in one line

import json

from tests.oracle.oracle import Case

ALBUM = json.dumps(
    {
        "photos": {
            "page": 1,
            "total": "2",
            "photo": [
                {"id": "12", "owner": "23@N01", "title": 'A "quoted" title/with slash', "ispublic": 1, "tags": ["a", "b"]},
                {"id": "13", "owner": "23@N02", "title": "Zürich, Straße", "ispublic": 0, "tags": []},
            ],
        }
    }
)  # fmt: skip
INVOICE = json.dumps(
    {
        "DueDate": "2013-02-15",
        "Balance": 1990.19,
        "DocNumber": "SAMP001",
        "Line": [
            {"Description": "Sample Expense", "Amount": 500, "Detail": {"Item": {"value": "ABC123", "name": "Sample"}}},
            {"Description": "More", "Amount": 0.001, "Detail": None},
        ],
        "Tax": {"rate": 1e-7, "big": 12345678901234567890, "exact": 0.1234567890123456789},
    }
)
STAFF = '{"QueryResponse": {"Employee": [{"Id": "ABC1", "GivenName": "Ann", "Active": true}, {"Id": "ABC2", "GivenName": "Bob", "Active": false}]}, "time": "2015-04-27T18:13:49.000-07:00"}'
RATINGS = '{"predictions": [{"scores": [2.9583]}, {"scores": [0.4112]}, {"scores": [4.0]}]}'
PARAMS = {
    "path": {"user_id": "7", "proxy": "a/b c"},
    "querystring": {"items": "1,2,3", "q": 'it\'s "quoted" & \\ é\n', "empty": ""},
    "header": {"Accept": "*/*", "X-Id": "abc-1"},
}
TEMPLATES: tuple[tuple[str, str], ...] = (
    (
        '#set($root = $input.path("$"))\n{\n  "photos": [\n#foreach($elem in $root.photos.photo)\n    {\n      "id": "$elem.id",\n      "photographedBy": "$elem.owner",\n      "title": "$util.escapeJavaScript($elem.title)",\n      "ispublic": $elem.ispublic\n    }#if($foreach.hasNext),#end\n\n#end\n  ]\n}\n',
        ALBUM,
    ),
    ('{"titles": $input.json("$.photos.photo[*].title"), "first": $input.json("$.photos.photo[0]")}', ALBUM),
    ('$input.path("$.photos.photo[?(@.ispublic == 1)].id") $input.path("$..tags") $input.path("$.photos.photo.length()")', ALBUM),
    ('#foreach($tag in $input.path("$.photos.photo[0].tags"))$tag$foreach.index#end|$input.path("$.photos.photo[5].id")|$input.json("$.none")|$input.json("$.photos.total")', ALBUM),
    (
        '#set($invoice = $input.path("$"))\n{"DueDate": "$invoice.DueDate", "Balance": $invoice.Balance, "Lines": [#foreach($line in $invoice.Line){"Description": "$line.Description", "Amount": $line.Amount, "Item": "$!line.Detail.Item.name"}#if($foreach.hasNext), #end#end]}',
        INVOICE,
    ),
    ('$input.path("$.Tax") $input.json("$.Tax") $input.path("$.Tax.rate") $input.path("$.Tax.big") $input.path("$.Line[*].Amount")', INVOICE),
    ('#set($total = 0)#foreach($line in $input.path("$.Line"))#set($total = $total + $line.Amount)#end$total $input.path("$..Amount.sum()") $input.path("$..Amount.max()")', INVOICE),
    (
        '#set($root = $input.path("$"))\n{"Employees": [#foreach($e in $root.QueryResponse.Employee)#if($e.Active == true){"Id": "$e.Id", "Name": "$e.GivenName"}#end#end], "time": "$root.time", "n": $root.QueryResponse.Employee.size()}',
        STAFF,
    ),
    ('#set($keys = $input.path("$.QueryResponse.Employee[0].keys()"))$keys #foreach($k in $keys)$k;#end $input.path("$").keySet() #foreach($e in $input.path("$").entrySet())$e.key;#end', STAFF),
    (
        '#set($all = $input.params())\n{\n"body-json" : $input.json("$"),\n"params" : {\n#foreach($type in $all.keySet())\n    #set($params = $all.get($type))\n"$type" : {\n    #foreach($name in $params.keySet())\n    "$name" : "$util.escapeJavaScript($params.get($name))"\n        #if($foreach.hasNext),#end\n    #end\n}\n    #if($foreach.hasNext),#end\n#end\n}\n}\n',
        '{"a": "x/y", "b": [1, null, true]}',
    ),
    ('$input.params("user_id") $input.params("items") $input.params("X-Id") $!input.params("nobody") $input.params().header.Accept $input.params().path', "{}"),
    ('Action=SendMessage&MessageBody=$util.urlEncode($input.body)&q=$util.urlEncode($input.params("q"))|$util.urlDecode("a+b%20%C3%A9")', '{"a": "b c&d=é/~*"}'),
    ('$util.base64Encode($input.body) $util.base64Decode("w6k=") $util.escapeJavaScript($input.params("q")) $util.escapeJavaScript($input.params("q")).replaceAll("\\\\\'","\'")', '{"a": 1}'),
    ('#set($parsed = $util.parseJson($input.path("$.text")))$parsed.a[1].b $parsed $parsed.a', '{"text": "{\\"a\\": [1, {\\"b\\": 2.50}]}"}'),
    ('{"items": [#foreach($i in $input.params("items").split(","))"$i"#if($foreach.hasNext), #end#end], "n": $input.params("items").split(",").size()}', "{}"),
    ('{\n"instances": [\n#set( $user = $input.params("user_id") )\n#set( $items = $input.params("items").split(",") )\n#foreach( $item in $items )\n{"in0": [$user], "in1": [$item]}#if( $foreach.hasNext ),#end\n$esc.newline\n#end\n]\n}', "{}"),
    ('{\n"ratings": [\n#set( $predictions = $input.path("$.predictions") )\n#foreach( $prediction in $predictions )\n$prediction.scores[0]#if( $foreach.hasNext ),#end\n$esc.newline\n#end\n]\n}', RATINGS),
    ('#if($input.path("$.a"))yes#{else}no#end #if($input.path("$.b") && $input.path("$.b") != "")yes#{else}no#end #if($input.path("$.c") == "")empty#end $input.path("$.c") $input.json("$.c")', '{"a": false, "b": "", "c": null}'),
    ('$input.body $input.body.length() $input.json("$") $input.path("$").x.y $input.json("$.x")', '{"x":{"y":"a\\u00e9\\n\\"/"}}'),
)  # fmt: skip


def cases() -> list[Case]:
    """Every template in both dialects."""
    return [
        Case(template, dialect, request={"body": body, "params": PARAMS})
        for template, body in TEMPLATES
        for dialect in ("aws", "velocity")
    ]
