"""The observer sees every crossing once, says what PyTorch knew, and changes nothing."""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from detachlint.domain.traits import Check
from detachlint.harness.observation import Crossing
from detachlint.harness.observer import Observer
from detachlint.source.span import Span

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # NumPy 2 on PyTorch


def is_this_file(name: str) -> bool:
    return name == __file__


def observe(action: Callable[[], Any], **options: Any) -> tuple[Any, tuple[Crossing, ...]]:
    """What the action returned (or the exception it raised), and the crossings seen."""
    with Observer(is_this_file, **options) as observer:
        try:
            result = action()
        except Exception as error:
            result = error
    return result, observer.crossings()


def only(crossings: tuple[Crossing, ...]) -> Crossing:
    assert len(crossings) == 1, crossings
    return crossings[0]


LEAF = torch.arange(3.0, requires_grad=True)
PLAIN = torch.arange(3.0)


@pytest.mark.parametrize(
    ("convert", "method"),
    [
        (lambda t: t.numpy(), "numpy"),
        (lambda t: t.cpu().numpy(), "numpy"),
        (lambda t: torch.Tensor.numpy(t), "numpy"),
        (lambda t: t.__array__(), "__array__"),
        (lambda t: t.__array__(np.float64), "__array__"),
        (lambda t: np.asarray(t), "__array__"),
        (lambda t: np.array(t), "__array__"),
        (lambda t: np.exp(t), "__array__"),
        (lambda t: list(map(torch.Tensor.numpy, [t])), "numpy"),
        (lambda t: getattr(t, "numpy")(), "numpy"),  # noqa: B009
    ],
)
def test_every_way_into_numpy_counts_once(
    convert: Callable[[torch.Tensor], Any], method: str
) -> None:
    result, crossings = observe(lambda: convert(PLAIN))
    assert not isinstance(result, Exception)
    crossing = only(crossings)
    assert (crossing.method, crossing.count, crossing.outcome) == (method, 1, "ok")
    error, crossings = observe(lambda: convert(LEAF))
    assert isinstance(error, RuntimeError)
    crossing = only(crossings)
    assert (crossing.method, crossing.count, crossing.outcome) == (method, 1, "RuntimeError")
    assert crossing.refused_for_grad


def test_each_tensor_of_a_list_crosses_by_itself() -> None:
    _, crossings = observe(lambda: np.array([PLAIN, PLAIN + 1]))
    assert sum(crossing.count for crossing in crossings) == 2


def test_what_pytorch_knew_is_recorded() -> None:
    product = LEAF * 2
    _, crossings = observe(lambda: product.numpy())
    crossing = only(crossings)
    assert crossing.requires_grad and crossing.grad_mode and not crossing.is_leaf
    assert crossing.grad_fn == "MulBackward0"
    assert (crossing.device, crossing.dtype, crossing.layout) == (
        "cpu",
        "torch.float32",
        "torch.strided",
    )
    assert crossing.message.startswith("Can't call numpy() on Tensor that requires grad")


def test_grad_mode_is_that_of_the_call() -> None:
    def convert() -> Any:
        with torch.no_grad():
            return LEAF.numpy()

    result, crossings = observe(convert)
    assert result.tolist() == [0.0, 1.0, 2.0]
    crossing = only(crossings)
    assert (crossing.requires_grad, crossing.grad_mode, crossing.outcome) == (True, False, "ok")
    assert not crossing.refused_for_grad


@pytest.mark.parametrize(
    ("make", "outcome", "check"),
    [
        (lambda: torch.ones(2, dtype=torch.bfloat16), "TypeError", Check.DTYPE),
        (lambda: torch.ones(2, device="meta", requires_grad=True), "TypeError", Check.DEVICE),
        (lambda: torch.eye(2).to_sparse(), "TypeError", Check.LAYOUT),
        (lambda: torch.ones(2, dtype=torch.cfloat).conj(), "RuntimeError", Check.CONJUGATE),
        (lambda: nn.LazyLinear(2).weight, "ValueError", Check.UNINITIALIZED),
    ],
)
def test_other_refusals_are_not_taken_for_grad(
    make: Callable[[], torch.Tensor], outcome: str, check: Check
) -> None:
    tensor = make()
    for keep_going in (False, True):
        answer, crossings = observe(lambda: tensor.numpy(), keep_going=keep_going)
        crossing = only(crossings)
        assert (crossing.outcome, crossing.refused_for_grad) == (outcome, False)
        assert crossing.refused is check
        assert type(answer).__name__ == ("ndarray" if keep_going else outcome)


def test_equal_crossings_are_counted_and_different_ones_kept_apart() -> None:
    def convert() -> None:
        for tensor in (PLAIN, PLAIN, PLAIN.double()):
            tensor.numpy()

    _, crossings = observe(convert)
    assert [(c.dtype, c.count) for c in crossings] == [("torch.float32", 2), ("torch.float64", 1)]


