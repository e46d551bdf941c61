"""What other libraries do to tensors, by executing them; `sinks_table` makes their table of it.

Each call of `sink_calls.tsv` is made with arrays, to see that it works, and then with a tensor, or a
list of them, in each of the marked places.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import io
import operator
import pickle
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

from detachlint.harness.probe.numpy_observe import REFUSED, Watched
from detachlint.knowledge.gates import Gate
from detachlint.knowledge.sink_facts import ENTRY, RESULT, SinkGates, format_gates, marked

CALLS = Path(__file__).with_name("sink_calls.tsv")

PACKAGES = {
    "PIL": "pillow",
    "cv2": "opencv-python-headless",
    "faiss": "faiss-cpu",
    "mpl_toolkits": "matplotlib",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "umap": "umap-learn",
    "xgboost": "xgboost-cpu",
}
"""The distribution that a library is installed as, where it has another name."""

_HOLE = re.compile(r"\{(?P<keys>[\w:*]+)(?P<mark>\{\}|\(\))?=(?P<kind>\w+)(?P<alone>-?)\}")
_LATER = "later: "
_REFUSAL = "Can't call numpy() on Tensor that requires grad"

_GENERATOR = np.random.default_rng(0)
_IMAGE = (_GENERATOR.random((8, 8)) * 255).astype(np.uint8)
KINDS: dict[str, Any] = {
    "V": np.linspace(0.05, 0.95, 12) + 0.02 * _GENERATOR.random(12),
    "V2": np.array([0.1, 0.9]),
    "V3": np.array([0.1, 0.2, 0.3]),
    "V4": np.array([0.1, 0.2, 0.3, 0.4]),
    "V8": np.arange(8.0),
    "V15": np.linspace(0.1, 1.0, 15),
    "V30": _GENERATOR.random(30),
    "M": _GENERATOR.random((12, 4)),
    "M2": _GENERATOR.random((2, 5)),
    "M32": _GENERATOR.random((12, 4)).astype(np.float32),
    "P": _GENERATOR.random((12, 2)),
    "Q": np.eye(4) + 0.1,
    "R": np.eye(3),
    "F": _GENERATOR.random((5, 6)) + 0j,
    "I": _GENERATOR.random((8, 8)),
    "C": _GENERATOR.random((6, 6, 6)),
    "B": _IMAGE,
    "B3": np.stack([_IMAGE] * 3, axis=-1),
    "CHW": _GENERATOR.random((3, 8, 8)),
    "S": np.array(0.5),
    "L": np.array([0.0, 1.0] * 6),
    "S2": [np.array(0.5), np.array(0.5)],
    "S4": [np.array(0.0), np.array(1.0), np.array(0.0), np.array(1.0)],
    "II": [_GENERATOR.random((8, 8)), _GENERATOR.random((8, 8))],
    "BB": [_IMAGE, _IMAGE],
    "G": _GENERATOR.random((4, 2, 2)),
}
"""What stands in the places of the tensors: numbers, labels (L), images of whole numbers (B), lines
from point to point (G), …"""


def rows(library: str) -> dict[str, str]:
    """The rows of a library by name."""
    found: dict[str, dict[str, SinkGates]] = {}
    gives: dict[str, str] = {}
    for name, template, result in calls():
        if name.startswith(f"{library}."):
            add_gates(found.setdefault(name, {}), gates_of(name, template))
            gives[name] = result
    return {
        name: f"{format_gates(gates)}\t{gives[name]}\t{_evidence(name)}"
        for name, gates in sorted(found.items())
    }


def add_gates(known: dict[str, SinkGates], more: Mapping[str, SinkGates]) -> None:
    """What another call of the same callable has shown."""
    for keys, gates in more.items():
        known[keys] = known.get(keys, SinkGates()) | gates


def calls() -> Iterator[tuple[str, str, str]]:
    """Name, template and result of each call."""
    for line in CALLS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, template, gives = line.split("\t")
            yield name, template, gives


def is_installed(name: str) -> bool:
    """Whether the library of a callable is there."""
    return importlib.util.find_spec(name.partition(".")[0]) is not None


def distribution(name: str) -> str:
    """What the library of a callable is installed as."""
    library = name.partition(".")[0]
    return PACKAGES.get(library, library)


def _evidence(name: str) -> str:
    package = distribution(name)
    return f"{package} {importlib.metadata.version(package)}"


def gates_of(name: str, template: str) -> dict[str, SinkGates]:
    """The gates of one call; AssertionError where it does not work with arrays either."""
    error = _outcome(name, template, {})
    assert not error, f"{name}: {error}"
    found: dict[str, SinkGates] = {}
    for place, hole in enumerate(_HOLE.finditer(template)):
        gates = _gates_at(name, template, place, hole)
        add_gates(found, {hole["keys"]: marked(hole["mark"] or "", gates)})
    return found


def _gates_at(name: str, template: str, place: int, hole: re.Match[str]) -> SinkGates:
    if isinstance(KINDS[hole["kind"]], list):
        return SinkGates(items=_gate(name, template, place, _items))
    tensor = _gate(name, template, place, _tensor)
    if hole["kind"] == "S":
        return SinkGates(tensor, number=tensor)
    items = None if hole["alone"] else _gate(name, template, place, _items)
    works = not _outcome(name, template, {place: (_plain_number, False, False)})
    number = _gate(name, template, place, _number) if works else tensor
    return SinkGates(tensor, items, None if number is tensor else number)


Maker = Callable[[Any, bool, bool], Any]


def _tensor(array: Any, requires_grad: bool, watched: bool) -> Any:
    tensor = torch.tensor(array)
    if not (tensor.is_floating_point() or tensor.is_complex()):
        tensor = tensor.double()
    tensor = tensor.as_subclass(Watched) if watched else tensor
    return tensor.requires_grad_() * 1 if requires_grad else tensor


def _items(array: Any, requires_grad: bool, watched: bool) -> Any:
    return [_tensor(item, requires_grad, watched) for item in array]


def _number(array: Any, requires_grad: bool, watched: bool) -> Any:
    return _tensor(array.flat[0], requires_grad, watched)


def _plain_number(array: Any, requires_grad: bool, watched: bool) -> Any:
    return array.flat[0].item()


def _gate(name: str, template: str, number: int, make: Maker) -> Gate | None:
    refused = _outcome(name, template, {number: (make, True, False)})
    if refused:
        works = not _outcome(name, template, {number: (make, False, False)})
        if _REFUSAL not in refused:
            return None if works else Gate.REJECTS
        if refused.startswith(_LATER):
            return Gate.DEFERRED
        return Gate.CONVERTS if works else _of_arrays(name, template, number, make)
    Watched.asked.clear()
    _outcome(name, template, {number: (make, True, True)})
    if REFUSED in Watched.asked:
        return Gate.SWALLOWS
    return Gate.SCALAR if Watched.asked else Gate.KEEPS


def _of_arrays(name: str, template: str, number: int, make: Maker) -> Gate:
    """Whether an array of the values is taken, where a tensor of them is not."""
    if make is _items:
        return Gate.UNFIT  # of what the items are to be made, the call alone knows

    def array(*given: Any) -> Any:
        return make(*given).numpy()

    works = not _outcome(name, template, {number: (array, False, False)})
    return Gate.ARRAYS if works else Gate.UNFIT


def _outcome(name: str, template: str, replaced: dict[int, tuple[Maker, bool, bool]]) -> str:
    """The text of the errors that the call ends with, "" if it works; of what comes later, said so."""
    call, later, namespace = _prepared(name, template, replaced)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            namespace["made"] = eval(call, namespace)
        except Exception as error:
            return _chain(error)
        try:
            if later:
                eval(later, namespace)
            _draw(namespace)
        except Exception as error:
            return f"{_LATER}{_chain(error)}"
    return ""


def classes_made(name: str, template: str) -> list[str]:
    """The class of what a call gives, and those it is derived from, by the names of their modules."""
    call, _, namespace = _prepared(name, template, {})
    made = eval(call, namespace)
    return [f"{cls.__module__}.{cls.__qualname__}" for cls in type(made).__mro__]


def _prepared(
    name: str, template: str, replaced: dict[int, tuple[Maker, bool, bool]]
) -> tuple[str, str, dict[str, Any]]:
    """The call, what is done later, and the names that both mention."""
    namespace = dict(_namespace(name.partition(".")[0]))
    given: dict[str, Any] = {}
    for number, hole in enumerate(_HOLE.finditer(template)):
        array = KINDS[hole["kind"]]
        plain = _plain(array)
        make = replaced.get(number)
        value = make[0](array, *make[1:]) if make else plain
        given[f"hole{number}"] = _in_place(hole["mark"], value)
    numbers = iter(range(len(given)))
    call, _, later = _HOLE.sub(lambda _: f"hole{next(numbers)}", template).partition(" >> ")
    namespace.update(_fresh(name), **given)
    return call, later, namespace


def _in_place(mark: str | None, value: Any) -> Any:
    """The value as it is given: itself, in a dict, or by a function."""
    if mark == ENTRY:
        return {"column": value, "other": list(range(12))}
    return (lambda *_: value) if mark == RESULT else value


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.copy() if value.ndim else value.item()


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
    names["points"] = np.random.default_rng(1).random((12, 4))
    exec(_IMPORTS[library], names)
    return names


_PLOTTING = """
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib import cm, collections, colors, patches, ticker
"""

_PLACE = """
import os, tempfile
place = os.path.join(tempfile.mkdtemp(), "image.png")
"""

_IMPORTS = {
    "matplotlib": _PLOTTING,
    "mpl_toolkits": _PLOTTING,
    "seaborn": f"{_PLOTTING}import seaborn as sns",
    "pandas": "import pandas as pd",
    "PIL": "from PIL import Image",
    "scipy": """
