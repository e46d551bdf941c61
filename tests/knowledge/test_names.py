"""The names that stand in no table: each is of what its comment says, executed."""

from __future__ import annotations

import inspect

import pytest

from detachlint.knowledge import names

numpy, torch = pytest.importorskip("numpy"), pytest.importorskip("torch")

from detachlint.harness.probe.universe import resolve  # noqa: E402  # needs torch


def test_classes_are_those_of_what_is_made() -> None:
    tensor = torch.ones(2)
    assert resolve(names.TENSOR) is type(tensor)
    assert resolve(names.PARAMETER) is type(torch.nn.Linear(1, 1).weight)
    assert isinstance(torch.nn.Tanh(), resolve(names.MODULE))
    assert f"{names.NUMPY}.ndarray" == names.ARRAY and numpy.ndarray is type(tensor.numpy())


@pytest.mark.parametrize("name", sorted(names.CONVERSIONS))
def test_the_crossing_itself(name: str) -> None:
    leaf = torch.ones(2, requires_grad=True)
    assert isinstance(getattr(leaf.detach(), name)(), numpy.ndarray)
    with pytest.raises(RuntimeError, match="requires grad"):
        getattr(leaf, name)()


@pytest.mark.parametrize("name", sorted(names.OTHERWISE | names.TRANSFERS))
def test_ways_to_the_values_of_a_tensor_that_is_refused(name: str) -> None:
    leaf = torch.ones(1, requires_grad=True)
    found = getattr(leaf, name)
    found = found() if callable(found) else found
    moved = name == "cpu"  # what is refused for its device is refused for no more
    assert moved or not getattr(found, "requires_grad", False)


@pytest.mark.parametrize("attribute", ["flat", "real"])
def test_the_storing_of_an_attribute_of_an_array(attribute: str) -> None:
    assert names.setter(attribute).startswith(names.ARRAY)
    with pytest.raises(RuntimeError, match="requires grad"):
        setattr(numpy.zeros(2), attribute, torch.ones(2, requires_grad=True))


def test_subscripts() -> None:
    leaf = torch.ones(2, requires_grad=True)
    for trick in (numpy.r_, numpy.c_):
        with pytest.raises(RuntimeError, match="requires grad"):
            getattr(trick, names.GETITEM)(leaf)
    target = torch.zeros(2)
    resolve(names.SETITEM)(target, 0, leaf[0])
    assert target.requires_grad


@pytest.mark.parametrize("made", [numpy.ones(2), numpy.ones(2).sum(), numpy.float32(1.0)])
def test_what_numpy_makes_of_floats_is_of_these_classes(made: object) -> None:
    classes = {name: getattr(numpy, name.removeprefix("numpy.")) for name in names.ARRAY_CLASSES}
    of_array = {name for name, cls in classes.items() if isinstance(made, cls)}
    array, scalar = {names.ARRAY}, names.ARRAY_CLASSES - {names.ARRAY}
    assert of_array in (array, scalar)


@pytest.mark.parametrize("name", sorted(names.ORDERS))
def test_few_tensors_have_these_orders(name: str) -> None:
    order = resolve(name)
    dimensions = 5 if name.endswith("3d") else 4
    usual = torch.ones(*range(2, 2 + dimensions))
    assert not usual.is_contiguous(memory_format=order)
    assert usual.contiguous(memory_format=order).is_contiguous(memory_format=order)


def test_arguments_that_say_whether_it_is_training() -> None:
    x = torch.ones(64)
    parameters = inspect.signature(torch.nn.functional.dropout).parameters
    by_name = {"training": torch.nn.functional.dropout, "train": torch.dropout}
    assert set(by_name) == set(names.TRAINING) and "training" in parameters
    for name, dropout in by_name.items():
        assert torch.equal(dropout(x, p=0.5, **{name: False}), x)
        assert not torch.equal(dropout(x, p=0.5, **{name: True}), x)