def test_a_crossing_stands_where_the_program_made_the_call() -> None:
    def convert() -> Any:
        return np.vectorize(lambda item: item)(PLAIN)  # NumPy converts deep inside

    _, crossings = observe(convert)
    assert {(c.filename, c.line) for c in crossings} == {
        (__file__, convert.__code__.co_firstlineno + 1)
    }


def test_the_span_is_that_of_the_call_in_bytes() -> None:
    program = "ä = torch.ones(1); array = (ä\n  * 2).numpy()\n"
    with Observer(lambda name: name == "spans.py") as observer:
        exec(compile(program, "spans.py", "exec"), {"torch": torch})
    crossing = only(observer.crossings())
    if crossing.span is not None:  # Python 3.11 and newer
        end = len(b"  * 2).numpy()")
        assert (crossing.span.end_line, crossing.span.end_column) == (2, end)
        assert crossing.span.line in (1, 2)
        assert isinstance(crossing.span, Span)


def test_a_crossing_without_a_frame_of_the_program_has_no_place() -> None:
    with Observer(lambda name: False) as observer:
        PLAIN.numpy()
    crossing = only(observer.crossings())
    assert (crossing.filename, crossing.line, crossing.span) == ("", 0, None)


def test_keeping_going_answers_with_the_detached_array() -> None:
    weight = torch.ones(2, requires_grad=True)
    for convert in (lambda: weight.numpy(), lambda: np.asarray(weight)):
        array, crossings = observe(convert, keep_going=True)
        assert array.tolist() == [1.0, 1.0]
        crossing = only(crossings)
        assert crossing.refused_for_grad and crossing.count == 1
    array[0] = 5.0  # it shares memory with the tensor, as `.detach().numpy()` does
    assert weight[0].item() == 5.0


def test_keeping_going_cures_what_comes_after_the_gradient_as_well() -> None:
    narrow = torch.ones(2, dtype=torch.bfloat16, requires_grad=True)
    array, crossings = observe(lambda: narrow.numpy(), keep_going=True)
    assert array.dtype == np.float32
    assert only(crossings).refused_for_grad


def test_results_and_exceptions_are_those_of_pytorch() -> None:
    array, _ = observe(lambda: PLAIN.numpy())
    assert np.shares_memory(array, PLAIN.numpy())
    assert observe(lambda: PLAIN.__array__(np.int64))[0].dtype == np.int64
    assert observe(lambda: LEAF.numpy(force=True))[0].tolist() == [0.0, 1.0, 2.0]
    for wrong in (lambda: PLAIN.numpy(True), lambda: PLAIN.numpy(force=1)):
        with pytest.raises(TypeError) as expected:
            wrong()
        error, _ = observe(wrong)
        assert (type(error), str(error)) == (TypeError, str(expected.value))


def test_uninstalling_restores_the_class_exactly() -> None:
    before = {name: torch.Tensor.__dict__.get(name) for name in ("numpy", "__array__")}
    observer = Observer(is_this_file)
    observer.install()
    assert torch.Tensor.__dict__["numpy"] is not before["numpy"]
    with pytest.raises(RuntimeError):
        observer.install()
    observer.uninstall()
    assert {name: torch.Tensor.__dict__.get(name) for name in before} == before
    PLAIN.numpy()
    assert observer.crossings() == ()


def test_observers_nest() -> None:
    with Observer(is_this_file) as outer:
        with Observer(is_this_file) as inner:
            PLAIN.numpy()
        PLAIN.numpy()
    assert [sum(c.count for c in o.crossings()) for o in (outer, inner)] == [2, 1]


def test_a_bound_method_can_still_be_pickled() -> None:
    def round_trip() -> Any:
        return pickle.loads(pickle.dumps(PLAIN.numpy))()

    array, crossings = observe(round_trip)
    assert array.tolist() == [0.0, 1.0, 2.0]
    assert len(crossings) == 1


