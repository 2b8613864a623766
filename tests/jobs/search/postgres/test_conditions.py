"""A filter keeps the same jobs whether the tables are asked or the rows that search has of them."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from jobs.models import (
    Benefit,
    Category,
    Company,
    Education,
    EmploymentType,
    FxRate,
    Job,
    Necessity,
    PayPeriod,
    Place,
    Seniority,
    SizeBand,
    Skill,
    VisaSponsorship,
    Workplace,
)
from jobs.search.postgres.conditions import condition
from jobs.search.postgres.fragment import Fragment, rows
from jobs.search.where import JobFilter, Near, PayFloor, SkillMatch, WorkingHours
from jobs.selectors.job_filter import condition_of
from tests.factories import (
    CategoryFactory,
    CompanyFactory,
    CompensationFactory,
    CountryFactory,
    CurrencyFactory,
    JobFactory,
    JobSkillFactory,
    PlaceFactory,
    RemoteEligibilityFactory,
    SkillFactory,
)
from tests.search_board import index_all

pytestmark = pytest.mark.django_db

COUNTRIES = ("DE", "FR", "US", "NZ")
CURRENCIES = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3, "XTS": 2}
RATES = {"EUR": "1", "USD": "1.1172", "JPY": "175.68", "KWD": "0.34219876"}  # XTS has none
POINTS = ((52.52, 13.41), (52.4, 13.0), (48.86, 2.35), (-36.85, 174.76), (-17.8, -179.6), (-17.8, 179.7), (89.5, 10.0))


class Board:
    """Jobs drawn at random, and filters that are about the same things."""

    def __init__(self, seed: int, size: int) -> None:
        self.chance = Random(seed)
        for code, digits in CURRENCIES.items():
            CurrencyFactory(code=code, name=code, digits=digits)
        FxRate.objects.all().delete()
        for code, per_euro in RATES.items():
            FxRate.objects.create(currency_id=code, on_date=date(2026, 10, 29), per_euro=Decimal(per_euro) * 2)
            FxRate.objects.create(currency_id=code, on_date=date(2026, 10, 30), per_euro=Decimal(per_euro))
        countries = [CountryFactory(code=code, name=code) for code in COUNTRIES]
        self.places: list[Place] = [
            PlaceFactory(latitude=latitude, longitude=longitude, country=self.chance.choice(countries))
            for latitude, longitude in POINTS
        ]
        root, other = CategoryFactory(), CategoryFactory()
        child = CategoryFactory(parent=root)
        self.categories: list[Category] = [root, other, child, CategoryFactory(parent=child), CategoryFactory()]
        self.skills: list[Skill] = [SkillFactory() for _ in range(5)]
        self.companies: list[Company] = [
            CompanyFactory(
                size_band=self.chance.choice(["", *SizeBand.values]),
                verified_at=self.chance.choice([None, timezone.now()]),
            )
            for _ in range(5)
        ]
        for _ in range(size):
            self._add_job()
        index_all()

    def _add_job(self) -> None:
        chance = self.chance
        west, east = sorted(chance.choices(range(-720, 841, 30), k=2))
        window: dict[str, Any] = {"remote_utc_from": west, "remote_utc_to": east} if chance.random() < 0.5 else {}
        job = JobFactory(
            company=chance.choice(self.companies),
            category=chance.choice([None, *self.categories]),
            workplace=chance.choice(["", "remote", *Workplace.values]),
            employment_types=self._some(EmploymentType.values, 2),
            seniority=chance.choice(["", *Seniority.values]),
            education=chance.choice(["", *Education.values]),
            benefits=self._some(Benefit.values, 4),
            visa=chance.choice(["", *VisaSponsorship.values]),
            published_at=timezone.now() - timedelta(hours=chance.randrange(1, 100)),
            places=self._some(self.places, 2),
            **window,
        )
        for skill in self._some(self.skills, 3):
            JobSkillFactory(job=job, skill=skill, necessity=chance.choice(Necessity.values))
        for code in self._some(COUNTRIES, 2):
            RemoteEligibilityFactory(
                job=job,
                country=CountryFactory(code=code),
                is_allowed=chance.random() < 0.6,
                region_code=chance.choice(["", "", "01"]),
            )
        if chance.random() < 0.8:
            least = chance.choice([None, 10_000_00, 55_860_00])
            CompensationFactory(
                job=job,
                currency=CurrencyFactory(code=chance.choice(list(CURRENCIES))),
                period=chance.choice(PayPeriod.values),
                min_minor=least,
                max_minor=chance.choice([None, 60_000_00, 111_720_00, 17_568_000]) if least else 60_000_00,
            )

    def _some(self, values: Any, most: int) -> list[Any]:
        return self.chance.sample(list(values), self.chance.randrange(most + 1))

    def filter(self, depth: int = 2) -> JobFilter:
        """One to three conditions."""
        made = {
            "categories": lambda: self._keys(self.categories),
            "companies": lambda: self._keys(self.companies),
            "excluded_companies": lambda: self._keys(self.companies),
            "places": lambda: self._keys(self.places),
            "countries": lambda: tuple(self._some(COUNTRIES, 3)),
            "near": self._near,
            "remote_for": lambda: self.chance.choice(COUNTRIES),
            "workplaces": lambda: tuple(self._some(Workplace.values, 2)),
            "employment_types": lambda: tuple(self._some(EmploymentType.values, 2)),
            "seniorities": lambda: tuple(self._some(Seniority.values, 2)),
            "education": lambda: tuple(self._some(Education.values, 2)),
            "skills": self._skills,
            "pay": self._pay,
            "published_since": lambda: timezone.now() - timedelta(hours=self.chance.randrange(100)),
            "company_sizes": lambda: tuple(self._some(SizeBand.values, 4)),
            "is_company_verified": lambda: self.chance.random() < 0.5,
            "benefits": lambda: tuple(self._some(Benefit.values, 2)),
            "visa": lambda: tuple(self._some(VisaSponsorship.values, 2)),
            "hours": lambda: WorkingHours(self.chance.randrange(-720, 841, 30), self.chance.randint(1, 8)),
        }
        if depth:
            made |= {
                "all_of": lambda: tuple(self.filter(depth - 1) for _ in range(self.chance.randrange(3))),
                "any_of": lambda: tuple(self.filter(depth - 1) for _ in range(self.chance.randrange(3))),
                "none_of": lambda: self.filter(depth - 1),
            }
        names = self.chance.sample(sorted(made), self.chance.randint(1, 2))
        return JobFilter(**{name: made[name]() for name in names})

    def _keys(self, known: list[Any]) -> tuple[Any, ...]:
        return tuple(row.pk for row in self._some(known, 2))

    def _near(self) -> Near:
        latitude, longitude = self.chance.choice(POINTS)
        remote = self.chance.choice([None, *COUNTRIES])
        return Near(latitude, longitude, self.chance.choice([0.1, 40, 130, 1000]), remote)

    def _skills(self) -> SkillMatch:
        necessity = self.chance.choice([None, *Necessity])
        any_of = self.chance.choice([None, self._keys(self.skills)])
        return SkillMatch(self._keys(self.skills), any_of, necessity)

    def _pay(self) -> PayFloor:
        amount = self.chance.choice([0, 50_00, 50_000_00, 60_000_00, 100_000_00, 8_784_000, 17_568_000])
        period = self.chance.choice([period for period in PayPeriod if period != PayPeriod.ONCE])
        return PayFloor(amount, self.chance.choice(list(CURRENCIES)), period, self.chance.random() < 0.5)


def found(fragment: Fragment) -> set[UUID]:
    return {row[0] for row in rows(Fragment.of("SELECT s.job_id FROM job_search s WHERE {}", fragment))}


def kept(where: JobFilter) -> set[UUID]:
    return set(Job.objects.filter(condition_of(where)).values_list("pk", flat=True))


@pytest.mark.parametrize("seed", range(3))
def test_search_and_tables_keep_the_same_jobs(seed: int) -> None:
    board = Board(seed, size=60)
    sizes = set()
    for _ in range(250):
        where = board.filter()
        assert found(condition(where)) == found(condition(where, is_marked=True)) == kept(where), where
        sizes.add(len(kept(where)))
    assert len(sizes) > 20, "The filters tell too few jobs apart to say anything."


def test_each_part_of_a_filter_keeps_some_and_leaves_some() -> None:
    board = Board(7, size=60)
    everybody = set(Job.objects.values_list("pk", flat=True))
    telling: set[str] = set()
    for _ in range(400):
        where = board.filter(depth=1)
        said = [name for name in JobFilter.__slots__ if getattr(where, name) is not None]
        if len(said) == 1 and set() < found(condition(where)) < everybody:
            telling.add(said[0])
    assert telling == set(JobFilter.__slots__)
