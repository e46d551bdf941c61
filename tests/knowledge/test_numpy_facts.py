"""NumPy's ways to the values of a tensor: anchors established by hand, and a sample made anew."""

from __future__ import annotations

from operator import attrgetter
from zlib import crc32

import pytest

from detachlint.knowledge import facts, rows
from detachlint.knowledge.gates import NUMBER, WANTING_DIMENSIONS, Gate, NumpyFact, Otherwise


def gates(name: str) -> dict[str, Gate]:
    fact = facts.numpy_fact(f"numpy.{name}")
    assert fact is not None, name
    return dict(fact.gates)


def words(text: str) -> list[str]:
    """The names in `text`."""
    return text.split()


@pytest.mark.parametrize(
    "name",
    words(
        "asarray array exp sin abs sqrt maximum add isnan median sort ravel argmax argmin argsort "
        "round clip cumsum transpose reshape repeat take dot copy stack vstack append where "
        "allclose interp histogram percentile linalg.norm linalg.inv fft.fft float32 int64"
    ),
)
def test_most_functions_convert_a_tensor(name: str) -> None:
    assert gates(name)["0"] is Gate.CONVERTS


@pytest.mark.parametrize("name", words("mean sum max min std var prod all any moveaxis flip"))
def test_some_reductions_reject_tensors_but_convert_lists_of_them(name: str) -> None:
    found = gates(name)
    assert found["0"] is Gate.REJECTS
    assert found.get("0[]", Gate.CONVERTS) is Gate.CONVERTS


@pytest.mark.parametrize("name", words("squeeze split swapaxes nonzero"))
def test_some_functions_give_a_tensor_back(name: str) -> None:
    assert gates(name)["0"] is Gate.DELEGATES


@pytest.mark.parametrize("name", words("shape size ndim isscalar iterable"))
def test_some_functions_do_not_look_at_values(name: str) -> None:
    assert gates(name)["0"] is Gate.KEEPS


@pytest.mark.parametrize("name", words("array_equal array_equiv"))
def test_some_functions_hide_the_error(name: str) -> None:
    assert gates(name)["0"] is gates(name)["1"] is Gate.SWALLOWS


def test_scalar_constructors_differ() -> None:
    """`np.float64` is a Python float and asks `__float__`; the others convert."""
    assert gates("float64")["0s"] is Gate.SCALAR
    assert gates("float32")["0s"] is gates("int64")["0s"] is Gate.CONVERTS


def test_stores_into_an_array() -> None:
    store = gates("ndarray.__setitem__")
    assert store["2"] is store["2s"] is store["2[]"] is Gate.CONVERTS
    element = gates("ndarray.__setitem__.element")
    assert element["2s"] is Gate.SCALAR and element["2[]"] is Gate.REJECTS
    assert gates("ndarray.fill")["1s"] is Gate.SCALAR


@pytest.mark.parametrize("name", words("add sub mul floordiv mod pow matmul lt le gt ge"))
def test_an_array_on_the_left_rejects_a_tensor(name: str) -> None:
    assert gates(f"ndarray.__{name}__")["1"] is Gate.REJECTS


@pytest.mark.parametrize("name", words("truediv radd rsub rmul rtruediv rpow rmatmul"))
def test_an_array_on_the_right_is_converted_to(name: str) -> None:
    assert gates(f"ndarray.__{name}__")["1"] is Gate.CONVERTS


@pytest.mark.parametrize("name", words("add sub mul truediv radd rmul gt eq"))
def test_numpy_scalars_keep_the_graph(name: str) -> None:
    assert gates(f"generic.__{name}__")["1"] is Gate.DELEGATES


@pytest.mark.parametrize(
    ("name", "gives"),
    [
        ("exp", "tensor"),
        ("asarray", "array"),
        ("mean", "scalar"),
        ("shape", "python"),
        ("zeros", "array"),
        ("ndarray.mean", "array"),  # with an axis; its rank tells when not
    ],
)
def test_what_comes_out(name: str, gives: str) -> None:
    fact = facts.numpy_fact(f"numpy.{name}")
    assert fact is not None and fact.gives == gives


def test_a_gate_is_asked_for_by_position() -> None:
    fact = facts.numpy_fact("numpy.mean")
    assert fact is not None
    assert fact.gate(0) is Gate.REJECTS and fact.gate(0, "[]") is Gate.CONVERTS
    assert fact.gate(7) is None


