"""Every test can fail: it checks something, and not only in a loop that may go round zero times."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.support.paths import ROOT

Function = ast.FunctionDef | ast.AsyncFunctionDef
FILES = sorted((ROOT / "tests").rglob("*.py"))


@cache
def functions(tree: ast.AST) -> tuple[Function, ...]:
    """All functions and methods, nested ones too."""
    return tuple(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def is_check(node: ast.AST) -> bool:
    """Whether a node fails a test directly: assert, raise, `pytest.raises`, `pytest.fail`."""
    if isinstance(node, ast.Call):
        of = node.func
        return (
            isinstance(of, ast.Attribute)
            and of.attr in ("raises", "fail", "warns")
            and isinstance(of.value, ast.Name)
            and of.value.id == "pytest"
        )
    return isinstance(node, ast.Raise) or (
        isinstance(node, ast.Assert) and not isinstance(node.test, ast.Constant | ast.Tuple | ast.JoinedStr)
    )


@cache
def own_names(tree: ast.Module) -> set[str]:
    """Functions and classes that a file defines, or imports from other files of the tests."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("tests", "bench")):
            names |= {alias.name for alias in node.names}
    return names


def used(function: Function, own: set[str]) -> set[str]:
    """Names of what a function calls of the tests' own code, of any method, and of its fixtures."""
    names = {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id in own:
            names.add(node.id)
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
    return names


def checking(trees: Mapping[Path, ast.Module]) -> set[str]:
    """Names of the functions in the tests' own code that check something, or use one that does."""
    uses: dict[str, set[str]] = {}
    found: set[str] = set()
    for tree in trees.values():
        own = own_names(tree)
        for function in functions(tree):
            uses.setdefault(function.name, set()).update(used(function, own))
            if any(is_check(node) for node in ast.walk(function)):
                found.add(function.name)
    while more := {name for name, names in uses.items() if name not in found and names & found}:
        found |= more
    return found


def goes_round(within: ast.expr, function: Function) -> bool:
    """Whether a loop over this goes round at least once, as far as can be seen.

    Written-out collections do, constants of the module and Enums, `range`, what the function has assigned one
    of these to, and what a function makes of one (`sorted`, `enumerate`).
    """
    if isinstance(within, ast.Tuple | ast.List | ast.Set):
        return bool(within.elts)
    if isinstance(within, ast.Dict):
        return bool(within.keys)
    if isinstance(within, ast.Constant):
        return bool(within.value)
    if isinstance(within, ast.Call):
        called = within.func
        if isinstance(called, ast.Attribute) and called.attr in ("items", "values", "keys"):
            return goes_round(called.value, function)
        if not isinstance(called, ast.Name) or not within.args:
            return False
        return called.id == "range" or goes_round(within.args[0], function)
    if isinstance(within, ast.Attribute):
        return within.attr[0].isupper() or goes_round(within.value, function)
    if isinstance(within, ast.Name):
        if within.id[0].isupper():
            return True
        values = [
            node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Assign | ast.AnnAssign)
            and node.value is not None
            and within.id in {ast.unparse(each) for each in targets(node)}
        ]
        return any(not isinstance(value, ast.Name) and goes_round(value, function) for value in values)
    return False


def targets(node: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    """What an assignment assigns to."""
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def is_property(function: Function) -> bool:
    """Whether hypothesis runs it, with as many examples as it takes."""
    return any("given" in ast.unparse(decorator) for decorator in function.decorator_list)


def faults(trees: Mapping[Path, ast.Module]) -> Iterator[str]:
    """What is wrong with which test."""
    known = checking(trees)
    for path, tree in trees.items():
        own = own_names(tree)
        for function in functions(tree):
            if not function.name.startswith("test_"):
                continue
            where = f"{path}:{function.lineno}: {function.name}"
            checks = [node for node in ast.walk(function) if is_check(node)]
            if not checks:
                if not (used(function, own) - {function.name}) & (known - {function.name}):
                    yield f"{where} checks nothing"
                continue
            loops = [
                node
                for node in ast.walk(function)
                if isinstance(node, ast.For | ast.AsyncFor) and not goes_round(node.iter, function)
            ]
            in_loops = {node for loop in loops for node in ast.walk(loop)}
            if all(check in in_loops for check in checks) and not is_property(function):
                yield f"{where} checks only in a loop that may be empty"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("def test_a(): assert f() == 1", None),
        ("def test_a(): f()", "checks nothing"),
        ("def test_a(): assert True", "checks nothing"),
        ("def test_a(): assert (f() == 1, 'said')", "checks nothing"),
        ("def test_a():\n try: f()\n except ValueError: pass", "checks nothing"),
        ("def test_a():\n with pytest.raises(ValueError): f()", None),
        ("def g(): assert f()\ndef h(): g()\ndef test_a(): h()", None),
        ("def g(): return f()\ndef test_a(): g()", "checks nothing"),
        ("def test_a():\n for x in f(): assert x", "checks only in a loop that may be empty"),
        ("def test_a():\n for x in (1, 2): assert f(x)", None),
        ("def test_a():\n xs = [1, 2]\n for x in enumerate(xs): assert f(x)", None),
        (
            "def test_a():\n for x in sorted(path.glob('*')): assert f(x)",
            "checks only in a loop that may be empty",
        ),
        ("def test_a():\n found = f()\n assert found\n for x in found: assert x", None),
        ("@given(st.text())\ndef test_a(text):\n for x in text: assert f(x)", None),
    ],
)
def test_a_test_that_cannot_fail_is_found(text: str, fault: str | None) -> None:
    found = list(faults({Path("test_it.py"): ast.parse(text)}))
    assert [line.partition("test_a ")[2] for line in found] == ([] if fault is None else [fault])


def test_every_test_can_fail() -> None:
    trees = {path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}
    found = list(faults(trees))
    assert not found, "\n".join(["", *found])
