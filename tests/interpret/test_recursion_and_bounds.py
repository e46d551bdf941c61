"""Bounds: whatever the program, the analysis ends soon, raises nothing and counts what it gave up."""

from __future__ import annotations

import pytest
from engine import PRELUDE, facts_of, raising_lines, revealed, run, seconds, visits

from detachlint.interpret import machine


def unknowns(count: int) -> str:
    return ", ".join(f"u{i}" for i in range(count))


# --- recursion -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "def f(x, n):\n    if n == 0:\n        return x\n    return f(x * 2, n - 1)\ny = f(t, 50)\n",
        "def f(x, n):\n    return f(x * 2, n - 1) if n else x\ny = f(t, len(os.listdir()))\n",
        "def f(x, n):\n    return x if not n else g(x, n - 1)\ndef g(x, n):\n    return f(x * 2, n)\ny = f(t, 40)\n",
        "f = lambda x, n: x if n == 0 else f(x * 2, n - 1)\ny = f(t, 30)\n",
        "def f(xs):\n    if isinstance(xs, list):\n        return f(xs[0])\n    return xs\ny = f([[[[[[t]]]]]])\n",
        "class N:\n    def f(self, x, n):\n        return self.f(x * 2, n - 1) if n else x\ny = N().f(t, 9)\n",
    ],
    ids=["countdown", "unknown depth", "mutual", "lambda", "nested lists", "method"],
)  # fmt: skip
def test_what_a_deep_recursion_returns_is_seen_behind_it(body: str) -> None:
    lines = body.count("\n") + 1
    assert raising_lines(body + "y.numpy()\n") == [lines]


@pytest.mark.xfail(strict=True, reason="runs beyond the bound give an unknown: a missed alarm")
def test_what_a_recursion_through_a_comprehension_returns_is_seen_behind_it() -> None:
    body = (
        "def f(xs):\n"
        "    if isinstance(xs, list):\n"
        "        return torch.stack([f(x) for x in xs])\n"
        "    return xs\n"
        "f([[[[[[t]]]]]]).numpy()\n"
    )
    assert raising_lines(body) == [5]


def test_a_crossing_at_the_bottom_of_a_recursion_is_visited() -> None:
    body = (
        "def walk(tree):\n"
        "    if isinstance(tree, list):\n"
        "        return [walk(x) for x in tree]\n"
        "    return tree.numpy()\n"
        "walk([[[[[[t]]]]]])\n"
        "reveal_grad(t)\n"
    )
    assert raising_lines(body) == [4]
    assert "YES" in revealed(body)


def test_a_recursion_that_detaches_on_the_way_gives_a_detached_value() -> None:
    body = "def f(x, n):\n    return f(x.detach(), n - 1) if n else x\nreveal_grad(f(t, 5))\n"
    assert set(revealed(body)) <= {"NO", "MAYBE"}


def test_a_recursion_without_end_has_nothing_behind_it_that_is_certain() -> None:
    body = "def f(x):\n    return f(x)\nf(t).numpy()\n"
    assert all(visit.grad.sure.value != "YES" for crossings in visits(body).values() for visit in crossings)


# --- what is given up is counted -----------------------------------------------------------------


def test_a_chain_of_calls_that_is_too_deep_is_counted() -> None:
    body = "def f0(x): return x\n"
    body += "".join(f"def f{i}(x): return f{i - 1}(x)\n" for i in range(1, 80))
    facts = run(body + "reveal_grad(f79(t))\n")
    assert facts.gave_up.total() >= 1
    assert [shown for _, shown in facts.reveals] == ["MAYBE"]


def test_work_beyond_the_bound_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "MOST_STEPS", 100)
    facts = run("".join(f"x{i} = t * {i}\n" for i in range(200)) + "t.numpy()\n")
    assert any("too many steps" in reason for reason in facts.gave_up)


def test_a_small_program_gives_nothing_up() -> None:
    assert run("def f(x):\n    return x * 2\nf(t).numpy()\n").gave_up == {}


def test_the_bound_of_one_entry_point_is_not_that_of_the_next() -> None:
    tree = "def f0(x): return os.getenv(x)\n"
    tree += "".join(f"def f{i}(x):\n  f{i - 1}(x)\n  f{i - 1}(x)\n" for i in range(1, 22))
    body = tree + "def big(x):\n    f21(x)\n    x.numpy()\ndef small():\n    t.numpy()\n"
    assert raising_lines(body)[-1:] == [body.count("\n")]


# --- odd programs --------------------------------------------------------------------------------

