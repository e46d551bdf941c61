"""What a file says about its names, and which of its calls may be edited."""

import ast

import pytest

from detachlint.source.span import Span
from detachlint.source.text import SourceText
from detachlint.syntax.outline import POSITIONS_INSIDE_STRINGS, Outline


def outline_of(text: str) -> Outline:
    return Outline.read(SourceText.from_text(text, "module.py"))


def editable_texts(text: str) -> set[str]:
    source = SourceText.from_text(text, "module.py")
    return {source.slice(span) for span in Outline.read(source).editable_calls}


def test_imported_names_of_all_scopes():
    text = """
import torch, numpy as np
import os.path
def f():
    from torch.nn import functional as F, Linear
    try:
        from . import sibling
    except ImportError:
        sibling = None
"""
    assert outline_of(text).imported == {"torch", "np", "os", "F", "Linear", "sibling"}


def test_own_attributes_are_methods_and_attributes_of_classes():
    text = """
limit = 3
def free(): pass
class Wrapper:
    kind = "w"
    size: int = 0
    first, second = 1, 2
    if limit:
        def cpu(self): pass
    async def to(self, device):
        self.flatten = device
        local = 1
    class Inner:
        def view(self): pass
other.squeeze = None
"""
    expected = {"kind", "size", "cpu", "to", "flatten", "view", "squeeze"}
    assert outline_of(text).own_attributes == expected


def test_calls_are_editable_wherever_they_stand():
    text = """
@decorate(x.numpy())
class A(Base, key=x.numpy(1)):
    def f(self, a=x.numpy(2), *, b: x.numpy(3) = 0): return lambda c=x.numpy(4): x.numpy(5)
with x.numpy(6) as x.numpy(7)[0]: pass
match x.numpy(8):
    case n if x.numpy(9): pass
"""
    numbers = {text for text in editable_texts(text) if text.startswith("x.")}
    assert numbers == {"x.numpy()", *(f"x.numpy({n})" for n in range(1, 10))}


INSIDE_STRINGS = [
    'f"{x.numpy()}"',
    'f"{x.numpy()!r:>10}"',
    'f"{(x.numpy())}"',
    'f"{x.numpy() == y}"',
    'f"é {{}} {x.numpy()}"',
    'f"""\n{\nx.numpy()}"""',
    'f"{a:{x.numpy()}}"',
    '"=" f"{x.numpy()}" "="',
]


@pytest.mark.parametrize("text", INSIDE_STRINGS)
def test_calls_inside_f_strings_are_editable_where_their_place_is_known(text):
    assert ("x.numpy()" in editable_texts(text)) is POSITIONS_INSIDE_STRINGS


@pytest.mark.parametrize(
    "text",
    [
        *('f"{x.numpy()=}"', 'f"{x.numpy() = }"', 'f"{x.numpy() =!r}"', 'f"{(x.numpy() )=:>3}"'),
        *('f"{f(x.numpy())=}"', 'f"{a:{x.numpy()=}}"'),
    ],
)
def test_calls_whose_text_is_printed_are_not_editable(text):
    assert "x.numpy()" not in editable_texts(text)


def test_calls_around_f_strings_are_editable():
    text = 'y = x.numpy(f"{a=}", f"{b()}")'
    assert text[4:] in editable_texts(text)


def test_two_calls_at_one_place_are_not_editable():
    # Python before 3.12 gives the second the place of the first, as here by hand.
    text = "f(x.numpy(), y.numpy())"
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if ast.unparse(node) == "y.numpy()":
            node.col_offset, node.end_col_offset = 2, 11
    outline = Outline.read(SourceText.from_text(text, "module.py"), tree)
    assert outline.editable_calls == {Span(1, 0, 1, len(text))}


def test_file_that_does_not_parse_has_an_empty_outline():
    assert outline_of("import torch\nprint x.numpy()\n") == outline_of("")


def test_deep_trees_are_survived():
    assert outline_of("import torch\ny = " + "-" * 900 + "x.numpy()").imported == {"torch"}
    # Some versions of Python parse this, some give up.
    assert outline_of("import torch\nx" + ".cpu()" * 5000).imported <= {"torch"}
