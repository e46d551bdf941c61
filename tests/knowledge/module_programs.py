"""Programs that construct and call a class of `torch.nn`, as `row_programs` has them of functions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from textwrap import indent
from typing import Any

import torch
from row_programs import Block, Program, Unspeakable, run_block, spell

from detachlint.harness.probe import modules
from detachlint.harness.probe.module_samples import Sample, samples
from detachlint.knowledge import facts

MOST_SAMPLES = 2

SITUATIONS = tuple(
    product(
        ("", ".requires_grad_().clone()"),
        ("module", "module.eval()", "module.requires_grad_(False)"),
        ("", "torch.no_grad()", "torch.inference_mode()"),
    )
)
"""How tensors are made, what the module is told, what is around the call."""


def program_of_module(name: str) -> Program | None:
    """What is done with modules of the class `name`; None where none can be written down."""
    program = Program()
    for sample in _speakable(name):
        for flag, told, around in SITUATIONS:
            for constructor in _constructors(name, sample):
                block = _block(constructor, sample, flag, told, around)
                if block is not None:
                    program.add(block)
    return program if program.raises else None


def _speakable(name: str) -> Iterator[Sample]:
    kind, found = name.rpartition(".")[2], 0
    for sample in samples(kind):
        if sample.inputs is None or modules.construct(kind, sample) is None:
            continue
        try:
            _constructors(name, sample)
            _inputs(sample)
        except Unspeakable:
            continue
        yield sample
        found += 1
        if found == MOST_SAMPLES:
            return


def _constructors(name: str, sample: Sample) -> list[str]:
    """The constructor call, and the one that asks to write in place, where there is one."""
    tensors: list[str] = []
    given = [spell(value, tensors) for value in sample.args]
    given += [f"{key}={spell(value, tensors)}" for key, value in sample.kwargs.items()]
    if tensors:
        raise Unspeakable
    fact = facts.module_fact(name)
    flags = ["inplace=True"] if fact is not None and "inplace" in fact.positions else []
    return [f"{name}({', '.join([*given, *extra])})" for extra in ([], flags)][: 1 + len(flags)]


def _inputs(sample: Sample) -> tuple[list[str], str]:
    tensors: list[str] = []
    given = [spell(value, tensors) for value in sample.inputs or ()]
    given += [f"{key}={spell(value, tensors)}" for key, value in sample.input_kwargs.items()]
    if not tensors:
        raise Unspeakable
    return tensors, ", ".join(given)


def _block(constructor: str, sample: Sample, flag: str, told: str, around: str) -> Block | None:
    tensors, given = _inputs(sample)
    lines = [f"x{i} = {tensor.format(flag=flag)}" for i, tensor in enumerate(tensors)]
    body = f"out = module({given})\n"
    statements = "\n".join([*lines, f"module = {constructor}", told, ""])
    statements += f"with {around}:\n{indent(body, '    ')}" if around else body
    names: dict[str, Any] = {"torch": torch}
    return run_block(statements, names, ["x0.numpy()"])
