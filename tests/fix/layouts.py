"""Crossings before and after their fix, in every layout that Python allows.

Each pair is a program over the names of `PRELUDE`; run under PyTorch, the first one raises.
"""

from __future__ import annotations

PRELUDE = """
import asyncio, types
from contextlib import nullcontext as null
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

torch.default_generator.manual_seed(0)
x = torch.arange(6.0).reshape(2, 3).requires_grad_()
a = torch.ones(3, requires_grad=True)
b = torch.full((3,), 2.0)
ä = a
z = (a + 2j).conj()
model = nn.Linear(3, 2)
device = torch.device("cpu")
n = 3
outputs = [x, a]
batch = {"x": x}
packed = nn.utils.rnn.pack_padded_sequence(x.unsqueeze(0), torch.tensor([2]), batch_first=True)
pose = types.SimpleNamespace(T=a)
me = types.SimpleNamespace(weight=nn.Parameter(b), net=nn.Linear(3, 2), flatten=nn.Flatten(0))
net = nn.Linear(3, 2)
net.T = nn.Parameter(b)
store = types.SimpleNamespace(cpu=lambda place: outputs[place], view=lambda value: value)

async def wait(value):
    return value

def show(*values, **more):
    return values

def keep(value):
    return lambda thing: thing
"""

_BS = "\\"

