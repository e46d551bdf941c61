"""Facts that were established by hand, one by one: the tables must say the same."""

from __future__ import annotations

import pytest

from detachlint.interpret.engine.evidence import SIGNS_OF_A_MODULE
from detachlint.knowledge import facts, rows
from detachlint.knowledge.model import Aliasing, GradMode, Output, Result
from detachlint.source.value_class import replace

PROPAGATE, NEVER = Result.PROPAGATE, Result.NEVER
INTEGER, PYTHON = Result.INTEGER, Result.PYTHON


def words(text: str) -> list[str]:
    """The names in `text`."""
    return text.split()


def results(name: str) -> tuple[Result, ...]:
    fact = facts.call_fact(name)
    assert fact is not None, name
    return fact.results


def aliasing(name: str) -> Aliasing:
    fact = facts.call_fact(name)
    assert fact is not None, name
    return fact.aliasing


@pytest.mark.parametrize(
    "name",
    words(
        "abs add matmul stack cat exp relu where einsum bernoulli poisson round floor sign fmod "
        "clamp sum mean nan_to_num clone lerp fft.fft linalg.norm nn.functional.softmax "
        "nn.functional.gumbel_softmax nn.functional.cross_entropy nn.functional.mse_loss "
        "Tensor.__add__ Tensor.__radd__ Tensor.__matmul__ Tensor.float Tensor.double Tensor.cpu "
        "Tensor.half Tensor.bfloat16 Tensor.index_put_ Tensor.copy_"
    ),
)
def test_a_differentiable_result_propagates(name: str) -> None:
    assert results(f"torch.{name}")[0] is PROPAGATE


@pytest.mark.parametrize(
    "name",
    words(
        "histc zeros ones rand randn full linspace zeros_like ones_like randn_like empty_like "
        "tensor from_numpy special.bessel_j0 special.bessel_j1 special.airy_ai "
        "special.hermite_polynomial_h special.legendre_polynomial_p fft.fftfreq Tensor.detach "
        "Tensor.data Tensor.histc Tensor.new_tensor Tensor.new_zeros Tensor.new_full"
    ),
)
def test_some_float_results_never_require_grad(name: str) -> None:
    assert results(f"torch.{name}") == (NEVER,)


@pytest.mark.parametrize(
    "name",
    words(
        "all any argmax argmin argsort eq ge gt isnan isfinite isclose logical_and multinomial "
        "bucketize searchsorted count_nonzero signbit linalg.matrix_rank nn.functional.one_hot "
        "Tensor.__eq__ Tensor.__lt__ Tensor.argmax Tensor.long Tensor.int Tensor.bool "
        "Tensor.byte Tensor.short Tensor.char"
    ),
)
def test_integer_and_bool_results(name: str) -> None:
    assert results(f"torch.{name}") == (INTEGER,)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("allclose", "bool"),
        ("equal", "bool"),
        ("is_tensor", "bool"),
        ("numel", "int"),
        ("Tensor.item", "float"),
        ("Tensor.numpy", "ndarray"),
        ("Tensor.__float__", "float"),
        ("Tensor.__len__", "int"),
        ("Tensor.dim", "int"),
        ("Tensor.shape", "torch.Size"),
        ("Tensor.dtype", "torch.dtype"),
        ("Tensor.requires_grad", "bool"),
        ("Tensor.is_leaf", "bool"),
        ("Tensor.backward", "NoneType"),
    ],
)
def test_python_results(name: str, kind: str) -> None:
    fact = facts.call_fact(f"torch.{name}")
    assert fact is not None and fact.results == (PYTHON,) and fact.python_type == kind


@pytest.mark.parametrize(
    ("name", "expected", "fields"),
    [
        ("max", (PROPAGATE, INTEGER), ("values", "indices")),
        ("Tensor.max", (PROPAGATE, INTEGER), ("values", "indices")),
        ("Tensor.sort", (PROPAGATE, INTEGER), ("values", "indices")),
        ("topk", (PROPAGATE, INTEGER), ("values", "indices")),
        ("kthvalue", (PROPAGATE, INTEGER), ("values", "indices")),
        ("aminmax", (PROPAGATE, PROPAGATE), ("min", "max")),
        ("frexp", (PROPAGATE, INTEGER), ("mantissa", "exponent")),
        ("linalg.lu", (NEVER, PROPAGATE, PROPAGATE), ("P", "L", "U")),
        ("linalg.eigh", (PROPAGATE, PROPAGATE), ("eigenvalues", "eigenvectors")),
        ("std_mean", (PROPAGATE, PROPAGATE), ()),
        ("native_dropout", (PROPAGATE, INTEGER), ()),
    ],
)
def test_several_results(name: str, expected: tuple[Result, ...], fields: tuple[str, ...]) -> None:
    fact = facts.call_fact(f"torch.{name}")
    assert fact is not None
    assert (fact.results, fact.fields, fact.sequence) == (expected, fields, "tuple")


