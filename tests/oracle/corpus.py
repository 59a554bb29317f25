"""The corpus whose renders are kept as vectors: every construct, every pair of neighbours, templates from the field."""

# ruff: noqa: E501 - templates and tables of values stand in one line

from itertools import product
from pathlib import Path
from random import Random

from tests.oracle.flow import random_flow
from tests.oracle.generator import CONTEXT
from tests.oracle.oracle import Case

HERE = Path(__file__).parent
PROGRAMS = 80
"""Programs over few variables, so that what the compiler must forget is held without Java too."""

NEIGHBOURS = (
    "t", "$s", "$!undef", "${n}", "$undef", "#set($x = 1)", "#if($t)a#end", "#if($f)a#{else}b#end", "#foreach($i in [1..2])$i#end",
    "## c\n", "#* c *#", "#[[raw]]#", "#define($v)d#end", "#foo", "#foo($n)", "\\$s", "\\\\#if($t)e#end", "$m.a.b", "#macro(q)m#end",
    "$s.split(' ')[0]", "#break_x",
)  # fmt: skip
SPACINGS = ("[{a}{b}]", "[\n{a}\n{b}\n]", "[ {a} \n\t{b} \r\n]")

REFERENCES = """$s|$!s|${s}|$!{s}|$undef|$!undef|${undef}|$!{undef}|$m.a|${m.a}|$m.b.c|$m.b.c[0]|$m["a"]|$m['b']|$m.get("a")|$a-b|$m.k-1|$s.
|$s..x|$s.length()|${s.length()}|${s}.length()|$s.length|$l[0]|$l[-1]|$l.get(1)|$p[0].scores[1]|$l.size()|$m.size|$m.size()|$em.x|$em.x.y
|$nul|$!nul|$nul.x|$mix|$mix[3]|$m|$l|$el|$em|$p|$d|$tiny|$large|$big|$huge|$t|$f|$n|$neg|$csv|$u|$s[0]|$n[0]|$x.y()|$$s|$$$s|$!$s|$ s|$5|$-s
|$s$s|$s${n}$s|$s-$n|$s_$n|${s}_$n|$s!|$s?|$s(|$s)|$s[|$s]|$s{|$s}|$.s|$[s]|$!|$!!s|$!!|$!{|${s|${s.|${|$s.x(|$l.add(4)$l|$l.add(1, 9)$l"""
ESCAPES = r"""\$s|\\$s|\\\$s|\\\\$s|\\\\\$s|\$undef|\\$undef|\\\$undef|\$!s|\\$!s|$\!s|$\\!s|\$\!s|\$!undef|\${s}|\\${s}|\$ s|\\ s|\a|\\a
|\#if($t)a\#end|\\#if($t)a#end|\\\#if($t)a|\#set|\\#set($x = 1)|\#foo|\\#foo|\#foreach|\#{if}|\#{foo}|\#else|\#end|\##|\#*|a\b|\"|\\\\#set($x=2)$x|$$\$s
|\$m.a|\$m.b.c[0]|\\$m.zz|#if($t)\$s#end|#[[\$s]]#|\#macro|\#evaluate|\#stop|\#break|\#define"""
SETS = """#set($x = 1)$x|#set( $x = 1 )$x|#set ($x = 1)$x|#{set}($x = 1)$x|#set($x="a")$x|#set($x='a')$x|#set($x = "a$s")$x|#set($x = 'a$s')$x
|#set($x = "a""b")$x|#set($x = 'a''b')$x|#set($x = "\\u0041")$x|#set($x = "#if($t)y#end")$x|#set($x = "##")$x|#set($x = "$")$x|#set($x = "#")$x
|#set($x = [])$x|#set($x = [1, "a", $n])$x|#set($x = [1..3])$x|#set($x = [3..1])$x|#set($x = [-1..1])$x|#set($x = [$n..5])$x|#set($x = [ 1 .. 2 ])$x
|#set($x = {})$x|#set($x = {"a" : 1})$x|#set($x = {"a" : [1, {"b" : 2}]})$x|#set($x = { })$x|#set($x = {1 : "a", true : "b", 1.0 : "c"})$x $x.get(1) $x.get(true) $x.get(1.0) $x.keySet() $x.hashCode()|#set($x = {})$x.put($s.charAt(0), 1)$x.put("f", 2)$x $x.containsKey(1.0) $x.entrySet()|#set($x = {1 : 2})#foreach($k in $x.keySet())$k.equals(1)#end $x.equals({1 : 2}) $x.equals({1.0 : 2})|#set($x = {"$undef" : "f"})$x|#set($x = true)$x|#set($x = !true)$x
|#set($x = $undef)$x|#set($x = 1)#set($x = $undef)$x|#set($x = 1)#set($x = 1 / 0)$x|#set($x = 1 + 2 * 3)$x|#set($x = (1 + 2) * 3)$x|#set($x = 7 / 2)$x
|#set($x = -7 / 2)$x|#set($x = 7 % 3)$x|#set($x = -7 % 3)$x|#set($x = 7.0 / 2)$x|#set($x = 1 / 3.0)$x|#set($x = 1.5 + 1)$x|#set($x = "a" + 1)$x
|#set($x = 1 + "a")$x|#set($x = "a" * 2)$x|#set($x = $n - 1)$x|#set($x = $n -1)$x|#set($x = $n - -1)$x|#set($x = 2147483647 + 1)$x|#set($x = 9223372036854775807 + 1)$x
|#set($x = 2147483648 * 2147483648 * 4)$x|#set($x = $huge + 1)$x|#set($x = $huge / 7)$x|#set($x = $huge % 7)$x|#set($x = $big - 2999999999)$x.hashCode()
|#set($x = 1.0e10)$x|#set($x = 1e7)$x|#set($x = 1.e-3)$x|#set($x = .5)$x|#set($x = 100.0)$x|#set($x = 1 == 1.0)$x|#set($x = 1 == "1")$x|#set($x = "a" == 'a')$x
|#set($x = $undef == "")$x|#set($x = $nul == "")$x|#set($x = $nul == $undef)$x|#set($x = 1 < 2)$x|#set($x = "a" < "b")$x|#set($x = 1 lt 2 and 3 gt 2)$x
|#set($x = 1 eq 1 or false)$x|#set($x = not true)$x|#set($x = true && false || true)$x|#set($x = $l == [1, 2, 3])$x|#set($x = $t == "true")$x|#set($x = 5 >= 5.0)$x
|#set($m.new = 1)$m.new|#set($m["q"] = 2)$m.q|#set($l[0] = 9)$l|#set($l[-1] = 8)$l|#set($l[7] = 1)$l|#set($em.x.y = 1)$em|#set($undef.x = 1)$undef.x
|#set($x.y = 1)$x|#set(${x} = 1)$x|#set($!x = 1)$x|#set($x = 1) $x|#set($x = 1)\n$x| #set($x = 1)$x|a #set($x = 1)$x|a\n #set($x = 1) $x|#set($x = "a\nb")$x
|#set($x = 1|#set($x 1)|#set(x = 1)|#set($x = )|#set|#set($x == 1)|#set($x = 1 2)|#set($x = "a)|#set($x = [1,)|#set($x = {1})|#set($x = $l.add(5))$x $l
|#set($e = "")#if($e == "")empty#end|#set($x = $s.split(" "))$x.size() $x[1] $x.get(0)|#set($x = "$l.size() of ${n}th")$x|#set($x = "a$s.b")$x|#set($x = "$s$!undef$undef")$x"""
CONTROL = """#if($t)a#end|#if($f)a#end|#if($undef)a#end|#if($nul)a#end|#if($e)a#end|#if($z)a#end|#if($el)a#end|#if(!$undef)a#end|#if(not $t)a#else b#end
|#if ($t) a #end|#{if}($t)a#{else}b#{end}|#if($f)a#elseif($t)b#else c#end|#if($f)a#elseif($f)b#else c#end|#if($f)a#elseif($t)b#end|#if($f)a#elseif($f)b#end|#if($t)#end|#if("a")x#else y#end
|#if(1)x#else y#end|#if(true)x#end|#if(1 + 1)x#else y#end|#if($n == 3)x#end|#if($n > 2 && $n < 4)x#end|#if($n == 3 || $undef.x.y)x#end|#if(($n == 3))x#end
|#if($t)a|a#end|#else|#if()a#end|#if($t a#end|#if $t a#end|#elseif($t)|#if($t)a#else b#else c#end|#if($f)\na\n#else\nb\n#end\nc|#if($t)  \n  a\n  #end  \n b
|#foreach($i in $l)$i,#end|#foreach( $i in $l )$i #end|#foreach ($i in $l)\n$i\n#end\n|#foreach($i in $m)$i;#end|#foreach($i in $m.entrySet())$i.key:$i.value;#end
|#foreach($i in $m.keySet())$i;#end|#foreach($i in $m.values())$i;#end|#foreach($i in $csv.split(","))[$i]#end|#foreach($i in [1..3])$foreach.count/$foreach.index/$foreach.hasNext/$foreach.first/$foreach.last #end
|#foreach($i in [1..3])$velocityCount#if($velocityHasNext),#end#end|#foreach($i in [1..3])#foreach($j in [1..2])$foreach.parent.count.$foreach.count #end#end|#foreach($i in [1..3])#if($i == 2)#break#end$i#end!
|#foreach($i in [1..3])#foreach($j in [1..3])#if($j == 2)#break($foreach.parent)#end$i$j #end#end|#foreach($i in [1..2])#set($foreach.x = $i)$foreach.x#end|#foreach($i in $undef)a#end|#foreach($i in $s)a#end
|#foreach($i in $n)a#end|#foreach($i in [])a#end|#foreach($i in $mix)[$i]#end|#set($i = "o")#foreach($i in $l)$i#end$i|#foreach($i in $l)#end$i|#foreach($i in $l)#set($i = 9)$i#end
|#foreach($i in $mix)#set($i = 9)$i#end|#foreach($i in $l)$l.add(1)#end|#foreach($i in $m)#set($m.zz = 1)#end|#foreach($i in $l)$i#if($foreach.hasNext),#end#end|#foreach($i $in $l)$i#end|#foreach($i in)a#end
|#foreach($i)a#end|#foreach|#foreach a|#foreach()a#end|#foreach($i in $l $s)a#end|#foreach("i" in $l)$i#end|#foreach($i in [1..2])#define($d)$i#end$d#end|#foreach($i in {"a" : 1, "b" : 2})$i#end
|a#stop b|a$s.concat("#stop")b|a#if("#stop" == "")c#{end}b|#foreach($i in [1..3])$i#stop#end|#stop("x")b|a#break b|#if($t)a#break b#end c|#define($v)hi $n#end$v$v|#define($v)a#end$v()|#define($v)$v#end$v|#define($v)x#stop y#end a $v b|#define($v)a#break b#end$v$v
|#define($v)a#end#set($x = "$v!")$x|#define($v)\n a\n#end\n[$v]|#define()a#end|#define($v)a#end$v.equals($v) $v.equals(1)|#define($v)#set($q = 1)#end$q$v$q|\\\\$v#define($v)a#end\\\\$v|#literal()$s #if#end|#literal()#end|#[[$s #if]]#|#[[a|#[[a]]# b|#[[a]]b]]#|#[[#[[a]]#]]#
|#* a *#b|#* a|#** a *#b|#*# *#b|#***#b|## a|## a\nb|a ## b\nc|a##|##\n##\nb|# a|#|a#|a #b|#1|#-|#_a|#@a|#@a()b#end|#foo|#foo()|#foo(1)|#foo( $n , "a" )|#foo(bar)|#foo\n|#foo()\n|#foo ()\n|#foo (\n1)|#{foo}|#{foo}()|#foo[1]|#foo(1
|#macro(q)m#end#q()|#macro(q $a)[$a]#end#q(1)#q($undef)#q("a$n")|#macro(q)#end|#macro()|#macro|#macro(q $a)$!a#end#q()|#evaluate("$s")|#evaluate('$n')|#evaluate|#return($n)|#include("x")|#parse("x")|#end2|#elsewhere|#ifx|#setx|#set x"""
METHODS = """$s.length()|$e.length()|$s.substring(4)|$s.substring(0,3)|$s.substring(9)|$s.indexOf("o")|$s.indexOf("o",2)|$s.indexOf("z")|$s.lastIndexOf("b")|$s.charAt(0)|$s.charAt(99)|$s.contains("oo")|$s.startsWith("f")|$s.endsWith("r")
|$s.equals("foo bar")|$s.equals(1)|$s.equalsIgnoreCase("FOO BAR")|$s.compareTo("foo")|$s.hashCode()|$s.isEmpty()|$e.isEmpty()|$s.empty|$s.toUpperCase()|$s.toLowerCase()|$s.trim()|$s.concat("!")|$s.replace("o","0")|$s.replaceAll("o+","<$0>")|$s.replaceAll("(o)(.)","$2$1")
|$s.replaceAll("(?<x>o)","[${x}]")|$s.replaceFirst("o","0")|$s.replaceAll("o","$9")|$s.replaceAll("[","x")|$s.matches("[a-z ]+")|$s.matches("foo")|$s.matches("^foo.*$")|$csv.split(",").size()|$csv.split(",",-1).size()|$csv.split(",",2)[1]|$e.split(",").size()|$csv.split("")[0]|$csv.replaceAll("[+--]","x")|$s.split("o")[0]|$s.split(" ")
|$s.format("%s-%d-%5.2f|%-5s|%05d|%x", "a", 7, 2.5, "b", 42, 255)|$s.format("%,d %+d %e %b %c%% %n", 1234567, 5, 12345.678, true, 65)|$s.format("%d", "x")|$s.format("%2$s %1$s", 1, 2)|$s.join("-", "a", "b")|$s.join("-", $ls)|$s.valueOf(1)|$s.toString()|$s.nope()|$s.length(1)|$u.length()|$u.getBytes("UTF-8").size()
|$n.toString()|$n.intValue()|$n.doubleValue()|$n.longValue()|$n.hashCode()|$n.compareTo(2)|$n.equals(3)|$n.equals("3")|$n.parseInt("12")|$n.parseInt("x")|$n.parseInt("ff", 16)|$n.valueOf("7")|$n.toHexString(255)|$n.MAX_VALUE|$d.intValue()|$d.isNaN()|$d.naN|$d.parseDouble("1e3")|$d.toString()|$d.hashCode()|$big.hashCode()|$huge.hashCode()|$t.toString()|$t.booleanValue()|$t.hashCode()
|$l.size()|$l.isEmpty()|$l.empty|$l.get(0)|$l.get(9)|$l.contains(2)|$l.contains("2")|$l.indexOf(3)|$l.add(4) $l|$l.add(0, 9) $l|$l.addAll([7, 8]) $l|$l.remove(0) $l|$l.remove("x") $l|$l.set(0, "z") $l|$l.subList(0, 2)|$l.clear() $l|$l.hashCode()|$l.equals([1, 2, 3])|$l.toString()|$l.iterator().next()|$l.iterator().next(1)|$l.iterator().remove(3)|$l.iterator().remove()|$l.containsAll([1])|$l.retainAll([1]) $l|$l.removeAll([1]) $l|$l.lastIndexOf(1)|$l.toArray().size()
|$m.size()|$m.isEmpty()|$m.get("a")|$m.get("zz")|$m.put("a", 5) $m|$m.put("new", 5)|$m.remove("a") $m|$m.containsKey("a")|$m.containsValue(1)|$m.keySet()|$m.values()|$m.entrySet()|$m.keySet().size()|$m.keySet().contains("a")|$m.entrySet().iterator().next().key|$m.putAll({"x" : 1}) $m|$m.getOrDefault("zz", 1)|$m.clear() $m|$m.replace("a", 9) $m|$m.replace("zz", 1) $m|$m.replace("a", 1, 8) $m|$m.replace("a", 2, 8) $m|$m.remove("a", 1) $m|$m.remove("a", 2) $m|$m.hashCode()|$m.equals({})|$m.toString()|$m.empty|$m.entrySet().iterator().next().setValue(7) $m
|$p.size()|$p[1].scores|$p.get(0).id|$mix[6].k|$mix[5][0]|$mix.toString()|#set($a = $csv.split(","))#set($a[0] = "z")$a[0] $a.set(1, $nul)$a[1]|#set($a = $csv.split(","))$a.set(0, 1)|#set($a = $csv.split(","))#set($a[0] = 2.5)|$s.bytes.set(0, 1)|$s.toCharArray().set(0, "x")|#set($a = $s.toCharArray())$a.set(0, $s.charAt(2))$a[0]|$l.toArray().set(0, "x")|$el.add($m)$el|$el.add($s.charAt(0))$el|$em.put($s.charAt(0), 1)$em|$em.put("a/b", "c\\"d")$em $el.add($em)$el"""

