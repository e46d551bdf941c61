"""Training: backward passes, gradients, optimizers, hooks and functions of one's own."""

from __future__ import annotations

from detachlint.harness.fuzz.builder import Builder
from detachlint.harness.fuzz.expressions import vector
from detachlint.harness.fuzz.kinds import VECTOR
from detachlint.harness.fuzz.registry import form


@form("backward")
def backward(b: Builder) -> bool:
    """A closed piece of training, so that no other graph is needed twice."""
    leaf, loss, gradient = b.name("leaf"), b.name("loss"), b.name("gradient")
    b.emit(f"{leaf} = torch.ones(3, requires_grad=True)")
    b.emit(f"{loss} = ({leaf} * 2).sum()")
    b.emit(f"if {loss}.requires_grad:")
    b.emit(f"    {loss}.backward()")
    b.emit(f"{gradient} = {leaf}.grad")
    b.emit(f"if {gradient} is not None:")
    b.emit(f"    {b.name('array')} = {gradient}.numpy()")
    b.emit(f"{b.name('array')} = {b.pick((leaf, loss, loss + '.detach()'))}.numpy()")
    return True


@form("gradient of a gradient", 0.4)
def gradient(b: Builder) -> bool:
    leaf, result = b.name("leaf"), b.name("gradient")
    if not b.may_have_effects:  # inference mode records nothing to differentiate
        return False
    b.effect()
    create = b.pick(("", ", create_graph=True"))
    b.emit("with torch.enable_grad():")
    b.emit(f"    {leaf} = torch.ones(3, requires_grad=True)")
    function = b.pick(("** 3", "* 3"))  # the gradient of what is linear is a constant
    b.emit(f"    ({result},) = torch.autograd.grad(({leaf} {function}).sum(), {leaf}{create})")
    b.emit(f"{b.name('array')} = {result}.numpy()")
    b.declare(result, VECTOR)
    return True


@form("training loop", 0.8)
def training_loop(b: Builder) -> bool:
    if b.in_function or not b.may_have_effects:
        return False
    model, optimizer, losses = b.name("model"), b.name("optimizer"), b.name("losses")
    kept = b.pick(("", ".item()", ".detach()"))
    b.emit(f"{model} = nn.Linear(3, 1)")
    b.emit(f"{optimizer} = torch.optim.SGD({model}.parameters(), lr=0.1)")
    b.emit(f"{losses} = []")
    b.emit("for step in range(2):")
    b.emit(f"    loss = F.mse_loss({model}(torch.ones(3)), torch.zeros(1))")
    b.emit(f"    {optimizer}.zero_grad()")
    b.emit("    if loss.requires_grad:")
    b.emit("        loss.backward()")
    b.emit(f"        {optimizer}.step()")
    b.emit(f"    {losses}.append(loss{kept})")
    if kept != ".item()":
        b.emit(f"{b.name('arrays')} = [loss.numpy() for loss in {losses}]")
    b.emit(f"{b.name('array')} = {model}.weight{b.pick(('', '.data', '[0]'))}.numpy()")
    return True


@form("own autograd function", 0.4, definition=True)
def own_function(b: Builder) -> bool:
    name, result = b.name("Square"), b.name("x")
    b.emit(f"class {name}(torch.autograd.Function):")
    b.emit("    @staticmethod")
    b.emit("    def forward(ctx, value):")
    b.emit(f"        {b.name('array')} = value.numpy()")
    b.emit("        return value * value")
    b.emit("")
    b.emit("    @staticmethod")
    b.emit("    def backward(ctx, gradient):")
    b.emit("        return gradient * 2")
    b.emit(f"{result} = {name}.apply({vector(b, 1)})")
    b.emit(f"{b.name('array')} = {result}.numpy()")
    b.declare(result, VECTOR)
    return True


@form("forward hook", 0.4)
def forward_hook(b: Builder) -> bool:
    if b.in_function or not b.may_have_effects:
        return False
    model, kept = b.name("model"), b.name("kept")
    value = b.pick(("output", "output.detach()", "inputs[0]"))
    b.emit(f"{model}, {kept} = nn.Linear(3, 3), {{}}")
    b.emit(f"def hook(module, inputs, output, kept={kept}):")
    b.emit(f"    kept['value'] = {value}")
    b.emit(f"{model}.register_forward_hook(hook)")
    b.emit(f"{model}({vector(b)})")
    b.emit(f"{b.name('array')} = {kept}['value'].numpy()")
    return True


@form("distribution", 0.4)
def distribution(b: Builder) -> bool:
    name, result = b.name("normal"), b.name("x")
    b.emit(f"{name} = torch.distributions.Normal({vector(b, 1)}, torch.ones(3))")
    b.emit(
        f"{result} = {name}.{b.pick(('sample()', 'rsample()', 'mean', 'log_prob(torch.ones(3))'))}"
    )
    b.emit(f"{b.name('array')} = {result}.numpy()")
    b.declare(result, VECTOR)
    return True