@pytest.mark.parametrize(
    "name", words("split chunk unbind tensor_split meshgrid Tensor.split Tensor.unbind")
)
def test_any_number_of_views(name: str) -> None:
    fact = facts.call_fact(f"torch.{name}")
    assert fact is not None and fact.repeated and fact.results == (PROPAGATE,)
    assert fact.aliasing is Aliasing.VIEW


@pytest.mark.parametrize(
    "name",
    words(
        "transpose permute narrow select squeeze unsqueeze t movedim view_as_real Tensor.T "
        "Tensor.mT Tensor.H Tensor.transpose Tensor.expand Tensor.unfold Tensor.diagonal "
        "Tensor.view_as"
    ),
)
def test_views_keep_the_flag_of_their_base(name: str) -> None:
    assert aliasing(f"torch.{name}") is Aliasing.VIEW


@pytest.mark.parametrize(
    "name",
    words(
        "reshape flatten ravel einsum nn.functional.dropout Tensor.view Tensor.to "
        "Tensor.float Tensor.double Tensor.half Tensor.cpu Tensor.contiguous Tensor.reshape "
        "Tensor.flatten Tensor.__getitem__ Tensor.type Tensor.resolve_conj as_tensor"
    ),
)
def test_some_results_alias_only_sometimes(name: str) -> None:
    assert aliasing(f"torch.{name}") is Aliasing.SOMETIMES


@pytest.mark.parametrize(
    "name",
    words(
        "clone cat stack tile roll Tensor.repeat Tensor.clone Tensor.masked_fill tril "
        "nn.functional.relu nn.functional.elu"
    ),
)
def test_copies_do_not_keep_the_flag(name: str) -> None:
    assert aliasing(f"torch.{name}") is Aliasing.FRESH


@pytest.mark.parametrize(
    "name",
    words(
        "relu_ Tensor.add_ Tensor.__iadd__ Tensor.zero_ Tensor.eq_ Tensor.clamp_ Tensor.fill_ "
        "Tensor.copy_ Tensor.index_add_ nn.init.xavier_uniform_ nn.init.zeros_"
    ),
)
def test_in_place_functions_give_their_argument(name: str) -> None:
    fact = facts.call_fact(f"torch.{name}")
    assert fact is not None and fact.in_place and fact.aliasing is Aliasing.SELF


@pytest.mark.parametrize(
    "name", words("Tensor.numpy Tensor.__array__ Tensor.apply_ Tensor.resize_ Tensor.__dlpack__")
)
def test_some_refuse_what_requires_grad(name: str) -> None:
    fact = facts.call_fact(f"torch.{name}")
    assert fact is not None and "0" in fact.rejects


def test_detach_shares_memory_without_the_flag() -> None:
    assert results("torch.Tensor.detach") == (NEVER,)
    assert aliasing("torch.Tensor.detach") is Aliasing.VIEW


@pytest.mark.parametrize("name", words("expand_as reshape_as view_as type_as"))
def test_an_argument_that_only_lends_its_shape_or_type_is_ignored(name: str) -> None:
    fact = facts.call_fact(f"torch.Tensor.{name}")
    assert fact is not None and fact.ignored == (1,)


@pytest.mark.parametrize("name", words("zeros ones rand full arange eye randint zeros_like"))
def test_factories_take_the_flag(name: str) -> None:
    fact = facts.call_fact(f"torch.{name}")
    assert fact is not None and fact.factory and fact.dtype == fact.device == "argument"


@pytest.mark.parametrize(
    ("name", "dtype"),
    [("long", "int64"), ("half", "float16"), ("bfloat16", "bfloat16"), ("double", "float64")],
)
def test_casts_have_a_fixed_dtype(name: str, dtype: str) -> None:
    fact = facts.call_fact(f"torch.Tensor.{name}")
    assert fact is not None and fact.dtype == dtype


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("Linear", "weight bias?bias"),
        ("Conv2d", "weight bias?bias"),
        ("Embedding", "weight"),
        ("BatchNorm2d", "weight?affine bias?affine?bias"),
        ("LayerNorm", "weight?elementwise_affine bias?elementwise_affine?bias"),
        ("InstanceNorm2d", "weight?!affine bias?!affine?bias"),
        ("LSTM", "weight_* bias_*?bias"),
        ("PReLU", "weight"),
        ("Transformer", "*"),
        ("ReLU", ""),
        ("Dropout", ""),
        ("MaxPool2d", ""),
        ("CrossEntropyLoss", ""),
    ],
)
def test_parameters_of_modules(name: str, parameters: str) -> None:
    """`name?flag?flag`: there iff all the flags are true; `!` marks those that are off by default."""
    fact = facts.module_fact(f"torch.nn.{name}")
    assert fact is not None
    assert [rows.format_parameter(one) for one in fact.parameters] == words(parameters)


