"""How many dimensions NumPy's results have: functions called with arrays of one rank after another."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np

from detachlint.harness.probe.execute import guarded, guarded_with_error
from detachlint.harness.probe.numpy_calls import Arguments, Fresh, fresh
from detachlint.harness.probe.numpy_universe import MADE
from detachlint.knowledge.gates import SIZE

SHAPES = (tuple((2,) * rank for rank in range(4)), tuple((2, 1, 2)[:rank] for rank in range(4)))
"""A shape of each rank, and others that have a dimension of one."""
_SCALAR = -1
"""In place of a rank: a NumPy scalar, which is no array."""
_SIZES: Sequence[tuple[Any, int]] = ((3, 1), ((2,), 1), ((2, 2), 2), ((2, 2, 2), 3))
_SHAPES: Sequence[tuple[Any, int]] = ((2, 1), ((2, 2), 2), ((2, 2, 2), 3))


def rank_of(name: str, function: Callable[..., Any], working: Sequence[Arguments]) -> str:
    """The rank of the results, as `knowledge.gates.RANKS` calls it; `""` where no rule holds."""
    if any(map(_is_derived, _outputs(function, working))):
        return "any"
    receiver = name.startswith("numpy.ndarray.")
    if not name.startswith(("numpy.random.", *(f"{kind}." for kind in MADE))):
        contents = _by_contents(function) if not receiver else ""
        by_array = contents or _by_array(function, working, receiver)
        if by_array:
            return by_array
    shaped = _by_shape(function, working, receiver) or _by_size(function, working)
    if not shaped and _gives_arrays(_outputs(function, working)):
        return "each" if _gives_arrays(_otherwise_asked(function, working)) else "each alone"
    seen = [_rank(function, given) for given in working]
    return shaped or ("" if None in seen else _of_all(seen))


def _outputs(function: Callable[..., Any], working: Sequence[Arguments]) -> Iterator[Any]:
    """What comes out of these calls."""
    for given in working:
        np.random.seed(0)
        yield guarded(partial(_called, function, given))


def _called(function: Callable[..., Any], given: Arguments) -> Any:
    return function(*map(fresh, given))


def _is_derived(output: Any) -> bool:
    """Whether it is an array of a class of its own: beside a tensor these do not do what arrays do."""
    return isinstance(output, np.ndarray) and type(output) is not np.ndarray


def _by_contents(function: Callable[..., Any]) -> str:
    """`array` makes of lists of lists what their nesting says."""
    nested: Sequence[tuple[Any, int]] = ((1.5, 0), ([1.5], 1), ([[1.5]], 2), ([[[1.5]]], 3))
    makes_arrays = _rank(function, (1.5,)) == 0
    fits = all(_rank(function, (value,)) == rank for value, rank in nested)
    return "contents" if makes_arrays and fits else ""


def _by_array(function: Callable[..., Any], working: Sequence[Arguments], receiver: bool) -> str:
    """By the rank of the first argument: alone, or else what holds whatever stands beside it."""
    rules = []
    for given in working:
        first = given[0] if given else None
        first = first.array if isinstance(first, Fresh) else first
        if not isinstance(first, np.ndarray):
            continue
        found = [_ranks(function, arrays, given[1:], receiver) for arrays in _like(first)]
        if len(found[0]) > 1:
            rules.append(_rule([*found[0].items(), *found[1].items()], alone=len(given) == 1))
            if len(given) == 1:
                return rules[-1]
    return rules[0] if len(set(rules)) == 1 else ""


def _like(array: Any) -> Iterator[Sequence[Any]]:
    """Arrays of all ranks, of what that array is of."""
    one = 1.0 if array.dtype.kind == "f" else array.flat[0]
    for shapes in SHAPES:
        yield [np.full(shape, one, array.dtype) for shape in shapes]


def _ranks(
    function: Callable[..., Any], arrays: Sequence[Any], others: Arguments, receiver: bool
) -> dict[int, int]:
    """The rank of the result by that of the first argument."""
    seen = {
        array.ndim: _rank(function, (Fresh(array) if receiver else array, *others))
        for array in arrays
    }
    return {rank: result for rank, result in seen.items() if result is not None}


def _rule(found: Sequence[tuple[int, int]], alone: bool) -> str:
    """What ranks of results by ranks of arguments have in common."""
    results = [result for _, result in found]
    if set(results) == {_SCALAR}:
        return "scalar" if alone else ""
    with_dimensions = [(rank, result) for rank, result in found if rank]
    if all(rank == result for rank, result in with_dimensions) and len(with_dimensions) > 1:
        least = _of_all(results)
        return f"same/{least}" if least else "same"
    return _of_all(results)


def _by_shape(function: Callable[..., Any], working: Sequence[Arguments], receiver: bool) -> str:
    """By the shape that is asked for, as the first argument or in numbers."""
    before: Arguments = (Fresh(np.ones(8)),) if receiver else ()
    for after in ((), (1.5,)):
        if all(
            _rank(function, (*before, shape, *after)) == rank for shape, rank in _sized(receiver)
        ):
            counts = [_rank(function, (*before, *(2,) * rank)) for rank in (1, 2, 3)]
            numbered = [_rank(function, (*before, 8)), *counts[2:]] == [1, 3]
            return "counts" if numbered and (receiver or counts == [1, 2, 3]) else "shape"
    plain = [_rank(function, (*before, *(2,) * rank)) for rank in (1, 2, 3)]
    return "counts" if plain == [1, 2, 3] and not receiver else ""


def _by_size(function: Callable[..., Any], working: Sequence[Arguments]) -> str:
    """By the shape that is asked for as `size`, where all else are numbers."""
    found = [
        [_rank(partial(function, size=shape), given) for shape, _ in _SIZES]
        for given in working
        if all(isinstance(value, (int, float, Fresh)) for value in given)
    ]
    known = [ranks for ranks in found if None not in ranks]
    wanted = [rank for _, rank in _SIZES]
    return SIZE if known and all(ranks == wanted for ranks in known) else ""


def _otherwise_asked(function: Callable[..., Any], working: Sequence[Arguments]) -> Iterator[Any]:
    """What comes out of these calls as they are, and with one flag, or word, that is not the usual one."""
    yield from _outputs(function, working)
    for name, usual in _defaults(function):
        for other in (not usual,) if isinstance(usual, bool) else WORDS:
            asked = partial(function, **{name: other})
            outcomes = [guarded_with_error(partial(_called, asked, given)) for given in working]
            yield from (output for output, error in outcomes if not error)


WORDS = ("ij", "r", "raw", "complete", "U")
"""What a parameter may be that is a word."""


def _defaults(function: Callable[..., Any]) -> Iterator[tuple[str, bool | str]]:
    """The flags and words among the parameters, with what they are where nothing is given."""
    with suppress(TypeError, ValueError):
        for name, parameter in inspect.signature(function).parameters.items():
            if isinstance(parameter.default, (bool, str)):
                yield name, parameter.default


def _gives_arrays(outputs: Iterable[Any]) -> bool:
    """Whether nothing but tuples and lists of arrays that have dimensions comes out."""
    several = [output for output in outputs if not _is_empty(output)]
    return bool(several) and all(
        isinstance(output, (tuple, list))
        and all(type(item) is np.ndarray and item.ndim for item in output)
        for output in several
    )


def _is_empty(output: Any) -> bool:
    return isinstance(output, (tuple, list)) and not output


def _sized(receiver: bool) -> Sequence[tuple[Any, int]]:
    return ((8, 1), ((2, 4), 2), ((2, 2, 2), 3)) if receiver else _SHAPES


def _of_all(ranks: Iterable[int | None]) -> str:
    """What holds for all these ranks of arrays."""
    found = {rank for rank in ranks if rank is not None}
    if not found or _SCALAR in found:
        return ""
    return "1" if found == {1} else f"{min(*found, 2)}+"


def _rank(function: Callable[..., Any], given: Arguments) -> int | None:
    """The rank of an array that comes out, `_SCALAR`, or None for an error or anything else."""
    np.random.seed(0)
    output, error = guarded_with_error(lambda: function(*map(fresh, given)))
    if error:
        return None
    if isinstance(output, np.generic):
        return _SCALAR
    return output.ndim if type(output) is np.ndarray else None
