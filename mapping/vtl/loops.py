"""`#foreach` to a Python loop."""

from mapping.vtl import runtime, tree
from mapping.vtl.analysis import assigned, reads_only, sets, weight
from mapping.vtl.emitter import LoopNames
from mapping.vtl.known import Kind
from mapping.vtl.printing import Printing


class Loops(Printing):
    """`#foreach`."""

    def inner(self, node: tree.Node) -> None:
        """A block one level deeper."""
        raise NotImplementedError

    def foreach(self, node: tree.Foreach) -> None:
        """`#foreach`: a Python loop; what the body does not use is not kept."""
        self.count += 1
        n = self.count
        source, items = f"l{n}", f"s{n}"
        names = LoopNames(f"i{n}", f"n{n}", f"x{n}" if self.used.scope_objects else None)
        listed = self.code(node.items)
        self.emit(f"{source} = {listed.text}")
        if listed.kind is Kind.LIST:
            items = source
        else:
            self.emit(f"{items} = {source} if {source}.__class__ is list else elements({source})")
        self.emit(f"if {items}:")
        depth = self.function.depth
        self.function.depth += 1
        self.emit(f"{names.size} = len({items})")
        self.emit(f"b.spend({names.size} * {weight(node.body)})")
        if not reads_only(node.body) or self.used.defines:
            self.emit(f"s{n} = guarded({items}, {source})")
            items = f"s{n}"
        self.emit(f"if {names.size} > {self._unmetered(node)}: {items} = b.meter({items}, o)")
        changed = {*assigned(node), "foreach", "velocityCount", "velocityHasNext"}
        self.forget(changed)
        entering = dict(self.known)
        self.run_loop(node, names, items)
        self.known = entering
        self.emit(f"if len(o) > {runtime.PIECES}: b.squeeze(o)")
        self.function.depth = depth

    def _unmetered(self, node: tree.Foreach) -> int:
        """Iterations for which neither the dialect's limit nor the output has to be watched."""
        pieces = max(1, weight(node.body))
        few = runtime.PIECES // pieces
        limit = self.limits.loop(self.dialect)
        return min(few, limit) if limit else few

    def run_loop(self, node: tree.Foreach, names: LoopNames, items: str) -> None:
        """The loop itself, with what 1.7 saves before and puts back after."""
        variable = self.variables[node.name]
        n = names.counter[1:]
        if self.function.kind != "main" and not self.function.recursive:
            self.share(names.counter, names.size, f"h{n}")
        kept = [(variable, f"o{n}")]
        for extra, letter in (("velocityCount", "p"), ("velocityHasNext", "q")):
            if extra in self.variables:
                kept += [(self.variables[extra], f"{letter}{n}")]
        for name, saved in kept:
            self.emit(f"{saved} = {name}")
            self.function.assigned.add(name)
        if names.scope:
            foreach = self.variables["foreach"]
            self.function.assigned.add(foreach)
            self.emit(f"{foreach} = {names.scope} = Scope({foreach}, {node.line}, {node.column})")
        counted = names.scope or len(kept) > 1 or self._counts(node)
        catching = self.used.throws
        if catching:
            self.emit("try:")
            self.function.depth += 1
        if counted:
            self.emit(f"for {names.counter}, {variable} in enumerate({items}, 1):")
        else:
            self.emit(f"for {variable} in {items}:")
        self.function.depth += 1
        for name, saved in kept[1:]:
            self.emit(f"{name} = " + (names.counter if saved[0] == "p" else f"{names.counter} < {names.size}"))
        if names.scope:
            self.emit(f"{names.scope}.index = {names.counter} - 1")
            self.emit(f"{names.scope}.has_next = {names.counter} < {names.size}")
        outer_holders = dict(self.holders)
        holder = self.holders.get(node.name)
        if holder:
            self.emit(f"if {holder}: {variable} = None")
        elif sets(node.body, node.name):
            self.holders[node.name] = f"h{n}"
            self.emit(f"h{n} = {variable} is None")
        self.function.depth -= 1
        self.loops.append(names)
        self.function.loops += 1
        self.inner(node.body)
        self.function.loops -= 1
        self.loops.pop()
        self.holders = outer_holders
        if catching:
            self.function.depth -= 1
            self.emit("except Broken as broken:")
            self.emit(f"    e{n} = broken.owner")
            self.emit(f"    if e{n} is None: e{n} = {names.scope or True}")
            self.emit("else:")
            self.emit(f"    e{n} = {names.scope or True}")
        self.restore(kept, names)
        if holder:
            self.emit(f"{holder} = False")
            if self.function.kind != "main" and not self.function.recursive:
                self.function.assigned.add(holder)
        if catching:
            self.emit(f"if e{n} is not {names.scope or True}: raise Broken(e{n})")

    def share(self, *names: str) -> None:
        """Let functions cut out of this one see a loop's names."""
        self.shared.update(names)
        self.function.assigned.update(names)

    def restore(self, kept: list[tuple[str, str]], names: LoopNames) -> None:
        """Put back what the loop's names hid."""
        for name, saved in kept:
            self.emit(f"{name} = {saved}")
        if names.scope:
            foreach = self.variables["foreach"]
            self.emit(f"{foreach} = leave_scope({foreach})")

    def _counts(self, node: tree.Foreach) -> bool:
        """Tell whether the body asks for a position."""
        return any(
            isinstance(inner, tree.Reference) and inner.name in ("foreach", "velocityCount", "velocityHasNext")
            for inner in tree.walk(node.body)
        )
