"""Scalars: what crosses the wire as a plain value, and what it must look like."""

import re
from datetime import UTC, datetime
from decimal import Decimal as PythonDecimal
from typing import Any

import graphene
from graphql import GraphQLScalarType, GraphQLSchema, StringValueNode, Undefined, ValueNode

SPECIFIED_BY = {
    "DateTime": "https://datatracker.ietf.org/doc/html/rfc3339",
    "Date": "https://datatracker.ietf.org/doc/html/rfc3339#section-5.6",
    "Decimal": "https://www.w3.org/TR/xmlschema11-2/#decimal",
    "CountryCode": "https://www.iso.org/iso-3166-country-codes.html",
    "CurrencyCode": "https://www.iso.org/iso-4217-currency-codes.html",
    "URL": "https://url.spec.whatwg.org/",
    "HTML": "https://html.spec.whatwg.org/",
    "Upload": "https://github.com/jaydenseric/graphql-multipart-request-spec",
}
_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})", re.IGNORECASE
)
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,4})?")


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
        if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
            raise ValueError("Expected an instant with its offset from UTC, such as 2026-11-21T09:30:00Z.")
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (OverflowError, ValueError):
            raise ValueError("There is no such instant between the years 1 and 9999.") from None

    @classmethod
    def parse_literal(cls, node: ValueNode, _variables: Any = None) -> Any:
        return cls.parse_value(node.value) if isinstance(node, StringValueNode) else Undefined


class Decimal(TextScalar):
    """A decimal number as a string, exact: `"52500.00"`. At most 15 digits before and 4 after the point."""

    @staticmethod
    def parse_value(value: Any) -> PythonDecimal:
        if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
            raise ValueError('Expected a decimal number as a string, such as "52500.00".')
        return PythonDecimal(value)


class CountryCode(TextScalar):
    """A country by its ISO 3166-1 alpha-2 code: `DE`."""

    @staticmethod
    def parse_value(value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch("[A-Z]{2}", value):
            raise ValueError("Expected a country code of two capital letters, such as DE.")
        return value


class CurrencyCode(TextScalar):
    """A currency by its ISO 4217 code: `EUR`."""

    @staticmethod
    def parse_value(value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch("[A-Z]{3}", value):
            raise ValueError("Expected a currency code of three capital letters, such as EUR.")
        return value


class URL(TextScalar):
    """An absolute http or https address."""

    @staticmethod
    def parse_value(value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(r"https?://[^\s\x00-\x1f]{1,2000}", value):
            raise ValueError("Expected an absolute http or https address.")
        return value


class HTML(TextScalar):
    """A fragment of HTML, sanitised: safe to insert into a page."""

    @staticmethod
    def parse_value(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError("Expected HTML as a string.")
        return value


def apply_specifications(schema: GraphQLSchema) -> None:
    """Say where each scalar is specified (`@specifiedBy`); Graphene has no word for it."""
    for name, url in SPECIFIED_BY.items():
        if scalar := schema.type_map.get(name):
            assert isinstance(scalar, GraphQLScalarType)
            scalar.specified_by_url = url
