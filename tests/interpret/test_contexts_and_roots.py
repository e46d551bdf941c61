"""Who calls a crossing: chains of calls, entry points nobody calls, and what is certain there."""

from __future__ import annotations

import pytest
from engine import PRELUDE_LINES, raising_lines, revealed, visits

from detachlint.domain.belief import Truth


def test_the_chain_of_calls_leads_from_the_module_to_the_crossing() -> None:
    body = "def f(x):\n    return x.numpy()\ndef g(x):\n    return f(x)\ng(t)\n"
    chains = [visit.calls for visit in visits(body)[2] if not visit.unseen]
    assert [[(s.callee, s.span.line - PRELUDE_LINES) for s in chain] for chain in chains] == [
        [("g", 5), ("f", 4)]
    ]


def test_each_caller_is_a_context_of_its_own() -> None:
    body = "def f(x):\n    return x.numpy()\nf(t.detach())\nwith torch.no_grad():\n    f(t)\nf(t)\n"
    seen = [visit for visit in visits(body)[2] if not visit.unseen]
    assert [visit.raises.usual for visit in seen] == [Truth.NO, Truth.NO, Truth.YES]
    assert [visit.calls[-1].span.line - PRELUDE_LINES for visit in seen] == [3, 5, 6]


def test_a_crossing_of_the_module_itself_has_no_callers() -> None:
    (visit,) = visits("t.numpy()\n")[1]
    assert visit.calls == ()
    assert not visit.unseen
    assert not visit.public
    assert visit.raises.sure is Truth.YES


@pytest.mark.parametrize(
    "body",
    [
        "def f():\n    t.numpy()\n",
        "async def f():\n    t.numpy()\n",
        "def f():\n    t.numpy()\n    yield\n",
        "class A:\n    def f(self):\n        t.numpy()\n",
        "class A:\n    @staticmethod\n    def f():\n        t.numpy()\n",
        "class A:\n    @classmethod\n    def f(cls):\n        t.numpy()\n",
        "class A:\n    @property\n    def f(self):\n        t.numpy()\n",
        "class A:\n    def __init__(self):\n        t.numpy()\n",
        "class A:\n    class B:\n        def f(self):\n            t.numpy()\n",
        "def f():\n    s = t * 2\n    def g():\n        s.numpy()\n    return g\n",
        "def f():\n    s = t * 2\n    class A:\n        def g(self):\n            s.numpy()\n    return A\n",
        "def f():\n    s = t * 2\n    return lambda: s.numpy()\n",
        "def f():\n    s = t * 2\n    def g():\n        s.numpy()\n    os.register(g)\n",
        "f = lambda: t.numpy()\n",
        "if os.listdir():\n    def f():\n        t.numpy()\n",
        "try:\n    import x\nexcept ImportError:\n    def f():\n        t.numpy()\n",
    ],
)
def test_what_nobody_calls_is_run_as_an_entry_point(body: str) -> None:
    line = body[: body.index(".numpy()")].count("\n") + 1
    assert raising_lines(body) == [line]
    assert all(visit.unseen for visit in visits(body)[line])


@pytest.mark.parametrize(
    "body",
    [
        "def f():\n    def g():\n        t.numpy()\n    return g\n",
        "def f():\n    class A:\n        def g(self):\n            t.numpy()\n    return A\n",
        "def f():\n    return lambda: t.numpy()\n",
    ],
)
def test_inner_functions_that_capture_nothing_escape_too(body: str) -> None:
    assert len(raising_lines(body)) == 1


def test_an_unseen_caller_may_have_switched_grad_mode_off() -> None:
    (visit,) = visits("def f():\n    t.numpy()\n")[2]
    assert visit.mode.usual is Truth.YES
    assert visit.mode.sure is Truth.MAYBE
    assert visit.raises.sure is Truth.MAYBE


def test_an_entry_point_that_switches_grad_mode_on_itself_is_certain() -> None:
    body = "@torch.enable_grad()\ndef f():\n    torch.ones(2, requires_grad=True).numpy()\n"
    assert {visit.raises.sure for visit in visits(body)[3]} == {Truth.YES}


