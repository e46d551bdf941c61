"""`python -m detachlint.harness.probe.sinks`: make the table of other libraries' sinks anew.

Each call of `sink_calls.tsv` is made with arrays, to see that it works, and then with a tensor, or a
list of them, in each of the marked places.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import io
import operator
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

import detachlint.knowledge
from detachlint.harness.probe.numpy_observe import REFUSED, Watched
from detachlint.knowledge.model import Gate
from detachlint.knowledge.sink_facts import SinkGates, format_gates

CALLS = Path(__file__).with_name("sink_calls.tsv")
TABLE = Path(detachlint.knowledge.__file__).parent / "sinks" / "executed.tsv"

PACKAGES = {
    "matplotlib": "matplotlib",
    "mpl_toolkits": "matplotlib",
    "pandas": "pandas",
    "PIL": "pillow",
    "scipy": "scipy",
    "seaborn": "seaborn",
    "sklearn": "scikit-learn",
}
"""The distribution that a library is installed as."""

_HOLE = re.compile(r"\{(?P<keys>[\w:*]+)=(?P<kind>\w+)(?P<alone>-?)\}")
_REFUSAL = "Can't call numpy() on Tensor that requires grad"

_GENERATOR = np.random.default_rng(0)
KINDS: dict[str, Any] = {
    "V": np.linspace(0.05, 0.95, 12) + 0.02 * _GENERATOR.random(12),
    "M": _GENERATOR.random((12, 4)),
    "M2": _GENERATOR.random((2, 5)),
    "Q": np.eye(4) + 0.1,
    "I": _GENERATOR.random((8, 8)),
    "S": np.array(0.5),
    "L": np.array([0.0, 1.0] * 6),
}


def rows() -> dict[str, str]:
    """The rows by name, of the libraries that are installed."""
    found: dict[str, dict[str, SinkGates]] = {}
    gives: dict[str, str] = {}
    for name, template, result in calls():
        if is_installed(name):
            found.setdefault(name, {}).update(gates_of(name, template))
            gives[name] = result
    return {
        name: f"{format_gates(gates)}\t{gives[name]}\t{_evidence(name)}"
        for name, gates in sorted(found.items())
    }


def calls() -> Iterator[tuple[str, str, str]]:
    """Name, template and result of each call."""
    for line in CALLS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, template, gives = line.split("\t")
            yield name, template, gives


def is_installed(name: str) -> bool:
    """Whether the library of a callable is there."""
    return importlib.util.find_spec(name.partition(".")[0]) is not None


def _evidence(name: str) -> str:
    package = PACKAGES[name.partition(".")[0]]
    return f"{package} {importlib.metadata.version(package)}"


def gates_of(name: str, template: str) -> dict[str, SinkGates]:
    """The gates of one call; AssertionError where it does not work with arrays either."""
    error = _outcome(name, template, {})
    assert not error, f"{name}: {error}"
    found = {}
    for number, hole in enumerate(_HOLE.finditer(template)):
        tensor = _gate(name, template, number, _tensor)
        alone = hole["alone"] or hole["kind"] == "S"
        items = None if alone else _gate(name, template, number, _items)
        found[hole["keys"]] = SinkGates(tensor, items)
    return found


Maker = Callable[[Any, bool, bool], Any]


def _tensor(array: Any, requires_grad: bool, watched: bool) -> Any:
    tensor = torch.tensor(array)
    tensor = tensor.as_subclass(Watched) if watched else tensor
    return tensor.requires_grad_() * 1 if requires_grad else tensor


def _items(array: Any, requires_grad: bool, watched: bool) -> Any:
    return [_tensor(item, requires_grad, watched) for item in array]


def _gate(name: str, template: str, number: int, make: Maker) -> Gate:
    refused = _outcome(name, template, {number: (make, True, False)})
    if _REFUSAL in refused:
        return Gate.DEFERRED if refused.startswith("drawing: ") else Gate.CONVERTS
    if refused:
        return Gate.REJECTS
    Watched.asked.clear()
    _outcome(name, template, {number: (make, True, True)})
    if REFUSED in Watched.asked:
        return Gate.SWALLOWS
    return Gate.SCALAR if Watched.asked else Gate.KEEPS


def _outcome(name: str, template: str, replaced: dict[int, tuple[Maker, bool, bool]]) -> str:
    """The text of the errors that the call ends with, "" if it works; of drawing it, said so."""
    namespace = dict(_namespace(name.partition(".")[0]))
    given: dict[str, Any] = {}
    for number, hole in enumerate(_HOLE.finditer(template)):
        array = KINDS[hole["kind"]]
        plain = array.copy() if array.ndim else array.item()
        make = replaced.get(number)
        given[f"hole{number}"] = make[0](array, *make[1:]) if make else plain
    numbers = iter(range(len(given)))
    call = _HOLE.sub(lambda _: f"hole{next(numbers)}", template)
    namespace.update(_fresh(name), **given)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            eval(call, namespace)
        except Exception as error:
            return _chain(error)
        try:
            _draw(namespace)
        except Exception as error:
            return f"drawing: {_chain(error)}"
    return ""


def _chain(error: BaseException | None) -> str:
    texts = []
    while error is not None:
        texts.append(f"{type(error).__name__}: {error}")
        error = error.__cause__ or error.__context__
    return " <- ".join(texts)


@cache
def _namespace(library: str) -> dict[str, Any]:
    """What the templates of a library mention."""
    names: dict[str, Any] = {"np": np, "operator": operator, "buffer": io.BytesIO}
    names["A"] = KINDS["V"].copy()
    exec(_IMPORTS[library], names)
    return names


_PLOTTING = """
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
"""

_IMPORTS = {
    "matplotlib": _PLOTTING,
    "mpl_toolkits": _PLOTTING,
    "seaborn": f"{_PLOTTING}import seaborn as sns",
    "pandas": "import pandas as pd",
    "PIL": "from PIL import Image",
    "scipy": """
