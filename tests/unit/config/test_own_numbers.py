"""A site's numbers in every spelling, numbers with their context, and callers who are nobody."""

from __future__ import annotations

import pytest

from config.telephone_numbers import OwnNumbers, global_number, is_withheld, number_key


@pytest.mark.parametrize(
    "dialled",
    ["+493511234567", "00493511234567", "03511234567", "493511234567", "3511234567", "+4903511234567"],
)
@pytest.mark.parametrize("written", ["+493511234567", "03511234567", "00493511234567"])
def test_a_published_number_is_found_in_every_form(dialled: str, written: str) -> None:
    assert OwnNumbers([written, "4900"], "DE").find(dialled) == written


@pytest.mark.parametrize(
    ("dialled", "found"),
    [
        ("4000", "4000"),
        ("+864000", "4000"),
        ("00864000", "4000"),
        ("+494000", None),
        ("04000", None),
        ("40001", None),
        ("*72", None),
        ("", None),
        ("anna", "anna"),
    ],
)
def test_an_extension_is_found_as_it_is_written(dialled: str, found: str | None) -> None:
    assert OwnNumbers(["4000", "anna"], "CN").find(dialled) == found


def test_without_a_country_only_what_is_the_same_for_certain_is_found() -> None:
    own = OwnNumbers(["+493511234567", "4000"])
    assert own.find("00493511234567") == "+493511234567"
    assert own.find("493511234567") == "+493511234567"
    assert own.find("+86", "+864000") is None


def test_the_written_form_goes_before_the_one_with_its_context() -> None:
    assert OwnNumbers(["4900", "+864900"], "CN").find("4900", "+864900") == "4900"


@pytest.mark.parametrize(
    ("number", "context", "whole"),
    [
        ("13800138010", "+86", "+8613800138010"),
        ("03511234567", "+49", "+493511234567"),
        ("1234567", "+49351", "+493511234567"),
        ("555-0123".replace("-", ""), "+1914", "+19145550123"),
        ("4900", "+86", ""),
        ("7042", "example.com", ""),
        ("+49351123", "+86", ""),
        ("1234", "+999", ""),
        ("1234", "+", ""),
    ],
)
def test_a_local_number_with_its_context_is_a_global_one(number: str, context: str, whole: str) -> None:
    assert global_number(number, context) == whole


@pytest.mark.parametrize(
    "number",
    [
        *("", " ", "0", "0000000000", "+", "+000"),
        *(
            "anonymous",
            "Anonymous",
            "ANONYMOUS",
            "unavailable",
            "unknown",
            "restricted",
            "private",
            "withheld",
        ),
        *("blocked", "hidden", "Private Number", "number-withheld", "caller.unknown", "Unknown Caller"),
        *("no-number", "not available", "Out-Of-Area", "No Caller ID"),
        *("+266696687", "266696687", "00266696687", "86282452253"),
    ],
)
def test_a_withheld_caller_is_nobody_in_every_form(number: str) -> None:
    assert is_withheld(number, "CN")
    assert number_key(number, "CN") == ""


@pytest.mark.parametrize(
    "number",
    ["1001", "0", "+4930123456", "anna", "private.joker", "unknown1", "number", "*31", "+13175551212"][2:],
)
def test_a_caller_with_a_number_or_a_name_is_somebody(number: str) -> None:
    assert not is_withheld(number, "DE")


def test_a_number_that_spells_a_word_on_the_keys_may_be_real() -> None:
    # r-e-s-t-r-i-c-t-e-d is 7378742833, which Texas could give to anybody
    assert not is_withheld("7378742833", "US")
    assert is_withheld("7378742833", "KR")
