"""A lowered program does what the program does: both are run, and their variables compared."""

from __future__ import annotations

import ast
import importlib.util
from typing import Any

import pytest
from concrete_machine import Machine

from detachlint.lower import lower_module

PROGRAMS = {
    "chained comparison evaluates its middle once": """
        seen = []
        def value(x):
            seen.append(x)
            return x
        results = [value(1) < value(2) < value(3), value(5) < value(4) < value(3), 1 < 2 < 3 > 0]
    """,
    "assignment forms": """
        a = b = [1, 2]
        (c, *d), e = [3, 4, 5], 6
        a += [7]
        n = (m := 3) + m
        *f, g = range(4)
        d[0], (h, a[0]) = 8, (9, 10)
        del d[1:], (c, e)
        x: int = 4
        y: int
    """,
    "global and nonlocal": """
        total = 0
        def counter():
            count = 0
            def step():
                nonlocal count
                global total, made_here
                count += 1
                total += count
                made_here = "yes"
                return count
            return step
        step = counter()
        results = [step(), step(), total]
    """,
    "class bodies": """
        x = "module"
        def f():
            x = "function"
            class A:
                y = x
                def m(self): return x
                z = [x for _ in range(1)]
            class B:
                x = x
            return A.y, A().m(), A.z, B.x
        results = f()
        class C:
            x = x
            def m(self): return x
            ys = [i for i in range(3)]
            fs = [lambda: i for i in range(3)]
            gs = {i: tuple(i + j for j in range(i)) for i in range(3)}
            class D:
                seen = x
        results = results, C.x, C().m(), C.ys, [g() for g in C.fs], C.gs, C.D.seen
    """,
    "private names": """
        class _Box:
            __kept = 1
            def __init__(self, __value):
                self.__value = __value
            def get(self, other):
                global __shared
                __shared = self.__kept
                return (self.__value, other.__value, self.__dunder__)
            __dunder__ = 3
            class __Inner:
                __x = 5
                def f(self): return self.__x
            inner = __Inner
        box = _Box(4)
        results = box.get(box), sorted(k for k in vars(_Box) if "Box" in k), _Box.inner().f()
    """,
    "comprehensions": """
        x = 5
        results = [
            [x for x in range(3)],
            {x: y for x in range(2) for y in range(x) if x if y >= 0},
            {x % 2 for x in range(9)},
            [[x * y for y in range(x)] for x in range(4)],
            [last := y for y in range(3)],
            (x, last),
        ]
        def f(xs):
            return [found := y for y in xs], found, [g() for g in [lambda: y for y in xs]]
        results.append(f([1, 2]))
    """,
    "generator expressions": """
        log = []
        def source(n):
            log.append(n)
            return range(n)
        g = (i * j for i in source(3) for j in source(i) if i)
        log.append("made")
        results = list(g), any((hit := i) > 1 for i in range(5)), hit
        def f(n):
            total = sum(k + n for k in range(n) if (seen := k) >= 0)
            return total, seen
        results += f(4)
    """,
    "functions and their parameters": """
        def f(a, /, b, c=3, *rest, d, e=5, **more):
            return a, b, c, rest, d, e, more
        results = [f(1, 2, d=4), f(1, 2, 30, 31, d=4, x=9), f(*[1, 2], **{"d": 4})]
        g = lambda x, y=2, *z, k=1: (x, y, z, k)
        results += [g(1), g(1, 2, 3, k=4), f(1, d=1, *[2])]
        def keep(value=[]):
            value.append(1)
            return len(value)
        results += [keep(), keep()]
    """,
    "decorators are applied innermost first": """
        log = []
        def mark(name):
            log.append("eval " + name)
            def apply(function):
                log.append("apply " + name)
                return function
            return apply
        @mark("outer")
        @mark("inner")
        def f(x=log.append("default")): pass
        @mark("class")
        class A(log.append("base") or object): pass
    """,
    "inheritance and super": """
        class A:
            def f(self): return ["A"]
        class B(A):
            def f(self):
                return super().f() + ["B"] + [super(B, self).f() for _ in range(1)][0]
        class Meta(type):
            def __new__(mcs, name, bases, space, tag=None):
                made = super().__new__(mcs, name, bases, space)
                made.tag = tag
                return made
            def __init__(cls, name, bases, space, tag=None): pass
        class C(B, metaclass=Meta, tag="t"): pass
        results = B().f(), C.tag, C().f()
    """,
    "loops": """
        results = []
        for i in range(5):
            if i == 1: continue
            if i == 3: break
            results.append(i)
        else:
            results.append("never")
        while i:
            i -= 1
        else:
            results.append("done")
        for i, (j, *k) in [(1, (2, 3, 4))]:
            results.append((i, j, k))
    """,
    "exceptions": """
        log = []
        def f(kind):
            try:
                if kind: raise kind("x") from ValueError("cause")
            except (KeyError, IndexError) as e:
                log.append(type(e).__name__)
                return "handled"
            except TypeError:
                try:
                    raise
                except TypeError as again:
                    return "again"
            else:
                log.append("else")
            finally:
                log.append("finally")
            return "end"
        results = [f(None), f(KeyError), f(TypeError)]
        try:
            f(OSError)
        except OSError as e:
            results.append("out")
        try:
            e
        except NameError:
            results.append("unbound")
        try:
            assert results == [], "message"
        except AssertionError as e:
            results.append(e.args)
        def g():
            try: return 1
            finally: return 2
        results.append(g())
    """,
    "with": """
        log = []
        class M:
            def __init__(self, name): self.name = name
            def __enter__(self):
                log.append("+" + self.name)
                return self.name, 1
            def __exit__(self, *error):
                log.append("-" + self.name)
                return error[0] is ValueError
        with M("a") as (x, y), M("b") as z, M("c"):
            log.append((x, y, z))
            raise ValueError
    """,
    "generators": """
        def inner():
            got = yield 1
            return got
        def outer():
            result = yield from inner()
            yield result
        g = outer()
        results = [next(g), g.send("sent")]
        squares = list((lambda: (yield 4))())
    """,
    "coroutines": """
        async def two(): return 2
        async def run():
            values = [await two() for _ in range(2)]
            return await two() + values[0]
        try:
            run().send(None)
        except StopIteration as stop:
            results = stop.value
    """,
    "imports": """
        import os.path
        import os.path as p
        from os import path as q, sep
        from os.path import *
        import collections.abc, collections
        same = os.path is p is q, join is p.join, collections.abc.Mapping is not None
    """,
    "short circuits and conditionals": """
        results = [0 or [] or "x", 1 and "" and 2, "a" if 0 else "b", not 1, -2, +True, ~5, 2 ** -1]
        results += [1 in [1], 2 not in [1], None is not None, "a" "b", f"plain", ...is None]
    """,
    "slices and displays": """
        xs = list(range(10))
        results = [xs[1:], xs[:-1], xs[::2], xs[1:5:2], xs[-1], [*xs[:2], *xs[8:]], (*xs[:1],)]
        d = {**{"a": 1}, "b": 2, **{"a": 3}}
        s = {1, *[2, 3]}
        xs[1:3] = []
        xs[0] += 5
    """,
    "match on values and sequences": """
        def f(v):
            match v:
                case 1 | 2 as n: return "one or two", n
                case None | True: return "singleton"
                case -1: return "minus one"
                case "text": return "text"
                case []: return "empty"
                case [x]: return "single", x
                case (1, y, *_): return "starts with one", y
                case [first, *middle, [a, b] as last]: return first, middle, last, a, b
                case [_, _] if v[0] > 5: return "guarded"
                case [*all_]: return "all", all_
                case _: return "other"
        values = [1, 2, None, True, -1, "text", [], [7], [1, 2, 3], (0, 1, 2, (3, 4)), [6, 1]]
        values += [[3, 1], "ab", {}]
        results = [f(value) for value in values]
    """,
    "match on mappings and classes": """
        import dataclasses
        @dataclasses.dataclass
        class P:
            x: object
            y: object = 0
        class Q:
            z = 1
        def f(v):
            match v:
                case {"k": 1, **rest}: return "k", rest
                case {"a": [x, {"b": y}]}: return x, y
                case {}: return "mapping"
                case P(0, y): return "x is 0", y
                case P(x=P(inner), y=1): return inner
                case P(1, 2) | P(2, 1): return "swapped"
                case Q(missing=1): return "never"
                case Q(z=z): return z
                case int(n) if n > 5: return "large", n
                case int(): return "int"
                case str(s) | bytes(s): return s
                case dataclasses.InitVar(): return "var"
                case list((1, x)): return x
        values = [{"k": 1, "l": 2}, {"a": [1, {"b": 2}]}, {"k": 2}, P(0, 5), P(P(3), 1), P(2, 1)]
        values += [P(9, 9), Q(), 9, 3, "s", b"b", [1, 4], 2.5]
        results = [f(value) for value in values]
    """,
    "a pattern that fails binds nothing": """
        x = "before"
        match [1, 2]:
            case [x, 3]: pass
        y = 4
        match y:
            case 3: pass
            case y if y > 5: pass
            case int(y): y += 1
    """,
    "names of definitions": """
        def f():
            def g(): pass
            global h
            def h(): pass
            class C:
                def m(self): return lambda: 0
            return g, C, C().m(), [lambda: 0 for _ in "a"][0] if False else None
        made = [f.__qualname__] + [o.__qualname__ for o in f()[:3]] + [h.__qualname__]
    """,
}


