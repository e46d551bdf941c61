"""Classes: attributes, methods, properties, inheritance, data classes."""

from __future__ import annotations

from detachlint.harness.fuzz.builder import Builder
from detachlint.harness.fuzz.expressions import arguments, vector
from detachlint.harness.fuzz.forms.crossings import array
from detachlint.harness.fuzz.forms.functions import (
    RESULTS,
    make_parameters,
    signature,
    write_function_body,
)
from detachlint.harness.fuzz.kinds import (
    ARRAY,
    SCALAR,
    VECTOR,
    VECTORS,
    Attribute,
    CallableOf,
    InstanceOf,
    Parameter,
)
from detachlint.harness.fuzz.registry import form, too_deep

METHOD_DECORATORS = ("", "", "", "", "@torch.no_grad()", "@torch.enable_grad()", "@passed_through")


def write_method(b: Builder, name: str, instance: InstanceOf) -> CallableOf:
    """A method that reads and may write the attributes of `self`."""
    decorator = b.pick(METHOD_DECORATORS)
    if decorator:
        b.emit(decorator)
    parameters = make_parameters(b)
    result = b.weighted(RESULTS)
    header = f"def {name}({signature(b, parameters, ('self',))}):"
    with b.function(header, result) as frame:
        b.declare("self", instance, pinned=True)
        write_function_body(b, parameters, result, 1, 3)
    return CallableOf(tuple(parameters), result, frame.cost, frame.pure)


@form("class", 2.5, definition=True)
def plain_class(b: Builder) -> bool:
    name, argument = b.name("Holder"), b.name("x")
    attributes = [Attribute(".value", VECTOR, True), Attribute(".items", VECTORS, False)]
    with b.block(f"class {name}:"):
        if b.chance(0.4):
            b.emit(f"shared = {vector(b, 1)}")
            attributes.append(Attribute(".shared", VECTOR, False))
        with b.function(f"def __init__(self, {argument}):", None):
            b.declare(argument, VECTOR)
            b.emit(f"self.value = {vector(b, 1)}")
            b.emit(f"self.items = [{vector(b, 1)}]")
        if b.chance(0.4):
            attributes.append(_property(b, InstanceOf(tuple(attributes))))
        instance = _methods(b, InstanceOf(tuple(attributes)), b.between(1, 2))
    if b.chance(0.35):
        name, instance = _subclass(b, name, argument, instance)
    make_instance(b, name, (Parameter(argument, VECTOR),), instance)
    return True


def _methods(b: Builder, instance: InstanceOf, count: int) -> InstanceOf:
    """Write methods, each of which knows those before it."""
    for _ in range(count):
        name = b.name("method")
        method = write_method(b, name, instance)
        instance = InstanceOf(instance.attributes, (*instance.methods, (name, method)))
    if b.chance(0.25):
        call = write_method(b, "__call__", instance)
        instance = InstanceOf(instance.attributes, instance.methods, call)
    if b.chance(0.25):
        name, value = b.name("static"), b.name("x")
        b.emit("@staticmethod")
        with b.function(f"def {name}({value}):", VECTOR) as frame:
            write_function_body(b, [Parameter(value, VECTOR)], VECTOR, 0, 2)
        method = CallableOf((Parameter(value, VECTOR),), VECTOR, frame.cost, frame.pure)
        instance = InstanceOf(
            instance.attributes, (*instance.methods, (name, method)), instance.call
        )
    return instance


def _property(b: Builder, instance: InstanceOf) -> Attribute:
    name = b.name("view")
    b.emit("@property")
    if b.chance(0.2):
        b.emit("@torch.no_grad()")
    with b.function(f"def {name}(self):", VECTOR):
        b.declare("self", instance, pinned=True)
        if b.chance(0.3):
            b.emit(f"{b.name('array')} = {array(b, 1)}")
        b.emit(f"return {vector(b, 1)}")
    return Attribute(f".{name}", VECTOR, False)


def _subclass(
    b: Builder, base: str, argument: str, inherited: InstanceOf
) -> tuple[str, InstanceOf]:
    name = b.name("Derived")
    attributes = (*inherited.attributes, Attribute(".more", VECTOR, True))
    instance = InstanceOf(attributes, inherited.methods, inherited.call)
    with b.block(f"class {name}({base}):"):
        with b.function(f"def __init__(self, {argument}):", None):
            b.declare(argument, VECTOR)
            b.emit(f"{b.pick(('super()', f'super({name}, self)'))}.__init__({argument})")
            b.emit(f"self.more = {vector(b, 1)}")
            if b.chance(0.4):
                b.emit(f"self.value = {vector(b, 1)}")
        method_name = b.name("method")
        method = write_method(b, method_name, instance)
    methods = (*inherited.methods, (method_name, method))
    return name, InstanceOf(attributes, methods, inherited.call)


