"""Scalars: what crosses the wire as a plain value, and what it must look like."""

import re
from datetime import UTC, datetime
from decimal import Decimal as PythonDecimal
from typing import Any

import graphene
from graphql import GraphQLError, GraphQLScalarType, GraphQLSchema, StringValueNode, Undefined, ValueNode

SPECIFIED_BY = {
    "DateTime": "https://datatracker.ietf.org/doc/html/rfc3339",
    "Decimal": "https://spec.graphql.org/October2021/#sec-Float",
    "CountryCode": "https://www.iso.org/iso-3166-country-codes.html",
    "CurrencyCode": "https://www.iso.org/iso-4217-currency-codes.html",
    "URL": "https://url.spec.whatwg.org/",
    "HTML": "https://html.spec.whatwg.org/",
}
_DECIMAL = re.compile(r"-?\d{1,15}(\.\d{1,4})?")


class TextScalar(graphene.Scalar):
    """A scalar that is written as a string."""

    class Meta:
        abstract = True

    @staticmethod
    def serialize(value: Any) -> str:
        return str(value)

    @classmethod
    def parse_literal(cls, node: ValueNode, _variables: Any = None) -> Any:
        return cls.parse_value(node.value) if isinstance(node, StringValueNode) else Undefined


class DateTime(graphene.DateTime):
    """An instant as RFC 3339 writes it, with its offset from UTC: `2026-11-21T09:30:00Z`."""

    @staticmethod
    def parse_value(value: Any) -> datetime:
        try:
            instant = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise GraphQLError("Expected an instant such as 2026-11-21T09:30:00Z.") from None
        if instant.tzinfo is None:
            raise GraphQLError("Expected an instant with its offset from UTC, such as 2026-11-21T09:30:00Z.")
        try:
            return instant.astimezone(UTC)
        except OverflowError:
            raise GraphQLError("Expected an instant between the years 1 and 9999.") from None

    @classmethod
    def parse_literal(cls, node: ValueNode, _variables: Any = None) -> Any:
        return cls.parse_value(node.value) if isinstance(node, StringValueNode) else Undefined


class Decimal(TextScalar):
    """A decimal number as a string, exact: `"52500.00"`. At most 15 digits before and 4 after the point."""

    @staticmethod
    def parse_value(value: Any) -> PythonDecimal:
        if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
            raise GraphQLError('Expected a decimal number as a string, such as "52500.00".')
        return PythonDecimal(value)


class CountryCode(TextScalar):
    """A country by its ISO 3166-1 alpha-2 code: `DE`."""

    @staticmethod
    def parse_value(value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch("[A-Z]{2}", value):
            raise GraphQLError("Expected a country code of two capital letters, such as DE.")
        return value


class CurrencyCode(TextScalar):
    """A currency by its ISO 4217 code: `EUR`."""

    @staticmethod
    def parse_value(value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch("[A-Z]{3}", value):
            raise GraphQLError("Expected a currency code of three capital letters, such as EUR.")
        return value


class URL(TextScalar):
    """An absolute http or https address."""

    @staticmethod
    def parse_value(value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(r"https?://[^\s\x00-\x1f]{1,2000}", value):
            raise GraphQLError("Expected an absolute http or https address.")
        return value


class HTML(TextScalar):
    """A fragment of HTML, sanitised: safe to insert into a page."""

    @staticmethod
    def parse_value(value: Any) -> str:
        if not isinstance(value, str):
            raise GraphQLError("Expected HTML as a string.")
        return value


def apply_specifications(schema: GraphQLSchema) -> None:
    """Say where each scalar is specified (`@specifiedBy`); Graphene has no word for it."""
    for name, url in SPECIFIED_BY.items():
        if scalar := schema.type_map.get(name):
            assert isinstance(scalar, GraphQLScalarType)
            scalar.specified_by_url = url