ODD = {
    "list in itself": "l = [t]\nl.append(l)\nl[1][1][0].numpy()\nfor x in l: print(x)\n",
    "copies of cycles": "import copy\nl = [t]\nl.append(l)\nm = copy.deepcopy(l)\nstr(m), sorted(m), m == l\ntorch.stack(m)\n",
    "dict in itself": "d = {}\nd['d'] = d\nd['d']['d']['x'] = t\nd['x'].numpy()\nd.update(d)\n",
    "module in itself": "m = nn.Sequential(nn.Linear(2, 2))\nm.append(m)\nm(t).numpy()\nm.requires_grad_(False)\nlist(m.parameters())\n",
    "attribute cycle": "class A: pass\na = A()\na.a = a\na.a.a.x = t\na.x.numpy()\n",
    "partial of itself": "from functools import partial\nf = print\nfor i in range(50): f = partial(f, t)\nf = partial(f, f)\nf(t)\n",
    "class named as its base": "class A: pass\nclass A(A):\n    x = t\nclass B(A, A): pass\nA.x.numpy()\nB().x\n",
    "unknown bases": "class C(unknown, os.nothing, C):\n    def f(self): return self.x.numpy()\nC().f()\n",
    "bases in a loop": "class A: pass\nclass B: pass\nwhile os.listdir():\n    class A(B):\n        def f(self): return super().f()\n    class B(A):\n        def f(self): return super().f()\nA().f()\nB().f().numpy()\n",
    "fixed point combinator": "Y = lambda f: (lambda x: x(x))(lambda x: f(lambda *a: x(x)(*a)))\nY(lambda r: lambda n: t if n == 0 else r(n - 1))(5)\n(lambda x: x(x))(lambda x: x(x))\n",
    "special methods that call themselves": "class A:\n    @property\n    def p(self): return self.p\n    def __getattr__(self, n): return getattr(self, n)\n    def __call__(self): return self()\n    def __iter__(self): return self\n    def __next__(self): return next(self)\n    def __bool__(self): return bool(self)\n    def __len__(self): return len(self)\na = A()\na.p, a.q, a()\nfor x in a: x.numpy()\nif a: t.numpy()\n",
    "metaclass": "class M(type):\n    def __call__(c, *a): return super().__call__(*a)\nclass A(metaclass=M): pass\nA().x\nt.numpy()\n",
    "decorator of itself": "def d(f): return d(f)\n@d\ndef g(): t.numpy()\ng()\n",
    "del and unbound": "del t\nt.numpy()\ndel nothing\nnothing.numpy()\n",
    "wrong calls": "def f(a, *, b): return a.numpy()\nf()\nf(1, 2, 3)\nf(*t, **t)\nlen()\ntorch.ones()\nt.sum(1, 2, 3, dim=4)\n",
    "wrong unpacking": "a, b = t, t, t\n*a, b = 1\n(a, b), c = [1], 2\nfor a, b in [1, 2]: t.numpy()\n",
    "stars everywhere": "f = lambda *a, **k: (a, k)\nx = f(*[t] * 3, *f(), **{}, **f(**{'a': t})[1])\nx[0][0].numpy()\n",
    "misplaced keywords": "return t.numpy()\n",
    "yield at module level": "x = yield t\nx.numpy()\n",
    "await of anything": "async def f():\n    await t\n    async for x in t: x.numpy()\n    async with t as y: y.numpy()\nf()\n",
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_programs_are_no_trouble(name: str) -> None:
    facts_of(PRELUDE + ODD[name])


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
    "many literals": f"x = [{', '.join(map(str, range(5000)))}]\n",
    "many entries": "d = {" + ", ".join(f"'{i}': {i}" for i in range(5000)) + "}\n",
    "a long text": f"x = {'a' * 100_000!r}\ny = x * 3\n",
}


@pytest.mark.parametrize("name", HUGE)
def test_huge_values_are_not_computed(name: str) -> None:
    assert seconds(HUGE[name] + "t.numpy()\n") < 8
    assert raising_lines(HUGE[name] + "t.numpy()\n") == [HUGE[name].count("\n") + 1]


def nest(opening: str, depth: int, inner: str) -> str:
    lines = [" " * i + opening.format(i=i) for i in range(depth)]
    return "def f(u):\n" + "".join(f" {line}\n" for line in lines) + " " * (depth + 1) + inner + "\n"


def ladder(depth: int) -> str:
    rungs = "".join(f"class A{i}(A{i - 1}, B{i - 1}): pass\nclass B{i}(A{i - 1}, B{i - 1}): pass\n" for i in range(1, depth))
    return f"class A0: pass\nclass B0: pass\n{rungs}class C(A{depth - 1}):\n    x = t\nC().x.numpy()\n"