def test_outputs_of_modules() -> None:
    leaf, index = Output(PROPAGATE), Output(INTEGER)
    expected = {
        "Linear": leaf,
        "LSTM": Output(None, (leaf, Output(None, (leaf, leaf)))),
        "GRU": Output(None, (leaf, leaf)),
        "MultiheadAttention": Output(None, (leaf, replace(leaf, flag="need_weights"))),
        "MaxPool2d": Output(None, (leaf, index), flag="return_indices"),
        "AdaptiveLogSoftmaxWithLoss": Output(None, (leaf, leaf), ("output", "loss")),
    }
    for name, output in expected.items():
        fact = facts.module_fact(f"torch.nn.{name}")
        assert fact is not None and fact.output == output, name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Identity", Aliasing.SELF),
        ("Unflatten", Aliasing.VIEW),
        ("Flatten", Aliasing.SOMETIMES),
        ("Dropout", Aliasing.SOMETIMES),
        ("Linear", Aliasing.FRESH),
        ("ReLU", Aliasing.FRESH),
    ],
)
def test_aliasing_of_modules(name: str, expected: Aliasing) -> None:
    fact = facts.module_fact(f"torch.nn.{name}")
    assert fact is not None and fact.aliasing is expected


@pytest.mark.parametrize(
    "name",
    words(
        "flatten real conj resolve_conj atleast_2d broadcast_tensors asarray Tensor.contiguous "
        "Tensor.to Tensor.cpu Tensor.float Tensor.sum_to_size nn.functional.dropout"
    ),
)
def test_what_may_be_argument_0_itself(name: str) -> None:
    fact = facts.call_fact(f"torch.{name}")
    assert fact is not None and fact.perhaps_self and fact.aliasing is not Aliasing.SELF


@pytest.mark.parametrize(
    "name",
    words("reshape ravel squeeze Tensor.view Tensor.expand relu_ detach clone nn.functional.relu"),
)
def test_what_is_always_or_never_argument_0_is_not_said_to_be_it_perhaps(name: str) -> None:
    fact = facts.call_fact(f"torch.{name}")
    assert fact is not None and not fact.perhaps_self


def test_who_gives_one_output_for_each_tensor() -> None:
    each = [name for name in facts.CALLS.names() if (f := facts.call_fact(name)) and f.each]
    assert each == words(
        "torch.atleast_1d torch.atleast_2d torch.atleast_3d torch.broadcast_tensors torch.meshgrid"
    )


def test_which_modules_may_give_their_input_itself() -> None:
    found = {name: facts.module_fact(f"torch.nn.{name}") for name in words("Flatten Dropout ReLU")}
    assert [name for name, fact in found.items() if fact and fact.perhaps_self] == [
        "Flatten",
        "Dropout",
    ]


def test_which_dropouts_do_nothing_unless_they_are_told_to() -> None:
    idle = [name for name in facts.CALLS.names() if (f := facts.call_fact(name)) and f.idle]
    assert idle == [
        "torch.nn.functional.alpha_dropout",
        "torch.nn.functional.feature_alpha_dropout",
    ]


def test_whose_parameters_have_no_data_at_first() -> None:
    lazy = [name for name in facts.MODULES.names() if (f := facts.module_fact(name)) and f.lazy]
    assert "torch.nn.LazyLinear" in lazy and "torch.nn.Linear" not in lazy
    assert all(name.startswith("torch.nn.Lazy") for name in lazy) and len(lazy) > 10


@pytest.mark.parametrize(
    ("name", "expected"),
    [("weight", True), ("in_proj_bias", True), ("weight_hh_l0", True), ("running_mean", False)],
)
def test_names_of_parameters(name: str, expected: bool) -> None:
    assert facts.may_be_parameter(name) is expected


def test_what_methods_of_optimizers_call() -> None:
    for kind in words("SGD LBFGS Optimizer"):
        fact = facts.class_fact(f"torch.optim.{kind}")
        assert fact is not None
        assert {name: method.behaviour for name, method in fact.methods.items()} == {
            "register_step_post_hook": "step-post-hook",
            "register_step_pre_hook": "step-pre-hook",
            "state_dict": "",
            "step": "steps",
            "zero_grad": "",
        }


def test_an_element_of_an_array_and_a_part_of_it_are_not_written_alike() -> None:
    part = facts.numpy_fact("numpy.ndarray.__setitem__")
    element = facts.numpy_fact("numpy.ndarray.__setitem__.element")
    assert part is not None and element is not None
    assert {part.gate(2, mark) for mark in ("", "s", "[]")} == {facts.Gate.CONVERTS}
    assert element.gate(2, "s") is facts.Gate.SCALAR
    assert element.gate(2, "[]") is facts.Gate.REJECTS


