"""Modules: PyTorch's own and written ones, their parameters, buffers, parts and freezing."""

from __future__ import annotations

import re

from detachlint.harness.fuzz.builder import Builder
from detachlint.harness.fuzz.expressions import call, expression, vector
from detachlint.harness.fuzz.forms.classes import METHOD_DECORATORS, write_method
from detachlint.harness.fuzz.forms.functions import write_function_body
from detachlint.harness.fuzz.kinds import (
    FLAG,
    SCALAR,
    VECTOR,
    Attribute,
    CallableOf,
    InstanceOf,
    Kind,
    Parameter,
    TupleOf,
)
from detachlint.harness.fuzz.registry import form

_LAYER_CALL = CallableOf((Parameter("input", VECTOR),), VECTOR)
LINEAR = InstanceOf(
    (Attribute(".bias", VECTOR), Attribute(".weight[0]", VECTOR)), (), _LAYER_CALL, True
)
_LAYERS = (
    ("nn.Linear(3, 3)", LINEAR),
    ("nn.Linear(3, 3)", LINEAR),
    (
        "nn.Linear(3, 3, bias=False)",
        InstanceOf((Attribute(".weight[0]", VECTOR),), (), _LAYER_CALL, True),
    ),
    (
        "nn.LayerNorm(3)",
        InstanceOf(
            (Attribute(".weight", VECTOR), Attribute(".bias", VECTOR)), (), _LAYER_CALL, True
        ),
    ),
    ("nn.Tanh()", InstanceOf((), (), _LAYER_CALL, True)),
    ("nn.Identity()", InstanceOf((), (), _LAYER_CALL, True)),
    ("nn.Dropout(0.5)", InstanceOf((), (), _LAYER_CALL, True)),
    (
        "nn.Sequential(nn.Linear(3, 3), nn.ReLU())",
        InstanceOf((Attribute("[0].bias", VECTOR),), (), _LAYER_CALL, True),
    ),
    (
        "nn.Sequential(nn.Identity(), nn.Flatten(0))",
        InstanceOf((), (), _LAYER_CALL, True),
    ),
)


@form("layer", 2)
def layer(b: Builder) -> bool:
    if not b.may_have_effects:
        return False
    text, kind = b.pick(_LAYERS)
    name = b.name("layer")
    b.emit(f"{name} = {text}{b.pick(('', '', '.eval()', '.requires_grad_(False)'))}")
    b.declare(name, kind, pinned=True)
    return True


@form("module", 4, definition=True)
def module(b: Builder) -> bool:
    name = b.name("Net")
    with b.block(f"class {name}(nn.Module):"):
        attributes = _write_constructor(b)
        instance = InstanceOf(tuple(attributes), (), None, True)
        for _ in range(b.between(0, 1)):
            method_name = b.name("method")
            method = write_method(b, method_name, instance)
            instance = InstanceOf(instance.attributes, ((method_name, method),), None, True)
        instance = _write_forward(b, instance)
    for _ in range(b.between(1, 2)):
        made = b.name("net")
        b.emit(f"{made} = {name}(){b.pick(('', '', '.eval()'))}")
        b.declare(made, instance, pinned=True)
    return True


_PARTS: tuple[tuple[str, str, tuple[Attribute, ...]], ...] = (
    (
        "inner",
        "nn.Linear(3, 3)",
        (Attribute(".inner.bias", VECTOR), Attribute(".inner.weight[1]", VECTOR)),
    ),
    ("scale", "nn.Parameter(torch.ones(3))", (Attribute(".scale", VECTOR),)),
    ("fixed", "nn.Parameter(torch.ones(3), requires_grad=False)", (Attribute(".fixed", VECTOR),)),
    (
        "layers",
        "nn.ModuleList([nn.Linear(3, 3), nn.Linear(3, 3)])",
        (Attribute(".layers[1].bias", VECTOR),),
    ),
    (
        "heads",
        "nn.ModuleDict({'main': nn.Linear(3, 3)})",
        (Attribute(".heads['main'].bias", VECTOR),),
    ),
    ("plain", "torch.ones(3)", (Attribute(".plain", VECTOR, True),)),
    ("stack", "nn.Sequential(nn.Linear(3, 3), nn.Tanh())", (Attribute(".stack[0].bias", VECTOR),)),
    (
        "scales",
        "nn.ParameterList([nn.Parameter(torch.ones(3))])",
        (Attribute(".scales[0]", VECTOR),),
    ),
    (
        "shifts",
        "nn.ParameterDict({'main': torch.ones(3)})",
        (Attribute(".shifts['main']", VECTOR),),
    ),
)
_APPLIED = {
    "inner": "{v} = self.inner({v})",
    "scale": "{v} = {v} * self.scale",
    "fixed": "{v} = {v} + self.fixed",
    "heads": "{v} = self.heads['main']({v})",
    "plain": "{v} = {v} * self.plain",
    "stack": "{v} = self.stack({v})",
    "statistic": "{v} = {v} - self.statistic",
}


def _write_constructor(b: Builder) -> list[Attribute]:
    attributes: list[Attribute] = []
    with b.function("def __init__(self):", None):
        b.emit(b.pick(("super().__init__()", "super().__init__()", "nn.Module.__init__(self)")))
        taken: set[str] = set()
        for _ in range(b.between(1, 3)):
            part, text, reads = b.pick(_PARTS)
            if part not in taken:
                taken.add(part)
                b.emit(f"self.{part} = {text}")
                attributes.extend(reads)
        if b.chance(0.4):
            b.emit("self.register_buffer('statistic', torch.zeros(3))")
            attributes.append(Attribute(".statistic", VECTOR))
        if b.chance(0.15) and "inner" in taken:
            b.emit("for parameter in self.inner.parameters():")
            b.emit("    parameter.requires_grad = False")
    return attributes


