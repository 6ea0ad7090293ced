"""Small mechanical faults for a function, one at a time, and a bound on its loops.

A mutant differs from the original in one place: a sign, an operator, a constant, a term left
out, a comparison, the end of a range. Checks that let many of them pass are too weak. A line of
the original with the comment `# equivalent: why` is left alone.
"""

import ast
import copy
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from gradcourse.wire import Stopped

EQUIVALENT = re.compile(r"#\s*equivalent:\s*\S")
SWAPS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
TURNS = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}
TWINS = {"min": "max", "max": "min", "sum": "mean", "mean": "sum", "amin": "amax", "amax": "amin"}
TICK = "__tick__"
Variant = tuple[str, Callable[[ast.AST], ast.AST]]


class Mutant(NamedTuple):
    """One faulty version of a program."""

    line: int  # in the program
    change: str  # in words: `a + b -> a - b`
    source: str


def mutants(program: str, name: str) -> list[Mutant]:
    """List the mutants of one top-level function or class of a program."""
    tree = ast.parse(program)
    spared = {n for n, line in enumerate(program.split("\n"), 1) if EQUIVALENT.search(line)}
    found = []
    for place, node in enumerate(_open(_target(tree, name))):
        if getattr(node, "lineno", 0) in spared:
            continue
        for label, change in _variants(node):
            mutant = _changed(tree, name, place, change)
            if mutant:
                found.append(Mutant(node.lineno, f"{_show(node)} -> {label}", mutant))
    unique = {mutant.source: mutant for mutant in reversed(found)}
    return list(reversed(unique.values()))


def bounded(program: str) -> ast.Module:
    """Parse a program and let every turn of a loop call the clock `__tick__`."""
    tree = ast.parse(program)
    for node in ast.walk(tree):
        if isinstance(node, (ast.For, ast.While)):
            node.body.insert(0, ast.Expr(ast.Call(ast.Name(TICK, ast.Load()), [], [])))
    return ast.fix_missing_locations(tree)


class Clock:
    """Counts the turns of an answer's loops and ends it past a limit."""

    def __init__(self, limit: int):
        self.limit, self.turns = limit, 0

    def __call__(self) -> None:
        """Count one turn."""
        self.turns += 1
        if self.turns > self.limit:
            raise Stopped("your answer does not come to an end")


# ---------------------------------------------------------------- one change


def _variants(node: ast.AST) -> Iterator[Variant]:
    """Name the changes that fit a node."""
    if isinstance(node, ast.BinOp):
        yield from _of_operation(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Not)):
        yield _show(node.operand), lambda n: n.operand
    elif isinstance(node, (ast.BoolOp, ast.AugAssign)) and type(node.op) in SWAPS:
        yield "the other operator", _with(op=SWAPS[type(node.op)]())
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        steps = (1, -1) if type(node.value) is int else (node.value or 1, -node.value / 2)
        for step in steps:
            yield f"{node.value + step:g}", _with(value=node.value + step)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        for turn in TURNS.get(type(node.ops[0]), ()):
            yield "the other comparison" if turn is not ast.Gt else ">", _with(ops=[turn()])
    elif isinstance(node, ast.Attribute) and node.attr in TWINS:
        yield TWINS[node.attr], _with(attr=TWINS[node.attr])
    elif isinstance(node, ast.Name) and node.id in ("min", "max"):
        yield TWINS[node.id], _with(id=TWINS[node.id])
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "range" and node.args:
        yield "one more", lambda n: _range(n, ast.Add())
        yield "one less", lambda n: _range(n, ast.Sub())
    elif isinstance(node, ast.Return) and node.value is not None:
        yield from _of_result(node)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield "left out", lambda n: ast.Pass()


def _of_operation(node: ast.BinOp) -> Iterator[Variant]:
    if type(node.op) in SWAPS:
        swapped = ast.BinOp(node.left, SWAPS[type(node.op)](), node.right)
        yield _show(swapped), _with(op=SWAPS[type(node.op)]())
    yield _show(node.left), lambda n: n.left
    if isinstance(node.op, (ast.Add, ast.Mult)):
        yield _show(node.right), lambda n: n.right


def _of_result(node: ast.Return) -> Iterator[Variant]:
    """Flip the sign of what is returned, part by part."""
    if not isinstance(node.value, ast.Tuple):
        if not isinstance(node.value, (ast.Constant, ast.Dict, ast.List)):
            yield "with the other sign", lambda n: ast.Return(ast.UnaryOp(ast.USub(), n.value))
        return
    for k in range(len(node.value.elts)):

        def flip(n: ast.Return, k: int = k) -> ast.Return:
            n.value.elts[k] = ast.UnaryOp(ast.USub(), n.value.elts[k])
            return n

        yield f"part {k + 1} with the other sign", flip


def _with(**fields) -> Callable[[ast.AST], ast.AST]:
    def change(node: ast.AST) -> ast.AST:
        for name, value in fields.items():
            setattr(node, name, value)
        return node

    return change


def _range(node: ast.Call, op: ast.operator) -> ast.Call:
    """Move the end of a range by one."""
    end = 0 if len(node.args) == 1 else 1
    node.args[end] = ast.BinOp(node.args[end], op, ast.Constant(1))
    return node


# ---------------------------------------------------------------- the tree


def _target(tree: ast.Module, name: str) -> ast.AST:
    found = [node for node in tree.body if getattr(node, "name", None) == name]
    if not found:
        raise ValueError(f"no def or class {name}")
    return found[-1]


def _open(target: ast.AST) -> list[ast.AST]:
    """List the nodes of a definition, without texts, refusals' words and annotations."""
    nodes, waiting = [], [*target.body, target.args] if hasattr(target, "args") else [*target.body]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, (ast.Raise, ast.JoinedStr, ast.arg)):
            continue
        nodes.append(node)
        hidden = (getattr(node, "annotation", None), getattr(node, "returns", None))
        waiting += [c for c in ast.iter_child_nodes(node) if c not in hidden]
    return nodes


def _changed(tree: ast.Module, name: str, place: int, change: Callable) -> str:
    """Apply one change to a copy and write it out; nothing if it is no Python any more."""
    fresh = copy.deepcopy(tree)
    node = _open(_target(fresh, name))[place]
    new = change(node)
    if new is not node:
        _Replace(node, new).visit(fresh)
    source = ast.unparse(ast.fix_missing_locations(fresh))
    return source if source != ast.unparse(tree) else ""


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST):
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def _show(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 48 else text[:47] + "…"
