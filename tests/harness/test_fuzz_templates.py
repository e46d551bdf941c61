"""Each operation that is generated, on each kind of input and in each grad mode, by itself."""

from __future__ import annotations

import pytest

from detachlint.harness.fuzz import templates
from detachlint.harness.fuzz.compare import compare, run

HEAD = "import copy\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn\n"
INPUTS = {
    "leaf": "v = torch.ones(3, requires_grad=True)\ns = torch.tensor(1.0, requires_grad=True)\n",
    "result": "v = torch.ones(3, requires_grad=True) * 2\ns = v.sum()\n",
    "plain": "v = torch.ones(3)\ns = v.sum()\n",
    "view": "w = torch.ones(4, requires_grad=True)\nv = w[1:]\ns = w[0]\n",
    "parameter": "v = nn.Linear(3, 3).bias\ns = v.sum()\n",
}
USES = {
    "as it is": "x = {x}\nx.numpy()\n",
    "under no_grad": "with torch.no_grad():\n    x = {x}\n    x.numpy()\nx.numpy()\n",
    "in inference mode": "with torch.inference_mode():\n    x = {x}\n    x.numpy()\nx.numpy()\n",
    "input trained later": "x = {x}\nif v.is_leaf:\n    v.requires_grad_(True)\nx.numpy()\n",
    "input frozen later": "x = {x}\nif v.is_leaf:\n    v.requires_grad_(False)\nx.numpy()\n",
    "written": "x = {x}\nz = torch.zeros_like(v)\nz.add_(x)\nz.numpy()\n",
}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("given", INPUTS)
def test_the_analysis_and_pytorch_agree_on_each_operation(given: str, use: str) -> None:
    wrong = []
    for _, template in templates.VECTORS + templates.SCALARS:
        for flag in ("True", "False") if "{f}" in template else ("True",):
            made = template.format(v="v", s="s", m="(v > 0)", n="0.5", f=flag)
            text = HEAD + INPUTS[given] + USES[use].format(x=made)
            runs = run(text)
            assert runs.reached() or runs.kept_going.error is not None
            if runs.ran_through:
                wrong += [f"{found}\n{text}" for found in compare(text, runs)]
    assert wrong == []
