"""Every layout: the text after the fix, and what PyTorch says before and after it."""

import ast
import re
import sys

import numpy as np
import pytest
import torch
from fix_helpers import all_edits, crossing_spans, fix_text, source_of
from layouts import LAYOUTS, PRELUDE

from detachlint.fix import detach_edits

torch.set_num_threads(1)
each_layout = pytest.mark.parametrize(("before", "after"), LAYOUTS.values(), ids=LAYOUTS)

RAISES = "Can't call numpy\\(\\) on Tensor that requires grad"


def run(text: str) -> dict[str, object]:
    """The variables of the program after the prelude."""
    names: dict[str, object] = {"__name__": "program"}
    exec(compile(PRELUDE, "prelude", "exec"), names)
    known = set(names)
    exec(compile(text, "program", "exec"), names)
    return {name: value for name, value in names.items() if name not in known}


def arrays_in(value: object) -> list[np.ndarray]:
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [array for item in value for array in arrays_in(item)]
    return []


@each_layout
def test_fix_inserts_detach_and_nothing_else(before, after):
    ast.parse(before)
    assert fix_text(before) == after


@each_layout
def test_second_run_changes_nothing(before, after):
    assert fix_text(after) == after
    assert fix_text(after, "force") in {after, fix_text(before, "force")}


@each_layout
def test_program_raises_before_the_fix_and_not_after(before, after):
    with pytest.raises(RuntimeError, match=RAISES):
        run(before)
    # With grad mode off the broken program is allowed, and shows what the fixed one must compute.
    with torch.no_grad():
        expected = run(before)
    fixed = run(after)
    assert fixed.keys() == expected.keys()
    for array, wanted in zip(arrays_in(fixed), arrays_in(expected), strict=True):
        np.testing.assert_array_equal(array, wanted)
        assert array.dtype == wanted.dtype


@each_layout
def test_force_style_works_as_well(before, after):
    forced = fix_text(before, "force")
    assert "force=True" in forced or forced == after
    with torch.no_grad():
        expected = run(before)
    for array, wanted in zip(arrays_in(run(forced)), arrays_in(expected), strict=True):
        np.testing.assert_array_equal(array, wanted)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x.cpu().numpy()", "x.cpu().numpy(force=True)"),
        ("x.numpy(force=False)", "x.numpy(force=True)"),
        ("x.numpy( force = (False) )", "x.numpy( force = (True) )"),
        ("x.numpy(  # bare\n)", "x.numpy(force=True  # bare\n)"),
        ("x.numpy (\n)", "x.numpy (force=True\n)"),
        ("Tensor.numpy(x)", "Tensor.numpy(x, force=True)"),
        ("Tensor.numpy(a + b,)", "Tensor.numpy(a + b, force=True,)"),
        ("Tensor.numpy(x, force=False)", "Tensor.numpy(x, force=True)"),
        ("getattr(x, 'numpy')()", "getattr(x, 'numpy')(force=True)"),
        ("super().numpy()", "super().numpy(force=True)"),
        # Where force cannot be given, the tensor is detached.
        ("x.cpu().__array__()", "x.detach().cpu().__array__()"),
        ("x.numpy(force=flag)", "x.detach().numpy(force=flag)"),
        ("x.numpy(**options)", "x.detach().numpy(**options)"),
        ("Tensor.numpy(x, **options)", "Tensor.numpy(x.detach(), **options)"),
    ],
)
def test_force_style(before, after):
    assert fix_text(before, "force") == after


@pytest.mark.parametrize("style", ["detach", "force"])
@pytest.mark.parametrize(
    "text",
    [
        "x.numpy(force=True)",
        "x.detach().numpy()",
        "x.detach().cpu().numpy()",
        "x.detach().squeeze().T.numpy()",
        "x.sum().detach_().to(device).numpy()",
        "(a + b).detach().reshape(n, -1).numpy()",
        "Tensor.numpy(x.detach())",
        "Tensor.numpy((a + b).detach())",
        "getattr(x.detach().cpu(), 'numpy')()",
        "getattr(x, 'numpy', None)()",
        "lib.numpy(x)",
        "f'{x.numpy()=}'",
    ],
)
def test_what_is_detached_or_unclear_has_no_edits(text, style):
    assert all_edits(text, style) == []


def test_conversion_of_the_base_class_is_not_detached():
    # `super().detach().numpy()` would call this very method again, without end.
    assert all_edits("class S(Tensor):\n  def numpy(self): return super().numpy()") == []


def test_span_that_is_no_call_has_no_edits():
    source = source_of("y = x.numpy()")
    (span,) = crossing_spans(source.text)
    assert detach_edits(source, span, "detach") is not None
    for column in (3, 5, 6):
        assert detach_edits(source, span._replace(column=column), "detach") is None
    assert detach_edits(source, span._replace(line=7, end_line=9), "detach") is None


def test_file_that_does_not_parse_has_no_edits():
    (span,) = crossing_spans("x.numpy()")
    assert detach_edits(source_of("x.numpy()\nprint x"), span, "detach") is None


@pytest.mark.skipif(sys.version_info < (3, 12), reason="no positions inside f-strings")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f'{x.cpu().numpy()}'", "f'{x.detach().cpu().numpy()}'"),
        ("f'é{{ {x.numpy()!r:>{n}} }}'", "f'é{{ {x.detach().numpy()!r:>{n}} }}'"),
        ("f'{f'{x.numpy()}'}'", "f'{f'{x.detach().numpy()}'}'"),
        ("f'{x[f'{n}'].numpy()}'", "f'{x[f'{n}'].detach().numpy()}'"),
        ("f'{x.numpy() == 1}'", "f'{x.detach().numpy() == 1}'"),
    ],
)
def test_f_strings(before, after):
    assert fix_text(before) == after


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="positions inside f-strings are known")
def test_f_strings_are_left_alone_where_positions_are_wrong():
    text = "y = x.numpy(); f'{x.numpy()} {x.numpy()}'; f'''\n{x.numpy()}'''"
    assert fix_text(text) == re.sub("x", "x.detach()", text, count=1)
