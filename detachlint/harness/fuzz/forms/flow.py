"""Branches and loops."""

from __future__ import annotations

from detachlint.harness.fuzz.builder import Builder
from detachlint.harness.fuzz.expressions import condition, expression, scalar, vector
from detachlint.harness.fuzz.kinds import FLAG, NUMBER, SCALAR, VECTOR
from detachlint.harness.fuzz.registry import form, too_deep, write_body


@form("if data", 2)
def if_data(b: Builder) -> bool:
    if too_deep(b):
        return False
    with b.block(f"if {condition(b)}:"):
        write_body(b)
    if b.chance(0.5):
        with b.block("else:"):
            write_body(b)
    return True


@form("if constant", 1.5)
def if_constant(b: Builder) -> bool:
    if too_deep(b):
        return False
    test = b.pick((expression(b, FLAG), f"not {expression(b, FLAG)}", "MODE == 'train'"))
    with b.block(f"if {test}:"):
        write_body(b)
    if b.chance(0.5):
        with b.block("else:"):
            write_body(b)
    return True


@form("branches that bind", 2)
def branches_that_bind(b: Builder) -> bool:
    name = b.name("x")
    test = b.pick((condition(b), str(expression(b, FLAG))))
    b.emit(f"if {test}:")
    b.emit(f"    {name} = {vector(b)}")
    if b.chance(0.3):
        b.emit(f"elif {condition(b)}:")
        b.emit(f"    {name} = {vector(b)}")
    b.emit("else:")
    b.emit(f"    {name} = {vector(b)}")
    b.declare(name, VECTOR)
    return True


@form("condition that comes again", 0.7)
def condition_that_comes_again(b: Builder) -> bool:
    """More branches stand in between than the analysis keeps paths."""
    flag, name, count = b.name("flag"), b.name("x"), b.name("count")
    b.emit(f"{flag} = {condition(b)}")
    b.emit(f"{name}, {count} = {vector(b)}, 0")
    b.emit(f"if {flag}:")
    b.emit(f"    {name} = {name}{b.pick(('.detach()', ' * 2', '.clone()'))}")
    for _ in range(3):
        b.emit(f"if {condition(b)}:")
        b.emit(f"    {count} += 1")
    b.emit(f"if {b.pick(('', 'not '))}{flag}:")
    b.emit(f"    {b.name('array')} = {name}.numpy()")
    b.declare(name, VECTOR)
    return True


@form("conditional expression")
def conditional_expression(b: Builder) -> bool:
    name = b.name("x")
    test = b.pick((condition(b), str(expression(b, FLAG))))
    b.emit(f"{name} = {vector(b)} if {test} else {vector(b)}")
    b.declare(name, VECTOR)
    return True


@form("none or tensor")
def none_or_tensor(b: Builder) -> bool:
    name, kept = b.name("maybe"), b.name("x")
    b.emit(f"{name} = {vector(b)} if {expression(b, FLAG)} else None")
    b.emit(f"if {name} is None:")
    b.emit(f"    {name} = {vector(b)}")
    b.emit(f"{kept} = {name}")
    b.declare(kept, VECTOR)
    return True


@form("for range", 2)
def for_range(b: Builder) -> bool:
    if too_deep(b):
        return False
    count = b.between(1, 3)
    with b.block(f"for {b.name('step')} in range({count}):", keeps=True, repeats=count):
        write_body(b, 1, 4)
    return True


@form("carried through a loop", 2)
def carried_through_loop(b: Builder) -> bool:
    name = b.name("state")
    b.emit(f"{name} = {vector(b)}")
    b.declare(name, VECTOR)
    with b.block(f"for {b.name('step')} in range({b.between(1, 3)}):", repeats=3):
        if b.chance(0.7):
            b.emit(f"{b.name('array')} = {name}.numpy()")
        b.emit(f"{name} = {vector(b)}")
        if b.chance(0.3):
            b.emit(f"{b.name('array')} = {name}.numpy()")
    return True


@form("rotated through a loop")
def rotated_through_loop(b: Builder) -> bool:
    first, second, third = b.name("a"), b.name("b"), b.name("c")
    b.emit(f"{first}, {second}, {third} = {vector(b)}, {vector(b)}, {vector(b)}")
    for name in (first, second, third):
        b.declare(name, VECTOR)
    with b.block(f"for {b.name('step')} in range({b.between(1, 3)}):", repeats=3):
        b.emit(f"{first}, {second}, {third} = {second}, {third}, {first}")
        b.emit(f"{b.name('array')} = {first}.numpy()")
    return True


@form("while counter")
def while_counter(b: Builder) -> bool:
    if too_deep(b):
        return False
    counter = b.name("count")
    limit = b.between(1, 3)
    b.emit(f"{counter} = 0")
    with b.block(f"while {counter} < {limit}:", keeps=True, repeats=limit):
        b.emit(f"{counter} += 1")
        write_body(b, 1, 3)
    return True


@form("loop with break")
def loop_with_break(b: Builder) -> bool:
    if too_deep(b):
        return False
    name = b.name("x")
    b.emit(f"{name} = {vector(b)}")
    b.declare(name, VECTOR)
    with b.block(f"for {b.name('step')} in range(3):", repeats=3):
        if b.chance(0.5):
            b.emit(f"{name} = {vector(b)}")
        b.emit(f"if {condition(b)}:")
        b.emit(f"    {b.pick(('break', 'continue'))}")
        b.emit(f"{name} = {vector(b)}")
        write_body(b, 0, 2)
    if b.chance(0.5):
        with b.block("else:"):
            b.emit(f"{name} = {vector(b)}")
    return True


@form("running total")
def running_total(b: Builder) -> bool:
    name = b.name("total")
    start = b.pick(("0.0", "0", "torch.tensor(0.0)", "torch.zeros(())"))
    b.emit(f"{name} = {start}")
    with b.block(f"for {b.name('step')} in range(2):", repeats=2):
        b.emit(f"{name} = {name} + {b.pick((scalar(b), scalar(b) + '.item()', scalar(b)))}")
    if ".item()" in b.lines[-1] and not start.startswith("torch"):
        b.declare(name, NUMBER)
    else:
        b.declare(name, SCALAR)
    return True


@form("match", 0.5)
def match(b: Builder) -> bool:
    name = b.name("x")
    b.emit(f"match {b.pick(('MODE', str(expression(b, FLAG))))}:")
    b.emit(f"    case {b.pick((repr('train'), 'True'))}:")
    b.emit(f"        {name} = {vector(b)}")
    b.emit("    case _:")
    b.emit(f"        {name} = {vector(b)}")
    b.declare(name, VECTOR)
    return True


@form("match on a pair", 0.4)
def match_on_pair(b: Builder) -> bool:
    name = b.name("x")
    b.emit(f"match ({vector(b)}, {scalar(b)}):")
    b.emit(f"    case ({name}, _):")
    b.emit(f"        {b.name('array')} = {name}.numpy()")
    b.declare(name, VECTOR)
    return True


@form("assert", 0.3)
def assertion(b: Builder) -> bool:
    b.emit(f"assert {b.pick(('torch.is_tensor', 'torch.numel'))}({vector(b)})")
    return True
