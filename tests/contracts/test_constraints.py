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
    DuplicateCluster,
    DuplicateVerdict,
    ImportRow,
    ImportSource,
    Industry,
    IndustryCode,
    InteractionEvent,
    Job,
    JobRevision,
    Occupation,
    OccupationCode,
    OccupationLabel,
    OccupationName,
    OccupationSkill,
    OccupationTerm,
    PlaceName,
    Profile,
    Region,
    RelatedOccupation,
    Skill,
    SkillAlias,
    SkillCode,
    SkillLabel,
    SlugHistory,
)
from tests.contracts.constraint_cases import (
    accounts,
    applications,
    change,
    feed,
    files,
    kernel,
    moderation,
    notifications,
    pipeline,
    profiles,
    search,
    search_use,
    share,
    teams,
    twice,
)
from tests.factories import (
    CategoryFactory,
    CompanyFactory,
    CompensationFactory,
    CountryFactory,
    ImportRunFactory,
    ImportSourceFactory,
    IndustryFactory,
    JobFactory,
    JobLocationFactory,
    JobSkillFactory,
    MembershipFactory,
    OccupationFactory,
    PlaceFactory,
    ProfileFactory,
    ProfileSkillFactory,
    RemoteEligibilityFactory,
    SkillFactory,
    SourcePostingFactory,
    TrustedDocumentFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


JOB_CHANGES = {
    "job_visibility_is_known": {"visibility": "secret"},
    "job_workplace_is_known": {"workplace": "moon"},
    "job_seniority_is_known": {"seniority": "wizard"},
    "job_education_is_known": {"education": "life"},
    "job_employment_types_are_known": {"employment_types": ["full_time", "forever"]},
    "job_has_a_title": {"title": ""},
    "job_template_stays_a_draft": {"is_template": True},
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
PROFILE_CHANGES = {
    "profile_seniority_is_known": {"seniority": "wizard"},
    "profile_visibility_is_known": {"visibility": "everybody"},
    "profile_workplaces_are_known": {"workplaces": ["remote", "moon"]},
    "profile_employment_types_are_known": {"employment_types": ["forever"]},
    "profile_radius_in_bounds": {"radius_km": 0},
    "profile_salary_floor_is_whole": {"salary_floor_currency_id": "EUR", "salary_floor_period": "year"},
}
USER_CHANGES = {
    "user_email_is_lower_case": {"email": "Person@example.org"},
    "user_platform_role_is_known": {"platform_role": "emperor"},
    "user_status_is_known": {"status": "asleep"},
}


TRUSTED_DOCUMENT_CHANGES = {
    "trusted_document_kind_is_known": {"kind": "poem"},
    "trusted_document_says_something": {"text": ""},
    "trusted_document_runs_for_an_app": {"apps": []},
}


def changes(factory: type, table: dict[str, dict[str, object]]) -> dict[str, Callable[[], None]]:
    return {name: lambda values=values: change(factory(), **values) for name, values in table.items()}


def two_locations(**shared: object) -> None:
    job = JobFactory()
    JobLocationFactory(job=job, **{"position": 0, **shared})
    JobLocationFactory(job=job, **{"position": 1, **shared})


VIOLATIONS: dict[str, Callable[[], object]] = {
    **accounts.VIOLATIONS,
    **applications.VIOLATIONS,
    **kernel.VIOLATIONS,
    **moderation.VIOLATIONS,
    **notifications.VIOLATIONS,
    **pipeline.VIOLATIONS,
    **profiles.VIOLATIONS,
    **search.VIOLATIONS,
    **feed.VIOLATIONS,
    **files.VIOLATIONS,
    **search_use.VIOLATIONS,
    **teams.VIOLATIONS,
    **changes(JobFactory, JOB_CHANGES),
    **changes(CompanyFactory, COMPANY_CHANGES),
    **changes(CompensationFactory, COMPENSATION_CHANGES),
    **changes(ProfileFactory, PROFILE_CHANGES),
    **changes(UserFactory, USER_CHANGES),
    **changes(TrustedDocumentFactory, TRUSTED_DOCUMENT_CHANGES),
    "profile_skill_is_unique": lambda: share(ProfileSkillFactory(), ProfileSkillFactory(), "profile", "skill"),
    "profile_skill_level_in_bounds": lambda: change(ProfileSkillFactory(), level=0),
    "profile_skill_years_in_bounds": lambda: change(ProfileSkillFactory(), years=81),
    "interaction_event_kind_is_known": lambda: InteractionEvent.objects.create(job=JobFactory(), kind="dreamt_of"),
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
    "import_source_has_a_name": lambda: change(ImportSourceFactory(), name=""),
    "import_source_can_be_read": lambda: change(ImportSourceFactory(), location=""),
    "import_source_interval_in_bounds": lambda: change(ImportSourceFactory(), interval_minutes=4),
    "import_source_live_days_in_bounds": lambda: change(ImportSourceFactory(), live_days=0),
    "duplicate_verdict_is_unique": lambda: [
        DuplicateVerdict.objects.create(job_a=one, job_b=other) for one, other in [(JobFactory(), JobFactory())] * 2
    ],
    "duplicate_verdict_in_order": lambda: DuplicateVerdict.objects.create(job_b=JobFactory(), job_a=JobFactory()),
    "import_row_fate_is_known": lambda: ImportRow.objects.create(run=ImportRunFactory(), fate="forgotten"),
    "industry_code_is_unique": lambda: twice(
        lambda: IndustryCode.objects.create(industry=IndustryFactory(), scheme="naics", code="t")
    ),
    "occupation_code_is_unique": lambda: [
        OccupationCode.objects.create(occupation=occupation, scheme="isco", code="t")
        for occupation in [OccupationFactory()] * 2
    ],
    "occupation_code_has_one_meaning": lambda: twice(
        lambda: OccupationCode.objects.create(occupation=OccupationFactory(), scheme="esco", code="t")
    ),
    "occupation_name_is_unique": lambda: [
        OccupationName.objects.create(code=code, name="cook", scheme="esco")
        for code in [OccupationCode.objects.create(occupation=OccupationFactory(), scheme="esco", code="t")] * 2
    ],
    "occupation_preparation_is_known": lambda: change(OccupationFactory(), preparation=6),
    "occupation_label_is_unique": lambda: [
        OccupationLabel.objects.create(occupation=occupation, label="cook", scheme="esco")
        for occupation in [OccupationFactory()] * 2
    ],
    "related_occupation_is_unique": lambda: [
        RelatedOccupation.objects.create(occupation=one, related=other, rank=1, scheme="onet")
        for one, other in [(OccupationFactory(), OccupationFactory())] * 2
    ],
    "related_occupation_is_another": lambda: [
        RelatedOccupation.objects.create(occupation=one, related=one, rank=1, scheme="onet")
        for one in [OccupationFactory()]
    ],
    "skill_code_is_unique": lambda: twice(
        lambda: SkillCode.objects.create(skill=SkillFactory(), scheme="esco", code="t")
    ),
    "skill_label_is_unique": lambda: [
        SkillLabel.objects.create(skill=skill, label="cook", scheme="esco") for skill in [SkillFactory()] * 2
    ],
    "occupation_skill_is_unique": lambda: [
        OccupationSkill.objects.create(occupation=one, skill=skill, scheme="esco", relevance="essential")
        for one, skill in [(OccupationFactory(), SkillFactory())] * 2
    ],
    "source_posting_is_unique": lambda: share(SourcePostingFactory(), SourcePostingFactory(), "job", "source"),
}
DOUBLES: dict[tuple[type[models.Model], str], Callable[[], object]] = {
    **accounts.DOUBLES,
    **applications.DOUBLES,
    **feed.DOUBLES,
    **files.DOUBLES,
    **notifications.DOUBLES,
    **kernel.DOUBLES,
    **profiles.DOUBLES,
    **teams.DOUBLES,
    (User, "email"): lambda: share(UserFactory(), UserFactory(), "email"),
    (Company, "slug"): lambda: share(CompanyFactory(), CompanyFactory(), "slug"),
    (ImportSource, "name"): lambda: share(ImportSourceFactory(), ImportSourceFactory(), "name"),
    (Profile, "user"): lambda: share(ProfileFactory(), ProfileFactory(), "user"),
    (Job, "public_id"): lambda: share(JobFactory(), JobFactory(), "public_id"),
    (Industry, "slug"): lambda: share(IndustryFactory(), IndustryFactory(), "slug"),
    (Category, "slug"): lambda: share(CategoryFactory(), CategoryFactory(), "slug"),
    (Category, "path"): lambda: share(CategoryFactory(), CategoryFactory(), "path"),
    (Occupation, "slug"): lambda: share(OccupationFactory(), OccupationFactory(), "slug"),
    (Skill, "slug"): lambda: share(SkillFactory(), SkillFactory(), "slug"),
    (SkillAlias, "alias"): lambda: twice(
        lambda: SkillAlias.objects.create(skill=SkillFactory(), alias="a test spelling")
    ),
    (DuplicateCluster, "leader"): lambda: [DuplicateCluster.objects.create(leader=job) for job in [JobFactory()] * 2],
    (SlugHistory, "slug"): lambda: twice(lambda: SlugHistory.objects.create(slug="test-old", job=JobFactory())),
}


def our_models() -> list[type[models.Model]]:
    return [model for app in ("accounts", "jobs", "kernel", "nexus") for model in apps.get_app_config(app).get_models()]


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
        ("job_closed_has_reason", {"lifecycle": "closed", "closed_at": F("published_at")}),
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
