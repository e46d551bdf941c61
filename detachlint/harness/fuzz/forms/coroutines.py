"""Coroutines, to whose bodies a grad mode decorator does not apply."""

from __future__ import annotations

from detachlint.harness.fuzz.builder import Builder
from detachlint.harness.fuzz.expressions import vector
from detachlint.harness.fuzz.forms.modes import MANAGERS
from detachlint.harness.fuzz.kinds import VECTOR
from detachlint.harness.fuzz.registry import form, write_body


@form("coroutine", 0.6, definition=True)
def coroutine(b: Builder) -> bool:
    inner, outer, value, result = b.name("fetch"), b.name("main"), b.name("x"), b.name("x")
    decorator = b.pick(("", "", "@torch.no_grad()", "@torch.enable_grad()"))
    if decorator:
        b.emit(decorator)
    with b.function(f"async def {inner}({value}):", VECTOR):
        b.declare(value, VECTOR)
        write_body(b, 0, 2)
        b.emit(f"return {vector(b)}")
    with b.function(f"async def {outer}():", VECTOR):
        kept = b.name("x")
        if b.chance(0.4):
            b.emit(f"with {b.pick(MANAGERS)}:")
            b.emit(f"    {kept} = await {inner}({vector(b, 1)})")
        else:
            b.emit(f"{kept} = await {inner}({vector(b, 1)})")
        b.emit(f"{b.name('array')} = {kept}.numpy()")
        b.emit(f"return {kept}")
    b.emit(f"{result} = asyncio.run({outer}())")
    b.declare(result, VECTOR)
    return True


@form("asynchronous generator", 0.4, definition=True)
def asynchronous_generator(b: Builder) -> bool:
    stream, outer, item, items = b.name("stream"), b.name("main"), b.name("item"), b.name("items")
    with b.function(f"async def {stream}():", None):
        b.emit(f"yield {vector(b, 1)}")
        b.emit(f"yield {vector(b, 1)}")
    with b.function(f"async def {outer}():", None):
        b.emit(f"{items} = []")
        b.emit(f"async for {item} in {stream}():")
        b.emit(f"    {items}.append({item})")
        b.emit(f"return {items}")
    b.emit(f"for {item} in asyncio.run({outer}()):")
    b.emit(f"    {b.name('array')} = {item}.numpy()")
    return True
