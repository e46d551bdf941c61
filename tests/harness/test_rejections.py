"""What of NumPy takes no tensor is seen when it fails, wherever its TypeError goes."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest
import torch

from detachlint.harness import rejections
from detachlint.harness.executor import Execution, execute
from detachlint.harness.observer import Observer

HEAD = "import numpy as np, torch\nt = torch.ones(3, requires_grad=True)\na = np.arange(3.0)\n"


def seen(text: str, **options: Any) -> Execution:
    return execute(HEAD + text, "program.py", **options)


def crossings(text: str, **options: Any) -> list[tuple[int, str, str]]:
    return [(c.line, c.method, c.outcome) for c in seen(text, **options).crossings]


CAUGHT = "try:\n    {}\nexcept TypeError: pass\n"


@pytest.mark.parametrize(
    ("expression", "method"),
    [
        *((f"np.{name}(t)", name) for name in rejections.REDUCTIONS),
        ("np.amax(t)", "max"),
        ("np.sum(t, axis=0)", "sum"),
        *((f"a {symbol} t", "__r") for symbol in ("+", "-", "*", "//", "%", "**", "@")),
        *((f"(a > 0) {symbol} (t > 0)", "__r") for symbol in "&|^"),
        ("a += t", "__radd__"),
        ("a < t", "__gt__"),
        ("t <= a", "__le__"),
    ],
)
def test_a_type_error_that_is_caught_is_seen(expression: str, method: str) -> None:
    execution = seen(CAUGHT.format(expression))
    assert execution.error is None
    [crossing] = execution.crossings
    assert (crossing.line, crossing.outcome) == (5, "TypeError")
    assert crossing.method.startswith(method)
    assert crossing.span is None or crossing.span.line == 5
    assert not crossing.refused_for_grad


@pytest.mark.parametrize(
    "expression",
    [
        "t.mean('a')",  # the program's own mistake
        "t.mean(), t.sum(), t.max(), t > 1, t < t, 2 * t, 1 - t",
        "a == t.detach(), np.float64(2) * t, a[0] * t, t + 1",
        "np.mean(a), a * a",
        "'a' * t",
        "sum([t, t])",
        "exec('t.mean()', {'t': t, '__name__': None})",
    ],
)
def test_nothing_else_is_taken_for_it(expression: str) -> None:
    assert [method for _, method, _ in crossings(CAUGHT.format(expression))] in ([], ["__array__"])


def test_a_warning_of_pytorchs_stands_where_the_program_made_the_call() -> None:
    text = "import warnings\nwith warnings.catch_warnings(record=True) as told:\n"
    text += (
        "    warnings.simplefilter('always')\n    torch.ones(1).std()\n    torch.ones(1).var()\n"
    )
    error = seen(text + "raise ValueError([(each.filename, each.lineno) for each in told])\n").error
    assert error is not None
    assert error.message == "[('program.py', 7), ('program.py', 8)]"


def test_methods_that_numpy_does_not_ask_for_are_pytorchs_own() -> None:
    unobserved = torch.Tensor.mean
    with Observer(lambda filename: filename == __file__):
        assert torch.Tensor.mean is unobserved
        assert type(torch.ones(1).mean) is type(torch.ones(1).exp)


def test_what_a_library_tries_is_its_own_affair(monkeypatch: pytest.MonkeyPatch) -> None:
    library: dict[str, Any] = {"__name__": "library", "np": np}
    code = "def tries(t):\n    try: return np.mean(t)\n    except TypeError: return None\n"
    exec(compile(code, "library.py", "exec"), library)
    monkeypatch.setattr("builtins.tries", library["tries"], raising=False)
    execution = seen("tries(t)\n")
    assert (execution.error, execution.crossings) == (None, ())


def test_an_exception_that_is_not_caught_is_pythons_own() -> None:
    error = seen("a * t\n").error
    assert error is not None
    assert error.message == "unsupported operand type(s) for *: 'numpy.ndarray' and 'Tensor'"
    assert [c.message for c in seen("a * t\n").crossings] == [error.message]


def test_keeping_going_answers_as_if_there_were_an_array() -> None:
    text = (
        "assert np.mean(t) == 1\nassert np.sum(t, axis=0) == 3\nb = a\nb += t\n"
        "assert a.tolist() == [1, 2, 3]\nc = a - t\nassert c.tolist() == [0, 1, 2]\n"
        "assert a.tolist() == [1, 2, 3]\nassert (t < a).tolist() == [False, True, True]\n"
    )
    execution = seen(text, keep_going=True, digests=True)
    assert execution.error is None
    assert [c.line for c in execution.crossings] == [4, 5, 7, 9, 12]
    assert len({c.digest for c in execution.crossings}) == 1  # of the tensor's array, each time


ARRAYS = {
    **dict.fromkeys(("__rand__", "__ror__", "__rxor__"), np.array([True, False])),
    **dict.fromkeys(("__rlshift__", "__rrshift__"), np.array([1, 2])),
}


@pytest.mark.parametrize("name", [n for n in rejections.METHODS if n not in rejections.REDUCTIONS])
def test_the_answer_is_that_of_the_operator(name: str) -> None:
    left = ARRAYS.get(name, np.array([3.0, 4.0]))
    right = left[::-1]
    told: list[str] = []

    def rejected(method: str, tensor: object, message: str, frame: object) -> object:
        told.append(method)
        return right

    method = rejections.watched(name, lambda tensor, other: NotImplemented, rejected)
    result = method("tensor", left)
    if name in ("__lt__", "__le__", "__gt__", "__ge__"):
        expected = getattr(operator, name)(right, left)
    else:
        expected = getattr(operator, name.replace("__r", "__"))(left, right)
    assert told == [name]
    assert (result == expected).all()
