"""What a template uses, asked once before it is compiled: it decides which short cuts the generated code may take."""

from dataclasses import dataclass

from mapping.vtl import tree
from mapping.vtl.limits import Dialect

SCOPE_PROPERTIES = frozenset({"hasNext", "index", "count", "first", "last"})
"""What of `$foreach` needs no object: the compiler writes it as an expression."""

_READERS = frozenset(
    {
        "matches", "split", "equals", "equalsIgnoreCase", "size", "length", "get", "contains", "containsKey",
        "isEmpty", "substring", "indexOf", "lastIndexOf", "startsWith", "endsWith", "trim", "toLowerCase",
        "toUpperCase", "replace", "replaceAll", "replaceFirst", "toString", "charAt", "keySet", "values",
        "entrySet", "getKey", "getValue", "parseInt", "parseDouble", "valueOf", "format", "concat", "hashCode",
        "compareTo", "escapeJavaScript", "urlEncode", "urlDecode", "base64Encode", "base64Decode", "parseJson",
        "json", "path", "params", "hasNext", "intValue", "doubleValue", "longValue", "join", "subList",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Uses:
    """`names`: all variables. The flags say what occurs anywhere in the template.

    `writes`: something is put into a list or map, which may then contain itself and have no text.
    """

    names: frozenset[str]
    defines: bool
    macros: bool
    scope_objects: bool
    throws: bool
    careful: bool
    writes: bool


def uses(root: tree.Node) -> Uses:
    """Walk a template once."""
    names: set[str] = set()
    defines = macros = scope_objects = throws = careful = inside = writes = False
    for node in tree.walk(root):
        match node:
            case tree.Reference():
                names.add(node.name)
                scope_objects |= node.name == "foreach" and not is_scope_property(node)
                writes |= any(isinstance(part, tree.Call) and part.name not in _READERS for part in node.parts)
            case tree.Set():
                names.add(node.name)
                scope_objects |= node.name == "foreach"
                own = node.target.name == "context"  # whose maps are bounded where they are read
                writes |= bool(node.target.parts) and not own
            case tree.Foreach():
                names.add(node.name)
                scope_objects |= node.name == "foreach"
            case tree.Define():
                names.add(node.name)
                defines = True
            case tree.Macro() | tree.Evaluate():
                macros = True
            case tree.Break():
                throws |= node.scope is not None
                careful = True
            case tree.Stop():
                careful = True
            case tree.String(template=tree.Block() as template):
                throws |= any(isinstance(inner, tree.Break) for inner in tree.walk(template))
                inside |= any(isinstance(inner, tree.Break | tree.Stop) for inner in tree.walk(template))
            case _:
                pass
    inside_loops = "foreach" in names and not scope_objects
    return Uses(
        frozenset(names),
        defines,
        macros,
        scope_objects or (defines and inside_loops),
        throws,
        (careful and defines) or throws or inside,
        writes,
    )


def needs_context(root: tree.Node, dialect: Dialect) -> bool:
    """Tell whether a template's variables have to be looked up while rendering.

    Macros and #evaluate may use any; the body of a #define that is printed inside of a loop over null sees null, and
    so does a loop inside of another over the same name.
    """
    used = uses(root)
    if dialect is Dialect.VELOCITY and used.macros:
        return True
    loops = [node for node in tree.walk(root) if isinstance(node, tree.Foreach)]
    if used.defines and loops:
        return True
    return any(
        isinstance(inner, tree.Foreach) and inner.name == loop.name for loop in loops for inner in tree.walk(loop.body)
    )


def is_scope_property(node: tree.Reference) -> bool:
    """`$foreach.hasNext` and its like, which need no object."""
    if node.name != "foreach" or len(node.parts) != 1:
        return False
    part = node.parts[0]
    return isinstance(part, tree.Property) and part.name in SCOPE_PROPERTIES


def reads_only(body: tree.Node) -> bool:
    """Tell whether nothing in a loop's body can change a list or map it goes through."""
    for node in tree.walk(body):
        if isinstance(node, tree.Call) and node.name not in _READERS:
            return False
        if isinstance(node, tree.Set) and node.target.parts:
            return False
        if isinstance(node, tree.Reference) and node.parts == () and node.name == "bodyContent":
            return False
    return True


def weight(body: tree.Node) -> int:
    """Steps of one run through a block, nested loops apart, which count themselves."""
    total = 1
    stack: list[tree.Node] = [body]
    while stack:
        node = stack.pop()
        total += 1
        match node:
            case tree.Block():
                stack.extend(node.children)
            case tree.If():
                stack.extend(block for _, block in node.branches)
            case tree.Foreach() | tree.Define() | tree.Macro():
                pass
            case tree.Text():
                total += len(node.text) >> 10
            case tree.MacroCall():
                total += len(node.source) >> 10
            case _:
                total += sum(
                    1 for inner in tree.walk(node) if isinstance(inner, tree.Call | tree.Binary | tree.Reference)
                )
    return total


def sets(body: tree.Node, name: str) -> bool:
    """Tell whether a block sets a variable, or loops over it again."""
    return any(
        (isinstance(node, tree.Set | tree.Foreach | tree.Define) and node.name == name) for node in tree.walk(body)
    )


def assigned(body: tree.Node) -> set[str]:
    """The variables that a block may change."""
    return {node.name for node in tree.walk(body) if isinstance(node, tree.Set | tree.Foreach | tree.Define)}
