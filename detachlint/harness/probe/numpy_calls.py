"""What to call NumPy with: arrays and numbers, for each of which a tensor is put in."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.ma import mrecords

from detachlint.harness.probe.numpy_universe import BITWISE, GENERATORS, MADE, WRITTEN
from detachlint.knowledge.names import setter

Arguments: TypeAlias = "tuple[Any, ...]"

V = np.array([0.2, 0.4, 0.6])
M = np.array([[0.5, 0.1, 0.1], [0.1, 0.6, 0.1], [0.1, 0.1, 0.7]])
S = 0.5
P = np.array([0.2, 0.3, 0.5])
"""Probabilities: they sum up to one."""
ROW = np.zeros((1, 3), dtype=int)
"""Indices into the first dimension of a matrix, one for each column."""

GENERIC: Sequence[Arguments] = (
    *((V,), (M,), (V, V), (M, M), (M, V), (V, S), (V, 1), (M, 0), (M, 1), (V, V, V)),
    *(([V, V],), ([M, M],), (S,), (S, S), (S, S, 3), (S, S, S), (S, V, V), (3, S), ((2, 2), S)),
    *((V, [0, 1]), (V, [0, 1], S), (V > 0.3, V), (V, V > 0.3), (V > 0.3, V, V), (M, 0, 1)),
    *((V, S, 1), (V, (3, 1)), (V, V, V, V), (V, S, S), ("ij->ji", M), (0, [V, V]), (4, S, 1)),
    *((), (3,), ((2, 2),), (3, 3)),
)
"""Argument lists that fit some function; the first few that a function accepts are used."""

_METHOD: Sequence[Arguments] = (
    *(
        (V,),
        (M,),
        (V, V),
        (V, S),
        (V, S, S),
        (V, 0),
        (M, 0),
        (M, 0, 1),
        (V, [0, 1]),
        (V, [0, 1], V[:2]),
    ),
    *((V, 0, S), (V, (3, 1)), (V, V > 0.3), (V.astype(int), [V, V, V]), (V, np.float32)),
)
"""The same for methods: the first argument is the array."""

TEXT, WHOLE = np.array(["ab", "c"]), np.array([1, 2, 3])
DAYS = np.array(["2000-01-03", "2000-01-04"], dtype="datetime64[D]")
DESCRIBED = {"descr": "<f8", "fortran_order": False, "shape": (3,)}
RECORDS = np.array([(1.0, 2.0)], dtype=[("a", float), ("b", float)])
FURTHER: Sequence[Arguments] = (
    *((TEXT,), (TEXT, TEXT), (TEXT, 5), (TEXT, TEXT, TEXT), (TEXT, "c"), (TEXT, "<=", TEXT, True)),
    *((WHOLE,), (WHOLE, WHOLE), (WHOLE, 1), (WHOLE, [0, 1]), (WHOLE, [0, 1], 1), (WHOLE, "S")),
    *((RECORDS,), (RECORDS.dtype,), (RECORDS, ["a"]), (RECORDS, {"a": "c"}), ([RECORDS, RECORDS],)),
    *((RECORDS, RECORDS), (np.mean, RECORDS), (float,), (float, float), (float, "float64")),
    *((V > 0.3,), (V > 0.3, [0, 1]), (V, WHOLE), ((2, 2), WHOLE), (0, 2), (DAYS,), (DAYS, DAYS)),
    *(
        ([[0.0, 1.0]], [V]),
        ("a", RECORDS, RECORDS),
        (RECORDS, "c", V[:1]),
        (abs, 1, 1),
        (abs, (2,)),
    ),
)
"""Argument lists tried where none was written by hand: of texts, whole numbers, records, types."""


OF_REDUCTIONS = ("where", "mean")
"""Arguments of reductions that are arrays as well, behind those that say how to reduce. The first takes
arrays of truths alone, and makes one of any tensor."""


def lists_of_reductions(name: str, parameters: Mapping[str, Any]) -> list[Arguments]:
    """Argument lists with these, given what a function has as its arguments' defaults."""
    array = Fresh(V) if name.startswith("numpy.ndarray.") else V
    names = list(parameters)
    lists: list[Arguments] = []
    for wanted in OF_REDUCTIONS if names[1:2] == ["axis"] else ():
        if wanted in names:
            between = names[1 : names.index(wanted)]
            defaults = [_WITHOUT.get(each, parameters[each]) for each in between]
            lists.append((array, *defaults, Put(V > 0.3) if wanted == "where" else V))
    return lists


