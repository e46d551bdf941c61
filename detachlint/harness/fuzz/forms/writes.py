"""Writes in place, and aliases of what is written."""

from __future__ import annotations

from detachlint.harness.fuzz.builder import Builder
from detachlint.harness.fuzz.expressions import expression, scalar, vector
from detachlint.harness.fuzz.forms.modes import MANAGERS
from detachlint.harness.fuzz.kinds import FLAG, VECTOR
from detachlint.harness.fuzz.registry import form

_STARTS = ("torch.zeros(3)", "torch.ones(3)", "{}.clone()", "({} * 2)", "torch.zeros_like({})")


def new_accumulator(b: Builder) -> str:
    """Write the making of a tensor that may be written in place, and return its name."""
    name = b.name("buffer")
    b.emit(f"{name} = {b.pick(_STARTS).format(vector(b, 1))}")
    return b.declare(name, VECTOR, pinned=True, accumulator=True)


def write_in_place(b: Builder, name: str) -> str:
    """A statement that writes into the tensor `name`."""
    return b.pick(
        (
            f"{name} += {vector(b)}",
            f"{name}.add_({vector(b)})",
            f"{name} *= {vector(b)}",
            f"{name}.mul_({scalar(b)})",
            f"{name}[0] = {scalar(b)}",
            f"{name}[:] = {vector(b)}",
            f"{name}[1:] += {vector(b)}[1:]",
            f"{name}.copy_({vector(b)})",
            f"{name}[0] = {vector(b)}.sum().item()",
            f"{name}.fill_(0.5)",
            f"{name}.zero_()",
            f"{name}.clamp_(0.0, 1.0)",
            f"{name}.data.copy_({vector(b)})",
            f"{name}.masked_fill_({name} > 0, 1.0)",
            f"torch.add({vector(b)}.detach(), 1, out={name}.detach())",
            f"{name}.detach_()",
        )
    )


@form("new accumulator", 1.5)
def make_accumulator(b: Builder) -> bool:
    new_accumulator(b)
    return True


@form("write in place", 2.5)
def write(b: Builder) -> bool:
    targets = b.accumulators()
    if not targets:
        return False
    b.emit(write_in_place(b, b.pick(targets).name))
    return True


@form("write in place and cross", 1.5)
def write_and_cross(b: Builder) -> bool:
    name = new_accumulator(b)
    b.emit(write_in_place(b, name))
    b.emit(f"{b.name('array')} = {name}.numpy()")
    return True


@form("write in place in some mode")
def write_in_mode(b: Builder) -> bool:
    name = new_accumulator(b)
    b.emit(f"with {b.pick(MANAGERS)}:")
    b.emit(f"    {write_in_place(b, name)}")
    b.emit(f"{b.name('array')} = {name}.numpy()")
    return True


@form("write in a loop")
def write_in_loop(b: Builder) -> bool:
    name = new_accumulator(b)
    with b.block("for i in range(3):", repeats=3):
        if b.chance(0.5):
            b.emit(f"{b.name('array')} = {name}.numpy()")
        b.emit(b.pick((f"{name}[i] = {scalar(b)}", f"{name} += {vector(b)}")))
    return True


@form("write through a view")
def write_through_view(b: Builder) -> bool:
    name, view = new_accumulator(b), b.name("view")
    b.emit(f"{view} = {name}{b.pick(('[1:]', '.view(3)', '[:2]', '.detach()', '.data'))}")
    if b.chance(0.3):
        b.emit(f"{b.name('array')} = {view}.numpy()")
    b.emit(f"{view}.mul_({scalar(b)})")
    b.emit(f"{b.name('array')} = {b.pick((name, view))}.numpy()")
    return True


@form("view of what is written")
def view_of_written(b: Builder) -> bool:
    name, view = new_accumulator(b), b.name("view")
    b.emit(f"{view} = {name}{b.pick(('[:]', '.view(3)', '', '.clone()', '.detach()', '.cpu()'))}")
    b.emit(f"{name}.add_({vector(b)})")
    b.emit(f"{b.name('array')} = {view}.numpy()")
    return True


@form("write of an alias")
def write_of_alias(b: Builder) -> bool:
    name, other = new_accumulator(b), b.name("same")
    b.emit(f"{other} = {name}")
    b.emit(write_in_place(b, other))
    b.emit(f"{b.name('array')} = {name}.numpy()")
    return True


@form("write of a list item", 0.7)
def write_of_list_item(b: Builder) -> bool:
    name, items = new_accumulator(b), b.name("items")
    b.emit(f"{items} = [{name}, {vector(b)}]")
    b.emit(f"{items}[0].add_({vector(b)})")
    b.emit(f"{b.name('array')} = {name}.numpy()")
    return True


@form("new leaf")
def new_leaf(b: Builder) -> bool:
    name = b.name("leaf")
    factory = b.pick(("torch.ones(3)", "torch.zeros(3, requires_grad=True)", "torch.randn(3)"))
    b.emit(f"{name} = {factory}")
    b.declare(name, VECTOR, pinned=True, leaf=True)
    return True


@form("change of a leaf's flag", 2)
def change_flag(b: Builder) -> bool:
    if not b.may_have_effects:
        return False
    if not b.visible(lambda v: v.leaf):
        new_leaf(b)
    leaves = b.visible(lambda v: v.leaf)
    name, flag = b.pick(leaves).name, expression(b, FLAG)
    b.effect()
    b.emit(
        b.pick(
            (
                f"{name}.requires_grad_()",
                f"{name}.requires_grad_({flag})",
                f"{name}.requires_grad = {flag}",
                f"{name}.requires_grad_(requires_grad={flag})",
                f"{name}.requires_grad = True",
            )
        )
    )
    if b.chance(0.5):
        b.emit(f"{b.name('array')} = {name}.numpy()")
    return True


@form("filler", 0.8, definition=True)
def filler(b: Builder) -> bool:
    """A function that writes into its argument."""
    name = b.name("fill")
    with b.function(f"def {name}(target, source):", None):
        b.declare("target", VECTOR, pinned=True, accumulator=True)
        b.declare("source", VECTOR)
        b.emit(write_in_place(b, "target"))
        if b.chance(0.4):
            b.emit(f"{b.name('array')} = target.numpy()")
        b.emit("return target")
    target = new_accumulator(b)
    b.emit(f"{name}({target}, {vector(b)})")
    b.emit(f"{b.name('array')} = {target}.numpy()")
    return True
