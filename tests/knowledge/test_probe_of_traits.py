"""The probe on made-up operators: kinds of tensors, autocast, forms, callbacks, ranks, attributes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

torch = pytest.importorskip("torch")
np = pytest.importorskip("numpy")

from detachlint.harness.probe import (  # noqa: E402  # needs torch
    ambient,
    attributes,
    callbacks,
    module_behaviours,
    modules,
    numpy_ranks,
    observe,
    special,
    traits,
)
from detachlint.harness.probe.conclude import Unclassified, conclude  # noqa: E402
from detachlint.harness.probe.execute import Call  # noqa: E402
from detachlint.harness.probe.numpy_calls import Fresh  # noqa: E402
from detachlint.knowledge.model import Aliasing, CallFact, Form  # noqa: E402

X = torch.tensor([[0.5, 1.0], [1.5, 2.0]])


def fact_of(function: Callable[..., Any], *calls: Call) -> CallFact:
    """The fact that executions of `function` lead to, those for its traits included."""
    runs = [observe.run(function, call) for call in calls or (Call((X,)),)]
    return conclude("torch.made_up", runs)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: x.abs(), {"complex": "real"}),
        (lambda x: torch.complex(x, x) if not x.is_complex() else x, {"complex": "makes"}),
        (lambda x: x.to_sparse(), {"layout": "sparse"}),
        (lambda x: x.to_dense() * 1, {"layout": "strided"}),
        (lambda x: x @ x, {"autocast": "lowers"}),
        (lambda x: x.t(), {"order": "varies"}),
        (lambda x: x[1:], {}),
        (lambda x: x * 2, {}),
    ],
)
def test_traits(function: Callable[..., Any], expected: dict[str, str]) -> None:
    found = fact_of(function).traits
    assert {key: found.get(key) for key in expected} == expected
    assert expected or not found


def test_products_are_sparse_where_all_is_sparse() -> None:
    assert fact_of(torch.mm, Call((X, X))).traits["layout"] == "beside"
    assert fact_of(lambda x: x.to_dense() * 1).traits["layout"] == "strided"


def test_what_is_of_its_kind_already_comes_out_as_it_is() -> None:
    sparse = fact_of(lambda x: x.to_sparse())
    assert (sparse.aliasing, sparse.depends) == (Aliasing.SOMETIMES, ("kind",))
    assert sparse.perhaps_self
    copied = fact_of(lambda x: x.to_sparse().clone())
    assert (copied.aliasing, copied.depends) == (Aliasing.FRESH, ())


def lowered_beyond_processor(x: torch.Tensor) -> torch.Tensor:
    """As an LSTM does where oneDNN finds no instructions for bfloat16."""
    if torch.is_autocast_enabled("cpu"):
        raise RuntimeError("could not create a primitive descriptor for the forward propagation")
    return x * 2


def test_what_a_processor_cannot_do_in_low_precision_is_lowered_all_the_same() -> None:
    assert fact_of(lowered_beyond_processor).traits == {"autocast": "lowers"}


def test_lazy_bits() -> None:
    assert fact_of(lambda x: x.conj()).traits["conj"] == "sets"
    assert fact_of(lambda x: x.resolve_conj()).traits["conj"] == "clears"
    assert fact_of(lambda x: x.resolve_neg()).traits["neg"] == "clears"
    assert "conj" not in fact_of(lambda x: x.clone()).traits
    assert fact_of(torch.dot, Call((X[0], X[1]))).traits["conj"] == "of-both"
    assert fact_of(torch.vdot, Call((X[0], X[1]))).traits["conj"] == "of-second"
    vectors, matrices = Call((X[0], X[1])), Call((X, X))
    assert fact_of(torch.matmul, vectors, matrices).traits["conj"] == "perhaps-of-both"
    perhaps = fact_of(torch.linalg.vecdot, vectors, matrices).traits["conj"]
    assert perhaps == "perhaps-of-second"
    assert "conj" not in fact_of(torch.matmul, matrices).traits
    assert "conj" not in fact_of(torch.add, Call((X, X))).traits


def test_outputs_that_are_conjugated_lazily() -> None:
    assert fact_of(torch.svd).conjugated == (2,)
    assert fact_of(torch.linalg.svd).conjugated == ()
    assert fact_of(lambda x: (x.conj(), x.conj())).conjugated == ()  # as `conj=sets` says of all


def test_the_first_of_several_tensors_may_decide_the_dtype() -> None:
    one, other = X[0], X[1]
    assert fact_of(lambda x, y: y.to(x.dtype) * x, Call((one, other))).traits["mixed"] == "first"
    assert "mixed" not in fact_of(torch.add, Call((one, other))).traits
    assert "mixed" not in fact_of(torch.Tensor.add_, Call((one, other))).traits
    assert "mixed" not in fact_of(torch.Tensor.expand_as, Call((one, other))).traits


def test_whole_numbers_beside_floats_may_decide_the_dtype() -> None:
    def apart(x: Any, y: Any) -> Any:
        return x.sqrt() + y.sqrt()  # of whole numbers, a root is of the default dtype

    def last_alone(x: Any, y: Any) -> Any:
        return x + y.to(x.dtype) if not x.is_floating_point() else x + y

    call = Call((X, X))
    assert fact_of(apart, call).traits["mixed"] == "widens"
    assert fact_of(last_alone, call).traits["mixed"] == "whole"
    assert "mixed" not in fact_of(lambda x, y: (x + y).sqrt(), call).traits
    assert "mixed" not in fact_of(torch.float_power, call).traits  # fixed, whatever is given
    assert "mixed" not in fact_of(torch.eq, call).traits


def test_modules_without_parameters_tell_what_decides_their_dtype() -> None:
    names = ("CosineEmbeddingLoss", "HuberLoss", "L1Loss", "Bilinear", "CosineSimilarity")
    facts = [modules.observe_module(f"torch.nn.{name}") for name in names]
    assert [fact and fact.mixed for fact in facts] == ["widens", "first", "", "", ""]


def test_what_writes_may_set_the_flag_of_whole_numbers() -> None:
    def by_value(x: Any, y: Any) -> Any:
        return x.copy_(y)

    def filled(x: Any, y: Any) -> Any:
        return x.fill_(y) if y.dim() == 0 else x.copy_(y)

    one = torch.tensor(0.5)
    assert fact_of(torch.Tensor.fill_, Call((X, 0.5))).traits["integers"] == "flag"
    assert fact_of(torch.Tensor.lt_, Call((X, X))).traits["integers"] == "flag"
    assert fact_of(filled, Call((X, X)), Call((X, one))).traits["integers"] == "perhaps"
    assert "integers" not in fact_of(by_value, Call((X, X))).traits
    assert "integers" not in fact_of(torch.Tensor.add_, Call((X, X))).traits  # raises
    assert "integers" not in fact_of(torch.Tensor.exp_).traits  # nothing is written that is given
    assert "integers" not in fact_of(torch.lt, Call((X, X))).traits


def test_a_sum_is_strided_where_all_is_summed() -> None:
    def total(x: Any, dim: int | None = None) -> Any:
        return torch.sparse.sum(x) if dim is None else torch.sparse.sum(x, dim)

    sparse = X.to_sparse()
    assert fact_of(total, Call((sparse,)), Call((sparse, 0))).traits["layout"] == "whole"
    assert "layout" not in fact_of(total, Call((sparse, 0))).traits


def test_a_layout_that_another_argument_has() -> None:
    fact = fact_of(lambda x, mask: x.sparse_mask(mask), Call((X, X.to_sparse().coalesce())))
    assert fact.traits["layout"] == "sparse"


def test_kinds_of_tensors_that_are_kept() -> None:
    assert fact_of(lambda x: x.clone()).keeps == ("sparse", "nested", "masked")
    assert fact_of(lambda x: x.sum()).keeps == ("masked",)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: x.reshape(4), ("layout",)),
        (lambda x: x.to(torch.float32), ("dtype",)),
        (lambda x: x, ()),
    ],
)
def test_what_it_depends_on_whether_a_result_is_new(
    function: Callable[..., Any], expected: tuple[str, ...]
) -> None:
    assert fact_of(function).depends == expected


def test_a_flag_that_decides_about_aliasing() -> None:
    def function(x: Any, same: bool) -> Any:
        return x if same else x * 2

    fact = fact_of(function, Call((X, True)), Call((X, False)))
    assert (fact.aliasing, fact.depends) == (Aliasing.SOMETIMES, ("call",))


def test_the_form_has_to_be_as_the_arguments_ask_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def function(x: Any, pair: bool = False) -> Any:
        return (x * 2, x.argmax()) if pair else x * 2

    def refuses_to(x: Any, pair: bool = False) -> Any:
        return x * 2 if pair else (x * 2, x.argmax())

    monkeypatch.setattr(special, "form_of", lambda name: Form("true", ("pair",)))
    calls = Call((X,)), Call((X,), {"pair": True})
    assert fact_of(function, *calls).form == Form("true", ("pair",))
    with pytest.raises(Unclassified, match="not as"):
        fact_of(refuses_to, *calls)
    with pytest.raises(Unclassified, match="not as"):
        fact_of(function, calls[0])  # nothing shows that it can be asked for


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        (lambda function, t: function(t), "as-it-is"),
        (lambda function, t: torch.no_grad()(function)(t), "no-grad"),
        (lambda function, t: torch.vmap(function)(t), "wrapped"),
        (lambda function, t: torch.func.jacrev(function)(t), "wrapped-leaves"),
        (lambda function, t: torch.autograd.functional.jacobian(function, t), "leaves"),
        (lambda function, t: torch.func.jacfwd(function)(t), "wrapped-duals"),
        (lambda function, t: None, ""),
    ],
)
def test_how_a_function_is_called(
    caller: Callable[..., Any], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callbacks, "CALLERS", {"torch.made_up": caller})
    assert callbacks.what_it_calls("torch.made_up") == expected


def test_what_hooks_of_tensors_are_given() -> None:
    assert callbacks.what_it_calls("torch.Tensor.register_hook") == "hook-gradient"


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (torch.is_grad_enabled, "grad-mode"),
        (lambda x: isinstance(x, torch.Tensor), "tensor"),
        (lambda x: x is not None, ""),
        (lambda: True, ""),
    ],
)
def test_what_a_predicate_asks(function: Callable[..., Any], expected: str) -> None:
    assert ambient.ambient_of("torch.made_up", function, gives_bool=True) == expected


def test_defaults_are_seen_to_change_and_restored() -> None:
    name = "torch.set_default_made_up"
    found = ambient.ambient_of(name, torch.set_default_dtype, gives_bool=False)
    assert (found, torch.get_default_dtype()) == ("sets-dtype", torch.float32)
    assert ambient.ambient_of(name, lambda _: None, gives_bool=False) == ""


def test_default_types_are_seen_to_change_and_restored() -> None:
    name = "torch.set_default_made_up"
    found = ambient.ambient_of(name, torch.set_default_tensor_type, gives_bool=False)
    assert (found, torch.get_default_dtype()) == ("sets-tensor-type", torch.float32)


@pytest.mark.parametrize(
    ("name", "expected"), [("retain_grad", "flag"), ("register_hook", "flag"), ("item", "")]
)
def test_what_methods_need(name: str, expected: str) -> None:
    assert traits.needed_by(f"torch.Tensor.{name}", []) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("requires_grad", "flag"),
        ("is_leaf", "leaf"),
        ("grad_fn", "history"),
        ("data", "data"),
        ("is_sparse", "sparse"),
        ("is_meta", "device"),
        ("is_cpu", "host"),
        ("is_quantized", "quantized"),
        ("T", ""),
        ("shape", ""),
    ],
)
def test_what_attributes_tell(name: str, expected: str) -> None:
    assert attributes.told_by(f"torch.Tensor.{name}") == expected


@pytest.mark.parametrize(
    ("name", "told"),
    [
        *(("is_floating_point", "float"), ("is_complex", "complex"), ("is_conj", "conj")),
        *(("is_neg", "neg"), ("is_contiguous", ""), ("is_signed", ""), ("sum", ""), ("add", "")),
    ],
)
def test_what_methods_of_tensors_tell(name: str, told: str) -> None:
    assert attributes.told_by_method(f"torch.Tensor.{name}") == told
    assert attributes.told_by_method(f"torch.{name}") == ""


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("parameters", "parameters"),
        ("named_modules", "named-modules"),
        ("half", "casts-float16"),
        ("float", "casts-float32"),
        ("cpu", "moves-cpu"),
        ("to", "casts"),
        ("requires_grad_", "sets-flags"),
        ("eval", "evaluation"),
        ("register_full_backward_pre_hook", "backward-pre-hook"),
        ("extra_repr", ""),
    ],
)
def test_what_methods_of_modules_do(method: str, expected: str) -> None:
    assert module_behaviours.behaviour_of(method) == expected


V, M = np.ones(2), np.ones((2, 2))


@pytest.mark.parametrize(
    ("function", "working", "expected"),
    [
        (np.array, [(V,)], "contents"),
        (np.ravel, [(V,)], "1"),
        (np.zeros, [(3,), ((2, 2),)], "shape"),
        (np.random.rand, [(3,), (2, 2)], "counts"),
        (np.sum, [(V,), (M, 0)], "scalar"),
        (np.atleast_1d, [(V,)], "same/1+"),
        (np.exp, [(V,)], "same"),
        (np.squeeze, [(V,)], "0+"),
        (np.eye, [(3,)], "2+"),
        (np.dot, [(V, V), (V, 0.5)], ""),
        (np.ma.array, [(V,)], "any"),
        (lambda a: np.ma.array(a) if a.ndim > 1 else a, [(V,), (M,)], "any"),
        (np.matrix, [(M,)], "any"),
        (len, [(V,)], ""),
        (np.random.normal, [(), (0.5, 0.5)], "size"),
        (np.random.dirichlet, [([0.5, 0.5],)], "1"),
        (np.meshgrid, [(), (V,), (V, V)], "each"),
        (np.linalg.svd, [(M,)], "each alone"),
        (np.linalg.qr, [(M,)], "each alone"),
        (np.modf, [(V,), (0.5,)], ""),
        (np.broadcast_shapes, [((2,),)], ""),
    ],
)
def test_ranks(function: Callable[..., Any], working: list[Any], expected: str) -> None:
    assert numpy_ranks.rank_of("numpy.made_up", function, working) == expected


def test_ranks_of_methods_take_the_receiver_first() -> None:
    working = [(Fresh(V),)]
    assert numpy_ranks.rank_of("numpy.ndarray.copy", lambda a: a.copy(), working) == "same/0+"
