"""The probe on made-up operators whose behaviour is known: it must see what they do."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from detachlint.harness.probe import execute as execution  # noqa: E402  # needs torch
from detachlint.harness.probe import hand, limits, observe, pool  # noqa: E402
from detachlint.harness.probe.conclude import Unclassified, conclude  # noqa: E402
from detachlint.harness.probe.execute import PLAIN, Call, Condition, execute  # noqa: E402
from detachlint.knowledge.model import Aliasing, CallFact, Result  # noqa: E402

X = torch.tensor([[0.5, 1.0], [1.5, 2.0]])


def fact_of(function: Callable[..., Any], *calls: Call) -> CallFact:
    """The fact that executions of `function` lead to."""
    return conclude("torch.made_up", [observe.run(function, call) for call in calls])


def test_an_ordinary_operator_propagates() -> None:
    fact = fact_of(lambda x: x * 2, Call((X,)))
    assert (fact.results, fact.aliasing, fact.in_place) == (
        (Result.PROPAGATE,),
        Aliasing.FRESH,
        False,
    )


def test_a_view_and_the_argument_itself_are_told_apart() -> None:
    assert fact_of(lambda x: x[0], Call((X,))).aliasing is Aliasing.VIEW
    assert fact_of(lambda x: x, Call((X,))).aliasing is Aliasing.SELF


def test_a_result_that_aliases_contiguous_input_only_aliases_sometimes() -> None:
    assert fact_of(lambda x: x.contiguous(), Call((X,))).aliasing is Aliasing.SOMETIMES


def test_a_result_that_aliases_one_dtype_only_aliases_sometimes() -> None:
    fact = fact_of(lambda x: x.to(torch.float32), Call((X,)))
    assert (fact.aliasing, fact.dtype) == (Aliasing.SOMETIMES, "float32")


def test_detach_never_requires_grad_and_shares_memory() -> None:
    fact = fact_of(lambda x: x.detach(), Call((X,)))
    assert (fact.results, fact.aliasing) == ((Result.NEVER,), Aliasing.VIEW)


def test_writing_the_argument_is_seen() -> None:
    fact = fact_of(lambda x: x.add_(1), Call((X,)))
    assert fact.in_place and fact.aliasing is Aliasing.SELF


def test_refusing_inputs_that_require_grad_is_seen() -> None:
    fact = fact_of(lambda x: x.numpy(), Call((X,)))
    assert fact.rejects == ("0",) and fact.python_type == "ndarray"


def test_an_argument_whose_flag_is_lost_is_ignored() -> None:
    fact = fact_of(lambda x, y: x + y.detach(), Call((X, X)))
    assert fact.ignored == (1,)


def test_an_argument_that_refuses_does_not_spoil_the_others() -> None:
    def function(x: Any, y: Any) -> Any:
        if y.requires_grad:
            raise RuntimeError("not differentiable with respect to y")
        return x + y

    fact = fact_of(function, Call((X, X)))
    assert fact.results == (Result.PROPAGATE,) and fact.rejects == ("1",)


def test_an_argument_given_by_name_that_refuses_is_told_by_name() -> None:
    def function(x: Any, weight: Any = None) -> Any:
        if weight is not None and weight.requires_grad:
            raise RuntimeError("the derivative for 'weight' is not implemented")
        return x + weight

    fact = fact_of(function, Call((X,), {"weight": X}))
    assert fact.results == (Result.PROPAGATE,) and fact.rejects == ("weight",)


def test_named_outputs() -> None:
    fact = fact_of(lambda x: x.max(0), Call((X,)))
    assert fact.results == (Result.PROPAGATE, Result.INTEGER)
    assert (fact.sequence, fact.fields) == ("tuple", ("values", "indices"))


def test_a_variable_number_of_outputs() -> None:
    fact = fact_of(lambda x: x.unbind(), Call((X,)), Call((torch.cat([X, X]),)))
    assert fact.repeated and fact.results == (Result.PROPAGATE,)


def test_outputs_that_depend_on_arguments_need_to_be_declared_odd() -> None:
    def function(x: Any, pair: bool) -> Any:
        return (x * 2, x.argmax()) if pair else x * 2

    with pytest.raises(Unclassified, match="outputs vary"):
        fact_of(function, Call((X, True)), Call((X, False)))


def test_the_strongest_result_counts() -> None:
    """A sample in which the output does not depend on the input is no proof of independence."""

    def function(x: Any, used: bool) -> Any:
        return x * 2 if used else torch.ones(2)

    fact = fact_of(function, Call((X, False)), Call((X, True)))
    assert fact.results == (Result.PROPAGATE,)


def test_nothing_that_ran_is_no_fact() -> None:
    with pytest.raises(Unclassified):
        conclude("torch.made_up", [])


def test_errors_are_results_too() -> None:
    def fails(_: Any) -> None:
        raise ValueError("no")

    assert execute(fails, Call((X,)), PLAIN).error == "ValueError: no"


def test_a_call_that_does_not_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    def spins(_: Any) -> None:
        while True:
            with suppress(Exception):
                time.perf_counter()

    monkeypatch.setattr("detachlint.harness.probe.execute.TIME_LIMIT", 0.05)
    assert "time limit" in execute(spins, Call((X,)), PLAIN).error


def test_templates_are_never_written() -> None:
    before = X.clone()
    execute(lambda x: x.zero_(), Call((X,)), Condition(grad_mode=False))
    assert torch.equal(X, before) and not X.requires_grad


def test_executions_under_no_grad_leave_the_mode_alone() -> None:
    execute(lambda x: x * 2, Call((X,)), Condition(grad_mode=False))
    assert torch.is_grad_enabled()


def test_what_does_not_end_is_not_tried_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def never_ends(_: object) -> None:
        tried.append(1)
        while True:
            pass

    monkeypatch.setattr(execution, "TIME_LIMIT", 0.05)
    assert list(observe._that_work(never_ends, [Call((X,))] * 100)) == []
    assert len(tried) == observe.MOST_OUT_OF_TIME
    error = execute(never_ends, Call((X,)), PLAIN).error
    assert hand.reason("torch.never_ends", error) == "does not end in time"


def test_an_argument_that_is_given_back_where_there_is_nothing_to_do_may_be_the_result() -> None:
    assert fact_of(lambda x: x.flatten(), Call((X[0],)), Call((X,))).perhaps_self
    assert not fact_of(lambda x: x, Call((X,))).perhaps_self
    assert not fact_of(lambda x: x.reshape(-1), Call((X,))).perhaps_self


def test_one_output_for_each_tensor() -> None:
    def pair(x: Any, y: Any) -> tuple[Any, ...]:
        return (x * 2, y * 2)

    def crossed(x: Any, y: Any) -> tuple[Any, ...]:
        return (x * 2, x * y)

    def several(*tensors: Any) -> tuple[Any, ...]:
        return tuple(t * 2 for t in tensors)

    two, three = Call((X, X.clone())), Call((X, X.clone(), X.clone()))
    assert fact_of(several, two, three).each
    assert not fact_of(pair, two).each  # always two: that is no variable number
    assert not fact_of(crossed, two).each


def test_what_keeps_its_flag_in_inference_mode_only_is_seen() -> None:
    runs = [observe.run(lambda x: x.detach_(), Call((X,)))]
    assert conclude("torch.made_up", runs).traits["inference"] == "keeps"
    runs = [observe.run(lambda x: x * 2, Call((X,)))]
    assert "inference" not in conclude("torch.made_up", runs).traits


def test_outputs_that_depend_on_different_arguments_are_told_apart() -> None:
    def crossed(x: Any, y: Any) -> tuple[Any, Any]:
        return x * y, x * 2

    assert fact_of(crossed, Call((X, X.clone()))).apart == ((), (1,))
    assert fact_of(lambda x, y: (x * y, x + y), Call((X, X.clone()))).apart == ()


def test_a_copy_that_has_the_flag_of_an_argument_is_no_view() -> None:
    with pytest.raises(Unclassified, match="copies with the flags"):
        fact_of(lambda x: torch.nn.Parameter(x.clone(), x.requires_grad), Call((X,)))


def test_what_only_waits_is_cut_off_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WAITING", 0.2)
    started = time.monotonic()
    assert execute(lambda _: time.sleep(60), Call((X,)), PLAIN).is_out_of_time
    assert time.monotonic() - started < 30


def test_what_works_by_and_by_is_not_taken_for_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WAITING", 0.2)

    def works(x: Any) -> Any:
        until = time.process_time() + 0.5
        while time.process_time() < until:
            time.perf_counter()
        return x * 2

    assert execute(works, Call((X,)), PLAIN).error == ""


def test_calls_that_wait_are_over_before_their_worker_is_taken_for_hung() -> None:
    """Each is looked at twice: it may have begun to wait just after the first time."""
    assert 2 * limits.WAITING * observe.MOST_OUT_OF_TIME < pool.PATIENCE / 2


def test_a_limit_around_another_goes_on_afterwards() -> None:
    def spins(_: Any) -> None:
        with limits.TimeLimit(0.05), suppress(limits.OutOfTime):
            while True:
                time.perf_counter()

    def spins_on(x: Any) -> None:
        spins(x)
        while True:
            time.perf_counter()

    with limits.TimeLimit(60.0):
        with pytest.raises(limits.OutOfTime), limits.TimeLimit(0.2):
            spins_on(X)
        assert 0 < signal.getitimer(signal.ITIMER_PROF)[0] < 60.0
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= limits.WAITING
    assert signal.getitimer(signal.ITIMER_PROF) == signal.getitimer(signal.ITIMER_REAL) == (0, 0)