LAYOUTS: dict[str, tuple[str, str]] = {
    # Where the detach goes.
    "plain": ("r = x.numpy()", "r = x.detach().numpy()"),
    "move": ("r = x.cpu().numpy()", "r = x.detach().cpu().numpy()"),
    "module output": ("r = model(x).cpu().numpy()", "r = model(x).detach().cpu().numpy()"),
    "arithmetic": ("r = (a + b).numpy()", "r = (a + b).detach().numpy()"),
    "negative": ("r = (-a).cpu().numpy()", "r = (-a).detach().cpu().numpy()"),
    "to a device": ("r = x.to(device).numpy()", "r = x.detach().to(device).numpy()"),
    "to a string": ("r = x.to('cpu').numpy()", "r = x.detach().to('cpu').numpy()"),
    "cast": ("r = x.double().cpu().numpy()", "r = x.detach().double().cpu().numpy()"),
    "copy": ("r = x.clone().numpy()", "r = x.detach().clone().numpy()"),
    "shapes": (
        "r = x.squeeze(0).permute(1, 0).contiguous().view(n, -1).numpy()",
        "r = x.detach().squeeze(0).permute(1, 0).contiguous().view(n, -1).numpy()",
    ),
    "shape by size": (
        "r = x.reshape(x.size(0), -1).numpy()",
        "r = x.detach().reshape(x.size(0), -1).numpy()",
    ),
    "shape by name": (
        "r = x.reshape(n, 2).cpu().numpy()",
        "r = x.reshape(n, 2).detach().cpu().numpy()",
    ),
    "shape by name behind a shape": (
        "r = x.t().reshape(n, 2).numpy()",
        "r = x.detach().t().reshape(n, 2).numpy()",
    ),
    "reduction stays": (
        "r = x.cpu().sum().cpu().numpy()",
        "r = x.cpu().sum().detach().cpu().numpy()",
    ),
    "loss": (
        "r = F.mse_loss(x, 0 * x).cpu().numpy()",
        "r = F.mse_loss(x, 0 * x).detach().cpu().numpy()",
    ),
    "attribute": (
        "r = me.weight.cpu().numpy()",
        "r = me.weight.detach().cpu().numpy()",
    ),
    "result called": (
        "r = me.net.cpu()(x).numpy()",
        "r = me.net.cpu()(x).detach().numpy()",
    ),
    "module named like a method": (
        "r = me.flatten(x).cpu().numpy()",
        "r = me.flatten(x).detach().cpu().numpy()",
    ),
    "function of torch": (
        "r = torch.squeeze(x, 0).cpu().numpy()",
        "r = torch.squeeze(x, 0).detach().cpu().numpy()",
    ),
    "function of torch by keyword": (
        "r = torch.squeeze(input=x).cpu().numpy()",
        "r = torch.squeeze(input=x).detach().cpu().numpy()",
    ),
    "function of torch by star-keywords": (
        "r = torch.squeeze(**{'input': x}).cpu().numpy()",
        "r = torch.squeeze(**{'input': x}).detach().cpu().numpy()",
    ),
    "own function with a number": ("r = store.cpu(0).numpy()", "r = store.cpu(0).detach().numpy()"),
    "own function with a tensor": (
        "r = store.view(x).numpy()",
        "r = store.view(x).detach().numpy()",
    ),
    "result of an imported function": (
        "from torch.nn import functional as F\nr = F.relu(x).to(device).numpy()",
        "from torch.nn import functional as F\nr = F.relu(x).detach().to(device).numpy()",
    ),
    "method by class": (
        "r = torch.Tensor.cpu(x).numpy()",
        "r = torch.Tensor.cpu(x).detach().numpy()",
    ),
    "leaf made in place": (
        "r = torch.ones(3).requires_grad_().cpu().numpy()",
        "r = torch.ones(3).requires_grad_().detach().cpu().numpy()",
    ),
    "item of a list": ("r = outputs[0].numpy()", "r = outputs[0].detach().numpy()"),
    "item of a dict": ("r = batch['x'].cpu().numpy()", "r = batch['x'].detach().cpu().numpy()"),
    "row": ("r = x.cpu()[0].numpy()", "r = x.cpu()[0].detach().numpy()"),
    "data of another class": ("r = packed.data.numpy()", "r = packed.data.detach().numpy()"),
    "T of another class": ("r = pose.T.cpu().numpy()", "r = pose.T.detach().cpu().numpy()"),
    "T of a module": ("r = net.cpu().T.numpy()", "r = net.cpu().T.detach().numpy()"),
    "T behind a shape": ("r = x.squeeze().T.numpy()", "r = x.detach().squeeze().T.numpy()"),
    "T of arithmetic": ("r = (x + 1).mT.numpy()", "r = (x + 1).detach().mT.numpy()"),
    "conjugate": ("r = z.resolve_conj().numpy()", "r = z.detach().resolve_conj().numpy()"),
    "array protocol": ("r = x.cpu().__array__()", "r = x.detach().cpu().__array__()"),
    "array protocol with dtype": (
        "r = x.__array__(np.float64)",
        "r = x.detach().__array__(np.float64)",
    ),
    "argument": ("r = np.asarray(x.numpy())", "r = np.asarray(x.detach().numpy())"),
    "method of the array": ("r = x.numpy().sum()", "r = x.detach().numpy().sum()"),
    "force is off": ("r = x.numpy(force=False)", "r = x.detach().numpy(force=False)"),
    # Other spellings.
    "by class": ("r = torch.Tensor.numpy(x)", "r = torch.Tensor.numpy(x.detach())"),
    "by class, moved": (
        "r = Tensor.numpy(x.cpu(), )",
        "r = Tensor.numpy(x.detach().cpu(), )",
    ),
    "by class, arithmetic": (
        "r = Tensor.numpy(a + b)",
        "r = Tensor.numpy((a + b).detach())",
    ),
    "by class, in parentheses": (
        "r = Tensor.numpy((a + b))",
        "r = Tensor.numpy((a + b).detach())",
    ),
    "by class, bound": (
        "r = Tensor.numpy((c := a + b).cpu())",
        "r = Tensor.numpy((c := a + b).detach().cpu())",
    ),
    "by type": ("r = type(a).numpy(a)", "r = type(a).numpy(a.detach())"),
    "by getattr": ("r = getattr(x, 'numpy')()", "r = getattr(x.detach(), 'numpy')()"),
    "by getattr, choice": (
        "r = getattr(x if n else a, 'numpy')()",
        "r = getattr((x if n else a).detach(), 'numpy')()",
    ),
    # Layout of the chain.
    "blanks": (
        "r = x . cpu ( ) . numpy ( )",
        "r = x .detach(). cpu ( ) . numpy ( )",
    ),
    "tabs": ("r\t=\tx\t.cpu()\t.numpy()", "r\t=\tx\t.detach().cpu()\t.numpy()"),
    "lines": (
        "r = (x\n     .cpu()\n     .numpy())",
        "r = (x\n     .detach().cpu()\n     .numpy())",
    ),
    "comments": (
        "r = (x  # .cpu()\n     # .numpy()\n     .cpu()  # é\n     .numpy())",
        "r = (x  # .cpu()\n     # .numpy()\n     .detach().cpu()  # é\n     .numpy())",
    ),
    "dot at the end": (
        "r = (x.\n     cpu().\n     numpy())",
        "r = (x.detach().\n     cpu().\n     numpy())",
    ),
    "continuation": (
        f"r = x {_BS}\n  .cpu() {_BS}\n  .numpy()",
        f"r = x {_BS}\n  .detach().cpu() {_BS}\n  .numpy()",
    ),
    "inside arguments": (
        "r = x.view(\n  -1,  # all\n  1,\n).numpy(\n)",
        "r = x.detach().view(\n  -1,  # all\n  1,\n).numpy(\n)",
    ),
    "bound method in parentheses": (
        "r = (x.cpu)().numpy()",
        "r = (x.detach().cpu)().numpy()",
    ),
    "all in parentheses": (
        "r = (((x).cpu()).numpy)()",
        "r = (((x).detach().cpu()).numpy)()",
    ),
    "windows": (
        "r = (x\r\n  .cpu()\r\n  .numpy())\r\n",
        "r = (x\r\n  .detach().cpu()\r\n  .numpy())\r\n",
    ),
    "old macintosh": (
        "r = (x\r  .cpu()\r  .numpy())\r",
        "r = (x\r  .detach().cpu()\r  .numpy())\r",
    ),
    "form feed": (
        "s = 1\n\f\nr = x.cpu().numpy()\n\f",
        "s = 1\n\f\nr = x.detach().cpu().numpy()\n\f",
    ),
    "form feed in the line": (
        "\fr = (x\f.cpu()\f.numpy())",
        "\fr = (x\f.detach().cpu()\f.numpy())",
    ),
    "line separators in a string": (
        "s = '\u2028\x85\x1c'; r = x.cpu().numpy()",
        "s = '\u2028\x85\x1c'; r = x.detach().cpu().numpy()",
    ),
    "characters of several bytes": (
        "r = ('é漢😀', ä.cpu().numpy())",
        "r = ('é漢😀', ä.detach().cpu().numpy())",
    ),
    "long string before": (
        "s = '''\né\n'''; r = x.cpu().numpy()",
        "s = '''\né\n'''; r = x.detach().cpu().numpy()",
    ),
    "no line end": ("r = x.numpy()  # end", "r = x.detach().numpy()  # end"),
    # Places.
    "semicolons": (
        "s = 1; r = x.numpy(); t = 2",
        "s = 1; r = x.detach().numpy(); t = 2",
    ),
    "lambda": ("r = (lambda t: t.cpu().numpy())(x)", "r = (lambda t: t.detach().cpu().numpy())(x)"),
    "lambda default": (
        "r = (lambda t=x.cpu().numpy(): t)()",
        "r = (lambda t=x.detach().cpu().numpy(): t)()",
    ),
    "default argument": (
        "def f(t=x.cpu().numpy(), /): return t\nr = f()",
        "def f(t=x.detach().cpu().numpy(), /): return t\nr = f()",
    ),
    "annotation": (
        "def f(t: x.numpy() = 1): pass\nr = f.__annotations__['t']",
        "def f(t: x.detach().numpy() = 1): pass\nr = f.__annotations__['t']",
    ),
    "decorator": (
        "@keep(x.cpu().numpy())\ndef f(): pass",
        "@keep(x.detach().cpu().numpy())\ndef f(): pass",
    ),
    "class keyword": (
        "class C(show(x.numpy())[0].__class__.__class__, metaclass=show(type, x.numpy())[0]): pass",
        "class C(show(x.detach().numpy())[0].__class__.__class__, "
        "metaclass=show(type, x.detach().numpy())[0]): pass",
    ),
    "method": (
        "class C:\n\tdef f(self, t):\n\t\treturn t.cpu().numpy()\nr = C().f(x)",
        "class C:\n\tdef f(self, t):\n\t\treturn t.detach().cpu().numpy()\nr = C().f(x)",
    ),
    "if": (
        "if x.sum().numpy() > 1: r = 1",
        "if x.sum().detach().numpy() > 1: r = 1",
    ),
    "elif": (
        "if n < 0:\n  r = 0\nelif x.numpy().any():\n  r = 1\nelse:\n  r = 2",
        "if n < 0:\n  r = 0\nelif x.detach().numpy().any():\n  r = 1\nelse:\n  r = 2",
    ),
    "while": (
        "while (x.cpu()\n       .numpy().all()): r = 1",
        "while (x.detach().cpu()\n       .numpy().all()): r = 1",
    ),
    "for": (
        "for r in x.numpy(): pass",
        "for r in x.detach().numpy(): pass",
    ),
    "with": (
        "with null(x.cpu().numpy()) as r, null(): pass",
        "with null(x.detach().cpu().numpy()) as r, null(): pass",
    ),
    "except": (
        "try:\n  raise ValueError\nexcept (x.numpy(), ValueError)[1]: r = 1",
        "try:\n  raise ValueError\nexcept (x.detach().numpy(), ValueError)[1]: r = 1",
    ),
    "match subject": (
        "match x.cpu().numpy():\n  case r: pass",
        "match x.detach().cpu().numpy():\n  case r: pass",
    ),
    "match guard": (
        "match x:\n  case t if t.numpy().size: r = 1",
        "match x:\n  case t if t.detach().numpy().size: r = 1",
    ),
    "comprehension": (
        "r = [t.cpu().numpy() for t in outputs if t.numpy().size]",
        "r = [t.detach().cpu().numpy() for t in outputs if t.detach().numpy().size]",
    ),
    "dictionary": (
        "r = {k: v.cpu().numpy() for k, v in batch.items()}",
        "r = {k: v.detach().cpu().numpy() for k, v in batch.items()}",
    ),
    "generator": (
        "r = list(t.numpy() for t in outputs)",
        "r = list(t.detach().numpy() for t in outputs)",
    ),
    "star": ("r = show(*x.numpy(), **{})", "r = show(*x.detach().numpy(), **{})"),
    "subscript": ("r = {}\nr[x.numpy().size] = 1", "r = {}\nr[x.detach().numpy().size] = 1"),
    "walrus": ("r = (t := x.cpu()).numpy()", "r = (t := x.cpu()).detach().numpy()"),
    "choice": (
        "r = (x if n else a).cpu().numpy()",
        "r = (x if n else a).detach().cpu().numpy()",
    ),
    "await": (
        "async def f(): return (await wait(x)).cpu().numpy()\nr = asyncio.run(f())",
        "async def f(): return (await wait(x)).detach().cpu().numpy()\nr = asyncio.run(f())",
    ),
    "yield": (
        "def f(): yield (yield x).numpy()\ng = f(); t = next(g); r = g.send(t)",
        "def f(): yield (yield x).detach().numpy()\ng = f(); t = next(g); r = g.send(t)",
    ),
    "assert": ("assert x.numpy().size", "assert x.detach().numpy().size"),
    "crossing in a crossing": (
        "r = torch.from_numpy(x.cpu().numpy()).mul(a).numpy()",
        "r = torch.from_numpy(x.detach().cpu().numpy()).mul(a).detach().numpy()",
    ),
    "several": (
        "r = show(x.numpy(), a.cpu().numpy(), x.numpy())",
        "r = show(x.detach().numpy(), a.detach().cpu().numpy(), x.detach().numpy())",
    ),
    "base class": (
        "class S(Tensor):\n  def get(self): return super().cpu().numpy()\n"
        "r = S([1.]).requires_grad_().get()",
        "class S(Tensor):\n  def get(self): return super().cpu().detach().numpy()\n"
        "r = S([1.]).requires_grad_().get()",
    ),
    "own class": (
        "class W:\n  def cpu(self): return x\nr = W().cpu().numpy()",
        "class W:\n  def cpu(self): return x\nr = W().cpu().detach().numpy()",
    ),
    "imported name": (
        "import torch as T\nr = T.Tensor.type_as(x, a).cpu().numpy()",
        "import torch as T\nr = T.Tensor.type_as(x, a).detach().cpu().numpy()",
    ),
}
