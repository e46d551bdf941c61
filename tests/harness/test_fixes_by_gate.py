"""Whatever way a tensor takes into NumPy: PyTorch refuses it, the fix is taken, and it works."""

from __future__ import annotations

import re

import pytest

from detachlint import api
from detachlint.rules.finding import Applicability, Finding

torch = pytest.importorskip("torch")

HEAD = """\
import io
import numpy as np
import torch
array = np.ones(3)
table = np.ones((3, 3))
w = torch.ones(3, requires_grad=True)
square = torch.ones(3, 3, requires_grad=True)
losses = [w.sum() * k for k in range(3)]
"""
PLOT = """\
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
figure, axes = plt.subplots()
"""
DRAWN = "figure.canvas.draw()\n"

CONVERTED = [
    ("", "np.exp(w)"),
    ("", "np.r_[w, 1.0]"),
    ("", "np.savez(io.BytesIO(), first=w)"),
    ("", "w * array"),
    ("", "array / w"),
    ("", "table[0] = w"),
    ("", "table[:] = [w, w, w]"),
    ("", "np.mean(losses)"),
    ("", "np.stack([w, w * 2])"),
    ("", "np.sum([w.sum() for _ in range(2)])"),
    ("", "np.array((w.sum(), 1.0))"),
    ("", "np.max([[0.5, w[0]], losses[:2]])"),
    ("", "np.from_dlpack(w)"),
    (PLOT, "axes.plot(w)"),
    (PLOT, "plt.plot(range(3), losses)"),
    (PLOT, "plt.plot([0.5, w.mean()])"),
    (PLOT, "axes.scatter(array, array, c=w)"),
    ("import pandas as pd\n", "pd.DataFrame(square)"),
    ("import pandas as pd\nframe = pd.DataFrame(table)\n", "frame['w'] = w"),
    ("from sklearn.metrics import mean_squared_error\n", "mean_squared_error(array, w)"),
    ("from scipy import special\n", "special.softmax(w)"),
]
SERIES = "import pandas as pd\nseries = pd.Series(array)\nframe = pd.DataFrame(table)\n"
REJECTED = [
    ("", "np.mean(w)"),
    ("", "array * w"),
    ("", "array + w.detach()"),
    ("", "array += w"),
    ("", "w > array"),
    ("from PIL import Image\n", "Image.fromarray(square)"),
    ("from scipy.io import wavfile\n", "wavfile.write(io.BytesIO(), 8000, w)"),
    ("import pandas as pd\n", "pd.to_numeric(w.detach())"),
    (SERIES, "w.detach() * series"),
    (SERIES, "1 - w.detach().sum() / series"),
    ("from scipy.sparse import csgraph\n", "csgraph.shortest_path(square.detach())"),
    ("low = w.bfloat16()\n", "np.mean(low)"),
    ("low = w.detach().bfloat16()\n", "low - array"),
    ("sparse = square.detach().to_sparse()\n", "np.max(sparse)"),
]
UNFIT = [
    ("import pandas as pd\n", "pd.to_numeric(w)"),
    ("from scipy.sparse import csgraph\n", "csgraph.shortest_path(square)"),
    *[(SERIES, f"w {operator} series") for operator in ("+", "-", "*", "/", "//", "%", "**")],
    (SERIES, "series / w"),
    (SERIES, "square.sum() - series"),
    (SERIES, "1 - square.sum() / (series + 1)"),
    (SERIES, "w.sum() * frame"),
]
MAYBE_UNFIT = [
    (SERIES, "frame * w"),
    (SERIES, "frame < w"),
    (SERIES, "w / frame"),
    (SERIES, "w - frame"),
]
"""Of one dimension, it does once it is detached; of none or two, it does not."""
REFUSED_OTHERWISE = [
    ("low = [w.bfloat16() for _ in range(2)]\n", "np.stack(low)"),
    ("low = w.detach().bfloat16()\n", "np.stack([low, low])"),
    ("sparse = [table.to_sparse() for table in (square, square)]\n", "np.array(sparse)"),
    ("lazy = [w.detach().cfloat().conj() for _ in range(2)]\n", "np.array(lazy)"),
    ("lazy = w.cfloat().conj()\n", "np.abs(lazy)"),
    ("low = w.bfloat16()\n", "np.exp(low)"),
]
DEFERRED = [
    ("(line,) = axes.plot([0, 1, 2], [0, 1, 2])\n", "line.set_ydata(w)"),
    ("(line,) = axes.plot([0, 1, 2], [0, 1, 2])\n", "line.set_data(array, losses)"),
    ("", "axes.text(w.sum(), 0.5, 'label')"),
]


def run(program: str) -> dict[str, object]:
    namespace: dict[str, object] = {}
    exec(compile(program, "program.py", "exec"), namespace)
    return namespace


def the_finding(program: str) -> Finding:
    [finding] = api.check_source(program)
    assert finding.span.line == program[: program.index("\n#here")].count("\n") + 1
    return finding


def fixed(program: str) -> str:
    fix = the_finding(program).fix
    assert fix is not None and fix.applicability is not Applicability.DISPLAY_ONLY
    changed = api.fix_source(program, unsafe_fixes=fix.applicability is Applicability.UNSAFE)
    assert changed.text != program and not api.check_source(changed.text)
    return changed.text


def refused_until_fixed(before: str, line: str, words: str, *errors: type[Exception]) -> str:
    """The program with a line that fails for its gradient as it is, and not once it is fixed."""
    program = f"{HEAD}{before}{line}\n#here\n"
    with pytest.raises(errors, match=words):
        run(program)
    run(fixed(program))
    return program


