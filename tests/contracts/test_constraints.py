"""Every constraint of the database refuses what it is there to refuse. A constraint without a case fails."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import F

from accounts.models import User
from jobs.models import (
    Category,
    Company,
    Industry,
    Job,
    JobRevision,
    Occupation,
    OccupationTerm,
    PlaceName,
    Region,
    Skill,
    SkillAlias,
    SlugHistory,
)
from tests.factories import (
    CategoryFactory,
    CompanyFactory,
    CompensationFactory,
    CountryFactory,
    ImportRunFactory,
    IndustryFactory,
    JobFactory,
    JobLocationFactory,
    JobSkillFactory,
    MembershipFactory,
    OccupationFactory,
    PlaceFactory,
    RemoteEligibilityFactory,
    SkillFactory,
    SourcePostingFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def change(row: models.Model, **values: object) -> None:
    """Writes past every check in Python."""
    type(row)._default_manager.filter(pk=row.pk).update(**values)


def twice(make: Callable[[], object]) -> None:
    make()
    make()


def share(first: models.Model, second: models.Model, *columns: str) -> None:
    """Gives the second row the first one's values."""
    change(second, **{column: getattr(first, column) for column in columns})


JOB_CHANGES = {
    "job_lifecycle_is_known": {"lifecycle": "forgotten"},
    "job_moderation_is_known": {"moderation": "adored"},
    "job_visibility_is_known": {"visibility": "secret"},
    "job_workplace_is_known": {"workplace": "moon"},
    "job_seniority_is_known": {"seniority": "wizard"},
    "job_education_is_known": {"education": "life"},
    "job_employment_types_are_known": {"employment_types": ["full_time", "forever"]},
    "job_has_a_title": {"title": ""},
    "job_published_has_dates": {"first_published_at": None},
    "job_ends_after_start": {"expires_at": F("published_at")},
    "job_closed_has_reason": {"lifecycle": "closed"},
    "job_can_be_applied_to": {"apply_kind": "url"},
    "job_remote_hours_in_order": {"remote_utc_from": 60, "remote_utc_to": 0},
}
COMPANY_CHANGES = {
    "company_kind_is_known": {"kind": "club"},
    "company_status_is_known": {"status": "asleep"},
    "company_size_is_known": {"size_band": "7"},
    "company_has_a_name": {"name": ""},
}
COMPENSATION_CHANGES = {
    "compensation_kind_is_known": {"kind": "gratitude"},
    "compensation_period_is_known": {"period": "decade"},
    "compensation_says_something": {"min_minor": None, "max_minor": None},
    "compensation_in_bounds": {"min_minor": -1},
    "compensation_min_below_max": {"min_minor": 2, "max_minor": 1},
}
USER_CHANGES = {
    "user_email_is_lower_case": {"email": "Person@example.org"},
    "user_platform_role_is_known": {"platform_role": "emperor"},
    "user_status_is_known": {"status": "asleep"},
}


def changes(factory: type, table: dict[str, dict[str, object]]) -> dict[str, Callable[[], None]]:
    return {name: lambda values=values: change(factory(), **values) for name, values in table.items()}


def two_locations(**shared: object) -> None:
    job = JobFactory()
    JobLocationFactory(job=job, **{"position": 0, **shared})
    JobLocationFactory(job=job, **{"position": 1, **shared})


