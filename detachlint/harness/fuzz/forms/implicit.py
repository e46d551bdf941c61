"""Implicit crossings: tensors and containers of them that NumPy converts, each on a line of its own."""

from __future__ import annotations

from detachlint.harness.fuzz.builder import Builder
from detachlint.harness.fuzz.expressions import vector
from detachlint.harness.fuzz.kinds import ARRAY, VECTORS
from detachlint.harness.fuzz.registry import form

GIVING_ARRAYS = (
    "np.asarray({})",
    "np.array({})",
    "np.copy({})",
    "np.sort({})",
    "np.concatenate([np.ones(2), {}.reshape(-1)])",
    "np.where(np.ones(1) > 0, {}, 0.5)",
    "np.r_[{}.reshape(-1), 0.0]",
    "np.c_[{}.reshape(-1)]",
    "np.stack([{}])",
    "np.atleast_1d({})",
    "np.nan_to_num({})",
    "np.tile({}, 2)",
    "np.array([{}.sum(), 0.5])",
    "np.array([[0.5, {}.mean()], (1.0, 2.0)])",
)
"""Of a plain tensor, an array comes out; other functions give a tensor back."""

GIVING_ANYTHING = (
    "np.exp({})",
    "np.maximum({}, 0.5)",
    "np.minimum(1.0, {})",
    "np.argmax({})",
    "np.linalg.norm({})",
    "{} * np.full(1, 0.5)",
    "{} - np.ones(1)",
    "np.ones(1) / ({} + 2)",
    "np.allclose({}, 0.5)",
    "np.median({})",
    "np.ones(1).dot({}.reshape(-1)[:1])",
    "np.add(np.ones(1), {})",
    "np.isfinite({}).all()",
    "np.squeeze({})",
    "np.savez(io.BytesIO(), first={})",
    "np.hypot(*{}.reshape(1, -1), 0.5)",
    "np.savez(io.BytesIO(), **{{'first': {}, 'second': 1.0}})",
    "np.vectorize(float)({})",
)

LOOKING_AT_NO_VALUE = (
    "np.shape({})",
    "np.ndim({})",
    "np.zeros({}.shape)",
    "np.float64({}.sum())",
    *("float({}.sum())", "np.isscalar({})", "np.array({{'key': {}}}, dtype=object)"),
)

OF_SEVERAL = (
    "np.array([t.sum() for t in {}])",
    "np.mean([t.mean() for t in {}])",
    "np.sum([t.sum().item() for t in {}])",
    "np.max([0.0, *[t.max() for t in {}]])",
    "np.array([[t.sum(), 1.0] for t in {}])",
    "np.mean([t.detach().mean() for t in {}])",
    "np.concatenate([t.reshape(-1) for t in {}])",
    "np.asarray(tuple(t.sum() for t in {}))",
    "np.array([float(t.sum()) for t in {}])",
    "np.r_[[t.sum() for t in {}]]",
    "np.stack(list(map(torch.sum, {})))",
    "np.fromiter((t.sum() for t in {}), dtype=float)",
)


@form("implicit crossing", 3)
def implicit_crossing(b: Builder) -> bool:
    name = b.name("array")
    b.emit(f"{name} = {b.pick(GIVING_ARRAYS).format(vector(b))}")
    b.declare(name, ARRAY)
    return True


@form("implicit crossing with any result", 3)
def implicit_crossing_with_any_result(b: Builder) -> bool:
    template = b.pick((*GIVING_ANYTHING, *LOOKING_AT_NO_VALUE))
    b.emit(f"{b.name('result')} = {template.format(vector(b))}")
    return True


@form("implicit crossing of a container", 3)
def implicit_crossing_of_container(b: Builder) -> bool:
    sources = b.of_kind(VECTORS)
    source = b.pick(sources).name if sources else f"[{vector(b)}, {vector(b)}]"
    b.emit(f"{b.name('result')} = {b.pick(OF_SEVERAL).format(source)}")
    return True


@form("store into an array")
def store_into_array(b: Builder) -> bool:
    name = b.name("table")
    b.emit(f"{name} = np.zeros((2, 1))")
    target = b.pick(("[0]", "[:]", "[1, :]", "[0, 0]"))
    value = b.pick(("{}.sum()", "{}.sum().item()", "float({}.sum())", "{}.detach().sum()"))
    b.emit(f"{name}{target} = {value.format(vector(b))}")
    b.declare(name, ARRAY)
    return True
