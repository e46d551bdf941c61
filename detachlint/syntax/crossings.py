"""Finds a crossing in its source text with libcst and describes the chain before it.

Python's parser gives the span of the crossing's call expression. Only that text is given to libcst,
in parentheses so that line breaks, comments and `await` may stand in it as they do in the file:
nothing outside the span can change what stands inside, and libcst is slow on whole files.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Literal, TypeAlias

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

from detachlint.source.span import Span
from detachlint.source.text import SourceText
from detachlint.syntax.layout import ArgumentLayout, Base, CrossingLayout, Form, Step
from detachlint.syntax.parse import Unparsable, parse_module

Conversion: TypeAlias = Literal["numpy", "__array__"]

_OPENING, _CLOSING = "(", "\n)"

_TENSOR_CLASSES = frozenset({"Tensor", "TensorBase", "_TensorBase", "Parameter", "__class__"})

_PRIMARIES = (
    cst.Name,
    cst.Attribute,
    cst.Call,
    cst.Subscript,
    cst.List,
    cst.ListComp,
    cst.Dict,
    cst.DictComp,
    cst.Set,
    cst.SetComp,
)
"""Expressions that a `.step` can follow directly."""

_LITERALS = (
    cst.Integer,
    cst.Float,
    cst.Imaginary,
    cst.BaseString,
    cst.Tuple,
    cst.List,
    cst.Ellipsis,
)


_DEEPEST = 100
"""How deep an expression may be nested: far below what overflows the stack of libcst's parser."""


def crossing_at(source: SourceText, span: Span) -> CrossingLayout | None:
    """The layout of the crossing whose call expression stands at `span`.

    None where the text at `span` is not exactly one call of `numpy` or `__array__` in one of the
    spellings of `Form`, and where libcst cannot read it.
    """
    return _read(source, span, _CrossingVisitor)


def argument_at(source: SourceText, span: Span) -> CrossingLayout | None:
    """The layout of the expression at `span`, which something else converts.

    None where the text at `span` is no expression, and where libcst cannot read it.
    """
    return _read(source, span, _ArgumentVisitor)


def _read(source: SourceText, span: Span, kind: type[_Visitor]) -> CrossingLayout | None:
    text = source.slice(span)
    wrapped = f"{_OPENING}{text}{_CLOSING}"
    if _is_too_deep(wrapped):
        return None
    try:
        module = cst.parse_module(wrapped)
        # The positions are those of the code that libcst writes, not of the text that it has read.
        if module.code != wrapped:
            return None
        visitor = kind(module, text, source.offset(span.line, span.column))
        MetadataWrapper(module, unsafe_skip_copy=True).visit(visitor)
    except (cst.ParserSyntaxError, cst.CSTValidationError, RecursionError):
        return None
    return visitor.found


def _is_too_deep(expression: str) -> bool:
    try:
        level: list[ast.AST] = [parse_module(expression, "expression")]
    except Unparsable:
        return True
    depth = 0
    while level and depth <= _DEEPEST:
        depth += 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return bool(level)


class _Visitor(cst.CSTVisitor):
    """Reads an expression from the outside in."""

    METADATA_DEPENDENCIES = (ByteSpanPositionProvider,)

    def __init__(self, module: cst.Module, text: str, start: int) -> None:
        super().__init__()
        self.found: CrossingLayout | None = None
        self._module = module
        self._text = text
        self._bytes = text.encode("utf-8")
        self._start = start

    # Parts ------------------------------------------------------------------------------------

    def _chain(self, node: cst.BaseExpression) -> tuple[Base, tuple[Step, ...]]:
        steps: list[Step] = []
        while True:
            access: cst.BaseExpression = node
            arguments: tuple[ArgumentLayout, ...] | None = None
            if isinstance(node, cst.Call):
                access, arguments = node.func, self._arguments(node.args)
            if not isinstance(access, cst.Attribute):
                return _base(node), tuple(reversed(steps))
            steps.append(Step(access.attr.value, arguments, self._range(access.dot)[0]))
            node = access.value

    def _arguments(self, arguments: Sequence[cst.Arg]) -> tuple[ArgumentLayout, ...]:
        return tuple(self._argument(argument) for argument in arguments)

    def _argument(self, argument: cst.Arg) -> ArgumentLayout:
        start, end = self._range(argument.value)
        return ArgumentLayout(
            self._text[start - self._start : end - self._start],
            *self._range(argument),
            start,
            end,
            argument.keyword.value if argument.keyword is not None else None,
            argument.star,
            bool(argument.value.lpar) or isinstance(argument.value, _PRIMARIES),
            _shows_no_tensor(argument.value),
        )

    def _arguments_start(self, node: cst.Call) -> int:
        if node.args:
            first, _ = self._range(node.args[0])
            return first - self._width([node.whitespace_before_args])
        _, end = self._range(node)
        return end - len(")") - self._width([node.whitespace_before_args])

    # Positions ----------------------------------------------------------------------------------

    def _width(self, nodes: Sequence[cst.CSTNode]) -> int:
        return sum(len(self._module.code_for_node(node)) for node in nodes)

    def _range(self, node: cst.CSTNode) -> tuple[int, int]:
        """Where `node` stands in the file's text, without the parentheses around it."""
        span = self.get_metadata(ByteSpanPositionProvider, node)
        start = span.start - len(_OPENING)
        return self._index(start), self._index(start + span.length)

    def _index(self, byte_offset: int) -> int:
        return self._start + len(self._bytes[: max(byte_offset, 0)].decode("utf-8"))


