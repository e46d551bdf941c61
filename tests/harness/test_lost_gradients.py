"""What becomes of training once a crossing is detached: what findings say of it, and what PyTorch does."""

from __future__ import annotations

from textwrap import dedent

import pytest

from detachlint import api
from detachlint.rules.finding import Applicability, Finding

HEAD = """\
import numpy as np
import torch
from torch import nn

torch.manual_seed(0)
net, other = nn.Linear(3, 2), nn.Linear(3, 2)
x = torch.rand(4, 3)
out = net(x)


class World:
    def step(self, action):
        return np.tile(action, (2, 2))[:3, :2], float(action.sum())


"""

WANTED = {
    "all of the loss": """
        a = out.numpy()
        loss = torch.from_numpy(a).sum()
        loss.backward()
        """,
    "a flag that is set on the loss itself": """
        a = out.numpy()
        loss = torch.tensor(a.mean(), requires_grad=True)
        loss.backward()
        """,
    "several losses": """
        a = out.numpy()
        torch.autograd.backward([torch.from_numpy(a).sum(), torch.ones(())])
        """,
    "one of several losses": """
        a = out.numpy()
        torch.autograd.backward([out.sum(), torch.from_numpy(a).sum()])
        """,
    "what a module returns": """
        class Halved(nn.Module):
            def __init__(self):
                super().__init__()
                self.net = net
            def forward(self, x):
                return torch.from_numpy(self.net(x).numpy() / 2)
        Halved()(x)
        """,
    "with what never has a gradient": """
        a = out.numpy()
        targets = torch.zeros(4, 2)
        ((torch.from_numpy(a) - targets) ** 2).mean().backward()
        """,
}

DOUBTFUL = {
    "targets of another network": """
        a = out.numpy()
        loss = ((other(x) - torch.from_numpy(a)) ** 2).mean()
        loss.backward()
        """,
    "one half of an autoencoder": """
        a = out.numpy()
        back = nn.Linear(2, 3)
        loss = ((back(torch.tensor(a / a.max())) - x) ** 2).mean()
        loss.backward()
        """,
    "weights of the next loss": """
        errors = net(x).pow(2).mean(1)
        a = errors.numpy()
        loss = (torch.from_numpy(a / a.sum()) * net(x).mean(1)).sum()
        loss.backward()
        """,
    "leaf that is optimized": """
        a = out.numpy()
        z = torch.tensor(a, requires_grad=True)
        (z * 2).sum().backward()
        """,
    "a module out of sight": """
        a = out.numpy()
        def train(critic):
            critic(torch.from_numpy(a)).mean().backward()
        train(nn.Linear(2, 1))
        """,
    "what forward returns": """
        class Masked(nn.Module):
            def __init__(self):
                super().__init__()
                self.net = net
            def forward(self, x):
                y = self.net(x)
                a = y.numpy()
                return y * torch.from_numpy(a / 2)
        Masked()(x).sum().backward()
        """,
}

