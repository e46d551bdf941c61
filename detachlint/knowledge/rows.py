"""Facts to and from the words of a table's row.

A row of calls is `name⇥words⇥evidence`. The first word lists the results (`propagate`,
`propagate,integer`, `propagate*` for a variable number of them, `python:bool`); the rest are
exceptions from the default, which is: one output, fresh memory, dtype and device of the input.

    torch.max     propagate,integer tuple fields=values,indices form=given:dim  op_db
    torch.relu_   propagate self in-place                                       op_db
    torch.conj    propagate view conj=sets keeps=sparse                         op_db
    torch.foo     not modelled: needs an accelerator                            read

Modules and classes are written alike; see `format_module` and `format_class`.
"""

from __future__ import annotations

from collections.abc import Iterable

from detachlint.knowledge.gates import RANKS, Gate, NumpyFact, Otherwise
from detachlint.knowledge.model import (
    ALL_LOST,
    AMBIENT,
    CALLS,
    CONTEXT_METHODS,
    MODULE_METHODS,
    OF,
    OPTIMIZER_METHODS,
    TRAITS,
    Aliasing,
    CallFact,
    ClassFact,
    FlagFact,
    Form,
    MethodFact,
    ModuleFact,
    Output,
    ParameterFact,
    Result,
)

NOT_MODELLED = "not modelled: "
_ALIASING = {aliasing.value: aliasing for aliasing in Aliasing}
_GATES = {gate.value: gate for gate in Gate}
_RESULTS = {result.value: result for result in Result}


class MalformedRow(ValueError):
    """A row of a table that cannot be read."""


# --- calls ------------------------------------------------------------------------------------


def parse_call(name: str, row: str, version: str = "") -> CallFact | None:
    """The fact in `row` (`words⇥evidence`), or None for one that is not modelled.

    Raises `MalformedRow` for words this module does not write.
    """
    behaviour, _, evidence = row.partition("\t")
    if behaviour.startswith(NOT_MODELLED):
        return None
    results, *words = behaviour.split(" ")
    flags, settings = _sort_words(name, words)
    repeated = results.endswith("*")
    kinds, python_type = _parse_results(name, results.removesuffix("*"))
    return CallFact(
        name=name,
        results=kinds,
        sequence="tuple" if "tuple" in flags else "list" if "list" in flags else "",
        fields=_names(settings.get("fields", "")),
        repeated=repeated,
        each="each" in flags,
        python_type=python_type,
        aliasing=_aliasing(flags),
        perhaps_self="perhaps-self" in flags,
        in_place="in-place" in flags,
        rejects=_names(settings.get("rejects", "")),
        factory="factory" in flags,
        special=settings.get("special", ""),
        form=_parse_form(name, settings.get("form", "")),
        calls=_one_of(name, CALLS, settings.get("calls", "")),
        ambient=_one_of(name, AMBIENT, settings.get("ambient", "")),
        dtype=settings.get("dtype", "same"),
        undecided=settings.get("undecided", ""),
        device=settings.get("device", "same"),
        host=tuple(int(place) for place in _names(settings.get("host", ""))),
        conjugated=tuple(int(place) for place in _names(settings.get("conjugated", ""))),
        parameters=_names(settings.get("parameters", "")),
        idle="idle" in flags,
        ignored=tuple(int(position) for position in _names(settings.get("ignored", ""))),
        apart=_parse_apart(settings.get("apart", "")),
        attribute="attribute" in flags,
        depends=_names(settings.get("depends", "")),
        traits={
            key: _one_of(name, values, settings[key])
            for key, values in TRAITS.items()
            if key in settings
        },
        keeps=_names(settings.get("keeps", "")),
        evidence=f"{evidence} {version}".rstrip(),
    )


def _parse_apart(text: str) -> tuple[tuple[int, ...], ...]:
    """`/2,8` is of two outputs, of which the second does not depend on the arguments 2 and 8."""
    return tuple(tuple(map(int, _names(part))) for part in text.split("/")) if text else ()


def _parse_form(name: str, text: str) -> Form | None:
    asked, _, arguments = text.partition(":")
    if asked not in ("", "given", "true", "several"):
        raise MalformedRow(f"{name}: no such form: {text!r}")
    return Form(asked, _names(arguments)) if text else None


def _format_form(form: Form) -> str:
    return form.asked + (f":{','.join(form.arguments)}" if form.arguments else "")