def test_keywords_are_found_by_the_signature() -> None:
    choice, savez = facts.numpy_fact("numpy.random.choice"), facts.numpy_fact("numpy.savez")
    assert choice is not None and savez is not None
    assert choice.position("p") == 3 and choice.gate(3) is Gate.CONVERTS
    assert choice.position("no_such_keyword") is None
    assert savez.position("any_name") == 1 and savez.gate(1) is Gate.CONVERTS


def test_what_is_known_of_an_argument_behind_a_star_holds_for_later_ones() -> None:
    einsum, applied = facts.numpy_fact("numpy.einsum"), facts.numpy_fact("numpy.apply_along_axis")
    assert einsum is not None and applied is not None
    last = max(int(key.rstrip("s[]")) for key in einsum.gates)
    assert einsum.known_position(1) == 1
    assert einsum.known_position(last + 5) == last and einsum.gate(last) is Gate.CONVERTS
    assert einsum.position("out") is None
    # What is handed on to the function is its own affair.
    assert applied.gate(applied.known_position(3)) is None
    assert applied.position("of_the_function") is None
    assert applied.position("arr") == 2


def test_dlpack_has_a_gate_of_its_own() -> None:
    assert gates("from_dlpack")["0"] is Gate.EXPORTS


def test_unknown_functions_have_no_fact() -> None:
    assert facts.numpy_fact("numpy.no_such_function") is None


def test_all_rows_are_read_as_written() -> None:
    for name in facts.NUMPY.names():
        row = facts.NUMPY.row(name) or ""
        if not facts.not_modelled(name):
            assert rows.format_numpy(rows.parse_numpy(name, row)) == row


def test_a_row_is_read_back_as_written() -> None:
    found = {"0": Gate.CONVERTS, "0[]": Gate.REJECTS, "1s": Gate.SCALAR}
    fact = NumpyFact("numpy.made_up", found, ("a", "b"), "array", "", "executed")
    assert rows.parse_numpy(fact.name, rows.format_numpy(fact)) == fact


@pytest.mark.parametrize(
    "other",
    [
        Otherwise(Gate.SCALAR, 1),
        Otherwise(Gate.DELEGATES, 1, "0"),
        Otherwise(Gate.KEEPS, 0, NUMBER),
        Otherwise(Gate.KEEPS),
    ],
)
def test_another_gate_is_read_back_with_what_decides(other: Otherwise) -> None:
    gates_of_it, others = {"0": Gate.CONVERTS, "1": Gate.CONVERTS}, {"0": other}
    fact = NumpyFact("numpy.made_up", gates_of_it, ("a", "b"), "array", "", "executed", others)
    assert rows.parse_numpy(fact.name, rows.format_numpy(fact)) == fact


@pytest.mark.parametrize("gate", ["sideways", "converts|sideways?1"])
def test_an_unknown_gate_is_an_error_that_names_the_row(gate: str) -> None:
    with pytest.raises(rows.MalformedRow, match=r"^numpy\.f: "):
        rows.parse_numpy("numpy.f", f"0={gate}\ta\tarray\t\texecuted")


@pytest.mark.parametrize(
    ("name", "key", "other"),
    [
        ("diff", "0", Otherwise(Gate.DELEGATES, 1, "0")),
        ("complex128", "0s", Otherwise(Gate.SCALAR, 1)),
        ("gradient", "1s", Otherwise(Gate.KEEPS, 0, NUMBER)),
        ("linalg.matrix_rank", "1", Otherwise(Gate.KEEPS)),
    ],
)
def test_the_gate_of_an_argument_may_depend_on_what_is_given_beside_it(
    name: str, key: str, other: Otherwise
) -> None:
    fact = facts.numpy_fact(f"numpy.{name}")
    assert fact is not None and fact.gates[key] is Gate.CONVERTS
    assert fact.otherwise[key] == other