@pytest.mark.parametrize(("before", "line"), CONVERTED, ids=lambda part: part.rpartition("\n")[2])
def test_what_is_converted_is_detached(before: str, line: str) -> None:
    refused_until_fixed(before, line, r"requires? grad", RuntimeError, BufferError)


@pytest.mark.parametrize(("before", "line"), UNFIT, ids=lambda part: part.rpartition("\n")[2])
def test_what_is_refused_when_it_is_detached_is_made_an_array(before: str, line: str) -> None:
    refused_until_fixed(before, line, "requires grad", RuntimeError)
    detached = HEAD.replace(", requires_grad=True", "")
    with pytest.raises((TypeError, AttributeError, ValueError, IndexError)):
        run(f"{detached}{before}{line}\n")


@pytest.mark.parametrize(("before", "line"), MAYBE_UNFIT, ids=lambda part: part.rpartition("\n")[2])
def test_what_may_be_refused_when_it_is_detached_is_made_an_array(before: str, line: str) -> None:
    program = refused_until_fixed(before, line, "requires grad", RuntimeError)
    table = (
        program.replace("w\n#", "square\n#").replace("w /", "square /").replace("w -", "square -")
    )
    with pytest.raises(ValueError, match="coerce"):
        run(table)
    run(fixed(table))


@pytest.mark.parametrize(
    ("before", "line"), REFUSED_OTHERWISE, ids=lambda part: part.rpartition("\n")[2]
)
def test_what_is_refused_for_more_than_the_gradient_is_cured_of_all(before: str, line: str) -> None:
    program = f"{HEAD}{before}{line}\n#here\n"
    with pytest.raises((TypeError, RuntimeError)):
        run(program)
    run(fixed(program))


@pytest.mark.parametrize(("before", "line"), REJECTED, ids=lambda part: part.rpartition("\n")[2])
def test_what_is_rejected_is_made_an_array(before: str, line: str) -> None:
    program = f"{HEAD}{before}{line}\n#here\n"
    with pytest.raises((TypeError, AttributeError, ValueError)):
        run(program)
    with pytest.raises((TypeError, AttributeError, ValueError)):
        run(program.replace(" w\n", " w.detach()\n").replace("(w)", "(w.detach())"))
    run(fixed(program))


@pytest.mark.parametrize(("before", "line"), DEFERRED, ids=lambda part: part.rpartition("\n")[2])
def test_what_is_drawn_later_is_detached_where_it_is_given(before: str, line: str) -> None:
    program = f"{HEAD}{PLOT}{before}{line}\n#here\n"
    run(program)
    with pytest.raises(RuntimeError, match="requires grad"):
        run(program + DRAWN)
    run(fixed(program) + DRAWN)


def test_what_hides_the_error_answers_rightly_once_detached() -> None:
    program = f"{HEAD}answer = np.array_equal(array, w)\n#here\n"
    assert run(program)["answer"] is False
    assert run(fixed(program))["answer"] is True


def test_numbers_that_are_logged_are_kept_as_numbers() -> None:
    log = "history = []\nfor step in range(3):\n    history.append((w * step).sum())\n"
    program = f"{HEAD}{log}np.mean(history)\n#here\n"
    message = the_finding(program).message
    [number] = map(int, re.findall(r"with `\.item\(\)` at line (\d+)", message))
    lines = program.splitlines(keepends=True)
    lines[number - 1] = lines[number - 1].replace(".sum())", ".sum().item())")
    with pytest.raises(RuntimeError, match="requires grad"):
        run(program)
    run("".join(lines))
    assert not api.check_source("".join(lines))


@pytest.mark.parametrize(
    ("line", "twin"),
    [
        ("loss = torch.as_tensor(np.log(w + 1)).sum()", "torch.log(w + 1).sum()"),
        ("loss = torch.tensor(np.sum(losses))", "torch.stack(losses).sum()"),
        ("loss = torch.from_numpy(np.stack([w, w])).sum()", "torch.stack([w, w]).sum()"),
    ],
)
def test_where_the_gradient_is_wanted_the_twin_keeps_it(line: str, twin: str) -> None:
    finding = the_finding(f"{HEAD}{line}\n#here\nloss.requires_grad_()\nloss.backward()\n")
    assert finding.fix is not None
    assert finding.fix.applicability is Applicability.DISPLAY_ONLY
    [named] = re.findall(r"`(torch\.\w+)\(", finding.fix.message)
    assert named in twin
    namespace = run(f"{HEAD}loss = {twin}\nloss.backward()\n")
    assert namespace["w"].grad is not None  # type: ignore[attr-defined]  # a tensor


@pytest.mark.parametrize("number", ["w.sum()", "torch.nn.MSELoss()(w, w * 2) + 1"])
@pytest.mark.parametrize("before", ["", "with torch.no_grad(): "])
@pytest.mark.parametrize(
    ("imports", "call"),
    [
        (PLOT, "axes.hist({})"),
        (PLOT, "plt.hist({})"),
        (f"{PLOT}import seaborn\n", "seaborn.lineplot(x=array, y={})"),
    ],
)
def test_where_a_number_is_taken_one_is_made(
    imports: str, call: str, before: str, number: str
) -> None:
    program = f"{HEAD}{imports}value = {number}\n{before}{call.format('value')}\n#here\n"
    with pytest.raises((RuntimeError, TypeError)):
        run(program)
    with pytest.raises(TypeError):
        run(
            program.replace("(value)", "(value.detach().numpy())").replace(
                "=value", "=value.detach()"
            )
        )
    assert "value.item()" in fixed(program)
    run(fixed(program))