def _one_of(name: str, words: Iterable[str], word: str) -> str:
    if word and word not in words:
        raise MalformedRow(f"{name}: no such word: {word!r}")
    return word


def format_call(fact: CallFact) -> str:
    """The words of `fact`, which `parse_call` reads back."""
    results = ",".join(result.value for result in fact.results)
    if fact.python_type:
        results += f":{fact.python_type}"
    words = [results + "*" * fact.repeated]
    words += [fact.sequence] if fact.sequence else []
    words += [] if fact.aliasing is Aliasing.FRESH else [fact.aliasing.value]
    for word, present in (
        ("each", fact.each),
        ("perhaps-self", fact.perhaps_self),
        ("attribute", fact.attribute),
        ("in-place", fact.in_place),
        ("factory", fact.factory),
        ("idle", fact.idle),
    ):
        words += [word] if present else []
    for key, value in (
        ("fields", ",".join(fact.fields)),
        ("rejects", ",".join(fact.rejects)),
        ("special", fact.special),
        ("form", _format_form(fact.form) if fact.form else ""),
        ("calls", fact.calls),
        ("ambient", fact.ambient),
        ("dtype", "" if fact.dtype == "same" else fact.dtype),
        ("undecided", fact.undecided),
        ("device", "" if fact.device == "same" else fact.device),
        ("host", ",".join(map(str, fact.host))),
        ("conjugated", ",".join(map(str, fact.conjugated))),
        ("parameters", ",".join(fact.parameters)),
        ("ignored", ",".join(map(str, fact.ignored))),
        ("apart", "/".join(",".join(map(str, positions)) for positions in fact.apart)),
        ("depends", ",".join(fact.depends)),
        *((key, fact.traits.get(key, "")) for key in TRAITS),
        ("keeps", ",".join(fact.keeps)),
    ):
        words += [f"{key}={value}"] if value else []
    return " ".join(words)


def parse_reason(row: str) -> str:
    """Why a row has no fact; `""` if it has one."""
    behaviour = row.partition("\t")[0]
    return behaviour.removeprefix(NOT_MODELLED) if behaviour.startswith(NOT_MODELLED) else ""


def is_attribute(row: str) -> bool:
    """Whether the row is about an attribute, without parsing all of it."""
    return "attribute" in row.partition("\t")[0].split(" ")


# --- modules ----------------------------------------------------------------------------------


def parse_module(name: str, row: str, version: str = "") -> ModuleFact:
    """The fact in `row`: `positions⇥parameters⇥output⇥words⇥evidence`."""
    positions, parameters, output, behaviour, evidence = row.split("\t")
    flags, settings = _sort_words(name, behaviour.split(" ") if behaviour else [])
    return ModuleFact(
        name=name,
        parameters=tuple(_parse_parameter(word) for word in parameters.split(" ") if word),
        positions=_names(positions),
        output=_parse_output(name, output),
        aliasing=_aliasing(flags),
        perhaps_self="perhaps-self" in flags,
        depends=_names(settings.get("depends", "")),
        in_place_flag=settings.get("in-place", ""),
        container=settings.get("container", ""),
        wraps="wraps" in flags,
        autocast=_one_of(name, TRAITS["autocast"], settings.get("autocast", "")),
        mixed=_one_of(name, TRAITS["mixed"], settings.get("mixed", "")),
        is_loss="loss" in flags,
        lazy="lazy" in flags,
        children=_names(settings.get("children", "")),
        buffers=_names(settings.get("buffers", "")),
        evidence=f"{evidence} {version}".rstrip(),
    )


def format_module(fact: ModuleFact) -> str:
    """The row of `fact`; parameters as `format_parameter` writes them."""
    words = [] if fact.aliasing is Aliasing.FRESH else [fact.aliasing.value]
    for word, present in (
        ("perhaps-self", fact.perhaps_self),
        ("loss", fact.is_loss),
        ("lazy", fact.lazy),
        ("wraps", fact.wraps),
    ):
        words += [word] if present else []
    for key, value in (
        ("depends", ",".join(fact.depends)),
        ("in-place", fact.in_place_flag),
        ("autocast", fact.autocast),
        ("mixed", fact.mixed),
        ("container", fact.container),
        ("children", ",".join(fact.children)),
        ("buffers", ",".join(fact.buffers)),
    ):
        words += [f"{key}={value}"] if value else []
    cells = (
        ",".join(fact.positions),
        " ".join(map(format_parameter, fact.parameters)),
        _format_output(fact.output),
        " ".join(words),
        fact.evidence,
    )
    return "\t".join(cells)


