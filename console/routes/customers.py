"""Customers: who they are, by name or number."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from callback_queue.customers.book import Customer
from config.telephone_numbers import is_callable
from console.masking import mask_number
from console.models.agents import CustomerModel
from console.models.common import Cursor, Limit, Page, next_of, offset_of
from console.problems import ApiError
from console.roles import Right
from console.security import Asked, Looking, require
from console.tokens import Token

router = APIRouter(prefix="/api/v1/customers", tags=["customers"])


@router.get("")
async def list_customers(
    token: Looking,
    services: Asked,
    search: Annotated[
        str, Query(max_length=100, description="A number in any spelling, or words of id, name or product.")
    ] = "",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[CustomerModel]:
    """Customers by name."""
    if is_callable(search):
        require(token, Right.SEE_PRIVATE)
        customer = await services.customers.find(search)
        return Page(items=[] if customer is None else [_model(token, customer)], next=None)
    found = await services.customers.list(search, limit + 1, offset_of(cursor))
    items = [_model(token, customer) for customer in found[:limit]]
    return Page(items=items, next=next_of(cursor, limit, len(found)))


@router.get("/{customer}")
async def show_customer(
    token: Looking, services: Asked, customer: Annotated[str, Path(max_length=64)]
) -> CustomerModel:
    """One customer."""
    found = await services.customers.get(customer)
    if found is None:
        raise ApiError(404, "There is no customer with that id.")
    return _model(token, found)


def _model(token: Token, customer: Customer) -> CustomerModel:
    private = not token.may(Right.SEE_PRIVATE)
    return CustomerModel(
        customer=customer.id,
        name=customer.name,
        tier=customer.tier,
        product=customer.product,
        language=customer.language,
        tags=list(customer.tags),
        numbers=[mask_number(number) if private else number for number in customer.numbers],
    )
