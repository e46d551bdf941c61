"""Lists, tuples, dictionaries and what fills and reads them."""

from __future__ import annotations

from detachlint.harness.fuzz.builder import Builder
from detachlint.harness.fuzz.expressions import expression, scalar, vector
from detachlint.harness.fuzz.kinds import SCALAR, VECTOR, VECTORS, DictOf, ListOf, TupleOf
from detachlint.harness.fuzz.registry import form

KEYS = ("loss", "output", "target")


def some_list(b: Builder) -> str:
    """A list of vectors: a variable, or one written out."""
    return str(expression(b, VECTORS))


@form("list", 1.5)
def make_list(b: Builder) -> bool:
    items = ", ".join(vector(b) for _ in range(b.between(1, 3)))
    name = b.name("items")
    b.emit(f"{name} = [{items}]")
    b.declare(name, VECTORS)
    return True


@form("tuple")
def make_tuple(b: Builder) -> bool:
    name = b.name("pair")
    b.emit(f"{name} = ({vector(b)}, {scalar(b)})")
    b.declare(name, TupleOf((VECTOR, SCALAR)))
    return True


def some_record(b: Builder) -> tuple[str, DictOf]:
    """A variable that holds a dictionary of vectors; made here where there is none."""
    found = [(v.name, v.kind) for v in b.visible(lambda v: isinstance(v.kind, DictOf))]
    if not found:
        make_dictionary(b)
        made = b.frame.variables[-1]
        found = [(made.name, made.kind)]
    name, kind = b.pick(found)
    assert isinstance(kind, DictOf)
    return name, kind


@form("dictionary", 1.5)
def make_dictionary(b: Builder) -> bool:
    keys = KEYS[: b.between(1, 3)]
    items = [vector(b) for _ in keys]
    name = b.name("record")
    if b.chance(0.3):
        text = ", ".join(f"{key}={item}" for key, item in zip(keys, items, strict=True))
        b.emit(f"{name} = dict({text})")
    else:
        text = ", ".join(f"{key!r}: {item}" for key, item in zip(keys, items, strict=True))
        b.emit(f"{name} = {{{text}}}")
    b.declare(name, DictOf(keys, VECTOR))
    return True


@form("append", 2)
def append(b: Builder) -> bool:
    lists = [v.name for v in b.bindable(VECTORS)]
    if not lists or not (b.may_have_effects and b.frame.lists_grow):
        return False
    name = b.pick(lists)
    b.effect()
    b.emit(
        b.pick(
            (
                f"{name}.append({vector(b)})",
                f"{name} += [{vector(b)}]",
                f"{name}.extend([{vector(b)}, {vector(b)}])",
                f"{name}.insert(0, {vector(b)})",
                f"{name} = {name} + [{vector(b)}]",
            )
        )
    )
    return True


@form("append in a loop", 2)
def append_in_loop(b: Builder) -> bool:
    name = b.name("history")
    start = b.pick(("[]", "list()", f"[{vector(b)}]", "collections.deque()"))
    b.emit(f"{name} = {start}")
    with b.block(f"for {b.name('step')} in range(2):", repeats=2):
        b.emit(f"{name}.append({vector(b)})")
    if start == "collections.deque()":
        b.emit(f"{name} = list({name})")
    b.declare(name, VECTORS)
    return True


@form("store item", 0.7)
def store_item(b: Builder) -> bool:
    lists = [v.name for v in b.bindable(VECTORS)]
    if not b.may_have_effects or not lists:
        return False
    b.effect()
    b.emit(f"{b.pick(lists)}[0] = {vector(b)}")
    return True


@form("store entry")
def store_entry(b: Builder) -> bool:
    if not b.may_have_effects:
        return False
    name, kind = some_record(b)
    key = b.pick(kind.keys)
    b.effect()
    text = b.pick((f"{name}[{key!r}] = {{}}", f"{name}.update({key}={{}})"))
    b.emit(text.format(vector(b)))
    return True


@form("read item")
def read_item(b: Builder) -> bool:
    name = b.name("x")
    text = b.pick(("next(iter({}))", "{}[0]", "{}[-1]", "sum({})", "{}[:1][0]", "max({}, key=len)"))
    b.emit(f"{name} = {text.format(some_list(b))}")
    b.declare(name, VECTOR)
    return True


@form("read entry")
def read_entry(b: Builder) -> bool:
    source, kind = some_record(b)
    name, key = b.name("x"), b.pick(kind.keys)
    text = b.pick((f"{source}.get({key!r})", f"{source}[{key!r}]", f"list({source}.values())[0]"))
    b.emit(f"{name} = {text}")
    b.declare(name, VECTOR)
    return True


@form("pop", 0.6)
def pop(b: Builder) -> bool:
    items, name = b.name("items"), b.name("x")
    b.emit(f"{items} = [{vector(b)}, {vector(b)}, {vector(b)}]")
    b.emit(f"{name} = {items}.pop({b.pick(('', '0'))})")
    b.declare(items, VECTORS)
    b.declare(name, VECTOR)
    return True


@form("comprehension", 2)
def comprehension(b: Builder) -> bool:
    text = b.pick(
        (
            "[t * 2 for t in {}]",
            "[t.detach() for t in {}]",
            "[t for t in {} if t is not None]",
            "[t + u for t, u in zip({}, {})]",
            "[t * i for i, t in enumerate({})]",
            "list(map(torch.relu, {}))",
            "list(map(lambda t: t.clone(), {}))",
            "list(t.cpu() for t in {})",
            "sorted({}, key=lambda t: t.sum().item())",
            "list(reversed({}))",
            "[t for pair in zip({}, {}) for t in pair]",
            "list(filter(lambda t: t is not None, {}))",
            "[*{}, *{}]",
            "{}[::-1]",
            "list({})",
            "[*map(torch.Tensor.detach, {})]",
        )
    )
    name = b.name("items")
    b.emit(f"{name} = {text.format(*(some_list(b) for _ in range(2)))}")
    b.declare(name, VECTORS)
    return True


@form("dictionary comprehension", 0.7)
def dictionary_comprehension(b: Builder) -> bool:
    source, kind = some_record(b)
    text = b.pick(
        (
            "{{k: t * 2 for k, t in {}.items()}}",
            "{{k: t.detach() for k, t in {}.items()}}",
            "{{**{}}}",
            "dict({})",
            "{}.copy()",
        )
    )
    name = b.name("record")
    b.emit(f"{name} = {text.format(source)}")
    b.declare(name, kind)
    return True


@form("list of pairs", 0.7)
def list_of_pairs(b: Builder) -> bool:
    name = b.name("pairs")
    b.emit(f"{name} = [({vector(b)}, {scalar(b)}), ({vector(b)}, {scalar(b)})]")
    b.declare(name, ListOf(TupleOf((VECTOR, SCALAR))))
    return True
