"""Where the steps before a crossing stand, in every way to write them."""

import ast

import pytest

from detachlint.source.span import Span
from detachlint.source.text import SourceText
from detachlint.syntax.crossings import crossing_at
from detachlint.syntax.layout import CrossingLayout, Form


def span_of(node: ast.expr) -> Span:
    return Span(node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)


def outermost_call(text: str) -> tuple[SourceText, Span]:
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    return SourceText.from_text(text, "module.py"), span_of(calls[0])


def layout_of(text: str) -> CrossingLayout | None:
    """The layout of the first call that a walk from the top of the tree meets."""
    return crossing_at(*outermost_call(text))


def step_texts(text: str, layout: CrossingLayout) -> list[str]:
    """What the recorded positions of the steps point at: from each dot to the end of its name."""
    places = [(step.name, step.dot) for step in layout.steps]
    if layout.dot is not None:
        places.append((layout.method, layout.dot))
    return [text[dot : text.index(name, dot) + len(name)] for name, dot in places]


@pytest.mark.parametrize(
    ("text", "base", "steps"),
    [
        ("x.numpy()", ("name", "x"), []),
        ("x.cpu().numpy()", ("name", "x"), ["cpu()"]),
        ("self.net.weight.cpu().numpy()", ("name", "self"), ["net", "weight", "cpu()"]),
        ("F.relu(x).cpu().numpy()", ("name", "F"), ["relu()", "cpu()"]),
        ("model(x).numpy()", ("other", None), []),
        ("self.net.cpu()(x).numpy()", ("other", None), []),
        ("x.cpu()[0].numpy()", ("other", None), []),
        ("(a + b).numpy()", ("arithmetic", None), []),
        ("(-a).t().numpy()", ("arithmetic", None), ["t()"]),
        ("(not a).numpy()", ("other", None), []),
        ("(await f(x)).numpy()", ("other", None), []),
        ("(y := x).numpy()", ("other", None), []),
        ("super().cpu().numpy()", ("super", None), ["cpu()"]),
        ("x.__array__()", ("name", "x"), []),
        ("(x.cpu)().numpy()", ("name", "x"), ["cpu()"]),
        ("((x).cpu()).numpy()", ("name", "x"), ["cpu()"]),
    ],
)
def test_chain_is_split_into_base_and_steps(text, base, steps):
    source = SourceText.from_text(text, "module.py")
    layout = crossing_at(source, Span(1, 0, 1, len(text)))
    assert layout is not None
    assert (layout.base.kind, layout.base.name) == base
    assert [step.name + "()" * step.is_called for step in layout.steps] == steps
    assert layout.form is Form.METHOD


@pytest.mark.parametrize(
    "text",
    [
        "x.cpu().numpy()",
        "x . cpu ( ) . numpy ( )",
        "(x\n .cpu()\n\n .numpy())",
        "(x # first.second\n .cpu() # .numpy()\n .numpy())",
        "x \\\n .cpu() \\\n .numpy()",
        "(x\r\n .cpu()\r\n .numpy())",
        "(x\r .cpu()\r .numpy())",
        "('é', '漢字', '😀', é.cpu().numpy())",
        "if 1:\n\tf('ä',\tx.\tcpu\t()\t.numpy())",
        "(x\f.cpu()\f.numpy())",
        "a = 1; x.cpu().numpy(); b = 2",
        "x.cpu(\n  # nothing\n).numpy()",
    ],
)
def test_dots_are_found_in_any_layout(text):
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    crossing = next(call for call in calls if ast.unparse(call).endswith("numpy()"))
    if isinstance(crossing.func, ast.Name):
        crossing = crossing.args[1]
    layout = crossing_at(SourceText.from_text(text, "module.py"), span_of(crossing))
    assert layout is not None
    found = ["".join(step.split()) for step in step_texts(text, layout)]
    assert found == [".cpu", ".numpy"]


def test_arguments_are_described():
    text = "x.reshape(n, -1, *rest, size=(2), **more).numpy()"
    layout = layout_of(text)
    arguments = layout.steps[0].arguments
    assert [text[argument.start : argument.end] for argument in arguments] == [
        *("n", "-1", "*rest", "size=(2)", "**more"),
    ]
    assert [text[argument.value_start : argument.value_end] for argument in arguments] == [
        argument.text for argument in arguments
    ]
    assert [argument.text for argument in arguments] == ["n", "-1", "rest", "2", "more"]
    assert [argument.star for argument in arguments] == ["", "", "*", "", "**"]
    assert [argument.keyword for argument in arguments] == [None, None, None, "size", None]
    assert [argument.is_positional for argument in arguments] == [True, True, True, False, False]
    assert [argument.shows_no_tensor for argument in arguments] == [
        *(False, True, False, True, False),
    ]