def test_unseen_callers_are_asked_where_all_seen_ones_see_an_error() -> None:
    body = "def f(x):\n    return x.numpy()\nf(t)\n"
    seen = {visit.unseen: visit.raises.sure for visit in visits(body)[2]}
    assert seen == {False: Truth.YES, True: Truth.MAYBE}


def test_an_argument_of_an_unseen_caller_is_unknown() -> None:
    assert revealed("def f(x, *xs, y=None, **more):\n    reveal_grad(x)\n    x.numpy()\n") == [
        "MAYBE"
    ]


def test_a_default_is_one_of_the_values_an_unseen_caller_leaves() -> None:
    body = "def f(flag=True):\n    x = t if flag else t.detach()\n    x.numpy()\n"
    assert raising_lines(body) == [3]


def test_what_a_method_leaves_in_an_attribute_is_found_by_the_others() -> None:
    body = (
        "class A:\n"
        "    def first(self):\n"
        "        return self.x.numpy()\n"
        "    def second(self):\n"
        "        self.x = t\n"
    )
    assert raising_lines(body) == [3]


def test_a_parameter_of_a_module_requires_grad_by_default_only() -> None:
    body = (
        "class M(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.w = nn.Parameter(torch.ones(2))\n"
        "    def export(self):\n"
        "        return self.w.numpy()\n"
    )
    for visit in visits(body)[6]:
        assert visit.grad.usual is Truth.YES
        assert visit.grad.sure is Truth.MAYBE


def test_a_called_function_is_not_run_again_where_its_callers_are_safe() -> None:
    body = "def f(x):\n    return x.numpy()\nf(t.detach())\n"
    assert [visit.unseen for visit in visits(body)[2]] == [False]


@pytest.mark.parametrize(
    "body",
    [
        "raise SystemExit\ndef f():\n    t.numpy()\n",
        "if False:\n    t.numpy()\n",
        "def f():\n    return 1\n    t.numpy()\n",
    ],
)
def test_what_is_never_reached_is_not_visited(body: str) -> None:
    assert visits(body) == {}


@pytest.mark.parametrize(
    ("module", "call"),
    [
        ("sys", "sys.exit()"),
        ("sys", "exit(1)"),
        ("os", "os._exit(0)"),
        ("argparse", "argparse.ArgumentParser().error('no')"),
        ("pytest", "pytest.skip('not here')"),
    ],
)
def test_behind_a_call_that_never_returns_is_nothing(module: str, call: str) -> None:
    assert visits(f"import {module}\n{call}\nt.numpy()\n") == {}


def test_behind_a_helper_that_ends_with_an_error_of_the_parser_is_nothing() -> None:
    body = (
        "import argparse\n"
        "class Parser(argparse.ArgumentParser):\n"
        "    def complain(self):\n"
        "        self.error('no')\n"
        "parser = Parser()\n"
        "parser.add_argument('--n')\n"
        "args = parser.parse_args()\n"
        "t.numpy()\n"
        "if args.n:\n"
        "    parser.complain()\n"
        "    t.numpy()\n"
    )
    assert list(visits(body)) == [8]


def test_the_exit_of_a_program_can_be_caught() -> None:
    body = "import sys\ntry:\n    sys.exit()\nexcept SystemExit:\n    t.numpy()\n"
    assert list(visits(body)) == [5]


def test_a_private_method_that_is_called_and_handed_out_has_unseen_callers_too() -> None:
    body = (
        "from elsewhere import solve\n"
        "class Model:\n"
        "    def _slope(self, x, as_array=False):\n"
        "        y = x * t\n"
        "        return y.numpy() if as_array else y\n"
        "    def fit(self, x):\n"
        "        with torch.no_grad():\n"
        "            solve(self._slope, x)\n"
        "        return self._slope(x)\n"
    )
    found = visits(body)[5]
    assert found
    assert {(visit.unseen, visit.mode.usual) for visit in found} == {(True, Truth.NO)}