VIOLATIONS: dict[str, Callable[[], object]] = {
    **changes(JobFactory, JOB_CHANGES),
    **changes(CompanyFactory, COMPANY_CHANGES),
    **changes(CompensationFactory, COMPENSATION_CHANGES),
    **changes(UserFactory, USER_CHANGES),
    "region_is_unique_in_country": lambda: twice(
        lambda: Region.objects.create(country=CountryFactory(), code="test", name="Test")
    ),
    "place_latitude_on_earth": lambda: change(PlaceFactory(), latitude=90.1),
    "place_longitude_on_earth": lambda: change(PlaceFactory(), longitude=-180.1),
    "place_name_is_unique": lambda: [
        PlaceName.objects.create(place=place, name="ulm") for place in [PlaceFactory()] * 2
    ],
    "category_depth_fits_parent": lambda: change(CategoryFactory(), depth=1),
    "occupation_term_is_unique": lambda: [
        OccupationTerm.objects.create(occupation=occupation, term="cook") for occupation in [OccupationFactory()] * 2
    ],
    "membership_is_unique": lambda: share(MembershipFactory(), MembershipFactory(), "user", "company"),
    "membership_role_is_known": lambda: change(MembershipFactory(), role="founder"),
    "job_reference_is_unique": lambda: [
        JobFactory(company=company, external_reference="A-1") for company in [CompanyFactory()] * 2
    ],
    "compensation_kind_is_unique": lambda: share(CompensationFactory(), CompensationFactory(), "job"),
    "job_location_position_is_unique": lambda: two_locations(position=0),
    "job_location_one_primary": lambda: two_locations(is_primary=True),
    "job_location_is_unique": lambda: two_locations(place=PlaceFactory()),
    "job_location_says_something": lambda: change(JobLocationFactory(), place=None, text=""),
    "remote_eligibility_is_unique": lambda: share(RemoteEligibilityFactory(), RemoteEligibilityFactory(), "job"),
    "job_skill_is_unique": lambda: share(JobSkillFactory(), JobSkillFactory(), "job", "skill"),
    "job_skill_necessity_is_known": lambda: change(JobSkillFactory(), necessity="charming"),
    "job_skill_level_in_bounds": lambda: change(JobSkillFactory(), level=6),
    "job_revision_is_unique": lambda: [
        JobRevision.objects.create(job=job, number=1, content={}) for job in [JobFactory()] * 2
    ],
    "slug_history_has_one_owner": lambda: SlugHistory.objects.create(slug="test-nobody"),
    "import_run_status_is_known": lambda: change(ImportRunFactory(), status="walking"),
    "source_posting_is_unique": lambda: share(SourcePostingFactory(), SourcePostingFactory(), "job", "source"),
}
DOUBLES: dict[tuple[type[models.Model], str], Callable[[], object]] = {
    (User, "email"): lambda: share(UserFactory(), UserFactory(), "email"),
    (Company, "slug"): lambda: share(CompanyFactory(), CompanyFactory(), "slug"),
    (Job, "public_id"): lambda: share(JobFactory(), JobFactory(), "public_id"),
    (Industry, "slug"): lambda: share(IndustryFactory(), IndustryFactory(), "slug"),
    (Category, "slug"): lambda: share(CategoryFactory(), CategoryFactory(), "slug"),
    (Category, "path"): lambda: share(CategoryFactory(), CategoryFactory(), "path"),
    (Occupation, "slug"): lambda: share(OccupationFactory(), OccupationFactory(), "slug"),
    (Skill, "slug"): lambda: share(SkillFactory(), SkillFactory(), "slug"),
    (SkillAlias, "alias"): lambda: twice(
        lambda: SkillAlias.objects.create(skill=SkillFactory(), alias="a test spelling")
    ),
    (SlugHistory, "slug"): lambda: twice(lambda: SlugHistory.objects.create(slug="test-old", job=JobFactory())),
}


def our_models() -> list[type[models.Model]]:
    return [model for app in ("accounts", "jobs") for model in apps.get_app_config(app).get_models()]


def refusing_constraint(violate: Callable[[], object]) -> str:
    """Name of the constraint by which the database refuses."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        violate()
    return refusal.value.__cause__.diag.constraint_name


def test_every_constraint_has_a_case() -> None:
    declared = {constraint.name for model in our_models() for constraint in model._meta.constraints}
    assert declared == VIOLATIONS.keys()


def test_every_unique_column_has_a_case() -> None:
    declared = {
        (model, field.name)
        for model in our_models()
        for field in model._meta.concrete_fields
        if field.unique and not field.primary_key
    }
    assert declared == DOUBLES.keys()


@pytest.mark.parametrize("name", VIOLATIONS)
def test_constraint_refuses(name: str) -> None:
    assert refusing_constraint(VIOLATIONS[name]) == name


@pytest.mark.parametrize(("model", "column"), DOUBLES, ids=lambda part: getattr(part, "__name__", part))
def test_unique_column_refuses(model: type[models.Model], column: str) -> None:
    assert refusing_constraint(DOUBLES[model, column]).startswith(f"{model._meta.db_table}_{column}_")


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("job_published_has_dates", {"published_at": None}),
        ("job_published_has_dates", {"expires_at": None}),
        ("job_published_has_dates", {"lifecycle": "paused", "expires_at": None}),
        ("job_ends_after_start", {"expires_at": F("published_at") - timedelta(seconds=1)}),
        ("job_closed_has_reason", {"lifecycle": "closed", "close_reason": "filled"}),
        ("job_closed_has_reason", {"lifecycle": "archived", "closed_at": F("published_at")}),
        ("job_closed_has_reason", {"lifecycle": "closed", "close_reason": "bored", "closed_at": F("published_at")}),
        ("job_closed_has_reason", {"close_reason": "filled"}),
        ("job_can_be_applied_to", {"apply_kind": "email"}),
        ("job_can_be_applied_to", {"apply_kind": "pigeon"}),
        ("job_remote_hours_in_order", {"remote_utc_from": 0}),
        ("job_remote_hours_in_order", {"remote_utc_from": -721, "remote_utc_to": 0}),
        ("job_remote_hours_in_order", {"remote_utc_from": 0, "remote_utc_to": 841}),
    ],
)
def test_every_side_of_a_rule_of_jobs_refuses(constraint: str, values: dict[str, object]) -> None:
    assert refusing_constraint(lambda: change(JobFactory(), **values)) == constraint


def test_reference_is_free_in_another_company_or_language_and_when_empty() -> None:
    job = JobFactory(external_reference="A-1")
    JobFactory(external_reference="A-1")
    JobFactory(external_reference="A-1", company=job.company, language="de")
    twice(lambda: JobFactory(company=job.company))
