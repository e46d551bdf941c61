"""What objects of `torch.distributions` and `torch.optim` give, by constructing and asking them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from operator import attrgetter
from typing import Any

import torch
from torch import distributions

from detachlint.harness.probe import grad_modes, kinds, module_methods, optimizers, schedulers
from detachlint.harness.probe.execute import guarded
from detachlint.knowledge.model import Aliasing, ClassFact, MethodFact, Result

METHODS: Mapping[str, Callable[[Any], Any]] = {
    "cdf": lambda d: d.cdf(d.sample()),
    "entropy": lambda d: d.entropy(),
    "enumerate_support": lambda d: d.enumerate_support(),
    "icdf": lambda d: d.icdf(torch.full(d.batch_shape, 0.3)),
    "log_prob": lambda d: d.log_prob(d.sample()),
    "perplexity": lambda d: d.perplexity(),
    "rsample": lambda d: d.rsample(),
    "sample": lambda d: d.sample(),
    "sample_n": lambda d: d.sample_n(2),
}
"""The methods of distributions, and how to call them."""

_SINGLE = {"covariance_matrix", "logits", "mean", "mode", "precision_matrix", "probs"}
_ATTRIBUTES = _SINGLE | {"param_shape", "scale_tril", "stddev", "total_count", "variance"}


@dataclass(frozen=True)
class _Answer:
    result: Result
    is_kept: bool
    """The flag was there although the object was asked under `no_grad`."""


def names() -> list[str]:
    """The names of all classes that get a row, sorted."""
    found = [f"torch.distributions.{name}" for name in _distributions()]
    found += [*grad_modes.names(), *module_methods.names(), *kinds.names(), *schedulers.names()]
    return sorted(found + optimizers.names())


def observe_class(name: str) -> ClassFact | None:
    """The fact about the class `name`, or None where it cannot be constructed."""
    owner, _, kind = name.rpartition(".")
    if name in kinds.names():
        return kinds.observe(name)
    if owner == "torch.optim.lr_scheduler":
        return schedulers.observe(name)
    if owner == "torch":
        return grad_modes.observe(name)
    if owner == "torch.nn":
        return module_methods.observe(name)
    if owner == "torch.optim":
        return optimizers.observe(name)
    return _distribution_fact(name, _distributions()[kind])


# --- distributions ----------------------------------------------------------------------------


def _distribution_fact(name: str, make: Callable[[Any], Any]) -> ClassFact | None:
    if guarded(lambda: make(_parameter)) is None:
        return None
    example = make(_parameter)
    found = {}
    for method, call in sorted(METHODS.items()):
        answer = _ask(make, call)
        if answer is not None:
            found[method] = _method(method, answer, is_attribute=False)
    for attribute in sorted(_ATTRIBUTES | set(_constraints(example))):
        answer = _ask(make, attrgetter(attribute))
        if answer is not None:
            found[attribute] = _method(attribute, answer, is_attribute=True)
    found = dict(sorted(found.items()))
    return ClassFact(name, "distribution", _positions(type(example)), found, "hand")


def _constraints(distribution: Any) -> Sequence[str]:
    return tuple(guarded(lambda: distribution.arg_constraints) or ())


def _ask(make: Callable[[Any], Any], question: Callable[[Any], Any]) -> _Answer | None:
    """What a fresh object answers; None where it raises or answers with something else."""

    def ask(grad_mode: bool) -> Any:
        torch.manual_seed(0)
        made = make(_parameter)
        with torch.set_grad_enabled(grad_mode):
            return question(made)

    with_grad, without = guarded(lambda: ask(True)), guarded(lambda: ask(False))
    if not isinstance(with_grad, torch.Tensor) or not isinstance(without, torch.Tensor):
        return None if with_grad is None else _Answer(Result.PYTHON, False)
    if not with_grad.is_floating_point():
        return _Answer(Result.INTEGER, False)
    result = Result.PROPAGATE if with_grad.requires_grad else Result.NEVER
    return _Answer(result, without.requires_grad)


def _method(name: str, answer: _Answer, is_attribute: bool) -> MethodFact:
    aliasing = Aliasing.VIEW if answer.is_kept else Aliasing.FRESH
    return MethodFact(name, answer.result, aliasing, is_attribute)


def _parameter(*values: Any) -> torch.Tensor:
    """A tensor that requires grad, as computed from a leaf."""
    return torch.tensor(*values).requires_grad_().clone()


def _positions(kind: type) -> tuple[str, ...]:
    parameters = list(inspect.signature(kind).parameters.values())
    return tuple(p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD)


def _construct(name: str, values: tuple[list[float], ...], parameter: Callable[..., Any]) -> Any:
    return getattr(distributions, name)(*map(parameter, values))


@cache
def _distributions() -> Mapping[str, Callable[[Any], Any]]:
    """How to construct each distribution, given a maker of parameters that require grad."""
    d: Any = distributions
    halves, shares = [0.5, 0.6], [0.2, 0.3, 0.5]
    one_parameter = {
        "Chi2": [2.0, 3.0],
        "ContinuousBernoulli": [0.2, 0.3],
        "Dirichlet": [1.0, 2.0, 3.0],
        "Exponential": halves,
        "Geometric": halves,
        "HalfCauchy": halves,
        "HalfNormal": halves,
        "Poisson": halves,
        "Bernoulli": halves,
        "Categorical": shares,
        "OneHotCategorical": shares,
        "OneHotCategoricalStraightThrough": shares,
    }
    two_parameters = {
        "Beta": (halves, halves),
        "Cauchy": (halves, halves),
        "FisherSnedecor": ([5.0, 6.0], [5.0, 6.0]),
        "Gamma": (halves, halves),
        "Gumbel": (halves, halves),
        "InverseGamma": ([3.0, 4.0], halves),
        "Kumaraswamy": (halves, halves),
        "Laplace": (halves, halves),
        "LogNormal": (halves, halves),
        "LogisticNormal": (halves, halves),
        "Normal": (halves, halves),
        "Pareto": ([3.0, 4.0], [3.0, 4.0]),
        "Uniform": ([0.0, 0.0], [1.0, 1.0]),
        "VonMises": (halves, halves),
        "Weibull": (halves, halves),
    }
    made: dict[str, Callable[[Any], Any]] = {
        "Binomial": lambda p: d.Binomial(4, p(halves)),
        "GeneralizedPareto": lambda p: d.GeneralizedPareto(p(halves), p(halves), p([0.1, 0.2])),
        "Independent": lambda p: d.Independent(d.Normal(p(halves), p(halves)), 1),
        "LKJCholesky": lambda p: d.LKJCholesky(2, p(0.5)),
        "LowRankMultivariateNormal": lambda p: d.LowRankMultivariateNormal(
            p(halves), p([[0.5], [0.5]]), p(halves)
        ),
        "MixtureSameFamily": lambda p: d.MixtureSameFamily(
            d.Categorical(p(halves)), d.Normal(p(halves), p(halves))
        ),
        "Multinomial": lambda p: d.Multinomial(4, p(shares)),
        "MultivariateNormal": lambda p: d.MultivariateNormal(
            p(halves), p([[1.0, 0.0], [0.0, 1.0]])
        ),
        "NegativeBinomial": lambda p: d.NegativeBinomial(4, p(halves)),
        "RelaxedBernoulli": lambda p: d.RelaxedBernoulli(p(0.5), p(halves)),
        "RelaxedOneHotCategorical": lambda p: d.RelaxedOneHotCategorical(p(0.5), p(shares)),
        "StudentT": lambda p: d.StudentT(p([3.0, 4.0]), p(halves), p(halves)),
        "TransformedDistribution": lambda p: d.TransformedDistribution(
            d.Normal(p(halves), p(halves)), [d.ExpTransform()]
        ),
        "Wishart": lambda p: d.Wishart(p(3.0), p([[1.0, 0.0], [0.0, 1.0]])),
    }
    for name, values in one_parameter.items():
        made[name] = partial(_construct, name, (values,))
    for name, pair in two_parameters.items():
        made[name] = partial(_construct, name, pair)
    return {name: make for name, make in made.items() if hasattr(d, name)}
