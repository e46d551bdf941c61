"""The few names that the language around PyTorch and NumPy is made of.

Everything that these libraries' callables do is in the tables. What stands here are the classes that
annotations and `isinstance` name, and the methods that are the crossing itself; a test executes each.
"""

from __future__ import annotations

NUMPY = "numpy"
TENSOR = "torch.Tensor"
PARAMETER = "torch.nn.Parameter"
MODULE = "torch.nn.Module"
ARRAY = "numpy.ndarray"
SAMPLERS = "numpy.random"

THERE = frozenset({"torch", "torch.nn", "torch.nn.functional", NUMPY})
"""What can be imported wherever a tensor becomes an array: there would be neither without them."""

CONVERSIONS = frozenset({"numpy", "__array__"})
"""The methods of a tensor that give its array: the crossing."""

OTHERWISE = frozenset({"detach", "data", "item", "tolist"})
"""Methods and attributes by which programs get at the values of a tensor that is refused as it is."""

TRANSFERS = frozenset({"cpu"})
"""Those by which they do where it is refused for its device, and only then."""

GETITEM = "__getitem__"
"""What Python calls for `a[b]`: `np.r_` and `np.c_` make an array there of what they are indexed with."""


def setter(attribute: str) -> str:
    """What the facts call the storing of an attribute of an array: `a.flat = values`."""
    return f"{ARRAY}.{attribute}.__set__"


SETITEM = f"{TENSOR}.__setitem__"
"""What Python calls for `t[i] = value` of a tensor."""

ARRAY_CLASSES = frozenset({ARRAY, "numpy.generic", "numpy.number", "numpy.floating"})
"""Of what NumPy makes of floats, each thing is of one of these."""

SPARSE = "sparse"
"""The word for the sparse layout that tensors have mostly: `torch.sparse_coo`, which `is_sparse` tells."""

SPARSE_LAYOUTS = frozenset({SPARSE, "sparse_csr", "sparse_csc", "sparse_bsr", "sparse_bsc"})
"""The words for all sparse layouts."""


def layout_word(name: str) -> str:
    """The word for the layout that PyTorch calls `torch.<name>`."""
    return SPARSE if name == "sparse_coo" else name


OTHER_LAYOUTS = frozenset({"mkldnn", *SPARSE_LAYOUTS})
"""The words for the layouts into which a tensor of the usual one can be brought."""

BROUGHT_INTO = OTHER_LAYOUTS | {"argument"}
"""The words of what brings a tensor into such a layout, be it as an argument says."""

ORDERS = frozenset({"torch.channels_last", "torch.channels_last_3d"})
"""Orders of elements in memory that few tensors have."""

TRAINING = ("training", "train")
"""How functions call the argument that says whether they are used in training."""

MORE_THAN_A_TUPLE = frozenset(
    {"_asdict", "_field_defaults", "_fields", "_make", "_replace", "numel"}
)  # fmt: skip
"""What named tuples and `torch.Size` have, and a tuple has not."""
