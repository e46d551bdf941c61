"""Writes expressions of a wanted kind from what is in scope."""

from __future__ import annotations

import re
from collections.abc import Sequence

from detachlint.harness.fuzz import templates
from detachlint.harness.fuzz.builder import Builder, Variable
from detachlint.harness.fuzz.kinds import (
    FLAG,
    FUNCTION,
    FUNCTION_COST,
    MASK,
    MODULE,
    MODULE_COST,
    NUMBER,
    SCALAR,
    VECTOR,
    VECTORS,
    Basic,
    CallableOf,
    DictOf,
    InstanceOf,
    Kind,
    ListOf,
    Parameter,
    TupleOf,
)

_HOLE = re.compile(r"\{([vsmnfx])\}")
_BARE = {
    VECTOR: "torch.ones(3)",
    SCALAR: "torch.tensor(1.0)",
    MASK: "torch.tensor([True, False, True])",
    NUMBER: "1.5",
    FLAG: "True",
}
_ROWS = {
    VECTOR: templates.VECTORS,
    SCALAR: templates.SCALARS,
    MASK: templates.MASKS,
    NUMBER: templates.NUMBERS,
}
_HOLES: dict[str, Basic] = {"v": VECTOR, "s": SCALAR, "m": MASK, "n": NUMBER, "f": FLAG}


def expression(b: Builder, kind: Kind, depth: int = 2) -> str | None:
    """An expression of `kind` at most `depth` operations deep, or None where there can be none."""
    if kind == FLAG:
        return _flag(b)
    if kind in _ROWS:
        return _tensor(b, kind, depth)
    if kind == MODULE:
        return _module(b)
    if kind == FUNCTION:
        return _function(b)
    names = [variable.name for variable in b.of_kind(kind)]
    if names and b.chance(0.7):
        return b.pick(names)
    return _display(b, kind, depth)


def vector(b: Builder, depth: int = 2) -> str:
    """A float tensor of shape (3,)."""
    return _tensor(b, VECTOR, depth)


def scalar(b: Builder, depth: int = 2) -> str:
    """A float tensor without dimensions."""
    return _tensor(b, SCALAR, depth)


def condition(b: Builder) -> str:
    """A test that depends on the data, so that nobody can know its outcome before the run."""
    return from_template(b, b.pick(templates.CONDITIONS)[1], 1)


def named_vector(b: Builder) -> str:
    """A vector that costs nothing to say twice: a variable or an attribute."""
    sources = _sources(b, VECTOR)
    return b.pick(sources) if sources else _BARE[VECTOR]


def from_template(b: Builder, template: str, depth: int) -> str:
    """The template with its holes filled; see `templates`."""
    named = named_vector(b) if "{x}" in template else ""

    def fill(match: re.Match[str]) -> str:
        hole = match[1]
        if hole == "x":
            return named
        text = expression(b, _HOLES[hole], depth - 1)
        assert text is not None
        return text

    return _HOLE.sub(fill, template).replace("{{", "{").replace("}}", "}")


def call(b: Builder, text: str, callable_kind: CallableOf, depth: int = 1) -> str | None:
    """A call of `text` with arguments from scope; None if this place cannot afford or allow it."""
    if not _may_call(b, callable_kind):
        return None
    written = arguments(b, callable_kind.parameters, depth)
    if written is None:
        return None
    b.frame.cost += b.frame.repeats * callable_kind.cost
    if not callable_kind.pure:
        b.effect()
    return f"{text}({written})"


def _may_call(b: Builder, callable_kind: CallableOf) -> bool:
    affordable = b.frame.repeats * callable_kind.cost <= b.frame.budget / 2
    return affordable and (callable_kind.pure or b.may_have_effects)


def arguments(b: Builder, parameters: Sequence[Parameter], depth: int = 1) -> str | None:
    """Arguments that fit the parameters, or None where there are none to be had."""
    positional: list[str] = []
    named: list[str] = []
    starred = any(p.form == "star" for p in parameters)
    by_name = not starred and b.chance(0.15)
    for parameter in parameters:
        if parameter.form == "star":
            positional.extend(_surplus(b, depth))
            continue
        if parameter.form == "default" and not starred and b.chance(0.5):
            by_name = True
            continue
        kind = VECTOR if parameter.form == "keywords" else parameter.kind
        value = expression(b, kind, depth)
        if value is None:
            return None
        if parameter.form == "keywords":
            named.append(f"extra={value}")
        elif (by_name and parameter.form != "positional") or parameter.form == "keyword-only":
            named.append(f"{parameter.name}={value}")
        else:
            positional.append(value)
    return ", ".join(positional + named)


def _surplus(b: Builder, depth: int) -> list[str]:
    if b.of_kind(VECTORS) and b.chance(0.3):
        b.count("call: unpacked list")
        return ["*" + b.pick(b.of_kind(VECTORS)).name]
    return [vector(b, depth) for _ in range(b.between(1, 2))]


def _flag(b: Builder) -> str:
    names = [variable.name for variable in b.of_kind(FLAG)]
    return b.pick(names) if names and b.chance(0.6) else b.pick(("True", "False"))