def _parse_parameter(word: str) -> ParameterFact:
    name, *flags = word.split("?")
    return ParameterFact(
        name, tuple(FlagFact(flag.removeprefix("!"), not flag.startswith("!")) for flag in flags)
    )


def format_parameter(parameter: ParameterFact) -> str:
    """`bias?affine?!extra`: the name, then each flag it needs, `!` before one that is off by default."""
    flags = (f"?{'' if flag.default else '!'}{flag.name}" for flag in parameter.flags)
    return parameter.name + "".join(flags)


def _format_output(output: Output) -> str:
    """`propagate`, `(propagate,integer)?return_indices`, `(propagate,propagate?need_weights)` or
    `(output:propagate,loss:propagate)`.
    """
    flag = f"?{output.flag}" if output.flag else ""
    if output.result is not None:
        return output.result.value + flag
    names = [f"{field}:" for field in output.fields] or [""] * len(output.items)
    items = ",".join(
        name + _format_output(item) for name, item in zip(names, output.items, strict=True)
    )
    return f"({items})" + flag


def _parse_output(name: str, text: str) -> Output:
    inner, closed, flag = text.rpartition(")")
    if not closed:
        result, _, flag = text.partition("?")
        if result not in _RESULTS:
            raise MalformedRow(f"{name}: no such result: {text!r}")
        return Output(_RESULTS[result], flag=flag)
    fields, items = [], []
    for part in _split_items(inner.removeprefix("(")):
        field, colon, item = part.partition(":")
        is_named = bool(colon) and "(" not in field
        fields += [field] if is_named else []
        items.append(_parse_output(name, item if is_named else part))
    return Output(None, tuple(items), tuple(fields), flag.removeprefix("?"))


def _split_items(text: str) -> list[str]:
    """`text` split at the commas outside parentheses."""
    parts, depth, start = [], 0, 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]


# --- classes ----------------------------------------------------------------------------------


def parse_class(name: str, row: str, version: str = "") -> ClassFact:
    """The fact in `row`: `kind⇥positions⇥methods⇥evidence`.

    Methods are written `name()=result:aliasing:behaviour:then`, attributes `name=…`; what is empty at
    the end is left out, and `then`, or `then-loc`, stands for `MethodFact.lost`. Positions are names, with
    the number that one is where it is not given: `loc=0.0`.
    """
    kind, positions, methods, evidence = row.split("\t")
    given = [word.partition("=") for word in _names(positions)]
    return ClassFact(
        name=name,
        kind=kind,
        positions=tuple(position for position, _, _ in given),
        methods={
            method.name: method
            for method in (_parse_method(name, word) for word in methods.split(" ") if word)
        },
        evidence=f"{evidence} {version}".rstrip(),
        defaults={position: float(number) for position, _, number in given if number},
    )


def format_class(fact: ClassFact) -> str:
    """The row of `fact`. Methods end in `()`, attributes do not."""
    methods = " ".join(map(_format_method, fact.methods.values()))
    numbers = {name: f"={number}" for name, number in fact.defaults.items()}
    positions = ",".join(f"{name}{numbers.get(name, '')}" for name in fact.positions)
    return "\t".join((fact.kind, positions, methods, fact.evidence))


def _parse_method(owner: str, word: str) -> MethodFact:
    name, _, value = word.partition("=")
    result, _, rest = value.partition(":")
    aliasing, _, rest = rest.partition(":")
    behaviour, _, then = rest.partition(":")
    words = {*MODULE_METHODS, *OPTIMIZER_METHODS, *CONTEXT_METHODS}
    known = behaviour in words or f"{behaviour.partition('-')[0]}-" in MODULE_METHODS
    if behaviour and not known and not behaviour.startswith(OF):
        raise MalformedRow(f"{owner}: no such behaviour of a method: {word!r}")
    if (
        result not in _RESULTS
        or (aliasing and aliasing not in _ALIASING)
        or then.partition("-")[0] not in ("", _THEN)
    ):
        raise MalformedRow(f"{owner}: no such behaviour of a method: {word!r}")
    return MethodFact(
        name.removesuffix("()"),
        _RESULTS[result],
        _ALIASING[aliasing] if aliasing else Aliasing.FRESH,
        attribute=not name.endswith("()"),
        behaviour=behaviour,
        lost=ALL_LOST if then == _THEN else then.removeprefix(f"{_THEN}-"),
    )


