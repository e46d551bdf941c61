"""Grad mode in all its forms."""

from __future__ import annotations

from detachlint.harness.fuzz.builder import Builder
from detachlint.harness.fuzz.expressions import condition, expression, named_vector, vector
from detachlint.harness.fuzz.kinds import FLAG, VECTOR
from detachlint.harness.fuzz.registry import form, too_deep, write_body

MANAGERS = (
    "torch.no_grad()",
    "torch.no_grad()",
    "torch.enable_grad()",
    "torch.set_grad_enabled(False)",
    "torch.set_grad_enabled(True)",
    "torch.autograd.no_grad()",
    "contextlib.nullcontext()",
)


@form("with mode", 4)
def with_mode(b: Builder) -> bool:
    if too_deep(b):
        return False
    managers = b.pick(MANAGERS)
    if b.chance(0.2):
        managers += ", " + b.pick(MANAGERS)
    with b.block(f"with {managers}:", keeps=True):
        write_body(b, 1, 4)
    return True


@form("with a chosen mode")
def with_chosen_mode(b: Builder) -> bool:
    if too_deep(b):
        return False
    flag = expression(b, FLAG)
    manager = b.pick(
        (
            f"torch.set_grad_enabled({flag})",
            f"torch.set_grad_enabled(mode={flag})",
            f"torch.set_grad_enabled(not {flag})",
            f"(torch.no_grad() if {flag} else contextlib.nullcontext())",
            f"(torch.enable_grad if {flag} else torch.no_grad)()",
            "torch.set_grad_enabled(MODE == 'train')",
        )
    )
    with b.block(f"with {manager}:", keeps=True):
        write_body(b)
    return True


@form("with inference mode", 1.5)
def with_inference_mode(b: Builder) -> bool:
    if too_deep(b) or b.frame.sealed is not None:
        return False
    with b.inference("with torch.inference_mode():"):
        write_body(b, 1, 3)
    return True


@form("named manager", 0.5)
def named_manager(b: Builder) -> bool:
    if too_deep(b):
        return False
    name = b.name("quiet")
    b.emit(f"{name} = {b.pick(('torch.no_grad()', 'torch.enable_grad()'))}")
    with b.block(f"with {name}:", keeps=True):
        write_body(b, 1, 2)
    return True


@form("mode set by a call")
def mode_set_by_call(b: Builder) -> bool:
    # Set back at the end: elsewhere the generator counts on being able to train.
    if too_deep(b):
        return False
    name = b.name("before")
    b.emit(f"{name} = torch.is_grad_enabled()")
    b.emit(f"torch.set_grad_enabled({expression(b, FLAG)})")
    write_body(b)
    b.emit(f"torch.set_grad_enabled({name})")
    return True


@form("mode set in a try", 0.7)
def mode_set_in_try(b: Builder) -> bool:
    if too_deep(b):
        return False
    b.emit("torch.set_grad_enabled(False)")
    with b.block("try:", keeps=True):
        write_body(b)
    b.emit("finally:")
    b.emit("    torch.set_grad_enabled(True)")
    return True


@form("mode set on a branch", 0.4)
def mode_set_on_branch(b: Builder) -> bool:
    b.emit(f"if {condition(b)}:")
    b.emit("    torch.set_grad_enabled(False)")
    b.emit(f"{b.name('array')} = {vector(b)}.numpy()")
    b.emit("torch.set_grad_enabled(True)")
    return True


@form("mode without effect", 0.5)
def mode_without_effect(b: Builder) -> bool:
    b.emit("torch.no_grad()")
    return True


@form("view made under no_grad", 1.5)
def view_under_no_grad(b: Builder) -> bool:
    name = b.name("x")
    step = b.pick(("[:]", ".view(3)", "", ".cpu()", ".float()", ".reshape(3)", " * 1", ".clone()"))
    b.emit("with torch.no_grad():")
    b.emit(f"    {name} = {named_vector(b)}{step}")
    b.emit(f"{b.name('array')} = {name}.numpy()")
    b.declare(name, VECTOR)
    return True


@form("exit stack", 0.5)
def exit_stack(b: Builder) -> bool:
    if too_deep(b):
        return False
    name = b.name("stack")
    with b.block(f"with contextlib.ExitStack() as {name}:", keeps=True):
        b.emit(f"{name}.enter_context({b.pick(MANAGERS)})")
        write_body(b, 1, 2)
    return True


@form("mode left by an exception", 0.5)
def mode_left_by_exception(b: Builder) -> bool:
    if too_deep(b):
        return False
    with b.block("try:"), b.block(f"with {b.pick(MANAGERS)}:"):
        write_body(b, 1, 2)
        b.emit("raise ValueError('stop')")
    b.emit("except ValueError:")
    b.emit(f"    {b.name('array')} = {vector(b)}.numpy()")
    return True


@form("mode in a thread", 0.3)
def mode_in_thread(b: Builder) -> bool:
    if b.in_function:
        return False
    results, job = b.name("results"), b.name("job")
    b.emit(f"{results} = []")
    b.emit(f"{job} = lambda: {results}.append({named_vector(b)}.numpy())")
    b.emit("with torch.no_grad():")
    b.emit(f"    worker = threading.Thread(target={job})")
    b.emit("    worker.start()")
    b.emit("    worker.join()")
    return True
