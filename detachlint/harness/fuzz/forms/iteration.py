"""Loops over containers and generators, with a crossing or two inside."""

from __future__ import annotations

from detachlint.harness.fuzz.builder import Builder
from detachlint.harness.fuzz.expressions import vector
from detachlint.harness.fuzz.forms.containers import list_of_pairs, some_list, some_record
from detachlint.harness.fuzz.forms.modes import MANAGERS
from detachlint.harness.fuzz.kinds import FUNCTION_COST, SCALAR, VECTOR, VECTORS, ListOf, TupleOf
from detachlint.harness.fuzz.registry import form, too_deep, write_body


@form("for items", 2)
def for_items(b: Builder) -> bool:
    if too_deep(b):
        return False
    name = b.name("item")
    source = some_list(b)
    header = b.pick(
        (
            f"for {name} in {source}:",
            f"for {b.name('i')}, {name} in enumerate({source}):",
            f"for {name}, {b.name('other')} in zip({source}, {some_list(b)}):",
            f"for {name} in reversed({source}):",
            f"for {name} in ({vector(b)}, {vector(b)}):",
        )
    )
    with b.block(header, repeats=3):
        b.declare(name, VECTOR)
        if b.chance(0.5):
            b.emit(f"{b.name('array')} = {name}.numpy()")
        grow, b.frame.lists_grow = b.frame.lists_grow, False
        write_body(b, 0, 3)
        b.frame.lists_grow = grow
    return True


@form("for entries")
def for_entries(b: Builder) -> bool:
    if too_deep(b):
        return False
    source, name = some_record(b)[0], b.name("item")
    header = b.pick(
        (f"for {b.name('key')}, {name} in {source}.items():", f"for {name} in {source}.values():")
    )
    with b.block(header, repeats=3):
        b.declare(name, VECTOR)
        b.emit(f"{b.name('array')} = {name}.numpy()")
        write_body(b, 0, 2)
    return True


@form("for keys", 0.5)
def for_keys(b: Builder) -> bool:
    source, key = some_record(b)[0], b.name("key")
    b.emit(f"for {key} in {source}:")
    b.emit(f"    {b.name('array')} = {source}[{key}].numpy()")
    return True


@form("for pairs", 0.7)
def for_pairs(b: Builder) -> bool:
    sources = [variable.name for variable in b.of_kind(ListOf(TupleOf((VECTOR, SCALAR))))]
    if not sources:
        list_of_pairs(b)
        sources = [b.frame.variables[-1].name]
    first, second = b.name("x"), b.name("loss")
    b.emit(f"for {first}, {second} in {b.pick(sources)}:")
    b.emit(f"    {b.name('array')} = {b.pick((first, second))}.numpy()")
    return True


@form("for append other", 0.7)
def for_append_other(b: Builder) -> bool:
    name, item = b.name("kept"), b.name("item")
    step = b.pick(("", ".detach()", " * 2", ".clone()", ".cpu()"))
    b.emit(f"{name} = []")
    b.emit(f"for {item} in {some_list(b)}:")
    b.emit(f"    {name}.append({item}{step})")
    b.declare(name, VECTORS)
    return True


@form("generator", 1.5, definition=True)
def generator(b: Builder) -> bool:
    """A generator function, and a loop over it in some grad mode."""
    name, parameter = b.name("produce"), b.name("x")
    decorator = b.pick(("", "", "", "@torch.no_grad()", "@torch.enable_grad()"))
    if decorator:
        b.emit(decorator)
    with b.function(f"def {name}({parameter}, count):", None):
        b.declare(parameter, VECTOR)
        if b.chance(0.3):
            b.emit(f"yield {vector(b)}")
        with b.block(f"for {b.name('step')} in range(count):", repeats=2):
            if b.chance(0.3):
                b.emit(f"{b.name('array')} = {vector(b)}.numpy()")
            b.emit(f"yield {vector(b)}")
        if b.chance(0.2):
            b.emit(f"yield from [{vector(b)}]")
    _consume(b, name)
    return True


def _consume(b: Builder, name: str) -> None:
    item, items = b.name("item"), b.name("items")
    made = f"{name}({vector(b, 1)}, 2)"
    if b.chance(0.5):
        b.emit(f"with {b.pick(MANAGERS)}:")
        b.emit(f"    {items} = list({made})")
        b.declare(items, VECTORS)
    else:
        b.emit(f"for {item} in {made}:")
        b.emit(f"    {b.name('array')} = {item}.numpy()")


@form("generator that sets the mode", 0.7, definition=True)
def generator_that_sets_mode(b: Builder) -> bool:
    """Grad mode set inside a generator is set for its caller too, until the generator goes on."""
    name, iterator, item = b.name("produce"), b.name("iterator"), b.name("item")
    manager = b.pick(MANAGERS)
    with b.function(f"def {name}({item}):", None):
        b.declare(item, VECTOR)
        b.emit(f"with {manager}:")
        b.emit(f"    yield {vector(b, 1)}")
        if b.chance(0.5):
            b.emit(f"    {b.name('array')} = {item}.numpy()")
    result = b.name("x")
    b.emit(f"{iterator} = {name}({vector(b, 1)})")
    b.emit(f"{result} = next({iterator})")
    b.emit(f"{b.name('array')} = {vector(b, 1)}.numpy()")
    b.emit(f"for {b.name('item')} in {iterator}:")
    b.emit("    pass")
    b.emit(f"{b.name('array')} = {vector(b, 1)}.numpy()")
    b.declare(result, VECTOR)
    return True


@form("generator expression")
def generator_expression(b: Builder) -> bool:
    name, item = b.name("stream"), b.name("item")
    step = b.pick((" * 2", ".detach()", ".clone()", "[:]"))
    b.emit(f"{name} = ({item}{step} for {item} in {some_list(b)})")
    b.emit(f"with {b.pick(MANAGERS)}:")
    b.emit(f"    {b.name('array')} = next({name}).numpy()")
    return True


@form("context manager function", 0.8, definition=True)
def context_manager_function(b: Builder) -> bool:
    """A manager written with `contextlib`, which may change the grad mode of its block."""
    name, value = b.name("section"), b.name("x")
    b.emit("@contextlib.contextmanager")
    with b.function(f"def {name}():", None):
        b.emit(f"with {b.pick(MANAGERS)}:")
        b.emit(f"    yield {vector(b, 1)}")
    with b.block(f"with {name}() as {value}:", keeps=True):
        b.declare(value, VECTOR)
        if b.frame.budget > FUNCTION_COST:
            write_body(b, 1, 3)
        b.emit(f"{b.name('array')} = {value}.numpy()")
    return True