def _format_method(method: MethodFact) -> str:
    aliasing = "" if method.aliasing is Aliasing.FRESH else method.aliasing.value
    then = {"": "", ALL_LOST: _THEN}.get(method.lost, f"{_THEN}-{method.lost}")
    cells = ":".join([method.result.value, aliasing, method.behaviour, then]).rstrip(":")
    return f"{method.name}{'' if method.attribute else '()'}={cells}"


# --- numpy ------------------------------------------------------------------------------------


def parse_numpy(name: str, row: str, version: str = "") -> NumpyFact:
    """The fact in `row`: `gates⇥parameters⇥gives⇥rank⇥evidence`; a gate is `0=converts` or `0s=…`.

    `0=converts|delegates?1:0` is another one where argument 1 is 0, `|scalar?1` where it is given at
    all, `|keeps?1:number` where it is any number, `|keeps?` where nobody knows.
    """
    gates, parameters, gives, rank, evidence = row.split("\t")
    found: dict[str, Gate] = {}
    otherwise: dict[str, Otherwise] = {}
    for word in gates.split(" ") if gates else ():
        key, _, value = word.partition("=")
        usual, is_other, other = value.partition("|")
        found[key] = _parse_gate(name, word, usual)
        if is_other:
            gate, _, when = other.partition("?")
            position, _, asked = when.partition(":")
            place = int(position) if position else None
            otherwise[key] = Otherwise(_parse_gate(name, word, gate), place, asked)
    for word in rank.split("/"):
        _one_of(name, RANKS, word)
    told = f"{evidence} {version}".rstrip()
    return NumpyFact(name, found, _names(parameters), gives, rank, told, otherwise)


def _parse_gate(name: str, word: str, gate: str) -> Gate:
    if gate not in _GATES:
        raise MalformedRow(f"{name}: no such gate: {word!r}")
    return _GATES[gate]


def _format_otherwise(other: Otherwise | None) -> str:
    if other is None:
        return ""
    place = "" if other.position is None else str(other.position)
    return f"|{other.gate.value}?{place}{f':{other.value}' if other.value else ''}"


def format_numpy(fact: NumpyFact) -> str:
    """The row of `fact`."""
    gates = " ".join(
        f"{key}={gate.value}{_format_otherwise(fact.otherwise.get(key))}"
        for key, gate in fact.gates.items()
    )
    return "\t".join((gates, ",".join(fact.parameters), fact.gives, fact.rank, fact.evidence))


_THEN = "then"

# --- words ------------------------------------------------------------------------------------

_FLAGS = {"tuple", "list", "attribute", "in-place", "factory", "idle", "each", "perhaps-self"}
_FLAGS |= {"loss", "lazy", "wraps", *_ALIASING}
_CALL_SETTINGS = {
    "fields",
    "rejects",
    "special",
    "form",
    "calls",
    "ambient",
    "dtype",
    "undecided",
    "device",
    "host",
    "conjugated",
}
_CALL_SETTINGS |= {"parameters", "ignored", "apart", "depends", "keeps", *TRAITS}
_SETTINGS = _CALL_SETTINGS | {"in-place", "container", "children", "buffers"}


def _sort_words(name: str, words: list[str]) -> tuple[set[str], dict[str, str]]:
    """The words without and those with a value; raises `MalformedRow` for an unknown one."""
    flags, settings = set(), {}
    for word in words:
        key, equals, value = word.partition("=")
        if equals and key in _SETTINGS:
            settings[key] = value
        elif not equals and key in _FLAGS:
            flags.add(key)
        else:
            raise MalformedRow(f"{name}: no such word: {word!r}")
    return flags, settings


def _parse_results(name: str, text: str) -> tuple[tuple[Result, ...], str]:
    kinds, _, python_type = text.partition(":")
    unknown = [kind for kind in kinds.split(",") if kind not in _RESULTS]
    if unknown:
        raise MalformedRow(f"{name}: no such result: {unknown[0]!r}")
    return tuple(_RESULTS[kind] for kind in _names(kinds)), python_type


def _aliasing(flags: set[str]) -> Aliasing:
    return next((_ALIASING[flag] for flag in flags if flag in _ALIASING), Aliasing.FRESH)


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()
