"""What code runs in besides grad mode, and what runs it: defaults, files, hooks, operators."""

from __future__ import annotations

from detachlint.harness.fuzz.builder import Builder
from detachlint.harness.fuzz.expressions import named_vector, vector
from detachlint.harness.fuzz.kinds import VECTOR, CallableOf, Parameter
from detachlint.harness.fuzz.registry import form

_FACTORIES = ("torch.ones(3)", "torch.ones(3, requires_grad=True)", "nn.Linear(3, 3).bias")


@form("default dtype", 0.3)
def default_dtype(b: Builder) -> bool:
    name = b.name("double")
    b.emit("torch.set_default_dtype(torch.float64)")
    b.emit(f"{name} = {b.pick(_FACTORIES)}")
    b.emit("torch.set_default_tensor_type(torch.FloatTensor)")
    b.emit(f"{b.name('array')} = {name}.numpy()")
    return True


@form("default device", 0.2)
def default_device(b: Builder) -> bool:
    name = b.name("x")
    b.emit("torch.set_default_device('cpu')")
    b.emit(f"{name} = {b.pick(_FACTORIES)}{b.pick(('', ' * 2', '.detach()'))}")
    b.emit("torch.set_default_device(None)")
    b.emit(f"{b.name('array')} = {name}.numpy()")
    b.declare(name, VECTOR)
    return True


@form("saved and loaded", 0.3)
def saved_and_loaded(b: Builder) -> bool:
    # What is saved requires no grad: nobody can know what flags a file holds.
    file, name = b.name("file"), b.name("x")
    saved, read = b.pick(
        (
            (f"{vector(b, 1)}.detach()", ""),
            (f"{{'value': {vector(b, 1)}.detach()}}", "['value']"),
            ("nn.Linear(3, 3).state_dict()", "['bias']"),
        )
    )
    b.emit(f"{file} = io.BytesIO()")
    b.emit(f"torch.save({saved}, {file})")
    b.emit(f"{file}.seek(0)")
    b.emit(f"{name} = torch.load({file}){read}")
    crossed = b.pick((name, f"({name} * 2)", f"{name}.requires_grad_()"))
    b.emit(f"{b.name('array')} = {crossed}.numpy()")
    # Nor of which dtype it is and where, on which casts and moves depend.
    b.emit(f"{name} = torch.as_tensor({name}, dtype=torch.float32, device='cpu')")
    b.declare(name, VECTOR)
    return True


@form("hook on a tensor", 0.3)
def tensor_hook(b: Builder) -> bool:
    if not b.may_have_effects:  # inference mode records nothing to go back through
        return False
    b.effect()
    leaf, hook = b.name("leaf"), b.name("hook")
    register = b.pick(("register_hook", "register_post_accumulate_grad_hook"))
    value = b.pick(("given", "(given * 2)", named_vector(b)))
    b.emit(f"{leaf} = torch.ones(3, requires_grad=True)")
    b.emit(f"def {hook}(given):")
    b.emit(f"    {b.name('array')} = {value}.numpy()")
    b.emit(f"{leaf}.{register}({hook})")
    b.emit("with torch.enable_grad():")
    b.emit(f"    ({leaf} * 2).sum().backward()")
    b.emit(f"{b.name('array')} = {leaf}.grad.numpy()")
    return True


@form("operator of one's own", 0.4, definition=True)
def own_operator(b: Builder) -> bool:
    name, made = b.name("operator"), b.name("made")
    b.emit(f"@torch.library.custom_op('fuzz::{name}', mutates_args=())")
    b.emit(f"def {name}(value: torch.Tensor) -> torch.Tensor:")
    b.emit(f"    {made} = {b.pick(('value', 'torch.ones(3, requires_grad=True)'))} * 2")
    b.emit(f"    {b.name('array')} = {b.pick(('value', made))}.numpy()")
    b.emit(f"    return {made}")
    b.emit(f"{b.name('array')} = {name}({vector(b, 1)}).numpy()")
    b.declare(name, CallableOf((Parameter("value", VECTOR),), VECTOR, 4), pinned=True)
    return True
