"""Programs that are short to write and long to analyse, for an engine that is not careful.

All stand behind the prelude of `engine`. `odd_programs.txt` beside this module holds those that are
merely odd.
"""

from __future__ import annotations

from pathlib import Path


def odd_programs() -> dict[str, str]:
    """The programs of the text file by their names."""
    text = (Path(__file__).parent / "odd_programs.txt").read_text(encoding="utf-8")
    parts = [part.partition("\n") for part in text.split("### ")[1:]]
    return {name: body for name, _, body in parts}


def repeated(template: str, count: int, between: str = "", start: int = 0) -> str:
    """The template for i from `start` to `count`; `before` is i - 1."""
    return between.join(template.format(i=i, before=i - 1) for i in range(start, count))


def function_of_unknowns(count: int, body: str) -> str:
    """A function nobody calls, with parameters u0, u1…; the body stands on one line."""
    parameters = repeated("u{i}", count, ", ")
    return f"def f({parameters}):\n    {body}\n    t.numpy()\n"


def nested(opening: str, depth: int, inner: str, closing: str = "") -> str:
    """A function with blocks in blocks; the closing line of each stands behind it."""
    lines = ["def f(u):", *(" " * i + f" {opening.format(i=i)}" for i in range(depth))]
    lines.append(" " * (depth + 1) + inner)
    if closing:
        lines += [" " * i + f" {closing} u()" for i in reversed(range(depth))]
    return "\n".join(lines) + "\n"


def ladder(depth: int) -> str:
    """A hierarchy of diamonds upon diamonds."""
    rung = "class A{i}(A{before}, B{before}): pass\nclass B{i}(A{before}, B{before}): pass\n"
    top = f"class C(A{depth - 1}):\n    x = t\nC().x.numpy()\n"
    return "class A0: pass\nclass B0: pass\n" + repeated(rung, depth, start=1) + top


def call_tree(first: str, twice: str, depth: int) -> str:
    """Functions of which each calls the one before it twice."""
    return first + repeated(twice, depth, start=1) + f"f{depth - 1}(t)\n"


def conditions_in_a_row(count: int) -> str:
    """Conditions nobody knows, each with an effect."""
    branches = repeated("    if u[{i}]:\n        x = t * {i}\n", count)
    return f"def f(u):\n    x = 0\n{branches}    x.numpy()\n"


OR_PAIRS = repeated("(u{before} or u{i})", 100, " and ", start=1)
CHOICES = "t if u{i} else 1"

ROTATE = """\
    def rotate_{side}(self, x):
        y = x.{other}
        x.{other} = y.{side}
        if y.{side} != self.nil:
            y.{side}.parent = x
        y.parent = x.parent
        if x == x.parent.{side}:
            x.parent.{side} = y
        else:
            x.parent.{other} = y
        y.{side} = x
        x.parent = y
"""
TREE = f"""\
class Node:
    def __init__(self, value):
        self.value, self.parent, self.left, self.right = value, None, None, None
class Tree:
    def __init__(self):
        self.root = self.nil = Node(None)
{ROTATE.format(side="left", other="right")}{ROTATE.format(side="right", other="left")}\
    def balance(self, x):
        while x != self.root:
            if x == x.parent.left:
                if x.parent.right.value:
                    self.rotate_left(x.parent)
                if x.parent.right.left.value:
                    self.rotate_right(x.parent.right)
                self.rotate_left(x.parent)
            else:
                if x.parent.left.value:
                    self.rotate_right(x.parent)
                if x.parent.left.right.value:
                    self.rotate_left(x.parent.left)
                self.rotate_right(x.parent)
            x = x.parent
    def insert(self, value, key):
        node, y = Node(value), self.root
        while y != self.nil:
            node.parent = y
            y = y.left if key < y.value else y.right
        if node.parent is None:
            self.root = node
        elif key < node.parent.value:
            node.parent.left = node
        else:
            node.parent.right = node
        self.balance(node)
        node.value.numpy()
Tree().insert(t, 1)
"""
"""A balanced tree: each node leads to others, which are nothing at first, and become each other's."""