UNWANTED = {
    "the index of the greatest": """
        a = out.numpy()
        best = torch.from_numpy(np.argmax(a, axis=1))
        nn.functional.cross_entropy(other(x), best).backward()
        """,
    "the same, of the array's own method": """
        a = out.numpy()
        best = torch.tensor(a.argmax(1))
        nn.functional.cross_entropy(other(x), best).backward()
        """,
    "integers": """
        a = out.numpy()
        labels = torch.tensor(a, dtype=torch.long)
        (other(x) * labels).sum().backward()
        """,
    "a mask": """
        a = out.numpy()
        mask = torch.from_numpy(np.greater(a, 0))
        (other(x) * mask).sum().backward()
        """,
    "what is drawn by weights": """
        a = torch.softmax(out[0], 0).numpy()
        i = np.random.choice(2, p=a / a.sum())
        (other(x)[:, i] * torch.tensor(float(i))).sum().backward()
        """,
    "the answer of an environment": """
        a = out.numpy()
        def play(world):
            state, reward = world.step(a)
            loss = (other(torch.rand(1, 3)) * torch.tensor(state) * torch.tensor(reward)).sum()
            loss.backward()
        """,
    "the gradient to begin with": """
        a = out.numpy()
        out.backward(gradient=torch.from_numpy(a))
        """,
    "the gradients to begin with": """
        a = out.numpy()
        torch.autograd.backward([out], [torch.from_numpy(a)])
        """,
    "what stands beside the output": """
        class Attention(nn.Module):
            def __init__(self):
                super().__init__()
                self.net = net
            def forward(self, x):
                weights = torch.softmax(self.net(x), -1)
                return (weights * x[:, :2]).sum(), {"weights": [weights.numpy()]}
        loss, shown = Attention()(x)
        loss.backward()
        """,
    "a metric": """
        class Error(nn.Module):
            def forward(self, y):
                return torch.tensor(np.abs(y.numpy()).mean())
        Error()(out)
        """,
    "evaluation": """
        class Metric(nn.Module):
            def forward(self, y):
                with torch.no_grad():
                    return torch.from_numpy(y.numpy())
        a = out.numpy()
        Metric()(torch.ones(3))
        """,
}


def program(body: str) -> str:
    return HEAD + dedent(body).strip() + "\n"


def the_finding(text: str) -> Finding:
    [finding] = api.check_source(text)
    assert ".numpy()" in text.splitlines()[finding.span.line - 1], "false alarm"
    return finding


def run(text: str) -> dict[str, object]:
    namespace: dict[str, object] = {"__name__": "program"}
    exec(compile(text, "program.py", "exec"), namespace)
    return namespace


def has_learned(namespace: dict[str, object]) -> bool:
    net = namespace["net"]
    return any(p.grad is not None for p in net.parameters())  # type: ignore[attr-defined]


@pytest.mark.parametrize("body", WANTED.values(), ids=WANTED)
def test_detaching_is_no_cure_where_no_other_gradient_is_backpropagated(body: str) -> None:
    text = program(body)
    finding = the_finding(text)
    assert "detaching is no cure here" in finding.message
    assert finding.fix is not None and finding.fix.applicability is Applicability.DISPLAY_ONLY
    with pytest.raises(RuntimeError, match="Can't call numpy"):
        run(text)
    detached = text.replace(".numpy()", ".detach().numpy()")
    try:
        assert not has_learned(run(detached)), "detaching does no harm"
    except RuntimeError as error:
        assert "does not require grad" in str(error)


@pytest.mark.parametrize("body", DOUBTFUL.values(), ids=DOUBTFUL)
def test_where_another_gradient_is_it_is_said_who_trains_and_left_to_the_reader(body: str) -> None:
    text = program(body)
    finding = the_finding(text)
    assert finding.fix is not None and finding.fix.applicability is Applicability.UNSAFE
    trains = ("Masked", "return y") if "Masked" in text else ("backward", ".backward()")
    [line] = [at for at, words in enumerate(text.splitlines(), 1) if trains[1] in words][:1]
    assert f"; line {line} trains with its value" in finding.message
    with pytest.raises(RuntimeError, match="Can't call numpy"):
        run(text)
    run(api.fix_source(text, unsafe_fixes=True).text)


@pytest.mark.parametrize("body", UNWANTED.values(), ids=UNWANTED)
def test_what_carries_no_gradient_is_detached_without_a_word(body: str) -> None:
    text = program(body)
    finding = the_finding(text)
    assert "trains" not in finding.message and "no cure" not in finding.message
    assert finding.fix is not None and finding.fix.applicability is Applicability.SAFE
    with pytest.raises(RuntimeError, match="Can't call numpy"):
        run(text)
    namespace = run(api.fix_source(text).text)
    if "play" in namespace:  # for callers out of sight
        namespace["play"](namespace["World"]())  # type: ignore[operator]