def test_the_parts_of_a_data_set_are_data_sets() -> None:
    fact = facts.call_fact("torch.utils.data.dataset.random_split")
    assert fact is not None and fact.repeated and fact.sequence == "list"
    assert facts.class_kind(fact.python_type) == "items"


def test_containers_losses_and_flags_of_modules() -> None:
    def of(name: str) -> facts.ModuleFact:
        fact = facts.module_fact(f"torch.nn.{name}")
        assert fact is not None
        return fact

    assert of("Sequential").container == "sequential"
    assert of("ModuleList").container == "list"
    assert of("ModuleDict").container == "dict"
    assert of("MSELoss").is_loss and not of("Linear").is_loss
    assert of("ReLU").in_place_flag == "inplace" and of("Tanh").in_place_flag == ""
    assert of("Linear").positions[:3] == ("in_features", "out_features", "bias")
    assert "running_mean" in of("BatchNorm1d").buffers
    assert of("Transformer").children == ("encoder", "decoder")


@pytest.mark.parametrize(
    ("name", "method", "expected"),
    [
        ("Normal", "sample", NEVER),
        ("Normal", "rsample", PROPAGATE),
        ("Normal", "log_prob", PROPAGATE),
        ("Normal", "mean", PROPAGATE),
        ("Bernoulli", "sample", NEVER),
        ("Categorical", "sample", INTEGER),
        ("Categorical", "log_prob", PROPAGATE),
        ("Categorical", "mean", NEVER),
        ("Cauchy", "mean", NEVER),
        ("Exponential", "mode", NEVER),
        ("OneHotCategoricalStraightThrough", "rsample", PROPAGATE),
    ],
)
def test_methods_of_distributions(name: str, method: str, expected: Result) -> None:
    fact = facts.class_fact(f"torch.distributions.{name}")
    assert fact is not None and fact.methods[method].result is expected


def test_a_distribution_keeps_its_parameters_whatever_the_grad_mode() -> None:
    fact = facts.class_fact("torch.distributions.Normal")
    assert fact is not None
    assert fact.methods["loc"].aliasing is Aliasing.VIEW and fact.methods["loc"].attribute
    assert fact.methods["log_prob"].aliasing is Aliasing.FRESH


def test_what_a_distribution_does_not_implement_is_absent() -> None:
    fact = facts.class_fact("torch.distributions.Categorical")
    assert fact is not None and "rsample" not in fact.methods


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("torch.no_grad", GradMode.OFF),
        ("torch.autograd.grad_mode.enable_grad", GradMode.ON),
        ("torch.set_grad_enabled", GradMode.SET),
        ("torch._C._set_grad_enabled", GradMode.SET),
        ("torch.inference_mode", GradMode.INFERENCE),
        ("torch.optim.SGD", None),
        ("torch.nn.Linear", None),
    ],
)
def test_who_changes_the_grad_mode(name: str, mode: GradMode | None) -> None:
    assert facts.grad_mode(name) is mode


@pytest.mark.parametrize("name", words("eval train to cuda half requires_grad_ apply share_memory"))
def test_methods_of_modules_that_give_the_module_itself(name: str) -> None:
    fact = facts.module_method(name)
    assert fact is not None and fact.aliasing is Aliasing.SELF


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("append", "torch.nn.ModuleList"),
        ("items", "torch.nn.ModuleDict"),
        ("flatten_parameters", "torch.nn.LSTM"),
        ("reset_parameters", "torch.nn.Linear"),
        ("zero_grad", "torch.nn.Module"),
        ("compile", "torch.nn.Module"),
    ],
)
def test_other_methods_of_modules(name: str, owner: str) -> None:
    fact = facts.module_method(name, [owner])
    assert fact is not None and not fact.attribute
    assert owner == "torch.nn.Module" or facts.module_method(name) is None


def test_signs_of_a_module_are_methods_of_modules_and_not_of_tensors() -> None:
    for behaviour in SIGNS_OF_A_MODULE:
        names = facts.module_methods(behaviour)
        assert names and not any(map(facts.is_tensor_method, names))


@pytest.mark.parametrize(
    "name",
    words(
        "compile jit.script jit.script_method jit.trace jit.ignore compiler.disable "
        "_dynamo.disable fx.symbolic_trace nn.utils.weight_norm quantization.prepare"
    ),
)
def test_what_gives_back_the_module_or_function_it_is_given(name: str) -> None:
    fact = facts.call_fact(f"torch.{name}")
    assert fact is not None and fact.special == "gives_argument"
