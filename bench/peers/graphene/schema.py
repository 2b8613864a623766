"""Stock graphene-django: a DjangoObjectType for each model, select_related and prefetch_related where lists begin."""

from decimal import Decimal

import graphene
from django.db.models import Prefetch, QuerySet
from graphene_django import DjangoObjectType

from bench.peers import models
from bench.peers.live import live

PLACES = Prefetch(
    "locations",
    models.JobLocation.objects.select_related("place__country").order_by("-is_primary", "position"),
)
SKILLS = Prefetch(
    "job_skills",
    models.JobSkill.objects.select_related("skill").order_by("-necessity", "skill__name", "pk"),
)
PAY = Prefetch(
    "compensations",
    models.Compensation.objects.filter(kind="base").select_related("currency"),
    to_attr="base_pay",
)


class Country(DjangoObjectType):
    class Meta:
        model = models.Country
        fields = ("code", "name")


class Place(DjangoObjectType):
    class Meta:
        model = models.Place
        fields = ("name", "country")


class JobPlace(DjangoObjectType):
    class Meta:
        model = models.JobLocation
        fields = ("text", "is_primary", "place")


class Skill(DjangoObjectType):
    class Meta:
        model = models.Skill
        fields = ("name",)


class JobSkill(DjangoObjectType):
    class Meta:
        model = models.JobSkill
        fields = ("necessity", "skill")


class Money(graphene.ObjectType):
    amount = graphene.Decimal(required=True)
    currency = graphene.String(required=True)


class Pay(DjangoObjectType):
    min = graphene.Field(Money)
    max = graphene.Field(Money)

    class Meta:
        model = models.Compensation
        fields = ("period",)

    def resolve_min(self, info):
        return money(self, self.min_minor)

    def resolve_max(self, info):
        return money(self, self.max_minor)


def money(pay: models.Compensation, minor: int | None) -> Money | None:
    if minor is None:
        return None
    return Money(amount=Decimal(minor).scaleb(-pay.currency.digits), currency=pay.currency_id)


class Job(DjangoObjectType):
    slug = graphene.String(required=True)
    places = graphene.List(graphene.NonNull(JobPlace), required=True)
    skills = graphene.List(graphene.NonNull(JobSkill), required=True)
    salary = graphene.Field(Pay)

    class Meta:
        model = models.Job
        fields = ("id", "title", "published_at", "workplace", "employment_types", "seniority", "company")

    def resolve_places(self, info):
        return self.locations.all()

    def resolve_skills(self, info):
        return self.job_skills.all()

    def resolve_salary(self, info):
        return self.base_pay[0] if self.base_pay else None


class Company(DjangoObjectType):
    jobs = graphene.List(graphene.NonNull(Job), required=True, first=graphene.Int(required=True))

    class Meta:
        model = models.Company
        fields = ("id", "name", "slug")

    def resolve_jobs(self, info, first):
        return self.newest_jobs[:first]


def live_jobs() -> QuerySet[models.Job]:
    return models.Job.objects.filter(live()).order_by("-published_at", "-pk")


class Query(graphene.ObjectType):
    jobs = graphene.List(graphene.NonNull(Job), required=True, first=graphene.Int(required=True))
    companies = graphene.List(graphene.NonNull(Company), required=True, first=graphene.Int(required=True))
    job = graphene.Field(Job, slug=graphene.String(required=True))

    def resolve_jobs(self, info, first):
        return live_jobs().select_related("company").prefetch_related(PLACES, SKILLS, PAY)[:first]

    def resolve_companies(self, info, first):
        newest = Prefetch("jobs", live_jobs().prefetch_related(SKILLS)[:10], to_attr="newest_jobs")
        return models.Company.objects.filter(status="active").order_by("name", "pk").prefetch_related(newest)[:first]

    def resolve_job(self, info, slug):
        rows = live_jobs().select_related("company").prefetch_related(PLACES, SKILLS, PAY)
        return rows.filter(public_id=slug.rsplit("-", 1)[-1]).first()


schema = graphene.Schema(query=Query)