def _python(source: str) -> dict[str, Any]:
    variables: dict[str, Any] = {"__name__": "machine"}
    exec(compile(source, "<program>", "exec", dont_inherit=True), variables)
    return variables


def _plain(value: Any) -> bool:
    """Whether two runs can be expected to make equal values."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return all(map(_plain, value))
    if isinstance(value, dict):
        return all(_plain(item) for pair in value.items() for item in pair)
    return value is None or isinstance(value, (bool, int, float, str, bytes))


def _comparable(variables: dict[str, Any]) -> dict[str, Any]:
    ignored = {"__builtins__", "__annotations__", "__annotate__", "__conditional_annotations__"}
    return {
        name: value if _plain(value) else type(value).__name__
        for name, value in variables.items()
        if name not in ignored
    }


@pytest.mark.parametrize("source", PROGRAMS.values(), ids=PROGRAMS)
def test_lowered_program_computes_what_the_program_computes(source: str) -> None:
    source = "if True:\n" + source
    machine = Machine(lower_module(ast.parse(source), "program"))
    assert _comparable(machine.run()) == _comparable(_python(source))


def _standard(name: str) -> str:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    source: str = spec.loader.get_source(name)  # type: ignore[union-attr]
    return source


USES = {
    "heapq": "list(merge([1, 4], [2, 3])), nsmallest(2, [3, 1, 2]), nlargest(2, 'abc')",
    "textwrap": "wrap('the quick brown fox', 9), dedent('  a\\n   b'), shorten('a b c d e', 8)",
    "fractions": "str(Fraction('3/6') ** 2 + 1), Fraction(0.75).limit_denominator(2) == 1",
    "statistics": "mean([1, 2, 3, 4]), stdev([1, 2, 3]), quantiles([1, 2, 3, 4], n=2)",
    "shlex": "split('a \"b c\" d'), quote('a b')",
    "difflib": "list(ndiff(['a', 'b'], ['a', 'c'])), get_close_matches('appel', ['apple'])",
    "json.decoder": "JSONDecoder().decode('{\"a\": [1, 2.5, null]}')",
    "csv": "list(DictReader(['a,b', '1,2']))",
    "bisect": "bisect_left([1, 3, 5], 3), bisect_right([1, 3, 5], 3)",
    "collections": "Counter('abca').most_common(1), list(OrderedDict(a=1, b=2))",
    "graphlib": "list(TopologicalSorter({'a': ['b'], 'b': ['c']}).static_order())",
    "copy": "copy([1]), deepcopy([1, {2: (3,)}])",
    "tokenize": "[t.string for t in generate_tokens(iter(['a + 1']).__next__)]",
}
"""Modules of the standard library, and what is done with them."""


@pytest.mark.parametrize("module", USES)
def test_lowered_standard_module_works(module: str) -> None:
    source = f"{_standard(module)}\nresults = {USES[module]}\n"
    lowered = Machine(lower_module(ast.parse(source), module), module)
    lowered.variables["__package__"] = module if module == "collections" else ""
    if "." in module:
        lowered.variables["__package__"] = module.rpartition(".")[0]
    python = {"__name__": module, "__package__": lowered.variables["__package__"]}
    exec(compile(source, f"<{module}>", "exec", dont_inherit=True), python)
    assert lowered.run()["results"] == python["results"]
