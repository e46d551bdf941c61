"""Runs the IR on real values: what the IR means, said in Python.

Tests compare what it makes of a lowered program with what Python makes of the program itself. It
evaluates with generators throughout, so that `yield` and `await` come for free. Not covered, for
the IR leaves them out: the text of f-strings, `async for` and `async with`, the cause of a raise.
"""

from __future__ import annotations

import builtins
import inspect
import operator
import sys
import types
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

from detachlint.ir import nodes as ir

Run = Generator[Any, Any, Any]

_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "@": operator.matmul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "|": operator.or_,
    "^": operator.xor,
    "&": operator.and_,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "is": operator.is_,
    "is not": operator.is_not,
    "in": lambda item, container: item in container,
    "not in": lambda item, container: item not in container,
}

_IN_PLACE: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.iadd,
    "-": operator.isub,
    "*": operator.imul,
    "@": operator.imatmul,
    "/": operator.itruediv,
    "//": operator.ifloordiv,
    "%": operator.imod,
    "**": operator.ipow,
    "<<": operator.ilshift,
    ">>": operator.irshift,
    "|": operator.ior,
    "^": operator.ixor,
    "&": operator.iand,
}

_UNARY: dict[str, Callable[[Any], Any]] = {
    "unary -": operator.neg,
    "unary +": operator.pos,
    "unary ~": operator.invert,
    "not": operator.not_,
}

_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "": lambda value: value,
    "!s": str,
    "!r": repr,
    "!a": ascii,
}
_COLLECT: dict[str, Callable[[list[Any]], Any]] = {"list": list, "tuple": tuple, "set": set}


class _Carried(Exception):
    """A StopIteration of the program, which must not end the generators of the machine."""

    def __init__(self, error: StopIteration) -> None:
        self.error = error


class Frame:
    """The variables of one run of a code; `self.first` and `self.owner` serve `super()`."""

    def __init__(self, code: ir.Code, enclosing: Frame | None) -> None:
        self.code = code
        self.variables: dict[str, Any] = {}
        self.enclosing = enclosing
        self.first: Any = None
        self.owner: Callable[[], type] | None = None


