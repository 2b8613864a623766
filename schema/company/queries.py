"""Root fields that read companies."""

from datetime import datetime
from typing import Any
from uuid import UUID

import graphene
from graphql import GraphQLResolveInfo

from jobs.selectors import company as companies
from jobs.selectors.company import CompanyOrderField
from schema.company.inputs import CompanyBy, CompanyOrderInput, CompanyWhere, company_filter, company_order
from schema.company.types import Company, CompanyConnection
from schema.core import ids
from schema.core.connections import CursorCodec, PageOfList, connection_field, slice_of
from schema.core.inputs import plain_text


def _company(root: None, info: GraphQLResolveInfo, by: dict[str, Any]) -> Any:
    if "id" in by:
        return info.context.load(companies.by_id, ids.decode_as("Company", by["id"], argument="by.id"))
    return info.context.load(companies.by_slug, plain_text(by["slug"], "by.slug"))


def _companies(root: None, info: GraphQLResolveInfo, **arguments: Any) -> PageOfList:
    where, order = company_filter(arguments.get("where")), company_order(arguments.get("order_by"))
    value = str if order.field is CompanyOrderField.NAME else datetime
    direction = "desc" if order.is_descending else "asc"
    codec = CursorCodec(f"companies/{order.field}/{direction}", value=value, key=UUID)
    page = companies.page(where, order, slice_of(codec, arguments))
    return PageOfList(page, lambda: codec, lambda _info: companies.count(where), counted_as=where or "all")


company = graphene.Field(
    Company,
    description="One company; null where there is none, or the viewer may not see it.",
    by=graphene.Argument(CompanyBy, required=True, description="Which one."),
    resolver=_company,
)
company_list = connection_field(
    CompanyConnection,
    description="Active companies.",
    resolver=_companies,
    where=graphene.Argument(CompanyWhere, description="Which companies; all unless given."),
    order_by=graphene.Argument(CompanyOrderInput, description="In which order; by name unless given."),
)
