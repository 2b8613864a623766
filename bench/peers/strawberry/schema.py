"""strawberry-django with its optimiser: the types say what they need, and the extension selects and prefetches it."""

from decimal import Decimal

import strawberry
import strawberry_django
from django.db.models import Prefetch, QuerySet
from strawberry import auto
from strawberry_django.optimizer import DjangoOptimizerExtension

from bench.peers import models
from bench.peers.live import live

BASE_PAY = Prefetch(
    "compensations",
    models.Compensation.objects.filter(kind="base").select_related("currency"),
    to_attr="base_pay",
)


@strawberry_django.type(models.Country)
class Country:
    code: auto
    name: auto


@strawberry_django.type(models.Place)
class Place:
    name: auto
    country: Country


@strawberry_django.type(models.JobLocation)
class JobPlace:
    text: auto
    is_primary: auto
    place: Place | None

    @classmethod
    def get_queryset(cls, queryset: QuerySet, info: strawberry.Info) -> QuerySet:
        return queryset.order_by("-is_primary", "position")


@strawberry_django.type(models.Skill)
class Skill:
    name: auto


@strawberry_django.type(models.JobSkill)
class JobSkill:
    necessity: auto
    skill: Skill

    @classmethod
    def get_queryset(cls, queryset: QuerySet, info: strawberry.Info) -> QuerySet:
        return queryset.order_by("-necessity", "skill__name", "pk")


@strawberry.type
class Money:
    amount: Decimal
    currency: str


@strawberry_django.type(models.Compensation)
class Pay:
    period: auto

    @strawberry_django.field(only=["min_minor", "currency"], select_related=["currency"])
    def min(self) -> Money | None:
        return money(self, self.min_minor)

    @strawberry_django.field(only=["max_minor", "currency"], select_related=["currency"])
    def max(self) -> Money | None:
        return money(self, self.max_minor)


def money(pay: models.Compensation, minor: int | None) -> Money | None:
    if minor is None:
        return None
    return Money(amount=Decimal(minor).scaleb(-pay.currency.digits), currency=pay.currency_id)


@strawberry_django.type(models.Job, pagination=True)
class Job:
    id: auto
    title: auto
    published_at: auto
    workplace: auto
    employment_types: auto
    seniority: auto
    company: "Company"
    places: list[JobPlace] = strawberry_django.field(field_name="locations")
    skills: list[JobSkill] = strawberry_django.field(field_name="job_skills")

    @strawberry_django.field(only=["title", "public_id"])
    def slug(self) -> str:
        return self.slug

    @strawberry_django.field(prefetch_related=[BASE_PAY])
    def salary(self) -> Pay | None:
        return self.base_pay[0] if self.base_pay else None

    @classmethod
    def get_queryset(cls, queryset: QuerySet, info: strawberry.Info) -> QuerySet:
        return queryset.filter(live()).order_by("-published_at", "-pk")


@strawberry_django.type(models.Company)
class Company:
    id: auto
    name: auto
    slug: auto
    jobs: list[Job]


@strawberry.type
class Query:
    jobs: list[Job] = strawberry_django.field()

    @strawberry_django.field
    def companies(self, first: int) -> list[Company]:
        return models.Company.objects.filter(status="active").order_by("name", "pk")[:first]

    @strawberry_django.field
    def job(self, slug: str) -> Job | None:
        return models.Job.objects.filter(live(), public_id=slug.rsplit("-", 1)[-1])


schema = strawberry.Schema(query=Query, extensions=[DjangoOptimizerExtension])
