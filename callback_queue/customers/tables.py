"""The tables of customers: imported from a file as a whole."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from callback_queue.database import NAME, NUMBER_KEY
from config.database import Base


class CustomerRow(Base):
    """One customer; `numbers` as they were given, `CustomerNumber` to find it by them."""

    __tablename__ = "customers"

    customer: Mapped[str] = mapped_column(NAME, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    tier: Mapped[str] = mapped_column(String(16))
    product: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    tags: Mapped[list[Any]]
    numbers: Mapped[list[Any]]


class CustomerNumber(Base):
    """A number of a customer: `key` with its country, `national` without, as `number_key` makes them."""

    __tablename__ = "customer_numbers"

    key: Mapped[str] = mapped_column(NUMBER_KEY, primary_key=True)
    customer: Mapped[str] = mapped_column(
        NAME, ForeignKey("customers.customer", ondelete="CASCADE"), primary_key=True, index=True
    )
    national: Mapped[str] = mapped_column(NUMBER_KEY, index=True)
