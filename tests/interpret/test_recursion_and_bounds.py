"""Bounds: whatever the program, the analysis ends soon, raises nothing and counts what it gave up."""

from __future__ import annotations

import time
from collections import Counter

import pytest
from costly_programs import COSTLY, HUGE, conditions_in_a_row, odd_programs
from engine import PRELUDE, facts_of, raising_lines, revealed, run, seconds, visits

from detachlint.domain.belief import Truth
from detachlint.interpret.engine import shares, work
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.ledger import Ledger
from detachlint.interpret.engine.state import MOST_PATHS

LONGEST = 8.0
"""Seconds of processor time for the worst program; it is to tell exponential from slow."""


# --- recursion -----------------------------------------------------------------------------------


DEEP = {
    "countdown": """\
def f(x, n):
    if n == 0:
        return x
    return f(x * 2, n - 1)
f(t, 50).numpy()
""",
    "unknown depth": """\
def f(x, n):
    return f(x * 2, n - 1) if n else x
f(t, len(os.listdir())).numpy()
""",
    "mutual": """\
def f(x, n):
    return x if not n else g(x, n - 1)
def g(x, n):
    return f(x * 2, n)
f(t, 40).numpy()
""",
    "lambda": """\
f = lambda x, n: x if n == 0 else f(x * 2, n - 1)
f(t, 30).numpy()
""",
    "nested lists": """\
def f(xs):
    return f(xs[0]) if isinstance(xs, list) else xs
f([[[[[[t]]]]]]).numpy()
""",
    "method": """\
class N:
    def f(self, x, n):
        return self.f(x * 2, n - 1) if n else x
N().f(t, 9).numpy()
""",
}


@pytest.mark.parametrize("name", DEEP)
def test_what_a_deep_recursion_returns_is_seen_behind_it(name: str) -> None:
    assert raising_lines(DEEP[name]) == [DEEP[name].count("\n")]


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
    found = [visit for crossings in visits(body).values() for visit in crossings]
    assert all(visit.grad.sure is not Truth.YES for visit in found)


# --- what is given up is counted -----------------------------------------------------------------


def test_a_chain_of_calls_that_is_too_deep_is_counted() -> None:
    body = "def f0(x): return x\n"
    body += "".join(f"def f{i}(x): return f{i - 1}(x)\n" for i in range(1, 80))
    facts = run(body + "reveal_grad(f79(t))\n")
    assert facts.gave_up.total() >= 1
    assert [shown for _, shown in facts.reveals] == ["MAYBE"]


WORK = "def work():\n" + "".join(f"    x{i} = t * {i}\n" for i in range(300))
LATER = "def later():\n    reveal_grad(t)\n"


def test_work_beyond_the_bound_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "SHARE_OF_THE_MODULE", 100)
    facts = run(WORK + LATER + "work()\n")
    assert any("too many steps" in reason for reason in facts.bounds)
    assert [shown for _, shown in facts.reveals] == ["YES"], "the next entry point goes on"


def test_a_module_that_is_given_up_still_has_its_later_functions_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shares, "SHARE_OF_THE_MODULE", 100)
    facts = run(WORK + "work()\n" + LATER)
    assert [shown for _, shown in facts.reveals] == ["YES"]


def test_a_small_program_gives_nothing_up() -> None:
    assert run("def f(x):\n    return x * 2\nf(t).numpy()\n").gave_up == {}


BRANCHES_IN_LOOPS = """\
def look_up(name, table, known):
    entry = table.get(name, None)
    if entry is None:
        for key in known.keys():
            if name == key.lower():
                entry = known.get(key, None)
                break
    if entry is not None:
        return entry.name, entry.rows
    value = None
    if name.startswith("#"):
        try:
            value = int(name[1:])
            if value < 0 or value >= known.size:
                value = None
        except ValueError:
            value = None
    if value is None:
        found = known.find(name)
        if len(found) == 0:
            return None, None
        value = found[0]
    return value, known.rows[value].unsqueeze(0)


def mix(presets, parts, table, known, save, joined, enabled, kept, limit):
    saved = None
    for preset in range(presets):
        if enabled and preset > 0:
            if not kept:
                break
            scale = preset
        else:
            scale = None
        width, total, log = None, None, []
        for number in range(parts):
            name = parts[number]
            if name == "" or number == limit:
                continue
            label, found = look_up(name, table, known)
            found = found.to(device="cpu", dtype=torch.float32)
            if width is None:
                width = found.shape[1]
            elif width != found.shape[1]:
                log.append(label)
                continue
            if not joined:
                if total is None:
                    total = torch.zeros(width).unsqueeze(0)
                if found.shape[0] != total.shape[0]:
                    padding = torch.zeros(width, width)
                    if found.shape[0] < total.shape[0]:
                        found = torch.cat([found, padding])
                    else:
                        total = torch.cat([total, padding])
                total += found * scale
            elif total is None:
                total = found * scale
            else:
                total = torch.cat([total, found * scale])
        if total is None:
            log.append("nothing")
        else:
            if scale is not None:
                try:
                    for row in range(total.shape[0]):
                        if limit:
                            for column in range(total.shape[1]):
                                total[row, column] = scale(total[row, column])
                        else:
                            total[row] = scale(total[row])
                except Exception as error:
                    log.append(error)
            if kept and total.shape[0] > 1:
                total = torch.sum(total, dim=0, keepdim=True)
            if total.shape[0] > 0:
                try:
                    save(total)
                    saved = True
                except OSError:
                    log.append("failed")
    if saved:
        t.numpy()
"""