from scipy import (
    integrate, interpolate, linalg, ndimage, optimize, signal, sparse, spatial, special, stats
)
from scipy.io import wavfile
from scipy.spatial import distance
""",
    "sklearn": """
from sklearn import metrics, preprocessing
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neighbors import NearestNeighbors
points = np.random.default_rng(1).random((12, 4))
fitted = LinearRegression().fit(points, A)
scaler = preprocessing.StandardScaler().fit(points)
classifier = LogisticRegression().fit(points, [0, 1] * 6)
neighbours = NearestNeighbors(n_neighbors=2).fit(points)
""",
}


def _fresh(name: str) -> dict[str, Any]:
    """New figures for what draws."""
    if name.partition(".")[0] not in ("matplotlib", "mpl_toolkits", "seaborn"):
        return {}
    plt = _namespace("matplotlib")["plt"]
    plt.close("all")
    figure, axes = plt.subplots()
    found = {"figure": figure, "ax": axes}
    if ".Line2D." in name:
        (found["line"],) = axes.plot(np.arange(12.0), np.arange(12.0))
    if ".AxesImage." in name:
        found["image"] = axes.imshow(np.eye(8))
    if ".Axes3D." in name:
        found["ax3d"] = figure.add_subplot(projection="3d")
    return found


def _draw(namespace: dict[str, Any]) -> None:
    if "figure" in namespace:
        namespace["figure"].canvas.draw()


def table_text() -> str:
    """The table."""
    lines = [f"{name}\t{row}" for name, row in rows().items()]
    return "\n".join([f"# torch {torch.__version__.partition('+')[0]}", *lines, ""])


if __name__ == "__main__":
    torch.set_num_threads(1)
    TABLE.write_text(table_text(), encoding="utf-8")
    print(f"{len(rows())} rows", file=sys.stderr)
