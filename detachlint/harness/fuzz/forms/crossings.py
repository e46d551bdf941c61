"""Crossings, each on a line of its own."""

from __future__ import annotations

from detachlint.harness.fuzz import templates
from detachlint.harness.fuzz.builder import Builder
from detachlint.harness.fuzz.expressions import from_template, named_vector, vector
from detachlint.harness.fuzz.kinds import ARRAY, INFERENCE, VECTOR, VECTORS, ListOf
from detachlint.harness.fuzz.registry import form


def array(b: Builder, depth: int = 2) -> str:
    """An expression with one crossing in it."""
    name, template = b.pick(templates.ARRAYS)
    b.count(f"crossing: {name}")
    return from_template(b, template, depth)


@form("crossing", 9)
def crossing(b: Builder) -> bool:
    value = array(b)
    name = b.name("array")
    b.emit(f"{name} = {value}")
    b.declare(name, ARRAY)
    return True


@form("crossing of a variable", 6)
def crossing_of_variable(b: Builder) -> bool:
    text = named_vector(b)
    b.emit(f"{b.name('array')} = {text}.numpy()")
    return True


@form("crossing statement")
def crossing_statement(b: Builder) -> bool:
    b.emit(f"np.sum({vector(b)}.numpy())")
    return True


@form("crossing of an inference tensor", 5)
def crossing_of_inference_tensor(b: Builder) -> bool:
    sources = b.of_kind(INFERENCE)
    if not sources:
        return False
    template = b.pick(("{}.numpy()", "{}.clone().numpy()", "({} + 1).numpy()", "{}.sum().numpy()"))
    b.emit(f"{b.name('array')} = {template.format(b.pick(sources).name)}")
    return True


@form("guarded crossing", 1.5)
def guarded_crossing(b: Builder) -> bool:
    targets = b.bindable(VECTOR)
    if not targets:
        return False
    name = b.pick(targets).name
    b.emit(f"if {name}.requires_grad:")
    b.emit(f"    {name} = {name}.detach()")
    b.emit(f"{b.name('array')} = {name}.numpy()")
    return True


@form("crossing in a branch that asks")
def crossing_in_asking_branch(b: Builder) -> bool:
    name = named_vector(b)
    b.emit(f"if not {name}.requires_grad:")
    b.emit(f"    {b.name('array')} = {name}.numpy()")
    b.emit("else:")
    b.emit(f"    {b.name('array')} = {name}.detach().numpy()")
    return True


@form("crossing in a branch that asks the wrong way", 0.5)
def crossing_in_wrong_branch(b: Builder) -> bool:
    name = named_vector(b)
    b.emit(f"if {name}.requires_grad:")
    b.emit(f"    {b.name('array')} = {name}.numpy()")
    return True


@form("crossing by a bound method", 0.5)
def crossing_by_bound_method(b: Builder) -> bool:
    name = b.name("convert")
    b.emit(f"{name} = {named_vector(b)}.numpy")
    b.emit(f"{b.name('array')} = {name}()")
    return True


@form("crossings in a comprehension", 2)
def crossings_in_comprehension(b: Builder) -> bool:
    sources = b.of_kind(VECTORS)
    source = b.pick(sources).name if sources else f"[{vector(b)}, {vector(b)}]"
    name = b.name("arrays")
    text = b.pick(
        (
            "[t.numpy() for t in {}]",
            "[t.detach().numpy() for t in {}]",
            "[t.cpu().numpy() for t in {} if t is not None]",
            "{{i: t.numpy() for i, t in enumerate({})}}",
            "list(t.numpy() for t in {})",
            "list(map(lambda t: t.numpy(), {}))",
            "[(t * 2).numpy() for t in reversed({})]",
        )
    )
    b.emit(f"{name} = {text.format(source)}")
    if text.startswith(("[", "list")):
        b.declare(name, ListOf(ARRAY))
    return True


@form("round trip", 1.5)
def round_trip(b: Builder) -> bool:
    value = f"torch.from_numpy({vector(b, 1)}.numpy())"
    name = b.name("x")
    b.emit(f"{name} = {value}")
    b.declare(name, VECTOR)
    return True


@form("crossing into a list")
def crossing_into_list(b: Builder) -> bool:
    lists = b.bindable(ListOf(ARRAY)) if b.may_have_effects else []
    if lists and b.chance(0.8):
        b.effect()
        b.emit(f"{b.pick(lists).name}.append({vector(b)}.numpy())")
        return True
    name = b.name("arrays")
    b.emit(f"{name} = [{vector(b)}.numpy()]")
    b.declare(name, ListOf(ARRAY))
    return True
