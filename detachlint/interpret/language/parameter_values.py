"""What a call binds the parameters of a function to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.domain.objects import Kind, Mapping, Sequence, Unknown
from detachlint.domain.values import BOTTOM_VALUE, Literal, Value, join_values, literal, value_of
from detachlint.interpret.engine.invocation import Invocation
from detachlint.interpret.language import annotated
from detachlint.ir.nodes import Parameter, ParameterKind

if TYPE_CHECKING:
    pass


def parameter_values(call: Invocation, context: int) -> dict[str, Value]:
    """The parameters' values. What a wrong call leaves unbound is unknown (it would raise)."""
    machine, state, arguments = call.machine, call.state, call.arguments
    variables: dict[str, Value] = {}
    positional = list(arguments.positional)
    keywords = dict(arguments.keywords)
    for parameter in call.code.parameters:
        if parameter.kind is ParameterKind.VARIADIC:
            thing = Sequence("tuple", tuple(positional), arguments.rest)
            address = machine.book.place(parameter.span, "star arguments", context)
            state.heap[address] = thing
            variables[parameter.name] = value_of(address)
            positional = []
        elif parameter.kind is ParameterKind.KEYWORDS:
            entries: dict[Literal, Value] = {literal(k): v for k, v in keywords.items()}
            rest_keys = arguments.more
            address = machine.book.place(parameter.span, "keyword arguments", context)
            state.heap[address] = Mapping(entries, rest_keys, arguments.more)
            variables[parameter.name] = value_of(address)
        else:
            given = _take(call, parameter, positional, keywords)
            several = arguments.rest | arguments.more  # each for any of several arguments
            variables[parameter.name] = (given & several) | annotated.believed(
                machine, call.function, parameter, given - several, state, call.activation
            )
    return variables


def _take(
    call: Invocation, parameter: Parameter, positional: list[Value], keywords: dict[str, Value]
) -> Value:
    """The value of one parameter, taken out of the arguments that are left."""
    takes_position = parameter.kind in (ParameterKind.POSITIONAL, ParameterKind.POSITIONAL_ONLY)
    if takes_position and positional:
        return positional.pop(0)
    if parameter.name in keywords and parameter.kind is not ParameterKind.POSITIONAL_ONLY:
        return keywords.pop(parameter.name)
    default = call.function.defaults.get(parameter.name, BOTTOM_VALUE)
    unpacked = [default] if default else []
    if takes_position and call.arguments.rest:
        unpacked.append(call.arguments.rest)
    if call.arguments.more:
        unpacked.append(call.arguments.more)
    if unpacked:
        return join_values(unpacked)
    return call.machine.derived(
        f"argument {parameter.name} of {call.code.qualified_name}",
        (),
        parameter.span,
        Unknown(Kind.ANY),
    )