COSTLY = {
    "many conditions": "def f(u):\n    x = 0\n" + "".join(f"    if u[{i}]:\n        x = t * {i}\n" for i in range(800)) + "    x.numpy()\n",
    "many assumptions": f"def f({unknowns(200)}):\n" + "".join(f"    if u{i}:\n        t.x = u{i}\n" for i in range(200)) + "    t.numpy()\n",
    "and of or": f"def f({unknowns(100)}):\n    if " + " and ".join(f"(u{i} or u{i + 1})" for i in range(99)) + ":\n        t.numpy()\n",
    "value of and of or": f"def f({unknowns(100)}):\n    x = " + " and ".join(f"(u{i} or u{i + 1})" for i in range(99)) + "\n    t.numpy()\n",
    "conditional arguments": f"def f({unknowns(40)}):\n    print(" + ", ".join(f"t if u{i} else 1" for i in range(40)) + ")\n    t.numpy()\n",
    "conditional items": f"def f({unknowns(40)}):\n    x = [" + ", ".join(f"t if u{i} else 1" for i in range(40)) + "]\n    t.numpy()\n",
    "conditional operands": f"def f({unknowns(40)}):\n    x = " + " + ".join(f"(t if u{i} else 1)" for i in range(40)) + "\n    t.numpy()\n",
    "conditional text": f"def f({unknowns(40)}):\n    x = f'" + "".join(f"{{u{i} if u{i} else t}}" for i in range(40)) + "'\n    t.numpy()\n",
    "nested conditions": nest("if u[{i}]:", 90, "t.numpy()"),
    "nested loops": nest("for x{i} in u:", 18, "t.numpy()"),
    "nested whiles": nest("while u[{i}]:", 18, "t.numpy()"),
    "nested managers": nest("with u[{i}]:", 18, "t.numpy()"),
    "nested trials": "def f(u):\n" + "".join(" " * i + " try:\n" for i in range(15)) + " " * 20 + "t.numpy()\n" + "".join(" " * i + " except OSError:\n" + " " * i + "  u()\n" for i in reversed(range(15))),
    "nested functions": "".join(" " * i + f"def f{i}(x):\n" for i in range(50)) + " " * 50 + "return x.numpy()\n",
    "nested displays": "x = " + "[" * 60 + "t" + "]" * 60 + "\nt.numpy()\n",
    "many clauses": "def f(u):\n    x = [t" + "".join(f" for i{i} in u" for i in range(10)) + "]\n    t.numpy()\n",
    "tree of calls": "def f0(x): return x.numpy()\n" + "".join(f"def f{i}(x):\n  f{i - 1}(x)\n  f{i - 1}(x)\n" for i in range(1, 22)) + "f21(t)\n",
    "tree of lambdas": "f0 = lambda x: x.numpy()\n" + "".join(f"f{i} = lambda x: (f{i - 1}(x), f{i - 1}(x))\n" for i in range(1, 22)) + "f21(t)\n",
    "many callers": "def f(x): return x.numpy()\n" + "f(t)\n" * 300,
    "ladder of diamonds": ladder(25),
    "unknown managers": "def f(u):\n    m = torch.no_grad()\n    if u.a: m = u.b\n    if u.c: m = u.d\n" + "".join(" " * (i + 4) + "with m:\n" for i in range(12)) + " " * 17 + "t.numpy()\n",
    "many methods": "class A(nn.Module):\n" + "".join(f"    def f{i}(self, x):\n        self.a{i} = self.f{(i * 7) % 60}(x)\n        return self.a{i}.numpy()\n" for i in range(60)),
    "many cases": "def f(u):\n    match u:\n" + "".join(f"        case [{i}, x, {{'a': y}}] | (x, y): x.numpy()\n" for i in range(60)),
}  # fmt: skip


@pytest.mark.parametrize("name", COSTLY)
def test_costly_programs_end_soon(name: str) -> None:
    assert seconds(COSTLY[name]) < 8


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("many conditions", 1603), ("and of or", 3), ("conditional arguments", 3),
        ("nested conditions", 92), ("nested loops", 20), ("many callers", 1),
    ],
)  # fmt: skip
def test_costly_programs_still_have_their_crossing_seen(name: str, line: int) -> None:
    assert raising_lines(COSTLY[name]) == [line]


def test_the_cost_of_conditions_in_a_row_is_no_more_than_quadratic() -> None:
    def program(count: int) -> str:
        branches = "".join(f"    if u[{i}]:\n        x = t * {i}\n" for i in range(count))
        return f"def f(u):\n    x = 0\n{branches}    x.numpy()\n"

    small, large = (min(seconds(program(count)) for _ in range(2)) for count in (100, 400))
    assert large < 16 * small + 0.5