_FORWARD_RESULTS: tuple[tuple[float, Kind], ...] = (
    (8.0, VECTOR),
    (1.0, SCALAR),
    (1.5, TupleOf((VECTOR, SCALAR))),
)


def _write_forward(b: Builder, instance: InstanceOf) -> InstanceOf:
    value = b.name("x")
    decorator = b.pick(METHOD_DECORATORS) if b.chance(0.3) else ""
    if decorator:
        b.emit(decorator)
    result = b.weighted(_FORWARD_RESULTS)
    parameters = [Parameter(value, VECTOR)]
    if b.chance(0.2):
        parameters.append(Parameter(b.name("flag"), FLAG, "default"))
    signature = ", ".join(p.name + ("=False" if p.form == "default" else "") for p in parameters)
    with b.function(f"def forward(self, {signature}):", result) as frame:
        b.declare("self", instance, pinned=True)
        for part in _APPLIED:
            if _has_part(instance, part) and b.chance(0.6):
                b.emit(_APPLIED[part].replace("{v}", value))
        if _has_part(instance, "layers"):
            b.emit("for part in self.layers:")
            b.emit(f"    {value} = part({value})")
        write_function_body(b, parameters, result, 0, 3)
    called = CallableOf(tuple(parameters), result, frame.cost, frame.pure)
    return InstanceOf(instance.attributes, instance.methods, called, True)


def _has_part(instance: InstanceOf, part: str) -> bool:
    return any(re.split(r"\W", a.access)[1] == part for a in instance.attributes)


@form("result of a module", 3)
def result_of_module(b: Builder) -> bool:
    modules = [
        (variable.name, variable.kind.call)
        for variable in b.visible(lambda v: isinstance(v.kind, InstanceOf))
        if isinstance(variable.kind, InstanceOf) and variable.kind.call is not None
    ]
    if not modules:
        return False
    text, kind = b.pick(modules)
    assert kind is not None
    called = call(b, text, kind)
    if called is None:
        return False
    name = b.name("out")
    b.emit(f"{name} = {called}")
    b.declare(name, kind.result)
    return True


@form("freezing", 2)
def freezing(b: Builder) -> bool:
    modules = b.visible(
        lambda v: isinstance(v.kind, InstanceOf) and v.kind.is_module and v.name != "self"
    )
    if not modules or not b.may_have_effects:
        return False
    name, flag = b.pick(modules).name, expression(b, FLAG)
    b.effect()
    for line in b.pick(
        (
            (f"{name}.requires_grad_(False)",),
            (f"{name}.requires_grad_({flag})",),
            (f"for p in {name}.parameters():", f"    p.requires_grad = {flag}"),
            (f"for p in {name}.parameters():", "    p.requires_grad_(False)"),
            (f"for _, p in {name}.named_parameters():", f"    p.requires_grad_({flag})"),
            (f"{name}.requires_grad = False",),
            (f"{name}.eval()",),
            (f"{name}.train({flag})",),
            (f"for m in {name}.modules():", "    m.requires_grad_(False)"),
        )
    ):
        b.emit(line)
    return True


@form("loop over parameters")
def loop_over_parameters(b: Builder) -> bool:
    modules = b.visible(lambda v: isinstance(v.kind, InstanceOf) and v.kind.is_module)
    if not modules:
        return False
    name, array = b.pick(modules).name, b.name("array")
    for line in b.pick(
        (
            (f"for p in {name}.parameters():", f"    {array} = p.numpy()"),
            (f"for p in {name}.parameters():", f"    {array} = p.data.numpy()"),
            (f"for p in {name}.parameters():", f"    {array} = (p * 2).sum().numpy()"),
            (f"for key, p in {name}.named_parameters():", f"    {array} = p.detach().numpy()"),
            (f"for key, p in {name}.named_parameters():", f"    {array} = p.numpy()"),
            (f"for p in {name}.buffers():", f"    {array} = p.numpy()"),
            (f"for p in {name}.state_dict().values():", f"    {array} = p.numpy()"),
            (f"{array} = [p.numpy() for p in {name}.parameters()]",),
            (f"{array} = {{k: p.numpy() for k, p in {name}.state_dict().items()}}",),
        )
    ):
        b.emit(line)
    return True


@form("copied module", 0.5)
def copied_module(b: Builder) -> bool:
    if not b.may_have_effects:
        return False
    source, name, value = b.name("layer"), b.name("copied"), b.name("x")
    b.emit(f"{source} = nn.Linear(3, 3){b.pick(('', '.requires_grad_(False)'))}")
    b.emit(f"{name} = copy.deepcopy({source})")
    b.emit(f"{value} = {name}({vector(b, 1)})")
    b.emit(f"{b.name('array')} = {b.pick((value, name + '.bias'))}.numpy()")
    b.declare(value, VECTOR)
    b.declare(name, LINEAR, pinned=True)
    return True


@form("replaced parameter", 0.5)
def replaced_parameter(b: Builder) -> bool:
    if not b.may_have_effects:
        return False
    name = b.name("layer")
    b.emit(f"{name} = nn.Linear(3, 3)")
    b.emit(
        b.pick(
            (
                f"{name}.bias = nn.Parameter({vector(b, 1)}.detach())",
                f"{name}.bias.data = torch.ones(3)",
                f"{name}.bias = nn.Parameter(torch.ones(3), requires_grad={expression(b, FLAG)})",
                f"{name}.bias.requires_grad_(False)",
                f"{name}.weight.requires_grad = False",
                f"nn.init.zeros_({name}.bias)",
            )
        )
    )
    b.emit(f"{b.name('array')} = {name}.bias.numpy()")
    b.declare(name, LINEAR, pinned=True)
    return True
