"""Customers: found in any spelling of their numbers; a file's mistakes told with their lines."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import URL

from callback_queue.customers.book import Customer, CustomerBook, load_csv
from callback_queue.customers.store import CustomerStore
from config.telephone_numbers import is_callable, number_key, number_keys
from tests.unit.callback_queue.records import records

LIN = Customer("C1", "Lin", ("+86 138 0013 8000", "021 5555 1234"), "vip", "printers", "zh", ("gold",))
KIM = Customer("C2", "Kim", ("+82 10-1234-5678",), "ordinary", "", "ko")
OFFICE = Customer("C3", "Office", ("8001",))
EVERYBODY = (LIN, KIM, OFFICE)

SPELLINGS = [
    ("13800138000", "C1"),
    ("+8613800138000", "C1"),
    ("008613800138000", "C1"),
    ("+86 (138) 0013-8000", "C1"),
    ("02155551234", "C1"),
    ("+862155551234", "C1"),
    ("+821012345678", "C2"),
    ("0082 10 1234 5678", "C2"),
    ("8001", "C3"),
    ("13800138001", None),
    ("+4913800138000", None),
    ("", None),
    ("anonymous", None),
]


@pytest.mark.parametrize(("number", "customer"), SPELLINGS)
def test_a_customer_is_found_in_any_spelling(number: str, customer: str | None) -> None:
    found = CustomerBook(EVERYBODY, "CN").find(number)
    assert (found.id if found is not None else None) == customer


def test_the_table_finds_whom_the_file_finds(database_url: URL) -> None:
    async def scene() -> None:
        async with records(database_url) as rig:
            store = CustomerStore(rig.engine, "CN")
            await store.replace([Customer("old", numbers=("110110110",))])
            await store.replace(EVERYBODY)
            for number, customer in SPELLINGS:
                found = await store.find(number)
                assert (found.id if found is not None else None) == customer, number
            assert await store.get("C1") == LIN
            assert await store.get("old") is None
            assert [c.id for c in await store.list("print")] == ["C1"]
            assert [c.id for c in await store.list("%")] == []
            assert {c.id for c in await store.everybody()} == {"C1", "C2", "C3"}
            await store.replace([])
            assert await store.everybody() == []

    asyncio.run(scene())


def test_without_a_country_national_numbers_are_found_when_they_fit_one_customer_alone() -> None:
    book = CustomerBook([LIN, KIM])
    assert book.find("13800138000") is LIN
    assert book.find("010-1234-5678") is KIM
    twin = Customer("C9", "Twin", ("+1 380 013 8000",))
    assert CustomerBook([Customer("C8", numbers=("+44 380 013 8000",)), twin]).find("3800138000") is None


def test_short_numbers_are_nobodys_in_another_country() -> None:
    assert CustomerBook([OFFICE]).find("+868001") is None


@given(st.text(max_size=80))
def test_any_text_has_a_key_that_fits_its_column(text: str) -> None:
    for country in ("", "CN", "KR", "US"):
        assert len(number_key(text, country)) <= 32
        assert number_keys(text, country) == number_keys(text, country)


@pytest.mark.parametrize("number", ["13800138000", "+49 30 1234", "110", "(030) 123-456"])
def test_numbers_that_can_be_called(number: str) -> None:
    assert is_callable(number)


@pytest.mark.parametrize("number", ["", "anonymous", "anna", "+", "12", "*72", "sip:a@b", "1" * 40])
def test_what_can_not_be_called(number: str) -> None:
    assert not is_callable(number)


def read(folder: Path, text: str | bytes) -> tuple[CustomerBook, list[str]]:
    path = folder / "customers.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    book, problems = load_csv(path, "CN")
    return book, [str(problem).removeprefix(f"{path}:") for problem in problems]


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    text = (
        "\ufeffID, Name, Numbers, Tier, Product, Language, Tags\r\n"
        'C1,"Lin, Wei",+86 138 0013 8000 / 021 5555 1234,VIP,printers,zh,gold north\r\n'
        "\r\n"
        'C2,"Kim\nMin-ho",+82 10 1234 5678,super vip,,,\r\n'
    )
    book, problems = read(tmp_path, text)
    assert problems == []
    assert [(c.id, c.name, c.tier, c.tags) for c in book.customers] == [
        ("C1", "Lin, Wei", "vip", ("gold", "north")),
        ("C2", "Kim\nMin-ho", "super_vip", ()),
    ]
    assert book.find("2155551234") is book.customers[0]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_known_by_the_first_line(tmp_path: Path, delimiter: str) -> None:
    text = f"number{delimiter}id\n13800138000{delimiter}C1\n"
    book, problems = read(tmp_path, text)
    assert (len(book), problems) == (1, [])


def test_every_mistake_is_told_with_its_line_and_the_others_are_read(tmp_path: Path) -> None:
    book, problems = read(
        tmp_path,
        "id,name,numbers,tier,language\n"
        "C1,Lin,13800138000,gold,zh\n"
        "C2,Kim,010,vip,fr\n"
        "C3,Ann,,vip,en\n"
        ",Bob,13800138003,vip,en\n"
        "C4,Eve,13800138004,vip,en\n"
        "C4,Eve again,13800138005,vip,en\n"
        "C5,Shared,+8613800138004,vip,en\n"
        "C6,Name,anna,vip,en\n"
        "C7,Too,many,vip,en,fields\n",
    )
    assert [customer.id for customer in book.customers] == ["C4"]
    assert problems == [
        "2:1  tier: expected one of ordinary, vip, super_vip",
        "3:1  language: expected one of en, zh, ko",
        "4:1  numbers: expected at least one number",
        "5:1  id: expected 1 to 64 characters",
        "7:1  id: C4 is already in line 6",
        "8:1  numbers: the number is already in line 6; a number may belong to one customer only",
        "9:1  numbers: expected telephone numbers, such as +8613800138000 or 13800138000",
        "10:1  has 6 fields, not 5",
    ]


def test_lines_are_counted_where_fields_have_line_breaks(tmp_path: Path) -> None:
    _, problems = read(tmp_path, 'id,name,numbers\nC1,"two\nlines",13800138000\nC2,x,nobody\n')
    assert [problem.split(":")[0] for problem in problems] == ["4"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("name,tier\nLin,vip\n", "id: is missing"),
        ("id,numbers,colour\n", "colour: is not a column"),
        ("id,numbers,id\n", "id: appears twice"),
        ("id,numbers\nC1,13800138000\n".encode("utf-16"), "is not UTF-8"),
        ("id,numbers,name\nC1,13800138000,林\n".encode("gb18030"), "2:1  is not UTF-8; save it as CSV UTF-8"),
    ],
)
def test_a_file_that_is_no_table_of_customers_says_so(tmp_path: Path, text: str | bytes, said: str) -> None:
    book, problems = read(tmp_path, text)
    assert len(book) == 0
    assert said in problems[0]


def test_a_file_that_is_not_there_is_a_problem_too(tmp_path: Path) -> None:
    _, (problem,) = load_csv(tmp_path / "nowhere.csv")
    assert "No such file" in problem.message


@pytest.mark.parametrize("country", ["DE", ""])
@pytest.mark.parametrize(
    ("field", "numbers"),
    [
        ("0351/123-45", ["0351/123-45"]),
        ("0351 / 1234567", ["0351 / 1234567"]),
        ("030/123456/0351/654321", ["030/123456", "0351/654321"]),
        ("+49 351 1234567/+49 30 7654321", ["+49 351 1234567", "+49 30 7654321"]),
        ("0351/123-45;0351/678-90", ["0351/123-45", "0351/678-90"]),
        ("0351/1234567/0171 7654321", ["0351/1234567", "0171 7654321"]),
    ],
)
def test_a_slash_is_inside_a_number_or_between_two(
    tmp_path: Path, field: str, numbers: list[str], country: str
) -> None:
    path = tmp_path / "customers.csv"
    path.write_text(f"id,numbers,tier\nc-1,{field},vip\nc-2,0351/999-88,ordinary\n")
    book, problems = load_csv(path, country)
    assert problems == []
    assert list(book.customers[0].numbers) == numbers
    assert all(book.find(number) is book.customers[0] for number in numbers)