_WITHOUT = {"keepdims": False, "initial": 0.0, "where": True}
"""What is given for arguments whose defaults are none of Python's."""


_OF_BITS = {f"__{prefix}{operator}__" for prefix in ("", "r", "i") for operator in BITWISE}


def argument_lists(name: str) -> Sequence[Arguments]:
    """Argument lists worth trying for `name`."""
    return _written(name) or (*GENERIC, *(_CURVES if name.startswith("numpy.polynomial.") else ()))


def is_written(name: str) -> bool:
    """Whether its argument lists were written for it: others are as good as any."""
    return bool(_written(name))


def _written(name: str) -> Sequence[Arguments]:
    return _BY_HAND.get(name) or _receiver_lists(name) or _BY_HAND.get(_plain(name)) or ()


def _plain(name: str) -> str:
    """The function of NumPy itself that one of `numpy.ma` or `numpy.emath` stands beside."""
    return f"numpy.{name.rpartition('.')[2]}"


def _receiver_lists(name: str) -> Sequence[Arguments]:
    owner, _, attribute = name.rpartition(".")
    if owner in GENERATORS:
        function = f"numpy.random.{attribute}"
        return tuple((Fresh(GENERATORS[owner]), *given) for given in argument_lists(function))
    if owner in MADE:
        made = Fresh(MADE[owner])
        return tuple((made, *given) for given in ((), (made,), (2,), *GENERIC, *_CURVES))
    if name == "numpy.vectorize.__call__":
        vectorized = Fresh(np.vectorize(_first))
        return tuple((vectorized, *given) for given in GENERIC[:6])
    if name == "numpy.ufunc.__call__":
        one, two = (Made(partial(np.frompyfunc, _first, count, 1)) for count in (1, 2))
        lists: Sequence[Arguments] = (*GENERIC[:6], (S,), (S, S))
        return tuple((two if len(given) == 2 else one, *given) for given in lists)
    if attribute in _OF_BITS:
        left = [one[0] if owner == "numpy.generic" else Fresh(one) for one in (WHOLE, WHOLE > 1)]
        return tuple((one, other) for one in left for other in (1, Put(WHOLE), Put(WHOLE > 1)))
    if name.startswith("numpy.generic.__"):
        return ((np.float64(S), V), (np.float64(S), S))
    if name.startswith("numpy.ndarray.__"):
        # An array of its own: in-place operators write it.
        return ((Fresh(V), V), (Fresh(V), S))
    if name.startswith("numpy.ndarray."):
        return tuple((Fresh(given[0]), *given[1:]) for given in _METHOD)
    if owner.count(".") and attribute == "at":
        return ((V, [0, 1]), (V, [0, 1], V[:2]), (V, [0, 1], S))
    return ()


def _first(*values: Any) -> Any:
    return values[0]


class Fresh:
    """An array, or another receiver, that is copied for each call and never replaced by a tensor."""

    def __init__(self, array: Any) -> None:
        self.array = array


class Put:
    """An array of whole numbers or truths for which a tensor is put in: it has no flag."""

    def __init__(self, array: Any) -> None:
        self.array = array


