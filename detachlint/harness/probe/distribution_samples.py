"""How to construct each class of `torch.distributions`, given a maker of parameters that require grad."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, TypeAlias

import torch
from torch import distributions

Maker: TypeAlias = "Callable[[Callable[..., Any]], Any]"

_d: Any = distributions

_HALVES, _SHARES, _LARGE = [0.5, 0.6], [0.2, 0.3, 0.5], [3.0, 4.0]
_EYE = [[1.0, 0.0], [0.0, 1.0]]

_OF_PARAMETERS: Mapping[str, tuple[Any, ...]] = {
    "Bernoulli": (_HALVES,),
    "Beta": (_HALVES, _HALVES),
    "Categorical": (_SHARES,),
    "Cauchy": (_HALVES, _HALVES),
    "Chi2": (_LARGE,),
    "ContinuousBernoulli": (_HALVES,),
    "Dirichlet": ([1.0, 2.0, 3.0],),
    "Exponential": (_HALVES,),
    "FisherSnedecor": ([5.0, 6.0], [5.0, 6.0]),
    "Gamma": (_HALVES, _HALVES),
    "GeneralizedPareto": (_HALVES, _HALVES, [0.1, 0.2]),
    "Geometric": (_HALVES,),
    "Gumbel": (_HALVES, _HALVES),
    "HalfCauchy": (_HALVES,),
    "HalfNormal": (_HALVES,),
    "InverseGamma": (_LARGE, _HALVES),
    "Kumaraswamy": (_HALVES, _HALVES),
    "Laplace": (_HALVES, _HALVES),
    "LogNormal": (_HALVES, _HALVES),
    "LogisticNormal": (_HALVES, _HALVES),
    "LowRankMultivariateNormal": (_HALVES, [[0.5], [0.5]], _HALVES),
    "MultivariateNormal": (_HALVES, _EYE),
    "Normal": (_HALVES, _HALVES),
    "OneHotCategorical": (_SHARES,),
    "OneHotCategoricalStraightThrough": (_SHARES,),
    "Pareto": (_LARGE, _LARGE),
    "Poisson": (_HALVES,),
    "RelaxedBernoulli": (0.5, _HALVES),
    "RelaxedOneHotCategorical": (0.5, _SHARES),
    "StudentT": (_LARGE, _HALVES, _HALVES),
    "Uniform": ([0.0, 0.0], [1.0, 1.0]),
    "VonMises": (_HALVES, _HALVES),
    "Weibull": (_HALVES, _HALVES),
    "Wishart": (3.0, _EYE),
}
"""Those that are made of parameters alone, and the parameters."""


def _normal(parameter: Callable[..., Any]) -> Any:
    return _d.Normal(parameter(_HALVES), parameter(_HALVES))


def _own(parameter: Callable[..., torch.Tensor]) -> Any:
    """A distribution that somebody derives: what the base class makes of its methods is seen."""

    class Shifted(distributions.Distribution):
        arg_constraints: dict[str, Any] = {}  # noqa: RUF012  # as the base has it

        def __init__(self) -> None:
            self.loc = parameter(_HALVES)
            super().__init__(torch.Size([2]), validate_args=False)

        def rsample(self, sample_shape: Any = torch.Size()) -> torch.Tensor:  # noqa: B008  # as the base
            return self.loc + torch.rand(*sample_shape, 2)

        def entropy(self) -> torch.Tensor:
            return self.loc * 0

        @property
        def variance(self) -> torch.Tensor:
            return self.loc.square()

    return Shifted()


def _own_family(parameter: Callable[..., torch.Tensor]) -> Any:
    """A family whose entropy the base class computes of its normalizer."""

    class Decaying(distributions.ExponentialFamily):
        arg_constraints: dict[str, Any] = {}  # noqa: RUF012  # as the base has it
        _mean_carrier_measure = 0

        def __init__(self) -> None:
            self.rate = parameter(_HALVES)
            super().__init__(torch.Size([2]), validate_args=False)

        @property
        def _natural_params(self) -> tuple[torch.Tensor, ...]:
            return (-self.rate,)

        def _log_normalizer(self, x: torch.Tensor) -> torch.Tensor:
            return -torch.log(-x)

    return Decaying()


_COMPOSED: Mapping[str, Maker] = {
    "Binomial": lambda p: _d.Binomial(4, p(_HALVES)),
    "Distribution": _own,
    "ExponentialFamily": _own_family,
    "Independent": lambda p: _d.Independent(_normal(p), 1),
    "LKJCholesky": lambda p: _d.LKJCholesky(2, p(0.5)),
    "MixtureSameFamily": lambda p: _d.MixtureSameFamily(_d.Categorical(p(_HALVES)), _normal(p)),
    "Multinomial": lambda p: _d.Multinomial(4, p(_SHARES)),
    "NegativeBinomial": lambda p: _d.NegativeBinomial(4, p(_HALVES)),
    "TransformedDistribution": lambda p: _d.TransformedDistribution(
        _normal(p), [_d.ExpTransform()]
    ),
}


def _affine(parameter: Callable[..., Any]) -> Any:
    return _d.AffineTransform(parameter(_HALVES), parameter(_HALVES))


def _number_affine(parameter: Callable[..., Any]) -> Any:
    return _d.AffineTransform(parameter(0.5), parameter(0.5))


class _Doubling(distributions.Transform):
    """A transform that somebody derives."""

    domain = codomain = distributions.constraints.real
    bijective = True

    def _call(self, x: torch.Tensor) -> torch.Tensor:
        return x * 2

    def _inverse(self, y: torch.Tensor) -> torch.Tensor:
        return y / 2

    def log_abs_det_jacobian(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return (y / x).log()


VECTOR, TRIPLE, MATRIX = [0.2, 0.4], [0.2, 0.3, 0.4], [[0.5, 0.1], [0.1, 0.6]]

_TRANSFORMS: Mapping[str, tuple[Maker, Any]] = {
    "AbsTransform": (lambda p: _d.AbsTransform(), VECTOR),
    "AffineTransform": (_affine, VECTOR),
    "CatTransform": (lambda p: _d.CatTransform([_d.ExpTransform(), _number_affine(p)]), VECTOR),
    "ComposeTransform": (lambda p: _d.ComposeTransform([_d.ExpTransform(), _affine(p)]), VECTOR),
    "CorrCholeskyTransform": (lambda p: _d.CorrCholeskyTransform(), TRIPLE),
    "CumulativeDistributionTransform": (
        lambda p: _d.CumulativeDistributionTransform(_normal(p)),
        VECTOR,
    ),
    "ExpTransform": (lambda p: _d.ExpTransform(), VECTOR),
    "IndependentTransform": (lambda p: _d.IndependentTransform(_affine(p), 1), VECTOR),
    "LowerCholeskyTransform": (lambda p: _d.LowerCholeskyTransform(), MATRIX),
    "PositiveDefiniteTransform": (lambda p: _d.PositiveDefiniteTransform(), MATRIX),
    "PowerTransform": (lambda p: _d.PowerTransform(p(2.0)), VECTOR),
    "ReshapeTransform": (lambda p: _d.ReshapeTransform((2,), (1, 2)), VECTOR),
    "SigmoidTransform": (lambda p: _d.SigmoidTransform(), VECTOR),
    "SoftmaxTransform": (lambda p: _d.SoftmaxTransform(), VECTOR),
    "SoftplusTransform": (lambda p: _d.SoftplusTransform(), VECTOR),
    "StackTransform": (lambda p: _d.StackTransform([_d.ExpTransform(), _number_affine(p)]), VECTOR),
    "StickBreakingTransform": (lambda p: _d.StickBreakingTransform(), VECTOR),
    "TanhTransform": (lambda p: _d.TanhTransform(), VECTOR),
    "Transform": (lambda p: _Doubling(), VECTOR),
}
"""How to construct each transform, and a value that it transforms."""


@cache
def distribution_makers() -> Mapping[str, Maker]:
    """How to construct each distribution that the PyTorch at hand has."""
    makers: dict[str, Maker] = {
        name: partial(_construct, name, values) for name, values in _OF_PARAMETERS.items()
    }
    makers.update(_COMPOSED)
    return {name: make for name, make in makers.items() if hasattr(_d, name)}


@cache
def transform_makers() -> Mapping[str, tuple[Maker, Any]]:
    """How to construct each transform that it has, and what to transform."""
    return {name: made for name, made in _TRANSFORMS.items() if hasattr(_d, name)}


def _construct(name: str, values: tuple[Any, ...], parameter: Callable[..., Any]) -> Any:
    return getattr(distributions, name)(*map(parameter, values))
