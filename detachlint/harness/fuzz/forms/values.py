"""Assignments in every shape."""

from __future__ import annotations

from detachlint.harness.fuzz.builder import Builder
from detachlint.harness.fuzz.expressions import expression, from_template, scalar, vector
from detachlint.harness.fuzz.kinds import MASK, NUMBER, SCALAR, VECTOR, VECTORS, Basic, TupleOf
from detachlint.harness.fuzz.registry import form

_STEMS = {VECTOR: "x", SCALAR: "loss", MASK: "mask", NUMBER: "value"}


def _assign(b: Builder, kind: Basic) -> bool:
    value = expression(b, kind)
    targets = b.bindable(kind)
    if targets and b.chance(0.5):
        b.emit(f"{b.pick(targets).name} = {value}")
        return True
    name = b.name(_STEMS[kind])
    b.emit(f"{name} = {value}")
    b.declare(name, kind)
    return True


@form("assign vector", 5)
def assign_vector(b: Builder) -> bool:
    return _assign(b, VECTOR)


@form("assign scalar", 2)
def assign_scalar(b: Builder) -> bool:
    return _assign(b, SCALAR)


@form("assign mask", 0.5)
def assign_mask(b: Builder) -> bool:
    return _assign(b, MASK)


@form("assign number", 0.5)
def assign_number(b: Builder) -> bool:
    return _assign(b, NUMBER)


@form("assign several")
def assign_several(b: Builder) -> bool:
    values = f"{vector(b)}, {scalar(b)}"
    first, second = b.name("x"), b.name("loss")
    target = b.pick((f"{first}, {second}", f"({first}, {second})", f"[{first}, {second}]"))
    b.emit(f"{target} = {values}")
    b.declare(first, VECTOR)
    b.declare(second, SCALAR)
    return True


@form("swap", 0.7)
def swap(b: Builder) -> bool:
    names = [variable.name for variable in b.bindable(VECTOR)]
    if len(names) < 2:
        return False
    first = b.pick(names)
    second = b.pick([name for name in names if name != first])
    b.emit(f"{first}, {second} = {second}, {first}")
    return True


@form("alias", 1.5)
def alias(b: Builder) -> bool:
    sources = b.of_kind(VECTOR)
    if not sources:
        return False
    name = b.name("x")
    b.emit(f"{name} = {b.pick(sources).name}")
    b.declare(name, VECTOR)
    return True


@form("chained assignment", 0.7)
def chained_assignment(b: Builder) -> bool:
    value = vector(b)
    first, second = b.name("x"), b.name("x")
    b.emit(f"{first} = {second} = {value}")
    b.declare(first, VECTOR)
    b.declare(second, VECTOR)
    return True


@form("starred assignment", 0.7)
def starred_assignment(b: Builder) -> bool:
    values = f"{vector(b)}, {vector(b)}, {vector(b)}"
    first, rest = b.name("x"), b.name("rest")
    b.emit(f"{first}, *{rest} = {values}")
    b.declare(first, VECTOR)
    b.declare(rest, VECTORS)
    return True


@form("unpack tuple")
def unpack_tuple(b: Builder) -> bool:
    kind = TupleOf((VECTOR, SCALAR))
    sources = [variable.name for variable in b.of_kind(kind)]
    if not sources:
        sources = [b.name("pair")]
        b.emit(f"{sources[0]} = ({vector(b)}, {scalar(b)})")
        b.declare(sources[0], kind)
    first, second = b.name("x"), b.name("loss")
    b.emit(f"{first}, {second} = {b.pick(sources)}")
    b.declare(first, VECTOR)
    b.declare(second, SCALAR)
    return True


@form("annotated assignment", 0.5)
def annotated_assignment(b: Builder) -> bool:
    value = vector(b)
    name = b.name("x")
    b.emit(f"{name}: torch.Tensor = {value}")
    b.declare(name, VECTOR)
    return True


@form("assignment expression", 0.7)
def assignment_expression(b: Builder) -> bool:
    value = vector(b)
    name = b.name("x")
    b.emit(f"{b.name('total')} = ({name} := {value}).sum()")
    b.declare(name, VECTOR)
    return True


@form("augmented name", 0.7)
def augmented_name(b: Builder) -> bool:
    # A number times a tensor: `+=` rebinds the name to a new tensor the first time.
    name = b.name("total")
    b.emit(f"{name} = 0.0")
    b.emit(f"{name} += {scalar(b)} * 2")
    b.declare(name, SCALAR)
    return True


@form("delete", 0.4)
def delete(b: Builder) -> bool:
    name, kept = b.name("x"), b.name("x")
    b.emit(f"{name} = {vector(b)}")
    b.emit(f"{kept} = {name}")
    b.emit(f"del {name}")
    b.declare(kept, VECTOR)
    return True


@form("several outputs")
def several_outputs(b: Builder) -> bool:
    first, second = b.name("x"), b.name("mask")
    template = b.pick(
        ("{v}.sort()", "torch.sort({v}, dim=0)", "{v}.topk(3)", "torch.cummax({v}, 0)")
    )
    b.emit(f"{first}, {second} = {from_template(b, template, 2)}")
    b.declare(first, VECTOR)
    b.emit(f"{second} = {second} > 0")
    b.declare(second, MASK)
    return True


@form("rebind by method")
def rebinding_by_method(b: Builder) -> bool:
    targets = b.bindable(VECTOR)
    if not targets:
        return False
    name = b.pick(targets).name
    step = b.pick((".detach()", ".clone()", " * 2", "[:]", ".cpu()", ".data", ".float()"))
    b.emit(f"{name} = {name}{step}")
    return True
