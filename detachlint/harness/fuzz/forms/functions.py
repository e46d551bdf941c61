"""Functions: parameters and results of every kind, decorators, closures, recursion."""

from __future__ import annotations

from collections.abc import Sequence

from detachlint.harness.fuzz.builder import Builder
from detachlint.harness.fuzz.expressions import call, condition, expression, scalar, vector
from detachlint.harness.fuzz.forms.crossings import array
from detachlint.harness.fuzz.kinds import (
    ARRAY,
    FLAG,
    FUNCTION,
    INFERENCE,
    MODULE,
    SCALAR,
    VECTOR,
    VECTORS,
    CallableOf,
    DictOf,
    Kind,
    Parameter,
    TupleOf,
)
from detachlint.harness.fuzz.registry import form, write_body

RESULTS: tuple[tuple[float, Kind], ...] = (
    (6, VECTOR),
    (2, SCALAR),
    (2, ARRAY),
    (1, VECTORS),
    (1.5, TupleOf((VECTOR, SCALAR))),
    (0.7, DictOf(("loss", "output"), VECTOR)),
)
_PARAMETERS: tuple[tuple[float, Kind], ...] = (
    (6, VECTOR),
    (1, SCALAR),
    (1, VECTORS),
    (1, MODULE),
    (1, FUNCTION),
    (1.5, FLAG),
)
_STEMS = {VECTOR: "x", SCALAR: "loss", VECTORS: "items", MODULE: "module", FUNCTION: "step"}
DECORATORS = (
    "@torch.no_grad()",
    "@torch.no_grad()",
    "@torch.no_grad",
    "@torch.enable_grad()",
    "@torch.set_grad_enabled(False)",
    "@torch.inference_mode(False)",
    "@passed_through",
    "@logged('call')",
)
HELPERS = {
    "passed_through": """\
def passed_through(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper
""",
    "logged": """\
def logged(label):
    def decorate(function):
        def wrapper(*args, **kwargs):
            result = function(*args, **kwargs)
            return result
        return wrapper
    return decorate
""",
    "to_numpy": """\
def to_numpy(value, detach=True):
    if detach:
        value = value.detach()
    return value.numpy()
""",
    "convert_all": """\
def convert_all(values, how):
    return [how(value) for value in values]
""",
}
"""Functions that programs use by name, and hold only if they do."""


def make_parameters(b: Builder) -> list[Parameter]:
    """Parameters of a function, in an order that Python accepts."""
    made: list[Parameter] = []
    for _ in range(b.between(1, 3)):
        kind = b.weighted(_PARAMETERS)
        globals_ = [v.name for v in b.of_kind(kind)]
        taken = {parameter.name for parameter in made}
        name = b.name(_STEMS.get(kind, "flag"))
        if globals_ and b.chance(0.15) and globals_[0] not in taken:
            name = globals_[0]  # shadows a variable of the module
        form_ = "default" if kind in (VECTOR, FLAG) and b.chance(0.25) else "plain"
        made.append(Parameter(name, kind, form_))
    made.sort(key=lambda parameter: parameter.form == "default")
    if b.chance(0.15):
        made.append(Parameter(b.name("rest"), VECTORS, "star"))
    if b.chance(0.12):
        made.append(Parameter(b.name("keyword"), VECTOR, "keyword-only"))
    if b.chance(0.12):
        made.append(Parameter(b.name("options"), DictOf(("extra",), VECTOR), "keywords"))
    return made


def signature(b: Builder, parameters: Sequence[Parameter], before: tuple[str, ...] = ()) -> str:
    """The text between the parentheses of a definition."""
    parts = list(before)
    starred = False
    for parameter in parameters:
        match parameter.form:
            case "default":
                parts.append(f"{parameter.name}={expression(b, parameter.kind, 1)}")
            case "star":
                starred = True
                parts.append(f"*{parameter.name}")
            case "keywords":
                parts.append(f"**{parameter.name}")
            case "keyword-only":
                parts.extend([parameter.name] if starred else ["*", parameter.name])
            case _:
                parts.append(parameter.name + b.pick(("", "", _annotation(parameter.kind))))
    return ", ".join(parts)


def _annotation(kind: Kind) -> str:
    return ": torch.Tensor" if kind in (VECTOR, SCALAR) else ""


def write_function_body(
    b: Builder, parameters: Sequence[Parameter], result: Kind, low: int = 1, high: int = 4
) -> None:
    """Declare the parameters, write statements, and return a `result`."""
    for parameter in parameters:
        kind = parameter.kind
        if parameter.form == "star" and b.chance(0.5):
            b.emit(f"{parameter.name} = list({parameter.name})")
        elif parameter.form == "star":
            kind = TupleOf((VECTOR,))
        b.declare(parameter.name, kind)
    write_body(b, low, high)
    if b.chance(0.2):
        b.emit(f"if {condition(b)}:")
        b.emit(f"    return {result_expression(b, result)}")
        write_body(b, 0, 2)
    b.emit(f"return {result_expression(b, result)}")


def result_expression(b: Builder, result: Kind) -> str:
    """What a function with that result returns."""
    return array(b) if result == ARRAY else str(expression(b, result))


def define(b: Builder, decorator: str = "", stem: str = "compute") -> None:
    """Write a function and bring it into scope."""
    quiet = decorator.startswith("@torch.inference_mode()")
    parameters = make_parameters(b)
    result = VECTOR if quiet else b.weighted(RESULTS)
    name = b.name(stem)
    if decorator:
        b.emit(decorator)
    with b.function(f"def {name}({signature(b, parameters)}):", result) as frame:
        if quiet:
            frame.sealed = 0
        write_function_body(b, parameters, result)
    seen = INFERENCE if quiet else result
    kind = CallableOf(tuple(parameters), seen, frame.cost, frame.pure)
    b.declare(name, kind, pinned=True)