def test_what_a_script_does_first_leaves_something_for_what_follows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shares, "SHARE_OF_THE_MODULE", 400)
    lines = "".join(f"    y{i} = [x, {i}]\n" for i in range(40))
    calls = "".join(f"    forward(model, [{i}] * {i})\n" for i in range(40))
    body = (
        f"def forward(model, x):\n{lines}    return model(x)\n"
        f"def train(model):\n{calls}"
        "def predict(model):\n    return forward(model, torch.ones(2))\n"
        "model = nn.Linear(2, 2)\n"
        "with torch.no_grad():\n    train(model)\n"
        "predict(model).numpy()\n"
    )
    assert raising_lines(body) == [body.count("\n")]


def test_what_converts_is_run_for_each_place_that_calls_it_however_much_was_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shares, "SHARE_OF_THE_MODULE", 400)
    lines = "".join(f"    y{i} = [x, {i}]\n" for i in range(20))
    convert = f"def convert(x):\n{lines}    return x.numpy()\n"
    much = "".join(f"    z{i} = [model, {i}]\n" for i in range(500))
    body = (
        f"{convert}def predict(model):\n{much}"
        "    for number in os.listdir():\n"
        "        convert(torch.ones(2))\n"
        "        convert(model(torch.ones(2)))\n"
        "predict(nn.Linear(2, 2))\n"
    )
    assert raising_lines(body) == [convert.count("\n")]


def test_once_much_is_done_branches_in_loops_take_less_work_and_what_is_behind_is_still_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps = Counter[str]()
    count = Ledger.count_step

    def noted(of: Ledger, activation: Activation, amount: int = 1) -> None:
        steps[way] += amount
        count(of, activation, amount)

    monkeypatch.setattr(Ledger, "count_step", noted)
    last_line = BRANCHES_IN_LOOPS.count("\n")
    way = "all paths apart"
    assert raising_lines(BRANCHES_IN_LOOPS) == [last_line]
    monkeypatch.setattr(work, "MANY_STEPS", 50)
    monkeypatch.setattr(work, "PART_FOR_PATHS", 1_000)
    way = "few paths"
    assert raising_lines(BRANCHES_IN_LOOPS) == [last_line]
    assert steps["few paths"] < 0.5 * steps["all paths apart"], steps


SCORE = (
    "layer = nn.Linear(2, 2)\n"
    "def score(x, n):\n"
    + "".join(f"    y{i} = x * {i}\n" for i in range(40))
    + "    out = layer(x)\n"
    "    return out.sum(), (out > n).float().mean()\n"
)


def test_a_function_that_is_given_up_gives_tuples_like_those_it_gave_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shares, "SHARE_OF_THE_MODULE", 150)
    calls = "".join(f"loss, right = score(t.detach() * {n}, {n})\n" for n in range(6))
    facts = run(SCORE + calls + "loss.numpy()\nright.numpy()\n")
    assert any("too many runs of score" in reason for reason in facts.bounds)
    (loss,), (right,) = (visits for _, visits in sorted(facts.crossings.items()))
    assert loss.raises.usual is Truth.YES
    assert right.raises.usual not in (Truth.YES, Truth.SOMETIMES)


OUT_OF_SIGHT = (
    "import out_of_sight\n"
    "layer = nn.Linear(2, 2)\n"
    "def score(x, n):\n"
    + "".join(f"    y{i} = x * {i}\n" for i in range(40))
    + "    return out_of_sight.metric(layer(x), n)\n"
)


def test_what_a_function_gave_and_nobody_knows_stays_so_when_it_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shares, "SHARE_OF_THE_MODULE", 150)
    calls = "".join(f"found = score(t * {n}, {n})\n" for n in range(6))
    facts = run(OUT_OF_SIGHT + calls + "found.numpy()\n")
    assert any("too many runs of score" in reason for reason in facts.bounds)
    (visits,) = facts.crossings.values()
    assert {visit.raises.usual for visit in visits} == {Truth.MAYBE}