def test_the_probe_finds_what_decides_about_the_gate() -> None:
    np = pytest.importorskip("numpy")
    pytest.importorskip("torch")
    from detachlint.harness.probe.numpy_otherwise import otherwise

    vector = np.ones(3)
    converts, keeps = Gate.CONVERTS, Gate.KEEPS
    alone, ruled = (converts, (vector,)), (converts, (vector, 2))
    assert otherwise([alone, ruled], 0) is None
    assert otherwise([alone, (keeps, (vector, 2))], 0) == Otherwise(keeps, 1)
    assert otherwise([alone, ruled, (keeps, (vector, 0))], 0) == Otherwise(keeps, 1, "0")
    of_number = [(converts, (vector, 0.5)), (keeps, (2, 0.5)), (keeps, (1.5, 0.5))]
    assert otherwise(of_number, 1) == Otherwise(keeps, 0, NUMBER)
    assert otherwise([ruled, (keeps, (vector, 2))], 0) == Otherwise(keeps)


def test_a_sample_of_functions_does_what_its_rows_say() -> None:
    torch, numpy = pytest.importorskip("torch"), pytest.importorskip("numpy")
    from detachlint.harness.probe import worker

    executed = f"numpy {numpy.__version__} torch {torch.__version__.partition('+')[0]}"
    if facts.NUMPY.version != executed:
        pytest.skip(f"the table is about {facts.NUMPY.version}")
    worker.settle()
    names = [name for name in facts.NUMPY.names() if crc32(name.encode()) % 8 == 0]
    assert len(names) > 50
    assert {n: worker.numpy_row(n) for n in names} == {n: facts.NUMPY.row(n) for n in names}


VECTOR, MATRIX = (0.5, 2.0, 3.0), ((0.5, 2.0), (3.0, 4.0))


@pytest.mark.parametrize("name", words("and or xor lshift rshift divmod"))
def test_operators_of_whole_numbers_and_divmod_are_like_the_others(name: str) -> None:
    assert gates(f"ndarray.__{name}__")["1"] is Gate.REJECTS
    assert gates(f"ndarray.__r{name}__")["1"] is Gate.CONVERTS


@pytest.mark.parametrize(
    "name",
    words(
        "add.reduce add.accumulate add.outer multiply.reduceat ma.array ma.masked_where ma.exp "
        "emath.sqrt polynomial.polynomial.polyfit polynomial.Polynomial poly1d matrix nditer "
        "ndenumerate broadcast lib.stride_tricks.sliding_window_view rec.fromarrays"
    ),
)
def test_what_lies_deeper_converts_a_tensor_as_well(name: str) -> None:
    assert gates(name)["0"] is Gate.CONVERTS


@pytest.mark.parametrize(
    "name",
    words("lcm gcd bitwise_and invert packbits char.isalpha char.upper isnat bitwise_or.reduce"),
)
def test_functions_of_other_things_convert_before_they_refuse(name: str) -> None:
    assert gates(name)["0"] is Gate.UNFIT


def test_what_takes_floats_in_the_end_converts_for_good() -> None:
    assert gates("bincount")["0"] is gates("take")["1"] is Gate.CONVERTS


def test_parts_of_a_tuple_are_converted() -> None:
    assert gates("ravel_multi_index") == {"0[]": Gate.UNFIT}


@pytest.mark.parametrize(
    ("maker", "made"),
    [
        ("poly1d", "poly1d"),
        ("polynomial.Polynomial", "polynomial.Polynomial"),
        ("vectorize", "vectorize"),
        ("frompyfunc", "ufunc"),
    ],
)
def test_what_is_called_later_converts_then(maker: str, made: str) -> None:
    fact = facts.numpy_fact(f"numpy.{maker}")
    assert fact is not None and fact.gives == f"numpy.{made}"
    gate = Gate.UNFIT if made == "ufunc" else Gate.CONVERTS  # no tensor is made of its objects
    assert gates(f"{made}.__call__")["1"] is gate


def test_masked_arrays_and_matrices_are_no_plain_arrays() -> None:
    """Their operators do otherwise with a tensor (`<` converts it): see `RANKS`."""
    for name in words("ma.array ma.masked_where ma.exp matrix asmatrix rec.fromarrays"):
        fact = facts.numpy_fact(f"numpy.{name}")
        assert fact is not None and (fact.gives, fact.rank) == ("array", "any")


def test_what_is_left_alone_says_why() -> None:
    assert facts.numpy_fact("numpy.seterr") is None
    assert facts.not_modelled("numpy.seterr") == "changes settings of the process"


