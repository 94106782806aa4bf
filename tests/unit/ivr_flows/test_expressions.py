"""Expressions decide and count, and can do nothing else."""

from __future__ import annotations

import pytest

from ivr_flows.expressions import Expression, ExpressionError, Value

VARIABLES: dict[str, Value] = {
    "caller": "+4930123",
    "count": 3,
    "hours.open": True,
    "name": "Anna",
    "empty": "",
    "half": 0.5,
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("count + 1", 4),
        ("count * half - 1", 0.5),
        ("count // 2 + count % 2", 2),
        ("-count", -3),
        ("hours.open and count >= 3", True),
        ("not hours.open or false", False),
        ("hours.open == true", True),
        ('name == "Anna" and name != empty', True),
        ('name in ("Anna", "Boris")', True),
        ('name not in ["Anna"]', False),
        ('"nn" in name', True),
        ("1 < count <= 3", True),
        ('"yes" if count > 5 else "no"', "no"),
        ('starts(caller, "+49") and not ends(caller, "4")', True),
        ('number("12") + number("0.5")', 12.5),
        ("length(caller)", 8),
        ("lower(name) + text(count) + text(true)", "anna3true"),
        ("{ 1", None),
    ],
)
def test_values(text: str, value: Value | None) -> None:
    if value is None:
        with pytest.raises(ExpressionError):
            Expression(text)
    else:
        assert Expression(text).value(VARIABLES) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 +",
        "caller.__class__",
        "caller.upper()",
        "__import__('os')",
        "open('/etc/passwd')",
        "[x for x in caller]",
        "lambda: 1",
        "caller[0]",
        "{1: 2}",
        "f'{caller}'",
        "count := 1",
        "count = 1",
        "2 ** 9",
        "1 << 9",
        "number(value='1')",
        "None",
        "1j",
        "a; b",
        "x" * 301,
        "(" * 250 + "1" + ")" * 250,
        "\x00",
    ],
)
def test_everything_else_is_refused_when_the_flow_is_loaded(text: str) -> None:
    if text == "caller.__class__":
        assert Expression(text).names == {"caller.__class__"}  # a name of its own, which no variable has
        with pytest.raises(ExpressionError):
            Expression(text).value(VARIABLES)
        return
    with pytest.raises(ExpressionError):
        Expression(text).value({**VARIABLES, "x" * 301: 1})


@pytest.mark.parametrize(
    "text",
    [
        "count / 0",
        "name + 1",
        "name * 1000",
        "'%99999999d' % 1",
        "name < 3",
        "number(name)",
        "unknown",
        "count * 1000000000 * 1000000000",
        'number("inf")',
        'number("nan")',
        "(1, 2)",
        "number",
    ],
)
def test_what_has_no_value_is_an_error_of_its_own(text: str) -> None:
    with pytest.raises(ExpressionError):
        Expression(text).value(VARIABLES)


def test_long_texts_are_cut() -> None:
    text = Expression(" + ".join(["a"] * 60)).value({"a": "x" * 2000})
    assert len(str(text)) == 2000


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('caller = "1"', "write == for ="),
        ("hours.open && count", "write and for &&"),
        ("hours.open || count", "write or for ||"),
        ("!hours.open", "write not for !"),
    ],
)
def test_other_languages_are_recognised(text: str, hint: str) -> None:
    with pytest.raises(ExpressionError, match=hint.replace("|", "\\|")):
        Expression(text)


def test_names_that_it_reads() -> None:
    assert Expression('starts(caller, prefix) and hours.open or "x" in name').names == {
        "caller",
        "prefix",
        "hours.open",
        "name",
    }
