"""Constructor arguments and inputs for the classes of `torch.nn`."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Any

import torch
from torch import nn

from detachlint.harness.probe.execute import seed

MOST_SAMPLES = 8
"""Samples of one class taken from `module_db`."""


@dataclass(frozen=True)
class Sample:
    """How to construct a module and what to call it with (None: it cannot be called)."""

    args: tuple[Any, ...]
    inputs: tuple[Any, ...] | None
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    input_kwargs: Mapping[str, Any] = field(default_factory=dict)
    source: str = "hand"


def samples(kind: str) -> list[Sample]:
    """Samples of `torch.nn.<kind>`."""
    return [*_by_hand().get(kind, ()), *_from_module_db(kind)]


def _from_module_db(kind: str) -> list[Sample]:
    info = module_db().get(kind)
    if info is None:
        return []
    seed()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        inputs = info.module_inputs_func(
            info, device="cpu", dtype=torch.float32, requires_grad=False, training=True
        )
        taken = list(islice(inputs, MOST_SAMPLES))
    return [
        Sample(
            tuple(one.constructor_input.args),
            tuple(one.forward_input.args) if one.forward_input else None,
            dict(one.constructor_input.kwargs),
            dict(one.forward_input.kwargs) if one.forward_input else {},
            "module_db",
        )
        for one in taken
    ]


@cache
def module_db() -> dict[str, Any]:
    """PyTorch's own samples of modules, by the name of the class."""
    from torch.testing._internal.common_modules import module_db as infos

    return {info.module_cls.__name__: info for info in infos}


@dataclass(frozen=True)
class _Tensors:
    """Inputs of the usual shapes."""

    flat: torch.Tensor = field(default_factory=lambda: torch.rand(4, 6))
    image: torch.Tensor = field(default_factory=lambda: torch.rand(2, 4, 4, 4))
    signal: torch.Tensor = field(default_factory=lambda: torch.rand(2, 4, 6))
    volume: torch.Tensor = field(default_factory=lambda: torch.rand(1, 4, 4, 4, 4))
    classes: torch.Tensor = field(default_factory=lambda: torch.tensor([0, 1, 2, 1]))

    @property
    def triple(self) -> tuple[torch.Tensor, ...]:
        """Anchor, positive and negative examples."""
        return (self.flat, self.flat + 0.5, self.flat * 2)


_BY_HAND: Mapping[str, Callable[[_Tensors], tuple[Any, ...]]] = {
    "AdaptiveLogSoftmaxWithLoss": lambda t: ((6, 3, [2]), (t.flat, t.classes)),
    "AlphaDropout": lambda t: ((0.5,), (t.flat,)),
    "AveragedModel": lambda t: ((nn.Tanh(),), (t.flat,)),
    "ChannelShuffle": lambda t: ((2,), (t.image,)),
    "Container": lambda t: ((), None),
    "CosineSimilarity": lambda t: ((), (t.flat, t.flat + 1)),
    "CrossMapLRN2d": lambda t: ((2,), (t.image,)),
    "DataParallel": lambda t: ((nn.Tanh(),), (t.flat,)),
    "Dropout": lambda t: ((0.5,), (t.flat,)),
    "Dropout1d": lambda t: ((0.5,), (t.signal,)),
    "Dropout2d": lambda t: ((0.5,), (t.image,)),
    "Dropout3d": lambda t: ((0.5,), (t.volume,)),
    "EmbeddingBag": lambda t: ((4, 3), (torch.tensor([[0, 1], [2, 3]]),)),
    "FeatureAlphaDropout": lambda t: ((0.5,), (t.image,)),
    "Flatten": lambda t: ((), (t.image,)),
    "Fold": lambda t: (((4, 4), (2, 2)), (torch.rand(1, 4, 9),)),
    "Hardsigmoid": lambda t: ((), (t.flat,)),
    "Identity": lambda t: ((), (t.flat,)),
    "LazyBatchNorm1d": lambda t: ((), (t.flat,)),
    "LazyBatchNorm2d": lambda t: ((), (t.image,)),
    "LazyBatchNorm3d": lambda t: ((), (t.volume,)),
    "LazyInstanceNorm1d": lambda t: ((), (t.signal,)),
    "LazyInstanceNorm2d": lambda t: ((), (t.image,)),
    "LazyInstanceNorm3d": lambda t: ((), (t.volume,)),
    "LazyLinear": lambda t: ((3,), (t.flat,)),
    "MaxUnpool1d": lambda t: ((2,), nn.MaxPool1d(2, return_indices=True)(t.signal)),
    "MaxUnpool2d": lambda t: ((2,), nn.MaxPool2d(2, return_indices=True)(t.image)),
    "MaxUnpool3d": lambda t: ((2,), nn.MaxPool3d(2, return_indices=True)(t.volume)),
    "Module": lambda t: ((), None),
    "ModuleDict": lambda t: ((), None),
    "ModuleList": lambda t: ((), None),
    "NLLLoss2d": lambda t: ((), (torch.rand(2, 3, 4, 4), torch.zeros(2, 4, 4, dtype=torch.long))),
    "PairwiseDistance": lambda t: ((), (t.flat, t.flat + 1)),
    "ParameterDict": lambda t: ((), None),
    "ParameterList": lambda t: ((), None),
    "PixelShuffle": lambda t: ((2,), (t.image,)),
    "PixelUnshuffle": lambda t: ((2,), (t.image,)),
    "RNNBase": lambda t: (("LSTM", 3, 3), None),
    "RNNCellBase": lambda t: ((3, 3, True, 4), None),
    "RReLU": lambda t: ((), (t.flat,)),
    "Sequential": lambda t: ((), (t.flat,)),
    "SyncBatchNorm": lambda t: ((4,), (t.image,)),
    "TransformerDecoder": lambda t: (
        (nn.TransformerDecoderLayer(4, 2, 8), 1),
        (torch.rand(3, 2, 4), torch.rand(3, 2, 4)),
    ),
    "TripletMarginLoss": lambda t: ((), t.triple),
    "TripletMarginWithDistanceLoss": lambda t: ((), t.triple),
    "Unflatten": lambda t: ((1, (2, 3)), (t.flat,)),
    "Unfold": lambda t: ((2,), (t.image,)),
    "Upsample": lambda t: ((None, 2), (t.image,)),
    "UpsamplingBilinear2d": lambda t: ((None, 2), (t.image,)),
    "UpsamplingNearest2d": lambda t: ((None, 2), (t.image,)),
}
"""The arguments of the constructor, and those of the call (None: it cannot be called)."""


@cache
def _by_hand() -> Mapping[str, tuple[Sample, ...]]:
    tensors = _Tensors()
    made: dict[str, tuple[Sample, ...]]
    made = {kind: (Sample(*arguments(tensors)),) for kind, arguments in _BY_HAND.items()}
    for n, pooled in ((2, tensors.image), (3, tensors.volume)):
        made[f"FractionalMaxPool{n}d"] = (Sample((2,), (pooled,), {"output_size": 2}),)
    made["Flatten"] += (Sample((), (tensors.flat,)), Sample((0,), (tensors.image,)))
    return made
