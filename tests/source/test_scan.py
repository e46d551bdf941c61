"""The scan says no only to files that hold no crossing."""

from __future__ import annotations

import pytest

from detachlint.source.scan import may_hold_crossing, may_name_rules, text_may_hold_crossing

HOLDING = {
    "attribute": b"import torch\nx.numpy()",
    "no torch in sight": b"def f(loss):\n    loss.backward()\n    return loss.numpy()\n",
    "method without a call": b"import torch\nf = x.numpy\n",
    "getattr": b"import torch\ngetattr(x, 'numpy')()",
    "array protocol": b"import torch\nx.__array__()",
    "next line": b"import torch\n(x.\n numpy())",
    "continued line": b"import torch\nx.\\\nnumpy()",
    "comment between": b"import torch\n(x. # import\nnumpy())",
    "carriage returns": b"import torch\rx.numpy()\r",
    "beside an import": b"import torch\nimport numpy as np; x.numpy()",
    "torch by another library": b"import pytorch_lightning\nx.numpy()",
    "byte order mark": b"\xef\xbb\xbfimport torch\nx.numpy()",
    "latin-1": b"# coding: latin-1\nimport torch\n'\xe9'; x.numpy()",
    "undecodable": b"import torch\n'\xe9'; x.numpy()",
    "numpy beside torch": b"import torch\nimport numpy as np\nnp.exp(x)\n",
    "a library and a loss": b"from matplotlib import pyplot\nloss.backward()\nplot(loss)\n",
    "a submodule": b"import torch\nif x:\n    import matplotlib.pyplot as plt\n",
    "several in a line": b"import torch, os, scipy.stats\n",
    "a name handed on": b"import torch\nfrom .common import np\n",
    "a board inside torch": b"from torch.utils.tensorboard import SummaryWriter\n",
    "a part of a library": b"import torch\nfrom pytest import approx\n",
    "utf-16": "import torch\nx.numpy()".encode("utf-16"),
    "nul byte": b"\0import torch",
    "utf-7": b"# coding: utf-7\nimport torch\nx.+AG4-umpy()",
    "folded method": "import torch\nx.ｎumpy()".encode(),
    "folded module": "import tºrch\nx.numpy()".encode(),
    "wide letters in another encoding": "# coding: gbk\nimport torch\nx.ｎumpy()".encode("gbk"),
}
EMPTY = {
    "empty": b"",
    "no crossing": b"import torch\nx.cpu()",
    "a library without a sign of tensors": b"import numpy as np\nnp.exp(x)\n",
    "tensors without a library": b"import torch\nimport os, sys\nplot(x)\n",
    "a library without its part": b"import torch\nimport pytest\n",
    "a library in a comment": b"import torch\n# as numpy, so here\n".replace(b"numpy", b"scipy"),
    "other protocol": b"import torch\nx.__array_ufunc__ = None\n",
    "cookie beyond line two": b"\n\n# coding: utf-7\n",
    "utf-8 cookie": b"# coding: UTF-8\nimport torch\n",
    "non-ascii": "import torch\n# Überraschung ｎ\n".encode(),
}


@pytest.mark.parametrize("data", HOLDING.values(), ids=HOLDING)
def test_files_that_may_hold_a_crossing_are_let_through(data: bytes) -> None:
    assert may_hold_crossing(data)


@pytest.mark.parametrize("data", EMPTY.values(), ids=EMPTY)
def test_files_that_hold_none_are_ruled_out(data: bytes) -> None:
    assert not may_hold_crossing(data)


def test_decoded_text_is_scanned_alike() -> None:
    assert text_may_hold_crossing("import torch\nx.numpy()")
    assert text_may_hold_crossing("import torch\nx.ｎumpy()")
    assert not text_may_hold_crossing("import torch\nimport re")


@pytest.mark.parametrize(
    "data", [b"x = 1  # noqa: DTL101", b"# NOQA:dtl1", b"# detachlint: skip-file", b"DTL\xff"]
)
def test_files_that_may_address_this_tool_are_noticed(data: bytes) -> None:
    assert may_name_rules(data)


@pytest.mark.parametrize("data", [b"", b"x = 1  # noqa", b"import detachlint", b"d tl"])
def test_other_files_do_not(data: bytes) -> None:
    assert not may_name_rules(data)