@pytest.mark.parametrize(
    ("argument", "shows"),
    [
        *[(text, True) for text in ("1", "-1", "(1, n)", "[n]", "'cpu'", "b'' b''", "f'{n}'")],
        *[(text, True) for text in ("None", "True", "1.5", "...", "x.shape", "x.shape[0]")],
        *[(text, True) for text in ("x.size(0)", "len(x)", "x.dtype", "y.device", "torch.dim()")],
        *[(text, False) for text in ("x", "x[0]", "f(x)", "x.y", "a + b", "not_len(x)", "{**a}")],
    ],
)
def test_arguments_that_cannot_be_tensors_are_told_apart(argument, shows):
    layout = layout_of(f"x.reshape({argument}).numpy()")
    assert layout.steps[0].arguments[0].shows_no_tensor is shows


@pytest.mark.parametrize(
    ("text", "receiver", "primary"),
    [
        ("torch.Tensor.numpy(x)", "x", True),
        ("Tensor.__array__( x.cpu() )", "x.cpu()", True),
        ("nn.Parameter.numpy((a + b),)", "(a + b)", True),
        ("torch.Tensor.numpy(a + b, force=False)", "a + b", False),
        ("type(x).numpy(x)", "x", True),
        ("x.__class__.numpy(x)", "x", True),
        ("getattr(x, 'numpy')()", "x", True),
        ('getattr(lambda: x, "__array__")()', "lambda: x", False),
    ],
)
def test_receiver_may_be_an_argument(text, receiver, primary):
    source = SourceText.from_text(text, "module.py")
    layout = crossing_at(source, Span(1, 0, 1, len(text)))
    assert layout.form is (Form.GETATTR if text.startswith("getattr") else Form.UNBOUND)
    assert layout.dot is None
    assert text[layout.receiver.start : layout.receiver.end] == receiver
    assert layout.receiver.is_primary is primary


@pytest.mark.parametrize(
    "text", ["x.numpy()", "x.numpy (  )", "x.numpy( # c\n)", "x.numpy( force=True)", "(x.numpy)()"]
)
def test_place_behind_the_opening_parenthesis(text):
    layout = layout_of(text)
    assert text[layout.arguments_start - 1] == "("
    assert text[: layout.arguments_start].rstrip("( ").rstrip(")").endswith("numpy")


@pytest.mark.parametrize(
    "text",
    [
        *("f(x)", "x.tolist()", "x.numpy", "numpy()", "x.cpu()", "lib.numpy(x)", "x[0]()"),
        *("getattr(x, name)()", "getattr(x, 'cpu')()", "getattr(x, 'numpy', None)()"),
        *("getattr(*x, 'numpy')()", "torch.Tensor.numpy(*x)", "torch.Tensor.numpy(self=x)"),
        *("x.numpy() + 1", "(x.numpy())", "x.numpy(); y", "x.numpy(", "", "a + x.numpy()"),
    ],
)
def test_text_that_is_no_crossing_has_no_layout(text):
    source = SourceText.from_text(text, "module.py")
    assert crossing_at(source, Span(1, 0, 1, len(text))) is None


def test_span_that_is_off_has_no_layout():
    source = SourceText.from_text("y = (x.cpu().numpy() )\n", "module.py")
    off = [(start, end) for start in range(2, 7) for end in range(18, 23)]
    located = [
        ends for ends in off if crossing_at(source, Span(1, ends[0], 1, ends[1])) is not None
    ]
    assert located == [(5, 20)]


@pytest.mark.parametrize(
    ("text", "is_located"),
    [
        ("x" + ".cpu()" * 30 + ".numpy()", True),
        ("(" * 30 + "x" + ")" * 30 + ".numpy()", True),
        ("f(" * 20 + "x" + ")" * 20 + ".numpy()", True),
        ("x" + ".cpu()" * 3000 + ".numpy()", False),
        ("(" * 3000 + "x" + ")" * 3000 + ".numpy()", False),
        ("(" + "-" * 4000 + "x).numpy()", False),
    ],
)
def test_deep_nesting_is_survived(text, is_located):
    # Far enough down, libcst's parser takes the process with it.
    layout = crossing_at(SourceText.from_text(text, "module.py"), Span(1, 0, 1, len(text)))
    assert (layout is not None) is is_located