OF_TWINS = {
    "numpy.expand_dims": (VECTOR, 0),
    "numpy.power": (VECTOR, 2.0),
    "numpy.repeat": (VECTOR, 2),
}
"""Arguments beside a list of vectors, or one."""


RANDOM = {
    "numpy.random.choice": ((3, 20_000, True, (0.2, 0.3, 0.5)), ((0.2, 0.3, 0.5), 20_000, True)),
    "numpy.random.normal": (((1.0, 5.0), (0.5, 2.0), (20_000, 2)), ((1.0, 5.0), (0.5, 2.0))),
}
"""Arguments with which either draws from the same distribution."""


def check_random_twins(name: str, other: str) -> None:
    """Numbers differ, distributions do not: mean and deviation of twenty thousand draws."""
    import numpy as np
    import torch

    np.random.seed(0)
    torch.manual_seed(0)
    ours, theirs = RANDOM[name]
    expected = getattr(np.random, name.rpartition(".")[2])(*ours)
    given = [torch.tensor(a) if isinstance(a, tuple) else a for a in theirs]
    if other == "torch.normal":  # it draws as many as there are means
        given = [one.expand(20_000, 2) for one in given]
    found = getattr(torch, other.removeprefix("torch."))(*given).numpy()
    assert found.shape == expected.shape
    assert np.allclose(found.mean(0), expected.mean(0), atol=0.05)
    assert np.allclose(found.std(0), expected.std(0), atol=0.05)


@pytest.mark.parametrize("name", list(facts.TWINS.names()))
def test_twins_do_the_same(name: str) -> None:
    """What PyTorch has under another name, or of a list: executed on the same numbers."""
    np, torch = pytest.importorskip("numpy"), pytest.importorskip("torch")
    other, takes_list = facts.twin(name)
    if name in RANDOM:
        check_random_twins(name, other)
        return
    first, *others = OF_TWINS.get(name, (MATRIX if takes_list else VECTOR,))
    arrays = [np.array(row) for row in first] if takes_list else np.array(first)
    tensors = [torch.tensor(row) for row in first] if takes_list else torch.tensor(first)
    expected = getattr(np, name.removeprefix("numpy."))(arrays, *others)
    found = getattr(torch, other.removeprefix("torch."))(tensors, *others)
    assert found.numpy().tolist() == expected.tolist()
    assert facts.call_fact(other) is not None


@pytest.mark.parametrize(("kind", "otherwise"), [("masked", {"dot"}), ("matrix", set())])
def test_methods_of_other_arrays_do_what_those_of_arrays_do(kind: str, otherwise: set[str]) -> None:
    """They are no classes of their own for the analysis; their operators are left out (no rank)."""
    np, _ = pytest.importorskip("numpy"), pytest.importorskip("torch")
    from detachlint.harness.probe import numpy_calls, numpy_observe, worker

    worker.settle()
    make = np.ma.array if kind == "masked" else np.matrix

    def gates_of(attribute: str) -> dict[str, Gate]:
        lists = numpy_calls.argument_lists(f"numpy.ndarray.{attribute}")
        given = [(numpy_calls.Fresh(make(first.array)), *rest) for first, *rest in lists]

        def call(receiver: object, *arguments: object) -> object:
            return getattr(receiver, attribute)(*arguments)

        working = [one for one in given if numpy_observe._works(call, one)]
        seen = numpy_observe._seen_gates(call, working)[0]
        return {key: met[0][0] for key, met in seen.items()}

    prefix = "numpy.ndarray."
    methods = [n.removeprefix(prefix) for n in facts.NUMPY.names() if n.startswith(prefix)]
    known = {m: facts.numpy_fact(f"{prefix}{m}") for m in methods if "__" not in m}
    differing = {
        method
        for method, fact in known.items()
        if fact is not None and fact.gives != "attribute"
        for key, gate in gates_of(method).items()
        if fact.gates.get(key, gate) is not gate
    }
    assert differing == otherwise


def test_some_functions_refuse_numbers_in_a_list_that_others_take() -> None:
    np = pytest.importorskip("numpy")
    found = set()
    for name in words("array asarray concat concatenate dstack hstack stack vstack ma.concatenate"):
        function = attrgetter(name)(np)
        function([np.ones(2), np.ones(2)])
        try:
            function([1.0, 2.0])
        except ValueError:
            found.add(f"numpy.{name}")
    assert found == WANTING_DIMENSIONS
