"""Expressions in flows: compare, count and decide with the call's variables, and nothing else.

simpleeval evaluates them; what may stand in one is narrowed here when the flow is loaded, so that a
mistake is found then and not in a call. What variables there are is left to `ivr_flows.steps.context`.
"""

from __future__ import annotations

import ast
import operator
import re
import warnings
from collections.abc import Callable, Mapping
from typing import TypeAlias

from simpleeval import EvalWithCompoundTypes

Value: TypeAlias = str | int | float | bool

_LONGEST = 300
_LARGEST = 10**15
_LONGEST_VALUE = 2000
_EXAMPLE = 'an expression, such as hours.open and language == "en"'
_NAME_WORDS: dict[str, bool] = {"true": True, "false": False}
_OTHER_LANGUAGES = (
    (re.compile(r"&&"), "and", "&&"),
    (re.compile(r"\|\|"), "or", "||"),
    (re.compile(r"!(?!=)"), "not", "!"),
    (re.compile(r"(?<![=!<>])=(?!=)"), "==", "="),
)


class ExpressionError(Exception):
    """An expression is wrong, or has no value now; the text completes "expected ..." or is a reason."""


def _number(value: Value) -> float | int:
    """Read a number, such as one that the caller keyed in."""
    if isinstance(value, str):
        return int(value) if re.fullmatch(r"-?\d{1,15}", value) else float(value)
    return value


def _text(value: Value) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "number": _number,
    "text": _text,
    "length": lambda value: len(_text(value)),
    "lower": lambda value: _text(value).lower(),
    "starts": lambda value, start: _text(value).startswith(_text(start)),
    "ends": lambda value, end: _text(value).endswith(_text(end)),
}
"""The functions an expression may call. `starts(caller, "+49")`, `number(count) + 1` ..."""


def _numbers_only(function: Callable[[float, float], float]) -> Callable[[Value, Value], Value]:
    """Keep text out of an operator that Python would let repeat or format it into something endless."""

    def apply(left: Value, right: Value) -> Value:
        if isinstance(left, str) or isinstance(right, str):
            raise TypeError("text where a number is needed")
        return function(left, right)

    return apply


_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: _numbers_only(operator.sub),
    ast.Mult: _numbers_only(operator.mul),
    ast.Div: _numbers_only(operator.truediv),
    ast.FloorDiv: _numbers_only(operator.floordiv),
    ast.Mod: _numbers_only(operator.mod),
    ast.USub: operator.neg,
    ast.Not: operator.not_,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Gt: operator.gt,
    ast.Lt: operator.lt,
    ast.GtE: operator.ge,
    ast.LtE: operator.le,
    ast.In: lambda item, holder: item in holder,
    ast.NotIn: lambda item, holder: item not in holder,
}
_NODES = (
    ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.And, ast.Or, ast.Compare, ast.IfExp, ast.Constant, ast.Name,
    ast.Call, ast.Tuple, ast.List, ast.Load, *_OPERATORS,
)  # fmt: skip


class Expression:
    """One expression, read and checked.

    Args:
        text: as it stands in the file.

    Raises:
        ExpressionError: it is none; the text completes "expected ...".
    """

    __slots__ = ("_tree", "names", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        tree = _Dotted().visit(_parse(text))
        names: set[str] = set()
        called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        for node in ast.walk(tree):
            _allow(node)
            if isinstance(node, ast.Name) and id(node) not in called:
                names.add(node.id)
        self._tree = tree
        self.names = frozenset(names)
        """The variables that it reads."""

    def value(self, variables: Mapping[str, Value]) -> Value:
        """Evaluate.

        Raises:
            ExpressionError: it has no value with these variables; the text is the reason.
        """
        # A copy: the evaluator adds functions of its own to what it is given.
        evaluator = EvalWithCompoundTypes(operators=_OPERATORS, functions=dict(FUNCTIONS), names=variables)
        try:
            found = evaluator.eval(self.text, previously_parsed=self._tree)
        # Whatever it is (no number, division by zero, text compared with a number), it is the flow's mistake.
        except Exception as error:
            raise ExpressionError(f"{self.text}: {error}") from error
        return _in_bounds(self.text, found)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


def _in_bounds(text: str, found: object) -> Value:
    if isinstance(found, str):
        return found[:_LONGEST_VALUE]
    # The second comparison is false for infinity and for what is no number.
    if isinstance(found, int | float) and -_LARGEST <= found <= _LARGEST:
        return found
    raise ExpressionError(f"{text}: no text, number or truth, or too large")


def _parse(text: str) -> ast.expr:
    if len(text) > _LONGEST:
        raise ExpressionError(f"an expression of at most {_LONGEST} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        bare = re.sub(r'"[^"]*"|\'[^\']*\'', "", text)
        for pattern, right, wrong in _OTHER_LANGUAGES:
            if pattern.search(bare):
                raise ExpressionError(f"{_EXAMPLE}; write {right} for {wrong}") from None
        raise ExpressionError(_EXAMPLE) from None


def _allow(node: ast.AST) -> None:
    if not isinstance(node, _NODES):
        raise ExpressionError(
            f"{_EXAMPLE}; comparisons, and, or, not, numbers and functions are all there is"
        )
    if isinstance(node, ast.Constant) and not isinstance(node.value, str | int | float):
        raise ExpressionError(_EXAMPLE)
    if isinstance(node, ast.Call):
        known = isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS
        if not known or node.keywords:
            raise ExpressionError("one of the functions " + ", ".join(FUNCTIONS))


class _Dotted(ast.NodeTransformer):
    """Makes one name of `hours.open`, so that nothing can reach into a value, and words of true and false."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name):
            return ast.copy_location(ast.Name(f"{node.value.id}.{node.attr}", ast.Load()), node)
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in _NAME_WORDS:
            return ast.copy_location(ast.Constant(_NAME_WORDS[node.id]), node)
        return node
