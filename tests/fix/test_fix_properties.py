"""What holds for the fix of any crossing, however it is written."""

import ast

from fix_helpers import all_edits, crossing_spans, fix_text, is_crossing
from hypothesis import given, settings
from hypothesis import strategies as st

from detachlint.fix.edits import DETACH

BASES = [
    *("x", "é", "self.weight", "model(x)", "F.relu(x, inplace=True)", "(a + b)", "(-a)", "x[0]"),
    *("outputs['é'][-1]", "self.net.cpu()(x)", "(y := x)", "(x if a else b)", "pose.T", "x.grad"),
    *("torch.ones(3)", "(lambda: x)()", "[x, a][0]", "(await f(x))", "super()", "'ü'.join(x)"),
]
STEPS = [
    *(".cpu()", ".to(device)", ".to('cpu')", ".float()", ".clone()", ".squeeze(0)", ".T", ".mT"),
    *(".view(-1, n)", ".reshape(n, -1)", ".reshape((1, -1))", ".sum()", ".data", ".grad", ".t()"),
    *("[0]", ".exp()", ".requires_grad_()", ".flatten(x)", ".type_as(x)", ".item", "(x)"),
    *(".permute(*dims)", ".squeeze(input=x)", ".to(**options)", ".contiguous()", ".view_as(x)"),
]
CONVERSIONS = [".numpy()", ".numpy(force=False)", ".__array__()", ".__array__(np.float32)"]
GAPS = [
    "",
    "",
    "",
    " ",
    "\t",
    "\f",
    "\\\n",
    "\n  ",
    "\n",
    " # a.numpy()\n",
    "# é (\n\t",
    "\n\n # )\n",
]
PLACES = [
    *(
        "r = ({})",
        "f(0, ({}))",
        "r = [({}) for x in ({})]",
        "f('é', s := ({})); g()",
        "del q, r[({})]",
    ),
    *("if 1:\n\tif a:\n\t\tpass\n\telif ({}): r = 1\n\telse: r = 2", "while ({}): break"),
    *("@f(({}))\ndef g(a, b=({})): return ({})", "class C(A, k=({})): z = ({})"),
    *(
        "with ({}) as r, f(({})):\n  pass",
        "match ({}):\n case y if ({}): pass",
        "r = lambda k=({}): ({})",
    ),
    *(
        "try: pass\nexcept ({}): r = ({})",
        "assert ({}), 'ü'",
        "return_ = -({}) ** 2; s = 1",
        "print(({}))",
    ),
]


@st.composite
def crossings(draw: st.DrawFn) -> str:
    """One crossing with random blanks, comments and line breaks at every dot; needs parentheses."""
    gap = st.sampled_from(GAPS)
    text = draw(st.sampled_from(BASES))
    steps = draw(st.lists(st.sampled_from(STEPS), max_size=5))
    for step in [*steps, draw(st.sampled_from(CONVERSIONS))]:
        if draw(st.booleans()):
            step = step.replace("(", "(" + draw(gap), 1)
        if step.startswith("."):
            step = f"{draw(gap)}.{draw(gap)}{step[1:]}"
        text += step
        if draw(st.integers(0, 4)) == 0:
            text = f"({draw(gap)}{text}{draw(gap)})"
    if text.endswith(".numpy()") and draw(st.integers(0, 3)) == 0:
        return f"torch.Tensor.numpy({draw(gap)}{text.removesuffix('.numpy()')}{draw(gap)},)"
    return text


@st.composite
def programs(draw: st.DrawFn) -> str:
    """Crossings in all places, under each kind of line end."""
    lines = []
    for place in draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=3)):
        for _ in range(place.count("({})")):
            place = place.replace("({})", f"({draw(crossings())}\n)", 1)
        lines.append(place)
    body = "\n\f\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n# é", "\n\f"]))
    text = "async def outer():\n if 1:\n  " + body.replace("\n", "\n  ")
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n", "\r"])))


class Undetach(ast.NodeTransformer):
    """Takes the calls of `detach` out again."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        function = node.func
        is_detach = isinstance(function, ast.Attribute) and function.attr == "detach"
        return function.value if is_detach else node


@settings(max_examples=200, deadline=None)
@given(programs())
def test_fix_only_detaches_what_is_converted(before):
    after = fix_text(before)
    # To the byte, only insertions of one text ...
    assert after.replace(DETACH, "") == before
    # ... which mean that, and not a part of a string or a comment.
    assert ast.dump(Undetach().visit(ast.parse(after))) == ast.dump(ast.parse(before))
    assert len(crossing_spans(after)) == len(crossing_spans(before))


@settings(max_examples=100, deadline=None)
@given(programs())
def test_every_crossing_is_detached_exactly_once(before):
    after = fix_text(before)
    for node in ast.walk(ast.parse(after)):
        if is_crossing(node):
            receiver = node.args[0] if "Tensor" in ast.unparse(node.func) else node.func.value
            if ast.unparse(receiver) == "super()":
                continue
            assert own_detaches(receiver) == 1, ast.unparse(node)


def own_detaches(node: ast.expr) -> int:
    """How many of the steps of the chain that ends in `node` are `.detach()`."""
    count = 0
    while isinstance(node, (ast.Attribute, ast.Call, ast.Subscript)):
        count += isinstance(node, ast.Attribute) and node.attr == "detach"
        node = node.func if isinstance(node, ast.Call) else node.value
    return count


@settings(max_examples=100, deadline=None)
@given(programs(), st.sampled_from(["detach", "force"]))
def test_second_run_has_nothing_to_do(before, style):
    after = fix_text(before, style)
    assert all_edits(after, style) == []
    assert fix_text(after, style) == after


@settings(max_examples=100, deadline=None)
@given(programs())
def test_force_style_changes_arguments_of_conversions_only(before):
    after = fix_text(before, "force")
    assert without_insertions(after) == without_insertions(before)
    assert len(crossing_spans(after)) == len(crossing_spans(before))


def without_insertions(text: str) -> str:
    for insertion in (DETACH, ", force=True", "force=True", "force=False"):
        text = text.replace(insertion, "")
    return text