class Made:
    """An argument that is made anew for each call, and no array."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make


FILE = Made(io.BytesIO)


def _saved(array: Any) -> Made:
    """A file of NumPy's that holds the array; several, where it is a dict."""

    def make() -> io.BytesIO:
        file = io.BytesIO()
        np.savez(file, **array) if isinstance(array, dict) else np.save(file, array)
        file.seek(0)
        return file

    return Made(make)


def _header(major: int) -> io.BytesIO:
    """A file in that version of the format, read up to its header."""
    file = io.BytesIO()
    np.lib.format.write_array(file, V, (major, 0))
    file.seek(0)
    np.lib.format.read_magic(file)
    return file


def _records(make: Callable[..., Any]) -> Made:
    return Made(lambda: make([RECORDS["a"]], names="a"))


def fresh(value: Any) -> Any:
    """The argument to pass for a template."""
    if isinstance(value, Fresh):
        return copy.deepcopy(value.array)
    if isinstance(value, Put):
        return value.array.copy()
    if isinstance(value, Made):
        return value.make()
    return value.copy() if isinstance(value, np.ndarray) else value


_CURVES: Sequence[Arguments] = (
    *((V, V, 1), (V, V, [0, 1], None, False, V), (np.exp, 1), (V, V, [1, 2]), (V, V, V, [1, 2, 1])),
)
"""Points to fit a curve to, functions and degrees."""
_BY_HAND: Mapping[str, Sequence[Arguments]] = {
    "numpy.busday_offset": ((DAYS, 1),),
    "numpy.char.compare_chararrays": ((TEXT, TEXT, "<=", True),),
    "numpy.char.decode": ((np.array([b"ab", b"c"]),),),
    "numpy.strings.decode": ((np.array([b"ab", b"c"]),),),
    "numpy.datetime_data": ((np.dtype("datetime64[D]"),),),
    "numpy.fromregex": (
        (Made(lambda: io.StringIO("1 2")), r"(\d) (\d)", [("a", int), ("b", int)]),
    ),
    "numpy.fromstring": (("1 2", float, -1, " "),),
    "numpy.isdtype": ((np.dtype(float), "real floating"),),
    "numpy.lib.array_utils.normalize_axis_index": ((0, 2),),
    "numpy.lib.array_utils.normalize_axis_tuple": ((0, 2),),
    "numpy.lib.format.descr_to_dtype": (("<f8",),),
    "numpy.lib.format.read_array": ((_saved(S),), (_saved(V),), (_saved(M),)),
    "numpy.lib.format.read_array_header_1_0": ((Made(lambda: _header(1)),),),
    "numpy.lib.format.read_array_header_2_0": ((Made(lambda: _header(2)),),),
    "numpy.lib.format.read_magic": ((_saved(V),),),
    "numpy.lib.format.write_array": ((FILE, V),),
    "numpy.lib.format.write_array_header_1_0": ((FILE, DESCRIBED),),
    "numpy.lib.format.write_array_header_2_0": ((FILE, DESCRIBED),),
    "numpy.lib.recfunctions.find_duplicates": ((np.ma.array(RECORDS),),),
    "numpy.ma.fromflex": ((np.ma.array(V).toflex(),),),
    "numpy.ma.mrecords.addfield": ((_records(mrecords.fromarrays), V[:1], "c"),),
    "numpy.random.Generator": ((np.random.PCG64(0),),),
    "numpy.rec.format_parser": ((["f8"], ["a"], []),),
    "numpy.load": ((_saved(V),), (_saved(M),), (_saved({"v": V}),)),
    "numpy.loadtxt": ((["1"],), (["1 2"],), (["1 2", "3 4"],)),
    "numpy.genfromtxt": ((["1"],), (["1 2"],), (["1 2", "3 4"],)),
    "numpy.mask_indices": ((2, np.triu),),
    "numpy.ndarray.setfield": ((Fresh(V), 1.0, float), (Fresh(V), V, float)),
    "numpy.ndarray.to_device": ((Fresh(V), "cpu"),),
    "numpy.ndarray.__imatmul__": ((Fresh(M), M),),
    "numpy.ravel_multi_index": (((WHOLE, WHOLE), (4, 4)),),
    "numpy.typename": (("d",),),
    "numpy.unpackbits": ((WHOLE.astype(np.uint8),),),
    "numpy.random.multivariate_hypergeometric": ((WHOLE, 2),),
    "numpy.testing.assert_array_compare": ((np.equal, V, V),),
    "numpy.testing.assert_raises": ((ZeroDivisionError, divmod, 1, 0),),
    "numpy.testing.assert_raises_regex": ((ZeroDivisionError, "", divmod, 1, 0),),
    "numpy.testing.assert_string_equal": (("ab", "ab"),),
    "numpy.fromiter": (([0.2, 0.4], float),),
    "numpy.vectorize": ((abs,),),
    "numpy.random.RandomState": ((0,),),
    "numpy.random.default_rng": ((0,),),
    "numpy.save": ((FILE, V),),
    "numpy.savetxt": ((FILE, V),),
    "numpy.savez": ((FILE, V),),
    "numpy.savez_compressed": ((FILE, V),),
    "numpy.array_equal": ((V, V),),
    "numpy.linspace": ((S, 2.5), (0.0, S, 3), (V, V), (0.0, V, 3)),
    "numpy.random.choice": (*GENERIC, (3, None, True, P)),
    "numpy.average": (*GENERIC, (V, None, V)),
    "numpy.histogram": (*GENERIC, (V, 10, None, None, V)),
    "numpy.apply_along_axis": ((np.sum, 0, V), (np.sum, 0, M), (np.cumsum, 0, M)),
    "numpy.apply_over_axes": ((np.sum, V, 0), (np.sum, M, [0, 1])),
    "numpy.broadcast_to": ((V, (3,)), (V, (2, 3)), (M, (3, 3)), (S, ()), (S, (2,))),
    "numpy.dsplit": ((np.ones((1, 1, 2)), 2),),
    "numpy.einsum": (
        *(("ij->ji", M), ("i->", V), ("->", S), ("i,i->", V, V), (",->", S, S)),
        *(("i,i,i->i", V, V, V), (",,->", S, S, S)),
        *((V, [0]), (V, [0], V, [0])),
    ),
    "numpy.linalg.matrix_rank": ((M,), (M, S), (M, V), (M, M), *GENERIC),
    "numpy.einsum_path": (("ij->ji", M), ("i,i->", V, V), ("i,i,i->i", V, V, V)),
    "numpy.polyfit": ((V, V, 1), (V, V, 1, None, False, V)),
    "numpy.put_along_axis": ((M, ROW, M[:1], 0), (V, ROW[0, :1], V[:1], 0), (V, ROW[0], S, 0)),
    "numpy.take_along_axis": ((M, ROW, 0), (V, ROW[0], 0)),
    "numpy.unravel_index": ((4, (3, 3)),),
    "numpy.random.multinomial": (*GENERIC, (4, P), (4, P, 2)),
    "numpy.random.multivariate_normal": ((V, M), (V, M, 2)),
    "numpy.ndarray.__setitem__": ((Fresh(V), slice(None), V), (Fresh(V), slice(None), S)),
    "numpy.ndarray.__setitem__.element": ((Fresh(V), 0, S),),
    **{
        setter(attribute): tuple(
            (Fresh(one.astype(complex) if attribute == "imag" else one), value)
            for one, value in ((V, V), (V, S), (M, M))
        )
        for attribute in WRITTEN
    },
    "numpy.ndarray.fill": ((Fresh(V), S),),
}

REJECTED: Mapping[str, Sequence[Arguments]] = {
    "numpy.ndarray.__setitem__.element": ((Fresh(V), 0, [V, V]),),
    "numpy.unravel_index": ((V, (3, 3)), (S, (3, 3))),
}
"""Argument lists that it rejects, and where tensors in them make no difference."""
