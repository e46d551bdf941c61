"""Python's builtin functions and classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from detachlint.domain.belief import NO, YES
from detachlint.domain.objects import (
    Function,
    Instance,
    Iterator,
    Kind,
    Mapping,
    Sequence,
    Tensor,
    Unknown,
)
from detachlint.domain.values import (
    BOTTOM_VALUE,
    FALSE,
    NONE,
    TRUE,
    Address,
    Atom,
    Bound,
    Library,
    Literal,
    Method,
    Value,
    in_order,
    join_values,
    literal,
    single_literal,
    value_of,
)
from detachlint.interpret import (
    attributes,
    classes,
    containers,
    definitions,
    membership,
    operators,
    textual,
)
from detachlint.interpret.activation import Outcomes
from detachlint.interpret.arguments import Arguments, LibraryCall
from detachlint.interpret.contents import with_entry
from detachlint.interpret.state import State
from detachlint.interpret.tensors import flag_of
from detachlint.ir.nodes import Name, Operator
from detachlint.knowledge import facts

if TYPE_CHECKING:
    from detachlint.interpret.machine import Machine

Handler = Callable[["Machine", LibraryCall], Outcomes]
MOST_NUMBERS = 8


def call_builtin(machine: Machine, name: str, call: LibraryCall) -> Outcomes:
    """The outcomes of a builtin."""
    handler = HANDLERS.get(name)
    if handler is not None:
        return handler(machine, call)
    if name in ("exit", "quit"):
        exits = value_of(Library("sys.exit"))
        return machine.call(
            exits, call.arguments, call.state, call.activation, call.span, call.shown
        )
    if name.endswith(("Error", "Exception", "Warning")) or name in ("StopIteration", "object"):
        thing = Instance(value_of(Library(f"builtins.{name}")))
        return [(machine.new(call.state, call.activation, call.span, name, thing), call.state)]
    if name in ("str", "repr", "format", "print"):
        return _as_text(machine, call)
    kinds = {"str": Kind.TEXT, "repr": Kind.TEXT, "format": Kind.TEXT, "len": Kind.NUMBER}
    kind = kinds.get(name, Kind.ANY if name in UNKNOWN_RESULTS else Kind.OTHER)
    value = machine.unknown(call.state, call.activation, call.span, name, kind=kind, grad=NO)
    return [(value, call.state)]


def _as_text(machine: Machine, call: LibraryCall) -> Outcomes:
    states = [call.state]
    for value in call.arguments.positional:
        states = [
            after for before in states for after in textual.show(machine, value, before, call)
        ]
    if call.name.endswith("print"):
        return [(NONE, after) for after in states]
    return [
        (
            machine.unknown(after, call.activation, call.span, "text", kind=Kind.TEXT, grad=NO),
            after,
        )
        for after in states
    ]


UNKNOWN_RESULTS = frozenset({"eval", "exec", "__import__", "globals", "locals", "type", "open"})


def call_torch_predicate(machine: Machine, call: LibraryCall) -> Outcomes:
    """`torch.is_tensor(x)` and `torch.is_grad_enabled()`."""
    state = call.state
    if call.name == "torch.is_grad_enabled":
        if state.mode in (YES, NO):
            return [(TRUE if state.mode == YES else FALSE, state)]
        value = machine.unknown(
            state, call.activation, call.span, "grad mode", kind=Kind.TRUTH, grad=NO
        )
        return [(value, state)]
    parts: set[Atom] = set()
    for atom in in_order(call.arguments.get(0) or BOTTOM_VALUE):
        answer = membership.is_tensor(state, atom)
        parts |= _answer(machine, call, "isinstance", (atom, Library("torch.Tensor")), answer)
    return [(frozenset(parts), state)]


def _answer(
    machine: Machine,
    call: LibraryCall,
    question: str,
    operands: tuple[Atom, ...],
    answer: bool | None,
) -> Value:
    if answer is None:
        return machine.derived(question, operands, call.span, Unknown(Kind.TRUTH, NO))
    return TRUE if answer else FALSE


# --- containers -------------------------------------------------------------------------------


def _make_container(kind: str) -> Handler:
    def make(machine: Machine, call: LibraryCall) -> Outcomes:
        given = call.arguments.get(0)
        if given is None:
            made = machine.new(call.state, call.activation, call.span, kind, Sequence(kind))
            return [(made, call.state)]
        outcomes: Outcomes = []
        for contents, after in machine.collect(given, call.state, call.activation, call.span):
            thing = Sequence(kind, contents.items, contents.rest)
            outcomes.append((machine.new(after, call.activation, call.span, kind, thing), after))
        return outcomes

    return make


def _dict(machine: Machine, call: LibraryCall) -> Outcomes:
    thing = Mapping()
    given = call.arguments.get(0)
    paths: list[tuple[Mapping, State]] = [(thing, call.state)]
    if given is not None:
        paths = _from_pairs(machine, given, call)
    outcomes: Outcomes = []
    for made, after in paths:
        for name, value in call.arguments.keywords.items():
            made = with_entry(made, value_of(literal(name)), value)
        if call.arguments.more:
            rest = made.rest | call.arguments.more
            made = replace(made, rest=rest, rest_keys=made.rest_keys | call.arguments.more)
        outcomes.append((machine.new(after, call.activation, call.span, "dict", made), after))
    return outcomes


def _from_pairs(machine: Machine, given: Value, call: LibraryCall) -> list[tuple[Mapping, State]]:
    for atom in given:
        thing = call.state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Mapping):
            return [(thing, call.state)]
    found: list[tuple[Mapping, State]] = []
    for contents, after in machine.collect(given, call.state, call.activation, call.span):
        made = Mapping()
        for pair in (*contents.items, *([contents.rest] if contents.rest else [])):
            for atom in pair:
                inner = after.get(atom) if isinstance(atom, Address) else None
                if isinstance(inner, Sequence) and len(inner.items) == 2:
                    made = with_entry(made, inner.items[0], inner.items[1])
                else:
                    made = replace(made, rest=made.rest | pair, rest_keys=made.rest_keys | pair)
        found.append((made, after))
    return found


def _zip(machine: Machine, call: LibraryCall) -> Outcomes:
    paths: list[tuple[list[Sequence], State]] = [([], call.state)]
    for number, source in enumerate(call.arguments.positional):
        outer = call.activation.context
        call.activation.context = machine.book.context(outer, call.span, number + 1)
        paths = [
            ([*columns, contents], after)
            for columns, before in paths
            for contents, after in machine.collect(source, before, call.activation, call.span)
        ]
        call.activation.context = outer
    return [(_rows(machine, call, columns, after, "tuple"), after) for columns, after in paths]


def _rows(
    machine: Machine, call: LibraryCall, columns: list[Sequence], state: State, kind: str
) -> Value:
    known = min((len(c.items) for c in columns), default=0)
    exact = any(c.exact and len(c.items) == known for c in columns)
    rows: list[Value] = []
    for index in range(known):
        row = Sequence(kind, tuple(c.items[index] for c in columns))
        rows.append(machine.new(state, call.activation, call.span, f"row {index}", row))
    rest = BOTTOM_VALUE
    if not exact and columns:
        parts = tuple(c.all if len(c.items) > known else c.rest for c in columns)
        if all(parts):
            rest = machine.new(
                state, call.activation, call.span, "further rows", Sequence(kind, parts)
            )
    made = Sequence("list", tuple(rows), rest)
    source = machine.new(state, call.activation, call.span, "rows", made)
    return machine.new(state, call.activation, call.span, "zip", Iterator("items", source))


def _enumerate(machine: Machine, call: LibraryCall) -> Outcomes:
    given = call.arguments.get(0) or BOTTOM_VALUE
    start = single_literal(call.arguments.get(1, "start") or value_of(literal(0)))
    first = start.value if start is not None and isinstance(start.value, int) else None
    outcomes: Outcomes = []
    for contents, after in machine.collect(given, call.state, call.activation, call.span):
        number = machine.unknown(
            after, call.activation, call.span, "index", kind=Kind.NUMBER, grad=NO
        )
        numbers = tuple(
            value_of(literal(first + i)) if first is not None else number
            for i in range(len(contents.items))
        )
        rest = number if contents.rest else BOTTOM_VALUE
        columns = [Sequence("list", numbers, rest), contents]
        outcomes.append((_rows(machine, call, columns, after, "tuple"), after))
    return outcomes


def _map(machine: Machine, call: LibraryCall) -> Outcomes:
    function, *sources = call.arguments.positional or (BOTTOM_VALUE,)
    if len(sources) <= 1:
        source = sources[0] if sources else BOTTOM_VALUE
        thing = Iterator("map", source, function)
        return [(machine.new(call.state, call.activation, call.span, "map", thing), call.state)]
    columns_call = replace(call, arguments=Arguments(tuple(sources)))
    outcomes: Outcomes = []
    for rows, after in _zip(machine, columns_call):
        thing = Iterator("starmap", rows, function)
        outcomes.append((machine.new(after, call.activation, call.span, "map", thing), after))
    return outcomes


def _filter(machine: Machine, call: LibraryCall) -> Outcomes:
    function = call.arguments.get(0) or NONE
    source = call.arguments.get(1) or BOTTOM_VALUE
    if function == NONE:
        return [(source, call.state)]
    thing = Iterator("filter", source, function)
    return [(machine.new(call.state, call.activation, call.span, "filter", thing), call.state)]


def _iter(machine: Machine, call: LibraryCall) -> Outcomes:
    given = call.arguments.get(0) or BOTTOM_VALUE
    parts: set[Atom] = set()
    for atom in in_order(given):
        thing = call.state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Iterator):
            parts.add(atom)
        else:
            role = f"iterator of {getattr(atom, 'serial', 0)}"
            made = Iterator("items", value_of(atom))
            parts |= machine.new(call.state, call.activation, call.span, role, made)
    return [(frozenset(parts), call.state)]


def _next(machine: Machine, call: LibraryCall) -> Outcomes:
    given = call.arguments.get(0) or BOTTOM_VALUE
    default = call.arguments.get(1)
    outcomes: Outcomes = []
    atoms = in_order(given)
    for atom in atoms:
        state = call.state if len(atoms) == 1 else call.state.fork()
        inner = replace(call, state=state, receiver=value_of(atom))
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Iterator) and isinstance(atom, Address):
            outcomes += containers.advance(machine, atom, inner)
        elif isinstance(thing, (Sequence, Mapping)) and isinstance(atom, Address):
            contents = machine.collect(given, state, call.activation, call.span)
            outcomes += [(c.items[0] if c.items else c.all, after) for c, after in contents]
        elif isinstance(thing, Instance):
            outcomes += _next_of_instance(machine, atom, inner)
        else:
            value = machine.unknown(
                state, call.activation, call.span, "next", grad=flag_of(state, value_of(atom))
            )
            outcomes.append((value, state))
    if default is not None:
        outcomes = [(value or default, after) for value, after in outcomes]
    return outcomes


def _next_of_instance(machine: Machine, atom: Atom, call: LibraryCall) -> Outcomes:
    outcomes: Outcomes = []
    for method, after in machine.read_attribute(
        value_of(atom), "__next__", call.state, call.activation, call.span, "next"
    ):
        outcomes += machine.call(method, Arguments(), after, call.activation, call.span, "next")
    return outcomes


def _range(machine: Machine, call: LibraryCall) -> Outcomes:
    constants = [single_literal(value) for value in call.arguments.positional]
    numbers = [c.value for c in constants if c is not None and isinstance(c.value, int)]
    number = machine.unknown(
        call.state, call.activation, call.span, "number", kind=Kind.NUMBER, grad=NO
    )
    thing = Sequence("range", (), number)
    if numbers and len(numbers) == len(constants) and (len(numbers) < 3 or numbers[2]):
        known = range(*numbers)
        if len(known) <= MOST_NUMBERS:
            thing = Sequence("range", tuple(value_of(literal(n)) for n in known))
        else:
            thing = Sequence("range", (number,), number)
    return [(machine.new(call.state, call.activation, call.span, "range", thing), call.state)]


def _sorted(machine: Machine, call: LibraryCall) -> Outcomes:
    """Any order: each position may hold any element. `reversed` knows the order."""
    given = call.arguments.get(0) or BOTTOM_VALUE
    outcomes: Outcomes = []
    for contents, after in machine.collect(given, call.state, call.activation, call.span):
        _run_key(machine, call, contents, after)
        if call.name.endswith("reversed"):
            items = contents.items[::-1] if contents.exact else ()
            thing = Sequence("list", items, BOTTOM_VALUE if contents.exact else contents.all)
        else:
            everything = contents.all
            items = (everything,) * len(contents.items)
            thing = Sequence("list", items, everything if contents.rest else BOTTOM_VALUE)
        outcomes.append((machine.new(after, call.activation, call.span, "sorted", thing), after))
    return outcomes


def _sum(machine: Machine, call: LibraryCall) -> Outcomes:
    """`sum(xs)` adds one after the other, starting at 0."""
    given = call.arguments.get(0) or BOTTOM_VALUE
    start = call.arguments.get(1, "start") or value_of(literal(0))
    node = Operator("+", (Name("sum", 0, call.span), Name("item", 0, call.span)), call.span)
    outcomes: Outcomes = []
    for contents, after in machine.collect(given, call.state, call.activation, call.span):
        paths: Outcomes = [(start, after)]
        outer = call.activation.context
        for number, item in enumerate(contents.items):
            call.activation.context = machine.book.context(outer, call.span, number + 1)
            paths = [
                outcome
                for total, before in paths
                for outcome in operators.operate(
                    machine, node, (total, item), before, call.activation
                )
            ]
        call.activation.context = outer
        if contents.rest:
            paths = [
                (total | more, end)
                for total, before in paths
                for more, end in operators.operate(
                    machine, node, (total, contents.rest), before, call.activation
                )
            ]
        outcomes += paths
    return outcomes


def _run_key(machine: Machine, call: LibraryCall, contents: Sequence, state: State) -> None:
    """`key=` is called on each element; only what it does on the way matters."""
    key = call.arguments.keyword("key")
    if key is None or key == NONE or not contents.all:
        return
    machine.call(
        key,
        Arguments((contents.all,)),
        state.fork(),
        call.activation,
        call.span,
        "key",
    )


def _extreme(machine: Machine, call: LibraryCall) -> Outcomes:
    """`max(a, b)` and `min(xs)` give one of the elements."""
    if len(call.arguments.positional) > 1:
        parts = [*call.arguments.positional, call.arguments.rest]
        numbers = [single_literal(v) for v in call.arguments.positional]
        if all(n is not None and isinstance(n.value, (int, float)) for n in numbers):
            choose = max if call.name.endswith("max") else min
            found = choose(n.value for n in numbers if n is not None)  # type: ignore[type-var]  # numbers, checked above
            return [(value_of(literal(found)), call.state)]
        return [(join_values(parts), call.state)]
    given = call.arguments.get(0) or BOTTOM_VALUE
    default = call.arguments.keyword("default") or BOTTOM_VALUE
    outcomes: Outcomes = []
    for contents, after in machine.collect(given, call.state, call.activation, call.span):
        _run_key(machine, call, contents, after)
        outcomes.append((contents.all | default or NONE, after))
    return outcomes


def _len(machine: Machine, call: LibraryCall) -> Outcomes:
    given = call.arguments.get(0) or BOTTOM_VALUE
    counts: set[int] = set()
    for atom in given:
        thing = call.state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Sequence) and thing.exact:
            counts.add(len(thing.items))
        elif isinstance(thing, Mapping) and not thing.rest:
            counts.add(len(thing.entries))
        elif isinstance(atom, Literal) and isinstance(atom.value, str):
            counts.add(len(atom.value))
        else:
            counts |= {-1, -2}
    if len(counts) == 1:
        return [(value_of(literal(counts.pop())), call.state)]
    if len(given) == 1:
        (atom,) = given
        value = machine.derived("len", (atom,), call.span, Unknown(Kind.NUMBER, NO))
        return [(value, call.state)]
    value = machine.unknown(
        call.state, call.activation, call.span, "len", kind=Kind.NUMBER, grad=NO
    )
    return [(value, call.state)]


# --- objects ----------------------------------------------------------------------------------


def _isinstance(machine: Machine, call: LibraryCall) -> Outcomes:
    subject = call.arguments.get(0) or BOTTOM_VALUE
    wanted = call.arguments.get(1) or BOTTOM_VALUE
    parts: set[Atom] = set()
    for atom in in_order(subject):
        answer = membership.is_instance(machine, call.state, atom, wanted)
        asked = in_order(wanted)[0] if len(wanted) == 1 else literal(repr(call.span))
        parts |= _answer(machine, call, "isinstance", (atom, asked), answer)
    return [(frozenset(parts), call.state)]


def _hasattr(machine: Machine, call: LibraryCall) -> Outcomes:
    subject = call.arguments.get(0) or BOTTOM_VALUE
    name = single_literal(call.arguments.get(1) or BOTTOM_VALUE)
    parts: set[Atom] = set()
    for atom in in_order(subject):
        thing = call.state.get(atom) if isinstance(atom, Address) else None
        answer: bool | None = None
        if name is not None and isinstance(thing, Instance):
            answer = True if str(name.value) in thing.attributes else None
        elif name is not None and isinstance(thing, Tensor):
            answer = True if hasattr_of_tensor(str(name.value)) else None
        elif isinstance(atom, Literal):
            answer = hasattr(atom.value, str(name.value)) if name is not None else None
        elif isinstance(thing, (Sequence, Mapping)):
            answer = (
                None
                if name is None
                else str(name.value) in dir(dict if isinstance(thing, Mapping) else list)
            )
        operands = (atom, name or literal(""))
        parts |= _answer(machine, call, "hasattr", operands, answer)
    return [(frozenset(parts), call.state)]


def hasattr_of_tensor(name: str) -> bool:
    """Whether tensors have a method or attribute of this name."""
    return facts.is_tensor_method(name) or facts.tensor_attribute(name) is not None


def _getattr(machine: Machine, call: LibraryCall) -> Outcomes:
    subject = call.arguments.get(0) or BOTTOM_VALUE
    name = single_literal(call.arguments.get(1) or BOTTOM_VALUE)
    default = call.arguments.get(2)
    if name is None or not isinstance(name.value, str):
        value = machine.unknown(call.state, call.activation, call.span, "getattr")
        return [(value, call.state)]
    outcomes = machine.read_attribute(
        subject, name.value, call.state, call.activation, call.span, name.value
    )
    if default is None:
        return outcomes
    return [
        (value | default if _may_lack(after, subject, name.value) else value, after)
        for value, after in outcomes
    ]


def _may_lack(state: State, subject: Value, name: str) -> bool:
    for atom in subject:
        thing = state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Instance) and name in thing.attributes:
            continue
        if isinstance(thing, Tensor) and hasattr_of_tensor(name):
            continue
        return True
    return False


def _setattr(machine: Machine, call: LibraryCall) -> Outcomes:
    subject = call.arguments.get(0) or BOTTOM_VALUE
    name = single_literal(call.arguments.get(1) or BOTTOM_VALUE)
    value = call.arguments.get(2) or BOTTOM_VALUE
    if name is None or not isinstance(name.value, str):
        return [(NONE, call.state)]
    ends = attributes.write_attribute(
        machine, subject, name.value, value, call.state, call.activation, call.span
    )
    return [(NONE, end) for end in ends]


def _property(machine: Machine, call: LibraryCall) -> Outcomes:
    function = call.arguments.get(0, "fget") or BOTTOM_VALUE
    kind = definitions.KINDS.get(call.name, "")
    for atom in function:
        thing = call.state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Function) and isinstance(atom, Address):
            setter = call.arguments.get(1, "fset") or thing.setter
            call.state.heap[atom] = replace(thing, kind=kind, setter=setter)
    return [(function, call.state)]


def _vars(machine: Machine, call: LibraryCall) -> Outcomes:
    subject = call.arguments.get(0)
    if subject is None:
        return [(machine.unknown(call.state, call.activation, call.span, "vars"), call.state)]
    return machine.read_attribute(
        subject, "__dict__", call.state, call.activation, call.span, "vars"
    )


def _type(machine: Machine, call: LibraryCall) -> Outcomes:
    subject = call.arguments.get(0) or BOTTOM_VALUE
    parts: set[Atom] = set()
    for atom in in_order(subject):
        thing = call.state.get(atom) if isinstance(atom, Address) else None
        if isinstance(thing, Instance):
            parts |= thing.cls
        elif isinstance(thing, Tensor):
            parts.add(Library("torch.nn.Parameter" if thing.parameter else "torch.Tensor"))
        elif isinstance(atom, Literal):
            parts.add(Library(f"builtins.{atom.kind}"))
        elif isinstance(thing, Sequence):
            parts.add(Library(f"builtins.{thing.kind}"))
        else:
            parts |= machine.unknown(call.state, call.activation, call.span, "type", grad=NO)
    return [(frozenset(parts), call.state)]


# --- numbers and output -----------------------------------------------------------------------


def _number(machine: Machine, call: LibraryCall) -> Outcomes:
    """`float(t)`: through `__float__`, which needs no detach (executed; it warns)."""
    given = call.arguments.get(0) or value_of(literal(0))
    constant = single_literal(given)
    name = call.name.rpartition(".")[2]
    if constant is not None and isinstance(constant.value, (int, float, str)):
        try:
            function = {"int": int, "float": float, "bool": bool}[name]
            return [(value_of(literal(function(constant.value))), call.state)]
        except (ValueError, OverflowError):
            error = Instance(value_of(Library("builtins.ValueError")))
            raised = machine.new(call.state, call.activation, call.span, "error", error)
            call.activation.raises.append((raised, call.state))
            return []
    if name == "bool" and len(given) == 1:
        (atom,) = given
        if isinstance(atom, Address) and isinstance(call.state.get(atom), Unknown):
            return [(given, call.state)]
    kind = Kind.TRUTH if name == "bool" else Kind.NUMBER
    value = machine.unknown(call.state, call.activation, call.span, name, kind=kind, grad=NO)
    return [(value, call.state)]


def _abs(machine: Machine, call: LibraryCall) -> Outcomes:
    given = call.arguments.get(0) or BOTTOM_VALUE
    node = Operator("unary -", (Name("it", 0, call.span),), call.span)
    return operators.operate(machine, node, (given,), call.state, call.activation)


def _truth_of_all(machine: Machine, call: LibraryCall) -> Outcomes:
    given = call.arguments.get(0) or BOTTOM_VALUE
    return [
        (
            machine.unknown(after, call.activation, call.span, "all", kind=Kind.TRUTH, grad=NO),
            after,
        )
        for _, after in machine.collect(given, call.state, call.activation, call.span)
    ]


def _callable(machine: Machine, call: LibraryCall) -> Outcomes:
    given = call.arguments.get(0) or BOTTOM_VALUE
    parts: set[Atom] = set()
    for atom in in_order(given):
        thing = call.state.get(atom) if isinstance(atom, Address) else None
        answer: bool | None = None
        if isinstance(thing, Function) or isinstance(atom, (Bound, Method)):
            answer = True
        elif isinstance(thing, (Tensor, Sequence, Mapping)) or isinstance(atom, Literal):
            answer = False
        parts |= _answer(machine, call, "callable", (atom,), answer)
    return [(frozenset(parts), call.state)]


def _reveal(machine: Machine, call: LibraryCall) -> Outcomes:
    """`reveal_grad(x)`: a word to the analysis, as `reveal_type` is to a type checker."""
    flag = flag_of(call.state, call.arguments.get(0) or BOTTOM_VALUE)
    machine.facts.reveals.append((call.span, flag.shown))
    return [(NONE, call.state)]


HANDLERS: dict[str, Handler] = {
    "abs": _abs,
    "all": _truth_of_all,
    "any": _truth_of_all,
    "bool": _number,
    "callable": _callable,
    "classmethod": _property,
    "dict": _dict,
    "enumerate": _enumerate,
    "filter": _filter,
    "float": _number,
    "frozenset": _make_container("set"),
    "getattr": _getattr,
    "hasattr": _hasattr,
    "int": _number,
    "isinstance": _isinstance,
    "iter": _iter,
    "len": _len,
    "list": _make_container("list"),
    "map": _map,
    "max": _extreme,
    "min": _extreme,
    "next": _next,
    "property": _property,
    "range": _range,
    "reveal_grad": _reveal,
    "reversed": _sorted,
    "set": _make_container("set"),
    "setattr": _setattr,
    "sorted": _sorted,
    "staticmethod": _property,
    "sum": _sum,
    "super": classes.make_super,
    "tuple": _make_container("tuple"),
    "type": _type,
    "vars": _vars,
    "zip": _zip,
}
