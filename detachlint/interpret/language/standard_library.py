"""Functions of Python's standard library that carry tensors from here to there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from detachlint.domain.belief import NO
from detachlint.domain.objects import (
    Class,
    Instance,
    Iterator,
    Kind,
    Mapping,
    Partial,
    Sequence,
    Unknown,
)
from detachlint.domain.values import (
    BOTTOM_VALUE,
    NONE,
    Address,
    Library,
    Literal,
    Value,
    in_order,
    join_values,
    literal,
    single_literal,
    value_of,
)
from detachlint.interpret.engine.activation import Outcomes
from detachlint.interpret.engine.arguments import Arguments, LibraryCall
from detachlint.interpret.engine.state import State, join_states
from detachlint.interpret.language import (
    attribute_stores,
    copying,
    enumerations,
    exits,
    imports,
    iterator_tools,
    operators,
    queues,
    random_choices,
    tasks,
    textual,
)
from detachlint.interpret.language.contents import resolved
from detachlint.interpret.pytorch import library_objects
from detachlint.ir.nodes import Name, Operator
from detachlint.knowledge import facts
from detachlint.knowledge.names import THERE
from detachlint.source.value_class import replace

if TYPE_CHECKING:
    from detachlint.interpret.engine.machine import Machine

Handler = Callable[["Machine", LibraryCall], "Outcomes | None"]


def call(machine: Machine, library_call: LibraryCall) -> Outcomes | None:
    """The outcomes of a call of the standard library, or None if it is not one that matters."""
    exception = facts.raised_instead(library_call.name)
    if exception is not None:
        return exits.never_returns(machine, library_call, exception)
    if facts.has_methods_that_never_return(library_call.name):
        return _library_instance(machine, library_call)
    handler = HANDLERS.get(library_call.name)
    return handler(machine, library_call) if handler is not None else None


def _partial(machine: Machine, call: LibraryCall) -> Outcomes:
    function, *given = call.arguments.positional or (BOTTOM_VALUE,)
    thing = Partial(function, tuple(given), call.arguments.keywords)
    return [(machine.new(call.state, call.activation, call.span, "partial", thing), call.state)]


def _deferred(machine: Machine, call: LibraryCall) -> Outcomes:
    """`joblib.delayed(function)`: what makes, of arguments, a call that `joblib.Parallel` carries out."""
    given = call.arguments.get(0, "function") or BOTTOM_VALUE
    thing = Partial(value_of(Library("functools.partial")), (given,))
    return [(machine.new(call.state, call.activation, call.span, "deferred", thing), call.state)]


def _first_argument(machine: Machine, call: LibraryCall) -> Outcomes:
    return [(call.arguments.get(0) or NONE, call.state)]


def _decorator_of_its_argument(machine: Machine, call: LibraryCall) -> Outcomes:
    """`functools.lru_cache(…)`: a decorator that changes nothing for us."""
    first = call.arguments.get(0)
    if first is not None and single_literal(first) is None:
        return [(first, call.state)]
    identity = Partial(value_of(Library("detachlint.identity")))
    return [
        (machine.new(call.state, call.activation, call.span, "decorator", identity), call.state)
    ]


def _wraps(machine: Machine, call: LibraryCall) -> Outcomes:
    """`functools.wraps(wrapped)`: what calls `update_wrapper` for the function it decorates."""
    wrapped = call.arguments.get(0, "wrapped") or BOTTOM_VALUE
    update = Partial(value_of(Library("functools.update_wrapper")), (), {"wrapped": wrapped})
    return [(machine.new(call.state, call.activation, call.span, "decorator", update), call.state)]


def _update_wrapper(machine: Machine, call: LibraryCall) -> Outcomes:
    """The wrapper, which has the name of what it wraps from now on."""
    wrapper = call.arguments.get(0, "wrapper") or BOTTOM_VALUE
    wrapped = call.arguments.get(1, "wrapped") or BOTTOM_VALUE
    state, activation, span = call.state, call.activation, call.span
    named = machine.read_attribute(wrapped, "__name__", state, activation, span, call.shown)
    name, after = machine.join_outcomes(named) if named else (BOTTOM_VALUE, state)
    for attribute, value in (("__name__", name), ("__wrapped__", wrapped)):
        ends = attribute_stores.write_attribute(
            machine, wrapper, attribute, value, after, activation, span
        )
        after = join_states(ends)
    return [(wrapper, after)]


def _import_module(machine: Machine, call: LibraryCall) -> Outcomes | None:
    """`importlib.import_module("a.b")` and `__import__("a")`, where the name is known.

    Of `"package." + name` the package is: it is any of its modules.
    """
    given = in_order(resolved(call.state, call.arguments.get(0, "name") or BOTTOM_VALUE))
    names = [a.value for a in given if isinstance(a, Literal) and isinstance(a.value, str)]
    if not names and len(given) == 1:
        found = imports.import_by_beginning(
            machine, textual.beginning_of(call.state, given[0]), call.state, call.span
        )
        return None if found is None else [(found, call.state)]
    if not names or len(names) < len(given):
        return None
    builtin = call.name == "builtins.__import__"
    if any(name.startswith(".") for name in names) and call.arguments.get(1, "package") is None:
        return None
    if builtin and call.arguments.get(3, "fromlist") is None:
        names = [name.partition(".")[0] for name in names]  # gives the package at the top
    parts = [
        imports.import_by_name(machine, name, call.state, call.span) or value_of(Library(name))
        for name in names
    ]
    return [(join_values(parts), call.state)]


def _find_spec(machine: Machine, call: LibraryCall) -> Outcomes | None:
    """`importlib.util.find_spec(name)`: of what is there, it is never None."""
    name = single_literal(call.arguments.get(0, "name") or BOTTOM_VALUE)
    if name is None or name.value not in THERE:
        return None
    state, context = call.state, call.activation.context
    spec = machine.unknown_object(state, context, call.span, "spec", Unknown(Kind.OTHER, NO))
    state.truths[spec] = True
    return [(value_of(spec), state)]


def _deque(machine: Machine, call: LibraryCall) -> Outcomes:
    given = call.arguments.get(0, "iterable")
    if given is None:
        made = machine.new(call.state, call.activation, call.span, "deque", Sequence("deque"))
        return [(made, call.state)]
    outcomes: Outcomes = []
    for contents, after in machine.collect(given, call.state, call.activation, call.span):
        thing = Sequence("deque", contents.items, contents.rest)
        outcomes.append((machine.new(after, call.activation, call.span, "deque", thing), after))
    return outcomes


def _default_dict(machine: Machine, call: LibraryCall) -> Outcomes:
    """A `defaultdict`: a missing key gets what the factory makes when it is asked for."""
    factory = call.arguments.get(0) or BOTTOM_VALUE
    thing = Mapping(default=factory - NONE)
    return [(machine.new(call.state, call.activation, call.span, "defaultdict", thing), call.state)]


def _ordered_dict(machine: Machine, call: LibraryCall) -> Outcomes:
    maker = value_of(Library("builtins.dict"))
    return machine.call(maker, call.arguments, call.state, call.activation, call.span, call.shown)


def _named_tuple(machine: Machine, call: LibraryCall) -> Outcomes:
    """`collections.namedtuple("Name", "a b")`."""
    name = single_literal(call.arguments.get(0) or BOTTOM_VALUE)
    given = call.arguments.get(1, "field_names") or BOTTOM_VALUE
    fields: list[str] = []
    for atom in in_order(given):
        if isinstance(atom, Literal) and isinstance(atom.value, str):
            fields = atom.value.replace(",", " ").split()
        thing = call.state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Sequence):
            constants = [single_literal(item) for item in thing.items]
            fields = [str(c.value) for c in constants if c is not None]
    shown = str(name.value) if name is not None else "namedtuple"
    cls = Class(shown, None, fields=tuple(fields), flavour="namedtuple")
    return [(machine.new(call.state, call.activation, call.span, "namedtuple", cls), call.state)]


def _chain(machine: Machine, call: LibraryCall) -> Outcomes:
    paths: list[tuple[Sequence, State]] = [(Sequence("list"), call.state)]
    for source in call.arguments.positional:
        paths = [
            (_concatenated(so_far, contents), after)
            for so_far, before in paths
            for contents, after in machine.collect(source, before, call.activation, call.span)
        ]
    if call.arguments.rest:
        paths = [
            (_concatenated(so_far, Sequence("list", (), contents.all)), after)
            for so_far, before in paths
            for contents, after in _collect_each(machine, call, call.arguments.rest, before)
        ]
    return [
        (machine.new(after, call.activation, call.span, "chain", thing), after)
        for thing, after in paths
    ]


def _chain_from_iterable(machine: Machine, call: LibraryCall) -> Outcomes:
    given = call.arguments.get(0) or BOTTOM_VALUE
    return [
        outcome
        for parts, after in machine.collect(given, call.state, call.activation, call.span)
        for outcome in _chain(
            machine, replace(call, state=after, arguments=Arguments(parts.items, rest=parts.rest))
        )
    ]


def _collect_each(
    machine: Machine, call: LibraryCall, sources: Value, state: State
) -> list[tuple[Sequence, State]]:
    """The contents of iterables of unknown number, all together."""
    paths = [(Sequence("list"), state)]
    for atom in in_order(sources):
        paths = [
            (_concatenated(so_far, contents), after)
            for so_far, before in paths
            for contents, after in machine.collect(
                value_of(atom), before, call.activation, call.span
            )
        ]
    return paths


def _concatenated(first: Sequence, second: Sequence) -> Sequence:
    if first.rest:
        return Sequence("list", first.items, first.rest | second.all)
    return Sequence("list", (*first.items, *second.items), second.rest)


def _deep_copy(machine: Machine, call: LibraryCall) -> Outcomes:
    given = call.arguments.get(0) or NONE
    given = machine.bounded(given, call.state, call.activation, call.span)
    copied = copying.deep_copy(machine, call.state, call.activation, call.span, given)
    return [(copied, call.state)]


def _shallow_copy(machine: Machine, call: LibraryCall) -> Outcomes:
    given = call.arguments.get(0) or NONE
    copied = copying.shallow_copy(machine, call.state, call.activation, call.span, given)
    return [(copied, call.state)]


def _reduce(machine: Machine, call: LibraryCall) -> Outcomes:
    """`functools.reduce(function, iterable[, start])`."""
    function = call.arguments.get(0) or BOTTOM_VALUE
    source = call.arguments.get(1) or BOTTOM_VALUE
    start = call.arguments.get(2)
    outcomes: Outcomes = []
    for contents, after in machine.collect(source, call.state, call.activation, call.span):
        items = [*contents.items, *([contents.rest] if contents.rest else [])]
        if start is not None:
            items.insert(0, start)
        if not items:
            outcomes.append((NONE, after))
            continue
        outcomes += _fold(machine, function, items, after, call)
    return outcomes


def _fold(
    machine: Machine, function: Value, items: list[Value], state: State, call: LibraryCall
) -> Outcomes:
    paths: Outcomes = [(items[0], state)]
    outer = call.activation.context
    for number, item in enumerate(items[1:]):
        call.activation.context = machine.book.context(outer, call.span, number + 1)
        paths = machine.merge_outcomes(
            [
                outcome
                for total, before in paths
                for outcome in machine.call(
                    function,
                    Arguments((total, item)),
                    before,
                    call.activation,
                    call.span,
                    "reduce",
                )
            ]
        )
    call.activation.context = outer
    return paths


def _library_instance(machine: Machine, call: LibraryCall) -> Outcomes:
    return [(library_objects.construct(machine, call), call.state)]


def _repeat(machine: Machine, call: LibraryCall) -> Outcomes:
    source = call.arguments.get(0) or BOTTOM_VALUE
    thing = Sequence("list", (), source)
    if call.name == "itertools.cycle":
        return [(source, call.state)]
    return [(machine.new(call.state, call.activation, call.span, "repeat", thing), call.state)]


def _operator_function(machine: Machine, call: LibraryCall) -> Outcomes:
    names = {"add": "+", "mul": "*", "sub": "-", "truediv": "/", "matmul": "@"}
    operator = names[call.name.rpartition(".")[2]]
    span, given = call.span, _operands(call.arguments)
    if given is None:
        return [(machine.unknown(call.state, call.activation, span, "result"), call.state)]
    node = Operator(operator, tuple(Name("it", 0, span) for _ in given), span)
    return operators.operate(machine, node, given, call.state, call.activation)


def _operands(arguments: Arguments) -> tuple[Value, Value] | None:
    """The two operands that a call hands over, each perhaps one of several; None if nobody knows them."""
    left, right = (arguments.get(position) or arguments.rest for position in range(2))
    return (left, right) if left and right else None


def _fields(machine: Machine, call: LibraryCall) -> Outcomes:
    """`dataclasses.asdict(instance)` and `vars(instance)`."""
    given = call.arguments.get(0) or BOTTOM_VALUE
    entries: dict[Literal, Value] = {}
    for atom in in_order(given):
        thing = call.state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Instance):
            for name, value in thing.attributes.items():
                key = literal(name)
                entries[key] = entries.get(key, BOTTOM_VALUE) | value
    made = machine.new(call.state, call.activation, call.span, "fields", Mapping(entries))
    return [(made, call.state)]


def _described_fields(machine: Machine, call: LibraryCall) -> Outcomes | None:
    """`dataclasses.fields(class_or_instance)`: what they are called; None where nobody knows."""
    given = call.arguments.get(0) or BOTTOM_VALUE
    atom = next(iter(given)) if len(given) == 1 else None
    thing = call.state.get(atom) if isinstance(atom, Address) else None
    if isinstance(thing, Instance) and len(thing.cls) == 1:
        (atom,) = thing.cls
        thing = call.state.get(atom) if isinstance(atom, Address) else None
    if not isinstance(thing, Class) or not thing.fields:
        return None
    state, activation, span = call.state, call.activation, call.span
    cls = value_of(Library("dataclasses.Field"))
    items = tuple(
        machine.new(
            state,
            activation,
            span,
            f"field {name}",
            Instance(cls, {"name": value_of(literal(name))}),
        )
        for name in thing.fields
    )
    return [(machine.new(state, activation, span, "fields", Sequence("tuple", items)), state)]


def _replace(machine: Machine, call: LibraryCall) -> Outcomes:
    """`dataclasses.replace(instance, field=value)`; where the field is not known, it may be any."""
    given = call.arguments.get(0) or BOTTOM_VALUE
    more = call.arguments.more
    parts: list[Value] = []
    for atom in in_order(given):
        thing = call.state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Instance):
            kept = {name: value | more for name, value in thing.attributes.items()}
            changed = Instance(
                thing.cls, {**kept, **call.arguments.keywords}, thing.hidden, thing.payload
            )
            parts.append(machine.new(call.state, call.activation, call.span, "replaced", changed))
    return [(join_values(parts) or given, call.state)]


def _namespace(machine: Machine, call: LibraryCall) -> Outcomes:
    """`types.SimpleNamespace(a=1)`."""
    thing = Instance(value_of(Library(call.name)), call.arguments.keywords)
    made = machine.new(call.state, call.activation, call.span, "namespace", thing)
    return [(made, call.state)]


def _starmap(machine: Machine, call: LibraryCall) -> Outcomes:
    function = call.arguments.get(0) or BOTTOM_VALUE
    source = call.arguments.get(1) or BOTTOM_VALUE
    thing = Iterator("starmap", source, function)
    return [(machine.new(call.state, call.activation, call.span, "starmap", thing), call.state)]


def _number(machine: Machine, call: LibraryCall) -> Outcomes:
    kind = Kind.NUMBER
    value = machine.unknown(call.state, call.activation, call.span, "number", kind=kind, grad=NO)
    return [(value, call.state)]


HANDLERS: dict[str, Handler] = {
    **iterator_tools.HANDLERS,
    **random_choices.HANDLERS,
    **tasks.HANDLERS,
    **queues.HANDLERS,
    "builtins.__import__": _import_module,
    "importlib.import_module": _import_module,
    "importlib.util.find_spec": _find_spec,
    "functools.partial": _partial,
    "joblib.delayed": _deferred,
    "functools.wraps": _wraps,
    "functools.update_wrapper": _update_wrapper,
    "functools.lru_cache": _decorator_of_its_argument,
    "functools.cache": _decorator_of_its_argument,
    "functools.reduce": _reduce,
    "detachlint.identity": _first_argument,
    "typing.cast": lambda machine, call: [(call.arguments.get(1) or NONE, call.state)],
    "collections.deque": _deque,
    "collections.defaultdict": _default_dict,
    "collections.OrderedDict": _ordered_dict,
    "collections.Counter": _ordered_dict,
    "collections.namedtuple": _named_tuple,
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _chain_from_iterable,
    "itertools.cycle": _repeat,
    "itertools.repeat": _repeat,
    "itertools.islice": _first_argument,
    "itertools.starmap": _starmap,
    "copy.deepcopy": _deep_copy,
    "copy.copy": _shallow_copy,
    "contextlib.ExitStack": _library_instance,
    "contextlib.nullcontext": _library_instance,
    "contextlib.suppress": _library_instance,
    "contextlib.closing": _library_instance,
    "threading.Thread": _library_instance,
    "concurrent.futures.ThreadPoolExecutor": _library_instance,
    "multiprocessing.pool.ThreadPool": _library_instance,
    "multiprocessing.dummy.Pool": _library_instance,
    "enum.auto": lambda machine, call: [(value_of(enumerations.AUTO), call.state)],
    "dataclasses.field": _library_instance,
    "dataclasses.dataclass": _library_instance,
    "dataclasses.asdict": _fields,
    "dataclasses.fields": _described_fields,
    "dataclasses.replace": _replace,
    "types.SimpleNamespace": _namespace,
    "argparse.Namespace": _namespace,
    "operator.add": _operator_function,
    "operator.mul": _operator_function,
    "operator.sub": _operator_function,
    "operator.truediv": _operator_function,
    "operator.matmul": _operator_function,
    "time.time": _number,
    "time.perf_counter": _number,
    **dict.fromkeys(random_choices.GENERATORS, _library_instance),
    "random.random": _number,
    "random.randint": _number,
}