def _tensor(b: Builder, kind: Kind, depth: int) -> str:
    """A value of one of the kinds that have templates."""
    assert isinstance(kind, Basic)
    if depth > 0 and b.chance(0.4):
        group, template = b.pick(_ROWS[kind])
        b.count(f"operation: {group}")
        return from_template(b, template, depth)
    if kind == VECTOR and depth > 0 and b.chance(0.3):
        called = _called(b, kind, depth)
        if called is not None:
            return called
    sources = _sources(b, kind)
    if sources:
        return b.pick(sources)
    if depth > 0:
        group, template = b.pick(_ROWS[kind])
        return from_template(b, template, depth)
    return _BARE[kind]


def _sources(b: Builder, kind: Kind) -> list[str]:
    """Everything of `kind` that can be read without calling anything but a property."""
    found = [variable.name for variable in b.of_kind(kind)]
    for variable in b.visible(lambda v: not isinstance(v.kind, Basic | CallableOf)):
        found.extend(variable.name + access for access in _reads(b, variable.kind, kind))
    return found


def _reads(b: Builder, container: Kind, kind: Kind) -> list[str]:
    """What to append to the name of a container to read a `kind` from it."""
    match container:
        case ListOf(element) if element == kind:
            return [b.pick(("[0]", "[-1]"))]
        case TupleOf(elements):
            return [f"[{i}]" for i, element in enumerate(elements) if element == kind]
        case DictOf(keys, value) if value == kind:
            return [f"[{b.pick(keys)!r}]"]
        case InstanceOf():
            return [a.access for a in container.attributes if a.kind == kind]
    return []


def _called(b: Builder, kind: Kind, depth: int) -> str | None:
    """A call of something in scope that gives a `kind`, a list or a tuple that holds one."""
    candidates = [candidate for v in b.visible(_is_callable) for candidate in _callables(v, kind)]
    if not candidates:
        return None
    form, text, callable_kind, read = b.pick(candidates)
    called = call(b, text, callable_kind, depth - 1)
    if called is None:
        return None
    b.count(f"call: {form}")
    return called + read


def _is_callable(variable: Variable) -> bool:
    return isinstance(variable.kind, CallableOf | InstanceOf) or variable.kind in (MODULE, FUNCTION)


_ANY_MODULE = CallableOf((Parameter("x", VECTOR, "positional"),), VECTOR, MODULE_COST)
_ANY_FUNCTION = CallableOf((Parameter("x", VECTOR, "positional"),), VECTOR, FUNCTION_COST)


def _callables(variable: Variable, kind: Kind) -> list[tuple[str, str, CallableOf, str]]:
    """(form, text, what it is, what to read from its result) of the ways to call a variable."""
    found: list[tuple[str, str, CallableOf, str]] = []

    def add(form: str, text: str, callable_kind: CallableOf) -> None:
        if callable_kind.result == kind:
            found.append((form, text, callable_kind, ""))
        match callable_kind.result:
            case TupleOf(elements) if kind in elements:
                found.append((form, text, callable_kind, f"[{elements.index(kind)}]"))
            case ListOf(element) if element == kind:
                found.append((form, text, callable_kind, "[0]"))

    match variable.kind:
        case CallableOf():
            add("function", variable.name, variable.kind)
        case InstanceOf():
            if variable.kind.call is not None:
                add(
                    "module" if variable.kind.is_module else "object",
                    variable.name,
                    variable.kind.call,
                )
            for name, method in variable.kind.methods:
                add("method", f"{variable.name}.{name}", method)
        case _ if variable.kind == MODULE:
            add("module parameter", variable.name, _ANY_MODULE)
        case _:
            add("function parameter", variable.name, _ANY_FUNCTION)
    return found


def _module(b: Builder) -> str:
    def suitable(variable: Variable) -> bool:
        if not isinstance(variable.kind, InstanceOf):
            return variable.kind == MODULE
        called = variable.kind.call
        if not variable.kind.is_module or called is None or not called.pure:
            return False
        return called.result == VECTOR and called.cost <= MODULE_COST and _takes_a_vector(called)

    found = b.visible(suitable)
    if found and b.chance(0.8):
        return b.pick(found).name
    return b.pick(("nn.Linear(3, 3)", "nn.Identity()", "nn.Tanh()"))


def _function(b: Builder) -> str:
    def suitable(variable: Variable) -> bool:
        kind = variable.kind
        if not isinstance(kind, CallableOf):
            return kind == FUNCTION
        if not kind.pure or kind.result != VECTOR or kind.cost > FUNCTION_COST:
            return False
        return _takes_a_vector(kind)

    found = b.visible(suitable)
    if found and b.chance(0.7):
        return b.pick(found).name
    return b.pick(("torch.relu", "torch.Tensor.detach", "lambda t: t * 2", "lambda t: t.detach()"))


def _takes_a_vector(called: CallableOf) -> bool:
    required = [p for p in called.parameters if p.form != "default"]
    first_is_vector = bool(called.parameters) and called.parameters[0].kind == VECTOR
    return first_is_vector and len(required) <= 1 and all(p.form == "plain" for p in required)


def _display(b: Builder, kind: Kind, depth: int) -> str | None:
    match kind:
        case ListOf(element):
            items = [expression(b, element, depth - 1) for _ in range(b.between(1, 2))]
            return None if None in items else f"[{', '.join(filter(None, items))}]"
        case TupleOf(elements):
            items = [expression(b, element, depth - 1) for element in elements]
            return None if None in items else f"({', '.join(filter(None, items))},)"
        case DictOf(keys, value):
            items = [expression(b, value, depth - 1) for _ in keys]
            if None in items:
                return None
            return "{" + ", ".join(f"{k!r}: {v}" for k, v in zip(keys, items, strict=True)) + "}"
    return None
