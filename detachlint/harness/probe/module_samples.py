"""Constructor arguments and inputs for the classes of `torch.nn`."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Any

import torch
from torch import nn

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
    torch.manual_seed(0)
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


@cache
def _by_hand() -> Mapping[str, tuple[Sample, ...]]:
    flat, image = torch.rand(4, 6), torch.rand(2, 4, 4, 4)
    signal, volume = torch.rand(2, 4, 6), torch.rand(1, 4, 4, 4, 4)
    classes, triple = torch.tensor([0, 1, 2, 1]), (flat, flat + 0.5, flat * 2)
    calls: dict[str, tuple[Any, ...]] = {
        "AdaptiveLogSoftmaxWithLoss": ((6, 3, [2]), (flat, classes)),
        "AlphaDropout": ((0.5,), (flat,)),
        "ChannelShuffle": ((2,), (image,)),
        "Container": ((), None),
        "CosineSimilarity": ((), (flat, flat + 1)),
        "CrossMapLRN2d": ((2,), (image,)),
        "DataParallel": ((nn.Tanh(),), (flat,)),
        "Dropout": ((0.5,), (flat,)),
        "Dropout1d": ((0.5,), (signal,)),
        "Dropout2d": ((0.5,), (image,)),
        "Dropout3d": ((0.5,), (volume,)),
        "EmbeddingBag": ((4, 3), (torch.tensor([[0, 1], [2, 3]]),)),
        "FeatureAlphaDropout": ((0.5,), (image,)),
        "Flatten": ((), (image,)),
        "Fold": (((4, 4), (2, 2)), (torch.rand(1, 4, 9),)),
        "Hardsigmoid": ((), (flat,)),
        "Identity": ((), (flat,)),
        "LazyBatchNorm1d": ((), (flat,)),
        "LazyBatchNorm2d": ((), (image,)),
        "LazyBatchNorm3d": ((), (volume,)),
        "LazyInstanceNorm1d": ((), (signal,)),
        "LazyInstanceNorm2d": ((), (image,)),
        "LazyInstanceNorm3d": ((), (volume,)),
        "LazyLinear": ((3,), (flat,)),
        "MaxUnpool1d": ((2,), nn.MaxPool1d(2, return_indices=True)(signal)),
        "MaxUnpool2d": ((2,), nn.MaxPool2d(2, return_indices=True)(image)),
        "MaxUnpool3d": ((2,), nn.MaxPool3d(2, return_indices=True)(volume)),
        "Module": ((), None),
        "ModuleDict": ((), None),
        "ModuleList": ((), None),
        "NLLLoss2d": ((), (torch.rand(2, 3, 4, 4), torch.zeros(2, 4, 4, dtype=torch.long))),
        "PairwiseDistance": ((), (flat, flat + 1)),
        "ParameterDict": ((), None),
        "ParameterList": ((), None),
        "PixelShuffle": ((2,), (image,)),
        "PixelUnshuffle": ((2,), (image,)),
        "RNNBase": (("LSTM", 3, 3), None),
        "RNNCellBase": ((3, 3, True, 4), None),
        "RReLU": ((), (flat,)),
        "Sequential": ((), (flat,)),
        "SyncBatchNorm": ((4,), (image,)),
        "TransformerDecoder": (
            (nn.TransformerDecoderLayer(4, 2, 8), 1),
            (torch.rand(3, 2, 4), torch.rand(3, 2, 4)),
        ),
        "TripletMarginLoss": ((), triple),
        "TripletMarginWithDistanceLoss": ((), triple),
        "Unflatten": ((1, (2, 3)), (flat,)),
        "Unfold": ((2,), (image,)),
        "Upsample": ((None, 2), (image,)),
        "UpsamplingBilinear2d": ((None, 2), (image,)),
        "UpsamplingNearest2d": ((None, 2), (image,)),
    }
    made: dict[str, tuple[Sample, ...]]
    made = {kind: (Sample(args, inputs),) for kind, (args, inputs) in calls.items()}
    for n, pooled in ((2, image), (3, volume)):
        made[f"FractionalMaxPool{n}d"] = (Sample((2,), (pooled,), {"output_size": 2}),)
    made["Flatten"] += (Sample((), (flat,)), Sample((0,), (image,)))
    return made
