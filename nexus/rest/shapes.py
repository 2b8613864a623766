"""The kit of the REST mirror: the names of the schema in JSON and in query strings, on DRF's serializers."""

from datetime import UTC, datetime
from enum import Enum
from typing import Any, Never

from django.core.validators import MaxLengthValidator
from django.db.models import TextChoices
from django.http import QueryDict
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from schema.core import ids
from schema.core.connections import DEFAULT_SIZE, MAX_SIZE
from schema.core.inputs import MAX_LIST, MAX_TEXT
from schema.core.scalars import CountryCode, CurrencyCode, DateTime, Decimal


def camel_case(name: str) -> str:
    """`published_at` as the schema calls it: `publishedAt`."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


class Shape(serializers.Serializer[Any]):
    """Fields are declared in snake case, as the values have them, and written in camel case, as the schema has them."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        named = {}
        for name, declared in super().get_fields().items():
            written = camel_case(name)
            if written != name and declared.source is None:
                declared.source = name
            named[written] = declared
        return named


_made: dict[Any, Any] = {}


def made[S: Shape](shape: type[S]) -> S:
    """The shape, made once. It copies all the fields below it, which takes longer than writing a page; none of them
    remembers anything of what it reads or writes.
    """
    found: S | None = _made.get(shape)
    if found is None:
        found = _made[shape] = shape()
    return found


class Parameters(Shape):
    """Query parameters. What is not declared, or is given twice and is no list, is refused."""

    @classmethod
    def read(cls, query: QueryDict) -> dict[str, Any]:
        """The values under the declared names. Raises DRF's `ValidationError`, which names each parameter at fault."""
        reader = made(cls)
        faults: dict[str, str] = {}
        given: dict[str, Any] = {}
        for name, values in query.lists():
            declared = reader.fields.get(name)
            if declared is None:
                faults[name[:MAX_TEXT]] = "There is no such parameter."
            elif isinstance(declared, serializers.ListField):
                given[name] = values
            elif len(values) > 1:
                faults[name] = "May be given once only."
            else:
                given[name] = values[0]
        if faults:
            raise serializers.ValidationError(faults)
        return dict(reader.run_validation(given))


class Paging(Parameters):
    """Which page of a list."""

    first = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=MAX_SIZE,
        help_text=f"How many from the front; {DEFAULT_SIZE} unless given.",
    )
    after = serializers.CharField(required=False, max_length=500, help_text="Only what comes after this cursor.")
    last = serializers.IntegerField(
        required=False, min_value=0, max_value=MAX_SIZE, help_text="How many from the back. Not together with `first`."
    )
    before = serializers.CharField(required=False, max_length=500, help_text="Only what comes before this cursor.")


class IdField(serializers.CharField):
    """The global id of an object of one type, from its key."""

    def __init__(self, type_name: str, *, source: str = "pk", **options: Any) -> None:
        self.type_name = type_name
        super().__init__(source=source, **options)

    def to_representation(self, value: Any) -> str:
        return ids.encode(self.type_name, value)


class TextField(serializers.CharField):
    """A text that the database can hold."""

    def __init__(self, *, max_length: int = MAX_TEXT, **options: Any) -> None:
        super().__init__(max_length=max_length, trim_whitespace=False, **options)


class WordsField(TextField):
    """A text to search with, of which no more is asked than that it ends."""

    validators: list[Any]

    def __init__(self, *, max_length: int, **options: Any) -> None:
        super().__init__(max_length=max_length, allow_blank=True, **options)
        # Who reads the words makes spaces of what no text can hold.
        self.validators = [kept for kept in self.validators if isinstance(kept, MaxLengthValidator)]


class EnumField(serializers.ChoiceField):
    """A value of a closed set, written as the schema writes it: `FULL_TIME`. Empty means null."""

    def __init__(self, choices: type[TextChoices], **options: Any) -> None:
        self.kind = choices
        super().__init__([(choice.name, choice.label) for choice in choices], **options)

    def to_internal_value(self, data: Any) -> Any:
        try:
            return self.kind[data].value
        except KeyError:
            names = ", ".join(choice.name for choice in self.kind)
            raise serializers.ValidationError(f"Expected one of {names}.") from None

    def to_representation(self, value: Any) -> Any:
        return self.kind(value.value if isinstance(value, Enum) else value).name if value else None


def list_of(item: serializers.Field[Any, Any, Any, Any], help_text: str) -> "serializers.ListField":
    """A parameter that may be repeated, at most a hundred times."""
    return serializers.ListField(child=item, required=False, max_length=MAX_LIST, help_text=help_text)


@extend_schema_field({"type": "string", "format": "date-time"})
class InstantField(serializers.Field[Any, Any, Any, Any]):
    """An instant, as the scalar `DateTime` of the schema."""

    def to_representation(self, value: datetime) -> str:
        return value.astimezone(UTC).isoformat()

    def to_internal_value(self, data: Any) -> Any:
        # A plus that nobody encoded is a space by now.
        return _parsed(DateTime, data.replace(" ", "+") if isinstance(data, str) else data)


@extend_schema_field({"type": "string", "format": "decimal", "pattern": r"^-?[0-9]{1,15}(\.[0-9]{1,4})?$"})
class DecimalField(serializers.Field[Any, Any, Any, Any]):
    """An exact decimal number, as the scalar `Decimal` of the schema."""

    def to_representation(self, value: Any) -> str:
        return str(value)

    def to_internal_value(self, data: Any) -> Any:
        return _parsed(Decimal, data)


@extend_schema_field({"type": "string", "pattern": "^[A-Z]{2}$"})
class CountryField(serializers.Field[Any, Any, Any, Any]):
    """A country by its ISO 3166-1 alpha-2 code."""

    def to_representation(self, value: Any) -> str:
        return str(value)

    def to_internal_value(self, data: Any) -> Any:
        return _parsed(CountryCode, data)


@extend_schema_field({"type": "string", "pattern": "^[A-Z]{3}$"})
class CurrencyField(serializers.Field[Any, Any, Any, Any]):
    """A currency by its ISO 4217 code."""

    def to_representation(self, value: Any) -> str:
        return str(value)

    def to_internal_value(self, data: Any) -> Any:
        return _parsed(CurrencyCode, data)


class FlagField(serializers.BooleanField):
    """`true` or `false`; what is left out says nothing."""

    default_empty_html = empty

    def to_internal_value(self, data: Any) -> bool:
        if data in ("true", "false"):
            return bool(data == "true")
        raise serializers.ValidationError("Expected true or false.")


def _parsed(scalar: Any, data: Any) -> Any:
    try:
        return scalar.parse_value(data)
    except ValueError as refusal:
        _refuse(str(refusal))


def _refuse(message: str) -> Never:
    raise serializers.ValidationError(message) from None