class _CrossingVisitor(_Visitor):
    """Stops at the call that is the whole text."""

    def visit_Call(self, node: cst.Call) -> bool:
        """Reads the outermost call; the calls inside it are other crossings' business."""
        if self._range(node) == (self._start, self._start + len(self._text)):
            self.found = self._crossing(node)
        return False

    def _crossing(self, node: cst.Call) -> CrossingLayout | None:
        function = node.func
        if isinstance(function, cst.Attribute):
            method = _conversion(function.attr.value)
            if method is not None and node.args and _names_tensor_class(function.value):
                return self._with_argument(node, Form.UNBOUND, method, node.args[0])
            # Tensor.numpy takes no positional argument: with one it is someone else's function.
            if method is not None and (method == "__array__" or not _has_positional(node)):
                dot, _ = self._range(function.dot)
                return self._layout(node, Form.METHOD, method, function.value, dot, None)
        if isinstance(function, cst.Call) and _is_name(function.func, "getattr"):
            method = _attribute_read(function)
            if method is not None:
                return self._with_argument(node, Form.GETATTR, method, function.args[0])
        return None

    def _with_argument(
        self, node: cst.Call, form: Form, method: Conversion, receiver: cst.Arg
    ) -> CrossingLayout | None:
        if receiver.star or receiver.keyword is not None:
            return None
        return self._layout(node, form, method, receiver.value, None, self._argument(receiver))

    def _layout(
        self,
        node: cst.Call,
        form: Form,
        method: Conversion,
        converted: cst.BaseExpression,
        dot: int | None,
        receiver: ArgumentLayout | None,
    ) -> CrossingLayout:
        base, steps = self._chain(converted)
        arguments = self._arguments(node.args)
        start = self._arguments_start(node)
        return CrossingLayout(form, method, base, steps, dot, receiver, arguments, start)


class _ArgumentVisitor(_Visitor):
    """Takes the whole text, whatever expression it is."""

    def visit_Expr(self, node: cst.Expr) -> bool:
        """Reads the one expression there is."""
        whole = isinstance(node.value, _PRIMARIES) or len(node.value.lpar) > len(_OPENING)
        self.found = self._value(node.value, whole)
        return False

    def _value(self, node: cst.BaseExpression, is_primary: bool) -> CrossingLayout:
        start, end = self._range(node)
        text = self._text[start - self._start : end - self._start]
        receiver = ArgumentLayout(
            text, start, end, start, end, None, "", is_primary, _shows_no_tensor(node)
        )
        base, steps = self._chain(node)
        items = tuple(self._value(item, _is_primary(item)) for item in _items(node))
        return CrossingLayout(Form.ARGUMENT, "numpy", base, steps, None, receiver, (), end, items)


def _is_primary(node: cst.BaseExpression) -> bool:
    """Whether a `.step` can follow the expression as it is written (parentheses are not part of it)."""
    return isinstance(node, _PRIMARIES)


def _items(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    if isinstance(node, cst.ListComp):
        return [node.elt]
    if isinstance(node, (cst.List, cst.Tuple)):
        is_plain = all(isinstance(element, cst.Element) for element in node.elements)
        return [element.value for element in node.elements] if is_plain else []
    return []


def _has_positional(node: cst.Call) -> bool:
    return any(arg.keyword is None and arg.star != "**" for arg in node.args)


def _conversion(name: str) -> Conversion | None:
    if name == "numpy":
        return "numpy"
    return "__array__" if name == "__array__" else None


def _attribute_read(call: cst.Call) -> Conversion | None:
    """The conversion read by `getattr(x, "numpy")`.

    A third argument says that x need not be a tensor at all, so that it may lack `.detach` as well.
    """
    if len(call.args) != 2 or call.args[1].star or call.args[1].keyword is not None:
        return None
    name = call.args[1].value
    value = name.evaluated_value if isinstance(name, cst.SimpleString) else None
    return _conversion(value) if isinstance(value, str) else None


def _names_tensor_class(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.Call):
        return _is_name(node.func, "type") and len(node.args) == 1
    name = node.attr if isinstance(node, cst.Attribute) else node
    return isinstance(name, cst.Name) and name.value in _TENSOR_CLASSES


def _is_name(node: cst.BaseExpression, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name


def _base(node: cst.BaseExpression) -> Base:
    if isinstance(node, cst.Name):
        return Base("name", node.value)
    if isinstance(node, cst.Call) and _is_name(node.func, "super"):
        return Base("super")
    if isinstance(node, cst.BinaryOperation):
        return Base("arithmetic")
    if isinstance(node, cst.UnaryOperation) and not isinstance(node.operator, cst.Not):
        return Base("arithmetic")
    return Base("other")


def _shows_no_tensor(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.UnaryOperation):
        return _shows_no_tensor(node.expression)
    if isinstance(node, cst.Subscript):
        return isinstance(node.value, cst.Attribute) and node.value.attr.value == "shape"
    if isinstance(node, cst.Attribute):
        return node.attr.value in {"shape", "dtype", "device"}
    if isinstance(node, cst.Call):
        is_size = isinstance(node.func, cst.Attribute) and node.func.attr.value in {"size", "dim"}
        return is_size or _is_name(node.func, "len")
    if isinstance(node, cst.Name):
        return node.value in {"True", "False", "None"}
    return isinstance(node, _LITERALS)
