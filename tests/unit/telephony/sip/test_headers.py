"""Header rows: names in any spelling, order, several values, and the cache of parsed values."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from telephony.sip.errors import LocalProtocolError
from telephony.sip.headers import COMPACT, Headers, lookup_name


def test_names_are_found_in_any_case_and_in_compact_form() -> None:
    headers = Headers([("call-id", "1"), ("F", "<sip:a@b>"), ("X-foo", "y")])
    assert headers.get("CALL-ID") == headers.get("i") == "1"
    assert headers.get("From") == "<sip:a@b>"
    assert headers.get("x-FOO") == "y"
    assert "t" not in headers
    assert headers.get("To") is None


def test_known_names_go_out_in_canonical_spelling_and_others_as_they_came() -> None:
    headers = Headers([("cseq", "1 BYE"), ("WWW-authenticate", "x"), ("mime-version", "1.0"), ("x-FoO", "y")])
    assert [name for name, _ in headers] == ["CSeq", "WWW-Authenticate", "MIME-Version", "x-FoO"]


@pytest.mark.parametrize(("compact", "name"), COMPACT.items())
def test_every_compact_form_stands_for_its_name(compact: str, name: str) -> None:
    assert lookup_name(compact) == lookup_name(compact.upper()) == lookup_name(name) == (name.lower(), name)


def test_rows_keep_their_order_and_may_hold_several_values() -> None:
    headers = Headers([("Route", "<sip:a>, <sip:b,c>"), ("Via", "v"), ("route", "<sip:d>")])
    assert headers.get("Route") == "<sip:a>, <sip:b,c>"
    assert headers.get_all("Route") == ["<sip:a>, <sip:b,c>", "<sip:d>"]
    assert headers.values("Route") == ["<sip:a>", "<sip:b,c>", "<sip:d>"]
    assert headers.values("Path") == []
    assert len(headers) == 3


def test_a_row_is_inserted_before_those_of_its_name() -> None:
    headers = Headers([("To", "t"), ("Via", "1")])
    headers.insert_first("v", "2")
    assert list(headers) == [("To", "t"), ("Via", "2"), ("Via", "1")]
    headers.insert_first("Route", "r")
    assert next(iter(headers)) == ("Route", "r")


def test_set_leaves_one_row_where_the_first_was() -> None:
    headers = Headers([("Expires", "1"), ("To", "t"), ("expires", "2")])
    headers.set("Expires", "3")
    headers.set("Subject", "s")
    assert list(headers) == [("Expires", "3"), ("To", "t"), ("Subject", "s")]


def test_replacing_the_first_via_leaves_the_others_in_its_row_alone() -> None:
    headers = Headers([("Via", "a, b"), ("Via", "c")])
    headers.replace_first("Via", "A")
    assert headers.values("Via") == ["A", "b", "c"]
    headers.replace_first("Date", "Sat, 01 Jan 2000 00:00:00 GMT")
    headers.replace_first("Date", "now")
    assert headers.get_all("Date") == ["now"]


def test_remove_drops_every_row_of_that_name() -> None:
    headers = Headers([("Route", "a"), ("To", "t"), ("Route", "b")])
    headers.remove("route")
    headers.remove("Path")
    assert list(headers) == [("To", "t")]


def test_a_copy_goes_its_own_way() -> None:
    headers = Headers([("To", "t")])
    twin = headers.copy()
    twin.add("From", "f")
    assert "From" not in headers
    assert twin != headers


def test_equality_disregards_the_case_of_unknown_names() -> None:
    assert Headers([("X-A", "1")]) == Headers([("x-a", "1")])
    assert Headers([("X-A", "1")]) != Headers([("X-A", "2")])
    assert Headers() != []


MUTATORS: list[Callable[[Headers, str], None]] = [
    lambda headers, name: headers.add(name, "x"),
    lambda headers, name: headers.insert_first(name, "x"),
    lambda headers, name: headers.set(name, "x"),
    lambda headers, name: headers.replace_first(name, "x"),
    lambda headers, name: headers.remove(name),
]


@pytest.mark.parametrize("mutate", MUTATORS)
def test_a_mutator_drops_the_parsed_value_of_its_header_only(mutate: Callable[[Headers, str], None]) -> None:
    headers = Headers([("To", "t"), ("From", "f")])
    headers.cache = {"to": object(), "from": object()}
    mutate(headers, "t")
    assert headers.cache.keys() == {"from"}


@pytest.mark.parametrize("name", ["", "To:", "To ", "Tö", "a b", "X\r\nEvil"])
def test_a_name_that_is_no_token_is_our_own_mistake(name: str) -> None:
    with pytest.raises(LocalProtocolError):
        Headers([(name, "x")])
    with pytest.raises(LocalProtocolError):
        Headers().get(name)


def test_unheard_of_names_cannot_fill_the_memory() -> None:
    for number in range(10_000):
        lookup_name(f"X-Flood-{number}")
    assert lookup_name("X-Flood-9999") == ("x-flood-9999", "X-Flood-9999")
    assert lookup_name("Via") == ("via", "Via")