COSTLY = {
    "balanced tree": TREE,
    "many conditions": conditions_in_a_row(800),
    "many assumptions": "def f(u):\n"
    + repeated("    if u.a{i}:\n        t.x = u.a{i}\n", 200)
    + "    t.numpy()\n",
    "and of or": function_of_unknowns(100, f"if {OR_PAIRS}: t.numpy()"),
    "value of and of or": function_of_unknowns(100, f"x = {OR_PAIRS}"),
    "conditional arguments": function_of_unknowns(40, f"print({repeated(CHOICES, 40, ', ')})"),
    "conditional items": function_of_unknowns(40, f"x = [{repeated(CHOICES, 40, ', ')}]"),
    "conditional operands": function_of_unknowns(40, f"x = {repeated(f'({CHOICES})', 40, ' + ')}"),
    "conditional text": function_of_unknowns(40, f"x = f'{repeated(f'{{{{{CHOICES}}}}}', 40)}'"),
    "nested conditions": nested("if u[{i}]:", 90, "t.numpy()"),
    "nested loops": nested("for x{i} in u:", 18, "t.numpy()"),
    "nested whiles": nested("while u[{i}]:", 18, "t.numpy()"),
    "nested managers": nested("with u[{i}]:", 18, "t.numpy()"),
    "nested handlers": nested("try:", 15, "t.numpy()", "except OSError:"),
    "nested cleanups": nested("try:", 15, "t.numpy()", "finally:"),
    "nested functions": nested("def f{i}(x):", 50, "return x.numpy()"),
    "nested classes": nested("class f{i}:", 50, "t.numpy()"),
    "nested displays": "x = " + "[" * 60 + "t" + "]" * 60 + "\nt.numpy()\n",
    "many clauses": f"def f(u):\n    x = [t{repeated(' for i{i} in u', 10)}]\n    t.numpy()\n",
    "tree of calls": call_tree(
        "def f0(x): return x.numpy()\n", "def f{i}(x):\n  f{before}(x)\n  f{before}(x)\n", 22
    ),
    "tree of lambdas": call_tree(
        "f0 = lambda x: x.numpy()\n", "f{i} = lambda x: (f{before}(x), f{before}(x))\n", 22
    ),
    "many callers": "def f(x): return x.numpy()\n" + "f(t)\n" * 300,
    "ladder of diamonds": ladder(25),
    "unknown managers": "def f(u):\n    m = torch.no_grad()\n    if u.a: m = u.b\n    if u.c: m = u.d\n"
    + "".join(" " * (i + 4) + "with m:\n" for i in range(12))
    + " " * 17
    + "t.numpy()\n",
    "many methods": "class A(nn.Module):\n"
    + "".join(
        f"    def f{i}(self, x):\n"
        f"        self.a{i} = self.f{(i * 7) % 60}(x)\n"
        f"        return self.a{i}.numpy()\n"
        for i in range(60)
    ),
    "conversions of conversions": "class Grid:\n"
    "    def __init__(self):\n        self.xy = torch.ones(2)\n"
    "    def move(self, device):\n        self.xy = self.xy.to(device)\n"
    "def f(device, u):\n    for grid in [Grid() for _ in range(u())]:\n"
    + 20 * "        grid.move(device)\n"
    + "    t.numpy()\n",
    "many cases": "def f(u):\n    match u:\n"
    + repeated("        case [{i}, x, {{'a': y}}] | (x, y): x.numpy()\n", 60),
}

HUGE = {
    "huge powers": "x = 9 ** 9 ** 9 ** 9\ny = 2.0 ** 10000\nz = (-1) ** 0.5\n",
    "huge shifts": "x = 1 << 10 ** 12\ny = 10 ** 1000000\n",
    "powers in a loop": "x = 3\nfor _ in range(40): x = x ** x\n",
    "huge repetitions": "a = 'a' * 10 ** 10\nb = b'b' * 10 ** 12\nc = [0] * 10 ** 9\nd = (t,) * 10 ** 10\n",
    "doubled text": "x = 'abc'\n" + "x = x + x\n" * 60,
    "doubled list": "x = [t]\n" + "x = x + x\n" * 60,
    "doubled tuple": "x = (t,)\n" + "x = (*x, *x)\n" * 60,
    "nested tuples": "x = t\n" + "x = (x, x)\n" * 60 + "str(x), torch.stack(x)\n",
    "huge ranges": "for i in range(10 ** 12): x = i\nlist(range(10 ** 12))\n",
    "huge padding": "x = 'a'.ljust(10 ** 10)\ny = f'{3:>1000000000}'\n",
    "division by zero": "x = 1 / 0\ny = 1 % 0\nz = 0 ** -1\nw = [1][5]\n",
    "many literals": f"x = [{repeated('{i}', 5000, ', ')}]\n",
    "many entries": f"d = {{{repeated(repr('{i}') + ': {i}', 5000, ', ')}}}\n",
    "a long text": f"x = {'a' * 100_000!r}\ny = x * 3\n",
}