def make_instance(
    b: Builder, class_name: str, parameters: tuple[Parameter, ...], instance: InstanceOf
) -> None:
    """Write the making of an instance or two."""
    for _ in range(b.between(1, 2)):
        name = b.name("thing")
        b.emit(f"{name} = {class_name}({arguments(b, parameters)})")
        b.declare(name, instance, pinned=True)


@form("write attribute", 2.5)
def write_attribute(b: Builder) -> bool:
    if not b.may_have_effects:
        return False
    targets = [
        variable.name + attribute.access
        for variable in b.visible(lambda v: isinstance(v.kind, InstanceOf))
        for attribute in variable.kind.attributes  # type: ignore[union-attr]
        if attribute.writable and attribute.kind == VECTOR
    ]
    if not targets:
        return False
    b.effect()
    b.emit(f"{b.pick(targets)} = {vector(b)}")
    return True


@form("append to attribute")
def append_to_attribute(b: Builder) -> bool:
    if not (b.may_have_effects and b.frame.lists_grow) or too_deep(b):
        return False
    targets = [
        variable.name + attribute.access
        for variable in b.visible(lambda v: isinstance(v.kind, InstanceOf))
        for attribute in variable.kind.attributes  # type: ignore[union-attr]
        if attribute.kind == VECTORS
    ]
    if not targets:
        return False
    target = b.pick(targets)
    b.effect()
    b.emit(f"{target}.append({vector(b)})")
    if b.chance(0.5):
        b.emit(f"{b.name('arrays')} = [t.numpy() for t in {target}]")
    return True


@form("data class", 1, definition=True)
def data_class(b: Builder) -> bool:
    name = b.name("Record")
    flavour = b.pick(("@dataclasses.dataclass", "@dataclasses.dataclass(frozen=True)", ""))
    if flavour:
        b.emit(flavour)
    base = "" if flavour else "(typing.NamedTuple)"
    with b.block(f"class {name}{base}:"):
        b.emit("output: torch.Tensor")
        b.emit(f"loss: torch.Tensor = {b.pick(('None', 'torch.tensor(0.0)'))}")
    default = b.lines[-1].endswith("None")
    attributes = [Attribute(".output", VECTOR, "frozen" not in flavour and bool(flavour))]
    loss_given = default or b.chance(0.5)
    if loss_given or not default:
        attributes.append(Attribute(".loss", SCALAR))
    parameters = [Parameter("output", VECTOR)]
    if loss_given:
        parameters.append(Parameter("loss", SCALAR))
    make_instance(b, name, tuple(parameters), InstanceOf(tuple(attributes)))
    return True


@form("class method", 0.6, definition=True)
def class_method(b: Builder) -> bool:
    name, value, thing = b.name("Made"), b.name("x"), b.name("thing")
    with b.block(f"class {name}:"):
        b.emit("@classmethod")
        with b.function(f"def make(cls, {value}):", None):
            b.declare(value, VECTOR)
            b.emit("made = cls()")
            b.emit(f"made.value = {vector(b, 1)}")
            b.emit("return made")
    b.emit(f"{thing} = {name}.make({vector(b, 1)})")
    b.declare(thing, InstanceOf((Attribute(".value", VECTOR, True),)), pinned=True)
    return True


@form("namespace object", 0.6)
def namespace_object(b: Builder) -> bool:
    name = b.name("config")
    b.emit(f"{name} = types.SimpleNamespace(value={vector(b)}, scale=2.0)")
    b.declare(name, InstanceOf((Attribute(".value", VECTOR, True),)), pinned=True)
    return True


@form("result of a method", 2)
def result_of_method(b: Builder) -> bool:
    from detachlint.harness.fuzz.expressions import call

    methods = [
        (f"{variable.name}.{name}", method)
        for variable in b.visible(lambda v: isinstance(v.kind, InstanceOf))
        for name, method in variable.kind.methods  # type: ignore[union-attr]
    ]
    if not methods:
        return False
    text, method = b.pick(methods)
    called = call(b, text, method)
    if called is None:
        return False
    name = b.name("result")
    b.emit(f"{name} = {called}")
    if method.result != ARRAY:
        b.declare(name, method.result)
    return True