@form("function", 4, definition=True)
def function(b: Builder) -> bool:
    define(b)
    return True


@form("decorated function", 2.5, definition=True)
def decorated_function(b: Builder) -> bool:
    define(b, b.pick(DECORATORS), "evaluate")
    return True


@form("function in inference mode", 0.6, definition=True)
def inference_function(b: Builder) -> bool:
    define(b, "@torch.inference_mode()", "infer")
    return True


@form("recursion", 0.8, definition=True)
def recursion(b: Builder) -> bool:
    name, value, count = b.name("descend"), b.name("x"), b.name("count")
    with b.function(f"def {name}({value}, {count}):", VECTOR) as frame:
        b.declare(value, VECTOR)
        b.emit(f"if {count} == 0:")
        b.emit(f"    return {vector(b, 1)}")
        if b.chance(0.6):
            b.emit(f"{b.name('array')} = {value}.numpy()")
        b.emit(f"return {name}({vector(b, 1)}, {count} - 1)")
    if frame.pure or b.may_have_effects:
        result = b.name("x")
        b.emit(f"{result} = {name}({vector(b, 1)}, {b.between(0, 2)})")
        b.declare(result, VECTOR)
    return True


@form("closure", 1.5, definition=True)
def closure(b: Builder) -> bool:
    """A function made by a function, which reads a variable of its maker."""
    maker, inner, captured, value = b.name("make"), b.name("inner"), b.name("x"), b.name("x")
    late = b.chance(0.3)
    with b.function(f"def {maker}({captured}):", FUNCTION) as outer:
        b.declare(captured, VECTOR)
        with b.function(f"def {inner}({value}):", VECTOR) as frame:
            b.declare(value, VECTOR)
            write_body(b, 0, 2)
            b.emit(f"return {vector(b)}")
        if late:  # the closure sees the variable, not the value it had
            b.emit(f"{captured} = {vector(b, 1)}")
        b.emit(f"return {inner}")
    made = b.name("step")
    b.emit(f"{made} = {maker}({vector(b, 1)})")
    cost, pure = frame.cost, frame.pure and outer.pure
    b.declare(made, CallableOf((Parameter(value, VECTOR),), VECTOR, cost, pure), pinned=True)
    return True


@form("nonlocal variable", 0.7, definition=True)
def nonlocal_variable(b: Builder) -> bool:
    outer, inner, value = b.name("run"), b.name("update"), b.name("state")
    with b.function(f"def {outer}({value}):", VECTOR):
        b.declare(value, VECTOR)
        with b.function(f"def {inner}():", None):
            b.emit(f"nonlocal {value}")
            b.emit(f"{value} = {vector(b, 1)}")
        b.emit(f"{inner}()")
        b.emit(f"{b.name('array')} = {value}.numpy()")
        b.emit(f"return {value}")
    result = b.name("x")
    b.emit(f"{result} = {outer}({vector(b, 1)})")
    b.declare(result, VECTOR)
    return True


@form("global variable", 0.8, definition=True)
def global_variable(b: Builder) -> bool:
    name, state = b.name("remember"), b.name("state")
    b.emit(f"{state} = {vector(b, 1)}")
    with b.function(f"def {name}():", None):
        b.emit(f"global {state}")
        b.emit(f"{state} = {vector(b, 1)}")
    b.declare(state, VECTOR, pinned=True)
    if b.chance(0.5):
        b.emit(f"{b.name('array')} = {state}.numpy()")
    b.emit(f"{name}()")
    b.emit(f"{b.name('array')} = {state}.numpy()")
    return True


@form("lambda", 1.5)
def lambda_function(b: Builder) -> bool:
    name, parameter = b.name("step"), b.name("t")
    with b.scope(VECTOR) as frame:
        b.declare(parameter, VECTOR)
        body = b.pick((vector(b, 1), vector(b, 1), f"{parameter}.numpy()"))
    b.emit(f"{name} = lambda {parameter}: {body}")
    result: Kind = ARRAY if body.endswith(".numpy()") else VECTOR
    kind = CallableOf((Parameter(parameter, VECTOR),), result, frame.cost + 1, frame.pure)
    b.declare(name, kind, pinned=True)
    return True


@form("partial", 0.5)
def partial(b: Builder) -> bool:
    name = b.name("step")
    b.emit(f"{name} = functools.partial(torch.add, {vector(b, 1)})")
    b.declare(name, CallableOf((Parameter("other", VECTOR),), VECTOR), pinned=True)
    return True


@form("call", 6)
def call_function(b: Builder) -> bool:
    """A call of something in scope, its result given a name."""
    functions = [(v.name, v.kind) for v in b.visible(lambda v: isinstance(v.kind, CallableOf))]
    if not functions:
        return False
    # What was defined last has been called least.
    function_name, kind = functions[-1] if b.chance(0.3) else b.pick(functions)
    assert isinstance(kind, CallableOf)
    text = call(b, function_name, kind)
    if text is None:
        return False
    name = b.name("result")
    b.emit(f"{name} = {text}")
    b.declare(name, kind.result)
    return True


@form("conversion helper", 2)
def conversion_helper(b: Builder) -> bool:
    text = b.pick(
        (
            f"to_numpy({vector(b)})",
            f"to_numpy({vector(b)}, detach={expression(b, FLAG)})",
            f"to_numpy({vector(b)}, {expression(b, FLAG)})",
            f"convert_all([{vector(b)}, {scalar(b)}], to_numpy)",
            f"convert_all([{vector(b)}], lambda t: t.numpy())",
            f"list(map(to_numpy, [{vector(b)}]))",
        )
    )
    b.emit(f"{b.name('array')} = {text}")
    return True
