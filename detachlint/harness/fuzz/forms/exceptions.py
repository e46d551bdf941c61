"""Exceptions, and crossings on the ways they take."""

from __future__ import annotations

import sys

from detachlint.harness.fuzz.builder import Builder
from detachlint.harness.fuzz.expressions import condition, named_vector, vector
from detachlint.harness.fuzz.kinds import VECTOR
from detachlint.harness.fuzz.registry import form, too_deep, write_body


@form("crossing that may fail", 2)
def crossing_that_may_fail(b: Builder) -> bool:
    value, array = vector(b), b.name("array")
    kind = b.pick(("RuntimeError", "RuntimeError", "Exception", "(RuntimeError, TypeError)"))
    b.emit("try:")
    b.emit(f"    {array} = {value}.numpy()")
    b.emit(f"except {kind}:")
    b.emit(f"    {array} = {value}.detach().numpy()")
    return True


@form("failure that changes a value")
def failure_that_changes_value(b: Builder) -> bool:
    name = b.name("x")
    b.emit(f"{name} = {vector(b)}")
    b.declare(name, VECTOR)
    with b.block("try:"):
        b.emit(f"{b.name('array')} = {named_vector(b)}.numpy()")
        b.emit(f"{name} = {vector(b)}")
    b.emit(f"except RuntimeError{b.pick(('', ' as error'))}:")
    b.emit(f"    {name} = {vector(b)}")
    if b.chance(0.3):
        b.emit("else:")
        b.emit(f"    {name} = {name}{b.pick(('.detach()', ' * 2'))}")
    b.emit(f"{b.name('array')} = {name}.numpy()")
    return True


@form("raise and catch")
def raise_and_catch(b: Builder) -> bool:
    if too_deep(b):
        return False
    name = b.name("x")
    b.emit(f"{name} = {vector(b)}")
    b.declare(name, VECTOR)
    with b.block("try:"):
        if b.chance(0.5):
            b.emit(f"{name} = {vector(b)}")
        b.emit(f"if {condition(b)}:")
        b.emit("    raise ValueError('too large')")
        b.emit(f"{name} = {vector(b)}")
    with b.block("except ValueError:"):
        b.emit(f"{name} = {name}{b.pick(('.detach()', ' * 2', ''))}")
    b.emit(f"{b.name('array')} = {name}.numpy()")
    return True


@form("finally")
def final_block(b: Builder) -> bool:
    if too_deep(b):
        return False
    with b.block("try:"):
        write_body(b)
    with b.block("finally:", keeps=True):
        write_body(b, 1, 2)
    return True


@form("function that raises", 0.6, definition=True)
def function_that_raises(b: Builder) -> bool:
    name, value, result = b.name("checked"), b.name("x"), b.name("x")
    with b.function(f"def {name}({value}):", VECTOR):
        b.declare(value, VECTOR)
        b.emit(f"if {condition(b)}:")
        b.emit(f"    raise KeyError('{name}')")
        b.emit(f"return {vector(b, 1)}")
    b.emit("try:")
    b.emit(f"    {result} = {name}({vector(b, 1)})")
    b.emit("except KeyError:")
    b.emit(f"    {result} = {vector(b, 1)}")
    b.emit(f"{b.name('array')} = {result}.numpy()")
    b.declare(result, VECTOR)
    return True


@form("suppressed", 0.4)
def suppressed(b: Builder) -> bool:
    b.emit("with contextlib.suppress(RuntimeError):")
    b.emit(f"    {b.name('array')} = {vector(b)}.numpy()")
    return True


@form("missing key", 0.5)
def missing_key(b: Builder) -> bool:
    name = b.name("x")
    b.emit("try:")
    b.emit(f"    {name} = {{'output': {vector(b)}}}[{b.pick(('MODE', repr('output')))}]")
    b.emit("except KeyError:")
    b.emit(f"    {name} = {vector(b)}")
    b.declare(name, VECTOR)
    return True


def group_of_exceptions(b: Builder) -> bool:
    name = b.name("x")
    b.emit(f"{name} = {vector(b)}")
    b.emit("try:")
    b.emit("    raise ExceptionGroup('both', [ValueError('one'), TypeError('two')])")
    b.emit(
        f"except* {b.pick(('ValueError', '(ValueError, KeyError)'))}{b.pick(('', ' as group'))}:"
    )
    b.emit(f"    {name} = {name}{b.pick(('.detach()', ' * 2'))}")
    b.emit("except* TypeError:")
    b.emit(f"    {name} = {vector(b)}")
    b.emit(f"{b.name('array')} = {name}.numpy()")
    b.declare(name, VECTOR)
    return True


if sys.version_info >= (3, 11):
    form("group of exceptions", 0.4)(group_of_exceptions)