class Machine:
    """Runs one module. `variables` are the module's."""

    def __init__(self, code: ir.Code, name: str = "machine") -> None:
        self.module = Frame(code, None)
        self.variables = self.module.variables
        self.variables["__name__"] = name

    def run(self) -> dict[str, Any]:
        """Run the module; returns its variables, those made up by the lowering excluded."""
        _finish(self.block(self.module.code.body, self.module))
        return {name: value for name, value in self.variables.items() if "@" not in name}

    # --- names --------------------------------------------------------------------------------

    def holder(self, name: ir.Name, frame: Frame) -> dict[str, Any]:
        if name.depth == ir.GLOBAL:
            return self.variables
        found: Frame | None = frame
        for _ in range(name.depth):
            assert found is not None
            found = found.enclosing
        assert found is not None and name.name in found.code.variables, f"{name} does not resolve"
        return found.variables

    def read(self, name: ir.Name, frame: Frame) -> Any:
        variables = self.holder(name, frame)
        if name.name in variables:
            return variables[name.name]
        if name.depth == 0 and frame.code.kind != "class":
            raise UnboundLocalError(name.name)
        if name.depth > 0:
            raise NameError(name.name)
        if name.name in self.variables:
            return self.variables[name.name]
        try:
            return getattr(builtins, name.name)
        except AttributeError:
            raise NameError(name.name) from None

    # --- expressions --------------------------------------------------------------------------

    def value(self, node: Any, frame: Frame) -> Run:
        return (yield from getattr(self, f"value_{type(node).__name__}")(node, frame))

    def optional(self, node: Any, frame: Frame) -> Run:
        return None if node is None else (yield from self.value(node, frame))

    def values(self, nodes: Any, frame: Frame) -> Run:
        found = []
        for node in nodes:
            found.append((yield from self.value(node, frame)))
        return found

    def value_Constant(self, node: ir.Constant, frame: Frame) -> Run:
        return node.value
        yield

    def value_Name(self, node: ir.Name, frame: Frame) -> Run:
        return self.read(node, frame)
        yield

    def value_Attribute(self, node: ir.Attribute, frame: Frame) -> Run:
        return getattr((yield from self.value(node.value, frame)), node.name)

    def value_Subscript(self, node: ir.Subscript, frame: Frame) -> Run:
        container, index = yield from self.values((node.value, node.index), frame)
        return container[index]

    def value_Slice(self, node: ir.Slice, frame: Frame) -> Run:
        lower = yield from self.optional(node.lower, frame)
        upper = yield from self.optional(node.upper, frame)
        return slice(lower, upper, (yield from self.optional(node.step, frame)))

    def value_Call(self, node: ir.Call, frame: Frame) -> Run:
        function = yield from self.value(node.function, frame)
        positional, keywords = yield from self.arguments(node.arguments, frame)
        if function is super and not positional:
            while frame.owner is None:
                assert frame.enclosing is not None
                frame = frame.enclosing
            return super(frame.owner(), frame.first)
        try:
            return function(*positional, **keywords)
        except StopIteration as error:
            raise _Carried(error) from None

    def arguments(self, arguments: tuple[ir.Argument, ...], frame: Frame) -> Run:
        positional: list[Any] = []
        keywords: dict[str, Any] = {}
        for argument in arguments:
            value = yield from self.value(argument.value, frame)
            if argument.unpack == "*":
                positional.extend(value)
            elif argument.unpack == "**":
                keywords.update(value)
            elif argument.keyword is not None:
                keywords[argument.keyword] = value
            else:
                positional.append(value)
        return positional, keywords

    def value_Operator(self, node: ir.Operator, frame: Frame) -> Run:
        operands = yield from self.values(node.operands, frame)
        if node.name == "is sequence":
            subject, minimum, longer = operands
            is_sequence = isinstance(subject, Sequence) and not isinstance(subject, (str, bytes))
            return is_sequence and (len(subject) >= minimum if longer else len(subject) == minimum)
        if node.name == "is mapping":
            return isinstance(operands[0], Mapping)
        return (_UNARY if len(operands) == 1 else _BINARY)[node.name](*operands)

    def value_Logical(self, node: ir.Logical, frame: Frame) -> Run:
        for operand in node.operands:
            value = yield from self.value(operand, frame)
            if bool(value) == (node.name == "or"):
                break
        return value

    def value_Conditional(self, node: ir.Conditional, frame: Frame) -> Run:
        holds = yield from self.value(node.test, frame)
        return (yield from self.value(node.body if holds else node.orelse, frame))

    def value_Display(self, node: ir.Display, frame: Frame) -> Run:
        if node.kind == "dict":
            entries: dict[Any, Any] = {}
            for key, item in zip(node.keys, node.items, strict=True):
                name = yield from self.optional(key, frame)
                value = yield from self.value(item.value, frame)
                entries.update(value if key is None else {name: value})
            return entries
        items, _ = yield from self.arguments(node.items, frame)
        if node.kind != "string":
            return _COLLECT[node.kind](items)
        texts: list[str] = []
        for key, item in zip(node.keys, items, strict=True):
            how = yield from self.optional(key, frame)
            conversion, _, specification = (how or "").partition(":")
            shown = _CONVERSIONS[conversion](item)
            texts.append(format(shown, specification))
        return "".join(texts)

    def value_Comprehension(self, node: ir.Comprehension, frame: Frame) -> Run:
        found: list[Any] = []

        def loop(clauses: tuple[ir.Clause, ...]) -> Run:
            if not clauses:
                key = yield from self.optional(node.key, frame)
                element = yield from self.value(node.element, frame)
                found.append(element if node.key is None else (key, element))
                return
            clause, *others = clauses
            for item in (yield from self.value(clause.iterable, frame)):
                yield from self.assign(clause.target, item, frame)
                for condition in clause.conditions:
                    if not (yield from self.value(condition, frame)):
                        break
                else:
                    yield from loop(tuple(others))

        yield from loop(node.clauses)
        return dict(found) if node.kind == "dict" else _COLLECT[node.kind](found)

    def value_Bind(self, node: ir.Bind, frame: Frame) -> Run:
        value = yield from self.value(node.value, frame)
        yield from self.assign(node.target, value, frame)
        return value

    def value_Yield(self, node: ir.Yield, frame: Frame) -> Run:
        value = yield from self.optional(node.value, frame)
        return (yield from value) if node.delegate else (yield value)

    def value_Await(self, node: ir.Await, frame: Frame) -> Run:
        awaited = yield from self.value(node.value, frame)
        # A coroutine made by `types.coroutine` is a generator.
        return (yield from awaited if inspect.isgenerator(awaited) else awaited.__await__())

    def value_Import(self, node: ir.Import, frame: Frame) -> Run:
        wanted = () if node.attribute is None else (node.attribute,)
        module = __import__(node.module, self.variables, {}, wanted, node.level)
        if node.attribute == "*":
            public = getattr(module, "__all__", None) or [n for n in vars(module) if n[0] != "_"]
            self.variables.update({name: getattr(module, name) for name in public})
        elif node.attribute is not None:
            return getattr(module, node.attribute)
        return module if node.top_level or wanted else sys.modules[node.module]
        yield

    def value_MakeFunction(self, node: ir.MakeFunction, frame: Frame) -> Run:
        decorators = yield from self.values(node.decorators, frame)
        function = yield from self.function(node.code, frame)
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    def function(self, code: ir.Code, around: Frame) -> Run:
        parameters = []
        for parameter in code.parameters:
            default = inspect.Parameter.empty
            if parameter.default is not None:
                default = yield from self.value(parameter.default, around)
            name = parameter.name.replace("@", "_").replace(":", "_")
            parameters.append(inspect.Parameter(name, _KINDS[parameter.kind], default=default))
        signature = inspect.Signature(parameters)
        names = [parameter.name for parameter in code.parameters]
        enclosing = around.enclosing if around.code.kind == "class" else around

        def call(*positional: Any, **keywords: Any) -> Any:
            frame = Frame(code, None if enclosing is self.module else enclosing)
            bound = signature.bind(*positional, **keywords)
            bound.apply_defaults()
            frame.variables.update(zip(names, bound.arguments.values(), strict=True))
            frame.first = next(iter(bound.arguments.values()), None)
            frame.owner = around.owner if around.code.kind == "class" else None
            run = self.body(code, frame)
            if code.yields:
                return run
            return types.coroutine(lambda: run)() if code.is_async else _finish(run)

        call.__name__, call.__qualname__ = code.name, code.qualified_name
        return call

    def body(self, code: ir.Code, frame: Frame) -> Run:
        outcome = yield from self.block(code.body, frame)
        return outcome[1] if outcome is not None else None

    def value_MakeClass(self, node: ir.MakeClass, frame: Frame) -> Run:
        decorators = yield from self.values(node.decorators, frame)
        bases, keywords = yield from self.arguments(node.bases, frame)
        enclosing = frame.enclosing if frame.code.kind == "class" else frame
        inner = Frame(node.code, None if enclosing is self.module else enclosing)
        made: list[Any] = []
        inner.owner = lambda: made[0]
        yield from self.block(node.code.body, inner)

        def fill(namespace: dict[str, Any]) -> None:
            visible = {name: value for name, value in inner.variables.items() if "@" not in name}
            module = self.variables["__name__"]
            namespace.update(visible, __qualname__=node.code.qualified_name, __module__=module)

        result: Any = types.new_class(node.code.name, tuple(bases), keywords, fill)
        made.append(result)
        for decorator in reversed(decorators):
            result = decorator(result)
        return result

    def value_Opaque(self, node: ir.Opaque, frame: Frame) -> Run:
        yield from self.values(node.operands, frame)
        raise NotImplementedError(node.reason)

    # --- targets and statements ---------------------------------------------------------------

    def assign(self, target: ir.Target, value: Any, frame: Frame) -> Run:
        if isinstance(target, ir.Name):
            self.holder(target, frame)[target.name] = value
        elif isinstance(target, ir.Attribute):
            setattr((yield from self.value(target.value, frame)), target.name, value)
        elif isinstance(target, ir.Subscript):
            container, index = yield from self.values((target.value, target.index), frame)
            container[index] = value
        else:
            for inner, item in zip(target.targets, _spread(target, value), strict=True):
                yield from self.assign(inner, item, frame)

    def block(self, block: ir.Block, frame: Frame) -> Run:
        for statement in block:
            run = getattr(self, f"run_{type(statement).__name__}")
            outcome = yield from run(statement, frame)
            if outcome is not None:
                return outcome
        return None

    def run_Assign(self, node: ir.Assign, frame: Frame) -> Run:
        if node.value is not None:
            value = yield from self.value(node.value, frame)
            for target in node.targets:
                yield from self.assign(target, value, frame)

        target = node.targets[0]
        if node.annotation is not None and frame.code.kind == "class":
            assert isinstance(target, ir.Name)
            annotation = yield from self.value(node.annotation, frame)
            frame.variables.setdefault("__annotations__", {})[target.name] = annotation

    def run_AugmentedAssign(self, node: ir.AugmentedAssign, frame: Frame) -> Run:
        old, change = yield from self.values((node.target, node.value), frame)
        yield from self.assign(node.target, _IN_PLACE[node.operator](old, change), frame)

    def run_Delete(self, node: ir.Delete, frame: Frame) -> Run:
        target = node.target
        if isinstance(target, ir.Name):
            self.read(target, frame)
            del self.holder(target, frame)[target.name]
        elif isinstance(target, ir.Attribute):
            delattr((yield from self.value(target.value, frame)), target.name)
        else:
            container, index = yield from self.values((target.value, target.index), frame)
            del container[index]

    def run_Evaluate(self, node: ir.Evaluate, frame: Frame) -> Run:
        yield from self.value(node.value, frame)

    def run_If(self, node: ir.If, frame: Frame) -> Run:
        holds = yield from self.value(node.test, frame)
        return (yield from self.block(node.body if holds else node.orelse, frame))

    def run_For(self, node: ir.For, frame: Frame) -> Run:
        for item in (yield from self.value(node.iterable, frame)):
            yield from self.assign(node.target, item, frame)
            outcome = yield from self.block(node.body, frame)
            if outcome == ("break",):
                return None
            if outcome is not None and outcome != ("continue",):
                return outcome
        return (yield from self.block(node.orelse, frame))

    def run_While(self, node: ir.While, frame: Frame) -> Run:
        while (yield from self.value(node.test, frame)):
            outcome = yield from self.block(node.body, frame)
            if outcome == ("break",):
                return None
            if outcome is not None and outcome != ("continue",):
                return outcome
        return (yield from self.block(node.orelse, frame))

    def run_Try(self, node: ir.Try, frame: Frame) -> Run:
        try:
            try:
                outcome = yield from self.block(node.body, frame)
            except BaseException as error:
                raised = error.error if isinstance(error, _Carried) else error
                for handler in node.handlers:
                    kind = yield from self.optional(handler.kind, frame)
                    if handler.kind is None or isinstance(raised, kind):
                        return (yield from self.handle(handler, raised, frame))
                raise
            if outcome is None:
                outcome = yield from self.block(node.orelse, frame)
            return outcome
        finally:
            final = yield from self.block(node.final, frame)
            if final is not None:
                return final  # noqa: B012 (this is what Python does)

    def handle(self, handler: ir.Handler, error: BaseException, frame: Frame) -> Run:
        if handler.name is not None:
            yield from self.assign(handler.name, error, frame)
        try:
            return (yield from self.block(handler.body, frame))
        finally:
            if handler.name is not None:
                self.holder(handler.name, frame).pop(handler.name.name, None)

    def run_With(self, node: ir.With, frame: Frame) -> Run:
        with (yield from self.value(node.manager, frame)) as entered:
            if node.target is not None:
                yield from self.assign(node.target, entered, frame)
            return (yield from self.block(node.body, frame))

    def run_Return(self, node: ir.Return, frame: Frame) -> Run:
        return ("return", (yield from self.optional(node.value, frame)))

    def run_Raise(self, node: ir.Raise, frame: Frame) -> Run:
        error = yield from self.optional(node.value, frame)
        if error is None:
            raise
        raised = error() if isinstance(error, type) else error
        raise _Carried(raised) if isinstance(raised, StopIteration) else raised

    def run_Jump(self, node: ir.Jump, frame: Frame) -> Run:
        return (node.kind,)
        yield


_KINDS = {
    ir.ParameterKind.POSITIONAL_ONLY: inspect.Parameter.POSITIONAL_ONLY,
    ir.ParameterKind.POSITIONAL: inspect.Parameter.POSITIONAL_OR_KEYWORD,
    ir.ParameterKind.VARIADIC: inspect.Parameter.VAR_POSITIONAL,
    ir.ParameterKind.KEYWORD_ONLY: inspect.Parameter.KEYWORD_ONLY,
    ir.ParameterKind.KEYWORDS: inspect.Parameter.VAR_KEYWORD,
}


def _finish(run: Run) -> Any:
    try:
        next(run)
    except StopIteration as stop:
        return stop.value
    except _Carried as carried:
        raise carried.error from None
    raise AssertionError("a yield in a code that is not marked as a generator")


def _spread(target: ir.Unpack, value: Any) -> list[Any]:
    items = list(value)
    if target.star is None:
        return items
    after = len(items) - (len(target.targets) - target.star - 1)
    return [*items[: target.star], items[target.star : after], *items[after:]]