from scipy import (
    fft, integrate, interpolate, linalg, ndimage, optimize, signal, sparse, spatial, special, stats
)
import scipy.sparse.linalg
from scipy.cluster import hierarchy, vq
from scipy.io import savemat, wavfile
from scipy.sparse import csgraph
from scipy.spatial import distance
from scipy.spatial.transform import Rotation
""",
    "sklearn": """
import matplotlib
matplotlib.use("Agg")
from sklearn import metrics, preprocessing
from sklearn.calibration import calibration_curve
from sklearn.cluster import KMeans, dbscan, k_means
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import (
    cross_val_predict, cross_val_score, cross_validate, train_test_split
)
from sklearn.neighbors import NearestNeighbors
from sklearn.utils import check_array, resample, shuffle
fitted = LinearRegression().fit(points, A)
scaler = preprocessing.StandardScaler().fit(points)
classifier = LogisticRegression().fit(points, [0, 1] * 6)
mixture = GaussianMixture(1).fit(points)
neighbours = NearestNeighbors(n_neighbors=2).fit(points)
""",
    "networkx": "import networkx as nx",
    "joblib": "import joblib",
    "cv2": f"{_PLACE}import cv2",
    "imageio": "import imageio.v2 as imageio\nimport imageio.v3 as iio",
    "h5py": """