def test_subclasses_with_torch_function_see_nothing_of_the_observer() -> None:
    calls: list[str] = []

    class Logging(torch.Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
            calls.append(func.__name__)
            return super().__torch_function__(func, types, args, kwargs or {})

    tensor = torch.ones(2).as_subclass(Logging)

    def names_called(action: Callable[[], Any]) -> list[str]:
        calls.clear()
        action()
        return list(calls)

    unobserved = names_called(lambda: np.asarray(tensor))
    with Observer(is_this_file) as observer:
        observed = names_called(lambda: np.asarray(tensor))
    assert observed == unobserved
    assert sum(crossing.count for crossing in observer.crossings()) == 1


def test_modes_see_nothing_of_the_observer() -> None:
    calls: list[str] = []

    class Logging(TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
            calls.append(func.__name__)
            return func(*args, **(kwargs or {}))

    def names_called() -> list[str]:
        calls.clear()
        with Logging(), suppress(RuntimeError, TypeError):
            PLAIN.numpy()
            np.asarray(LEAF)
        with Logging(), suppress(TypeError):
            np.mean(PLAIN)
        return list(calls)

    unobserved = names_called()
    with Observer(is_this_file) as observer:
        observed = names_called()
    assert observed == unobserved == ["numpy", "__array__"]
    assert [crossing.outcome for crossing in observer.crossings()] == [
        "ok",
        "RuntimeError",
        "TypeError",
    ]


def test_a_conversion_inside_a_conversion_of_another_tensor_is_one_of_its_own() -> None:
    class Wrapper(torch.Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
            if func.__name__ == "numpy":
                return PLAIN.numpy()
            return super().__torch_function__(func, types, args, kwargs or {})

    _, crossings = observe(lambda: torch.ones(2).as_subclass(Wrapper).numpy())
    assert sum(crossing.count for crossing in crossings) == 2


def test_threads_are_all_seen_and_none_is_lost() -> None:
    rounds, count = 200, 8

    def work() -> None:
        for _ in range(rounds):
            PLAIN.numpy()

    with Observer(is_this_file) as observer:
        workers = [threading.Thread(target=work) for _ in range(count)]
        for worker in workers:
            worker.start()
        observer.crossings()  # reading while they write is allowed
        for worker in workers:
            worker.join()
    assert sum(crossing.count for crossing in observer.crossings()) == rounds * count


def test_grad_mode_is_that_of_the_thread() -> None:
    errors: list[Exception] = []

    def convert() -> None:
        try:
            LEAF.numpy()
        except RuntimeError as error:
            errors.append(error)

    def start_in_no_grad() -> None:
        with torch.no_grad():
            worker = threading.Thread(target=convert)
            worker.start()
            worker.join()

    _, crossings = observe(start_in_no_grad)
    assert len(errors) == 1
    assert only(crossings).grad_mode


def test_digests_tell_arrays_apart_by_content_type_and_shape() -> None:
    def convert() -> None:
        for tensor in (PLAIN, PLAIN.clone(), PLAIN + 1, PLAIN.double(), PLAIN[None]):
            tensor.numpy()

    _, crossings = observe(convert, digests=True)
    assert [crossing.count for crossing in crossings] == [2, 1, 1, 1]
    assert len({crossing.digest for crossing in crossings}) == 4
    _, crossings = observe(convert)
    assert {crossing.digest for crossing in crossings} == {""}


def test_what_dlpack_takes_has_a_digest_as_well() -> None:
    def convert() -> None:
        for tensor in (PLAIN, PLAIN.clone(), PLAIN + 1):
            np.from_dlpack(tensor)
        PLAIN.numpy()

    _, crossings = observe(convert, digests=True)
    assert [(c.method, c.count) for c in crossings] == [
        ("__dlpack__", 2),
        ("__dlpack__", 1),
        ("numpy", 1),
    ]
    first, other, same = (crossing.digest for crossing in crossings)
    assert first == same != "" and other not in ("", first)


def test_other_methods_are_observed_on_request() -> None:
    scalar = torch.tensor(2.0, requires_grad=True)
    value, crossings = observe(lambda: scalar.item() + scalar.tolist(), methods=("item", "tolist"))
    assert value == 4.0
    assert [crossing.method for crossing in crossings] == ["item", "tolist"]


def test_dlpack_is_a_crossing_with_a_gate_of_its_own() -> None:
    error, crossings = observe(lambda: np.from_dlpack(LEAF))
    assert isinstance(error, BufferError)
    assert only(crossings).refused_for_grad
    array, _ = observe(lambda: np.from_dlpack(LEAF), keep_going=True)
    assert array.tolist() == [0.0, 1.0, 2.0]


def test_a_view_that_was_invalidated_does_not_upset_the_observer() -> None:
    base = torch.ones(2, requires_grad=True) * 2
    first = base.unbind()[0]
    with torch.no_grad():
        base.mul_(2)
    error, crossings = observe(lambda: first.numpy())
    assert isinstance(error, RuntimeError)
    assert only(crossings).requires_grad


def test_code_that_is_made_all_the_time_is_told_apart() -> None:
    with Observer(lambda name: name == "made.py") as observer:
        for line in range(1, 200):
            program = compile("\n" * (line - 1) + "tensor.numpy()", "made.py", "exec")
            exec(program, {"tensor": PLAIN})
            del program  # the next one may be at its address
    assert [crossing.line for crossing in observer.crossings()] == list(range(1, 200))


def test_a_crossing_costs_microseconds() -> None:
    def fastest(repeats: int = 2000) -> float:
        best = float("inf")
        for _ in range(5):
            started = time.perf_counter()
            for _ in range(repeats):
                PLAIN.numpy()
            best = min(best, (time.perf_counter() - started) / repeats)
        return best

    plain = fastest()
    with Observer(is_this_file):
        observed = fastest()
    assert observed - plain < 100e-6
