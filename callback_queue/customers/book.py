"""Customers by number, in any format; read from CSV.

Customers in the database are in `callback_queue.customers.store`. What a tier is worth is decided by the
waiting line and the deadlines.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from callback_queue.customers.events import Tier
from config.problems import Problem
from config.telephone_numbers import NumberKeys, is_callable, is_withheld, number_keys

TIERS: tuple[Tier, ...] = ("ordinary", "vip", "super_vip")
LANGUAGES = ("en", "zh", "ko")
COLUMNS = ("id", "name", "numbers", "tier", "product", "language", "tags")
_NEEDED = ("id", "numbers")
_DELIMITERS = ",;\t"
_LONGEST_ID = 64


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer.

    Args:
        id: names it for ever: a number or code of the site's own books.
        name: what people read.
        numbers: its telephones, as they were given.
        tier: ordinary, vip or super_vip.
        product: what it uses, "".
        language: en, zh or ko, "" where nobody knows.
        tags: words for reports.
    """

    id: str
    name: str = ""
    numbers: tuple[str, ...] = ()
    tier: Tier = "ordinary"
    product: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()


class CustomerBook:
    """Customers by their numbers, in memory.

    Args:
        customers: all of them.
        country: the country whose national numbers are meant, "" where nobody said.
    """

    __slots__ = ("_by_full", "_by_national", "_country", "customers")

    def __init__(self, customers: Iterable[Customer] = (), country: str = "") -> None:
        self.customers = tuple(customers)
        self._country = country
        self._by_full: dict[str, Customer] = {}
        self._by_national: dict[str, list[tuple[NumberKeys, Customer]]] = defaultdict(list)
        for customer in self.customers:
            for number in customer.numbers:
                keys = number_keys(number, country)
                self._by_full.setdefault(keys.full, customer)
                self._by_national[keys.national].append((keys, customer))

    def __len__(self) -> int:
        return len(self.customers)

    def find(self, number: str) -> Customer | None:
        """Who has a number; None for nobody, and when it could be more than one."""
        if is_withheld(number, self._country):
            return None
        keys = number_keys(number, self._country)
        found = self._by_full.get(keys.full)
        if found is not None:
            return found
        alike = {c.id: c for other, c in self._by_national.get(keys.national, ()) if keys.same_as(other)}
        return next(iter(alike.values())) if len(alike) == 1 else None


def load_csv(path: Path, country: str = "") -> tuple[CustomerBook, list[Problem]]:
    """Read customers from a file: UTF-8, a line of column names, one customer a line.

    Columns are `COLUMNS` in any order, `id` and `numbers` needed; commas, semicolons or tabs between them;
    several numbers or tags stand in one field with a space between tags and "/" or ";" between either.

    Returns:
        the customers without mistakes, and every mistake with its line.
    """
    file = str(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        return CustomerBook(), [Problem(file, 0, 0, "", f"can't be read: {error.strerror}")]
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return CustomerBook(), [Problem(file, line, 1, "", "is not UTF-8; save it as CSV UTF-8")]
    reader = _Reader(file, country)
    customers = list(reader.read(text))
    return CustomerBook(customers, country), reader.problems


class _Reader:
    """Reads one file, and keeps its mistakes."""

    def __init__(self, file: str, country: str) -> None:
        self._file = file
        self._country = country
        self._columns: list[str] = []
        self._ids: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._line = 1
        self.problems: list[Problem] = []

    def read(self, text: str) -> Iterator[Customer]:
        first = text.partition("\n")[0]
        delimiter = max(_DELIMITERS, key=first.count)
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        line = 1
        try:
            for row in rows:
                # A quoted field may hold line breaks: a row's own line is where it begins.
                self._line, line = line, rows.line_num + 1
                if not any(field.strip() for field in row):
                    continue
                if not self._columns:
                    if not self._take_names(row):
                        return
                    continue
                customer = self._customer(row)
                if customer is not None:
                    yield customer
        except csv.Error as error:
            self._line = line
            self._wrong("", f"is not comma-separated values: {error}")
        if not self._columns:
            self._wrong("", f"is empty; its first line names the columns: {', '.join(COLUMNS)}")

    def _take_names(self, row: list[str]) -> bool:
        names = [field.strip().casefold() for field in row]
        names = ["numbers" if name == "number" else name for name in names]
        for name in names:
            if name not in COLUMNS:
                self._wrong(name, f"is not a column; columns are: {', '.join(COLUMNS)}")
            elif names.count(name) > 1:
                self._wrong(name, "appears twice")
        for name in _NEEDED:
            if name not in names:
                self._wrong(name, "is missing; the first line of the file names the columns")
        self._columns = names
        return not self.problems

    def _customer(self, row: list[str]) -> Customer | None:
        before = len(self.problems)
        if len(row) != len(self._columns):
            self._wrong("", f"has {len(row)} fields, not {len(self._columns)}")
            return None
        fields = {name: field.strip() for name, field in zip(self._columns, row, strict=True)}
        identifier = fields["id"]
        if not 0 < len(identifier) <= _LONGEST_ID:
            self._wrong("id", f"expected 1 to {_LONGEST_ID} characters")
        elif identifier in self._ids:
            self._wrong("id", f"{identifier} is already in line {self._ids[identifier]}")
        self._ids.setdefault(identifier, self._line)
        tier = fields.get("tier", "").casefold().replace(" ", "_").replace("-", "_") or "ordinary"
        if tier not in TIERS:
            self._wrong("tier", f"expected one of {', '.join(TIERS)}")
        language = fields.get("language", "").casefold()
        if language and language not in LANGUAGES:
            self._wrong("language", f"expected one of {', '.join(LANGUAGES)}")
        numbers = self._numbers_of(fields["numbers"])
        if len(self.problems) > before:
            return None
        tags = fields.get("tags", "").replace("/", " ").replace(";", " ").split()
        name, product = fields.get("name", ""), fields.get("product", "")
        return Customer(identifier, name, numbers, cast(Tier, tier), product, language, tuple(tags))

    def _numbers_of(self, text: str) -> tuple[str, ...]:
        numbers = tuple(_split(text, self._country))
        if not numbers:
            self._wrong("numbers", "expected at least one number")
        for number in numbers:
            if not is_callable(number):
                self._wrong("numbers", "expected telephone numbers, such as +8613800138000 or 13800138000")
                continue
            key = number_keys(number, self._country).full
            other = self._numbers.setdefault(key, self._line)
            if other != self._line:
                self._wrong(
                    "numbers",
                    f"the number is already in line {other}; a number may belong to one customer only",
                )
        return numbers

    def _wrong(self, path: str, message: str) -> None:
        self.problems.append(Problem(self._file, self._line, 1, path, message))


def _split(text: str, country: str) -> Iterator[str]:
    """The numbers of a field: "/" is between two of them, or inside one, as in 0351/123-45.

    It is between two where what stands before it is a number by itself, and the next one begins after it:
    with a zero or a country code, or as a whole number.
    """
    for field in text.split(";"):
        number = ""
        for part in field.split("/"):
            begins = part.strip().startswith(("0", "+")) or _is_whole(part, country)
            if number and begins and _is_whole(number, country):
                yield number.strip()
                number = part
            else:
                number = f"{number}/{part}" if number else part
        if number.strip():
            yield number.strip()


def _is_whole(part: str, country: str) -> bool:
    """Whether a part is a number of its own, and no area code nor the end of a number."""
    keys = number_keys(part, country)
    return is_callable(part) and keys.is_long and (keys.country_known or not country)