ENDLESS = """
class Clock:
    time = 0
clock = Clock()
def advance():
    {waste}
    clock.time = clock.time + 1
def loop():
    {body}
loop()
t.numpy()
"""


@pytest.mark.parametrize(
    "body",
    [
        "while True:\n        if clock.time > 40:\n            break\n        advance()",
        "while clock.time < 40:\n        advance()",
        "while True:\n        if clock.time > 40:\n            return t\n        advance()",
    ],
)
def test_a_loop_ends_though_what_ends_it_is_not_run_any_more(
    body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shares, "SHARE_OF_THE_MODULE", 60)
    text = ENDLESS.format(waste="; ".join(["os.getenv('x')"] * 70), body=body)
    facts = run(text)
    assert any("too many runs of advance" in reason for reason in facts.bounds)
    assert facts.crossings


def test_the_bound_of_one_entry_point_is_not_that_of_the_next() -> None:
    tree = "def f0(x): return os.getenv(x)\n"
    tree += "".join(f"def f{i}(x):\n  f{i - 1}(x)\n  f{i - 1}(x)\n" for i in range(1, 22))
    body = tree + "def big(x):\n    f21(x)\n    x.numpy()\ndef small():\n    t.numpy()\n"
    assert raising_lines(body)[-1:] == [body.count("\n")]


# --- odd and costly programs ---------------------------------------------------------------------

ODD = odd_programs()


@pytest.mark.parametrize("name", ODD)
def test_odd_programs_are_no_trouble(name: str) -> None:
    facts_of(PRELUDE + ODD[name])


@pytest.mark.parametrize("name", HUGE)
def test_huge_values_are_not_computed(name: str) -> None:
    start = time.process_time()
    assert raising_lines(HUGE[name] + "t.numpy()\n") == [HUGE[name].count("\n") + 1]
    assert time.process_time() - start < LONGEST


@pytest.mark.parametrize("name", COSTLY)
def test_costly_programs_end_soon(name: str) -> None:
    assert seconds(COSTLY[name]) < LONGEST


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("many conditions", 1603), ("and of or", 2), ("conditional arguments", 3),
        ("balanced tree", 58), ("nested conditions", 92), ("nested loops", 20), ("many callers", 1),
    ],
)  # fmt: skip
def test_costly_programs_still_have_their_crossing_seen(name: str, line: int) -> None:
    assert line in raising_lines(COSTLY[name])


def test_the_cost_of_conditions_in_a_row_is_no_more_than_quadratic() -> None:
    small, large = (
        min(seconds(conditions_in_a_row(count)) for _ in range(2)) for count in (100, 400)
    )
    assert large < 16 * small + 0.5


COPIED = """import numpy as np
def halved(x):
    y = x.clone() if isinstance(x, torch.Tensor) else np.copy(x)
    y[:2] = x[:2] / 2
    return y
halved([t, np.ones(2)][len(os.listdir()) > 1])
"""


OF_ONE_NAME = """def kind(scale):
    class Net:
        def __init__(self):
            self.scale = scale
    return Net
kinds = [kind(t), kind(t.detach())]
net = kinds[len(os.listdir()) > 1]()
if isinstance(net, kinds[1]):
    net.scale.numpy()
"""


@pytest.mark.parametrize("most_paths", [1, MOST_PATHS])
@pytest.mark.parametrize("body", [COPIED, OF_ONE_NAME], ids=["copies", "classes of one name"])
def test_what_the_program_tells_apart_is_told_apart_though_paths_are_one(
    monkeypatch: pytest.MonkeyPatch, body: str, most_paths: int
) -> None:
    monkeypatch.setattr(work, "MOST_PATHS", most_paths)
    assert not raising_lines(body)


TWO_WAYS = (
    "def run(x, kind):\n" + "".join(f"    y{i} = [x, {i}]\n" for i in range(200)) + "    if KIND:\n"
    "        x.numpy()\n"
    "kind = os.environ.get('KIND')\n"
    "options = {'kind': kind} if kind else {}\n"
    "run(t, kind)\n"
)


@pytest.mark.parametrize("kind", ["kind", "not kind"])
def test_what_is_left_of_a_script_is_looked_at_once_more_with_all_paths_as_one(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    body = TWO_WAYS.replace("KIND:", f"{kind}:")
    monkeypatch.setattr(shares, "SHARE_OF_THE_MODULE", 150)
    assert raising_lines(body) == [body[: body.index("x.numpy")].count("\n") + 1]


def test_a_second_look_takes_no_more_than_the_first_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "SHARE_OF_THE_MODULE", 100)
    body = TWO_WAYS.replace("KIND:", "kind:").replace("run(t", "run(t + 1, kind)\nrun(t")
    both = run(body).steps
    monkeypatch.setattr(shares.Shares, "are_spent", True)
    first = run(body).steps
    assert first < both <= 2 * first