import h5py
def file():
    return h5py.File("memory", "w", driver="core", backing_store=False)
""",
    "soundfile": "import soundfile",
    "librosa": f"{_PLOTTING}import librosa\nimport librosa.display",
    "plotly": "import plotly.express as px\nimport plotly.graph_objects as go",
    "xarray": "import xarray as xr",
    "polars": "import polars as pl",
    "statsmodels": "import statsmodels.api as sm",
    "faiss": """
import faiss
def index():
    made = faiss.IndexFlatL2(4)
    made.add(points.astype(np.float32))
    return made
""",
    "lightgbm": """
import lightgbm
regressor = lightgbm.LGBMRegressor(n_estimators=1, verbose=-1).fit(points, A)
""",
    "xgboost": """
import xgboost
regressor = xgboost.XGBRegressor(n_estimators=1).fit(points, A)
""",
    "umap": "import umap",
    "skimage": f"""{_PLACE}
import skimage.color, skimage.exposure, skimage.filters, skimage.io, skimage.measure
import skimage.metrics, skimage.transform, skimage.util
""",
    "pyarrow": "import pyarrow as pa",
    "pytest": "import pytest",
    "wandb": "import os\nos.environ['WANDB_MODE'] = 'disabled'\nimport wandb",
    "bokeh": "from bokeh.models import ColumnDataSource\nfrom bokeh.plotting import figure as canvas",
}


def _fresh(name: str) -> dict[str, Any]:
    """New figures for what draws."""
    if name.partition(".")[0] not in ("matplotlib", "mpl_toolkits", "seaborn"):
        return {}
    _namespace("matplotlib")["plt"].close("all")
    figure = pickle.loads(_empty_figure())  # pyplot's current one, as if it had made it
    [axes] = figure.axes
    found = {"figure": figure, "ax": axes}
    if ".Line2D." in name:
        (found["line"],) = axes.plot(np.arange(12.0), np.arange(12.0))
    if ".AxesImage." in name:
        found["image"] = axes.imshow(np.eye(8))
    if ".Axes3D." in name:
        found["ax3d"] = figure.add_subplot(projection="3d", xticks=(), yticks=(), zticks=())
    return found


@cache
def _empty_figure() -> bytes:
    """One with axes. To make it takes twice as long as to read it from a pickle."""
    matplotlib = _namespace("matplotlib")
    figure, axes = matplotlib["plt"].subplots()
    for axis in (axes.xaxis, axes.yaxis):  # ticks take most of the time that drawing takes
        axis.set_major_locator(matplotlib["ticker"].NullLocator())
    return pickle.dumps(figure)


def _draw(namespace: dict[str, Any]) -> None:
    if "figure" in namespace:
        namespace["figure"].canvas.draw()