FIELD = (
    '{\n"instances": [\n#set( $user_id = $s )\n#set( $items = $csv.split(",") )\n#foreach( $item in $items )\n{"in0": [$user_id], "in1": [$item]}#if( $foreach.hasNext ),#end\n$esc.newline\n#end\n]\n}',
    '{\n"ratings": [\n#foreach( $prediction in $p )\n$prediction.scores[0]#if( $foreach.hasNext ),#end\n#end\n]\n}',
    '#set($inputRoot = $m)\n{\n  "type": "$inputRoot.s",\n  "price": $inputRoot.a\n}',
    '#set($allParams = $m)\n{\n"params" : {\n#foreach($type in $allParams.keySet())\n    #set($params = $allParams.get($type))\n"$type" : {\n    #foreach($paramName in $em.keySet())\n    "$paramName" : "$params.get($paramName)"\n        #if($foreach.hasNext),#end\n    #end\n}\n    #if($foreach.hasNext),#end\n#end\n}\n}',
    '#if($m.b.c.size() > 1)\n  #foreach($elem in $m.b.c)\n    "$elem"#if($foreach.hasNext),#end\n  #end\n#else\n  none\n#end',
    '#set($list = [])\n#foreach($i in $l)\n#set($_ = $list.add("x$i"))\n#end\n$list.size(): $list',
    '{"data": "$u.replaceAll("\\\\", "/")", "n": $n.toString().length()}',
)


def _rows(text: str) -> list[str]:
    rows = text.replace("\n|", "|").split("|")
    return [row.replace("\\n", "\n") if "\\\\" not in row else row for row in rows]


def templates() -> list[str]:
    """Every template of the corpus, once."""
    listed = [row for rows in (REFERENCES, ESCAPES, SETS, CONTROL, METHODS) for row in _rows(rows)]
    pairs = [spacing.format(a=a, b=b) for a, b in product(NEIGHBOURS, NEIGHBOURS) for spacing in SPACINGS[:2]]
    alone = [spacing.replace("{b}", "").format(a=a) for a in NEIGHBOURS for spacing in SPACINGS]
    files = [path.read_text(encoding="utf-8") for path in sorted(HERE.glob("*.vtl"))]
    programs = [random_flow(Random(seed)) for seed in range(PROGRAMS)]
    return list(dict.fromkeys([*listed, *alone, *pairs, *FIELD, *files, *programs]))


def cases() -> list[Case]:
    """Every template in both dialects."""
    return [Case(template, dialect, CONTEXT) for template in templates() for dialect in ("aws", "velocity")]
