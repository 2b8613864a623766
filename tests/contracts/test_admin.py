"""Every page of the admin opens for a platform admin in a bounded number of queries, and for nobody else."""

import re
from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiKey, AuditEntry, EmailSuppression, Session, Totp, User
from accounts.staff.table import Table
from jobs.models import (
    Category,
    Company,
    Country,
    Currency,
    EmailTemplate,
    ImportRow,
    ImportRun,
    ImportSource,
    Industry,
    Job,
    JobReport,
    JobRevision,
    Membership,
    ModerationCase,
    Occupation,
    Place,
    SearchUse,
    Skill,
)
from kernel.models import Delivery
from nexus.models import TrustedDocument
from tests.admin_client import admin_client
from tests.contracts.constraint_cases.kernel import outbox_event
from tests.contracts.constraint_cases.moderation import job_report
from tests.contracts.constraint_cases.search_use import search_use
from tests.factories import (
    ApiKeyFactory,
    CategoryFactory,
    CompanyFactory,
    CompensationFactory,
    CountryFactory,
    CurrencyFactory,
    ImportRunFactory,
    ImportSourceFactory,
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
    TrustedDocumentFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
MOST_QUERIES = 20
MOST_OPTIONS = 100  # in all select boxes of a page


def full_job() -> Job:
    """A job with two of everything that can hang on one."""
    job = JobFactory(category=CategoryFactory(), occupation=OccupationFactory())
    for number in (1, 2):
        JobLocationFactory(job=job, position=number)
        JobSkillFactory(job=job)
        RemoteEligibilityFactory(job=job, region_code=str(number), country=a_country())
        CompensationFactory(job=job, kind=["base", "bonus"][number - 1])
        SourcePostingFactory(job=job)
        JobRevision.objects.create(job=job, number=number, content={}, actor=UserFactory())
    return job


def a_country() -> Country:
    number = Country.objects.count()
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    # Codes from AA0 on would be too long: two lower-case letters are nobody's.
    code = (letters[number // 26 % 26] + letters[number % 26]).lower()
    return CountryFactory(code=code, name=f"Country {number}")


def a_currency() -> Currency:
    return CurrencyFactory(code=f"{Currency.objects.count():03}", name="A currency")


def a_company() -> Company:
    company = CompanyFactory(industry=IndustryFactory(), headquarters=PlaceFactory())
    for _ in range(2):
        MembershipFactory(company=company)
    return company


def a_session(user) -> Session:
    now = timezone.now()
    return Session.objects.create(
        user=user, method="password", authenticated_at=now, last_used_at=now, expires_at=now + timedelta(days=1)
    )


def a_user() -> User:
    """Somebody with a second factor, and two of everything else that can hang on one."""
    user = UserFactory()
    Totp.objects.create(user=user, secret="sealed", enabled_at=timezone.now())
    for _ in range(2):
        a_session(user)
        ApiKeyFactory(user=user)
    return user


def an_audit_entry() -> AuditEntry:
    company, user, key = CompanyFactory(), UserFactory(), ApiKeyFactory()
    return AuditEntry.objects.create(
        act="company.update",
        actor_id=user.pk,
        key_id=key.pk,
        target_type="Company",
        target_id=str(company.pk),
        company_id=company.pk,
        before={"website": ""},
        after={"website": "https://example.org"},
    )


def a_delivery() -> Delivery:
    return Delivery.objects.create(
        event=outbox_event(), subscriber="a.b", aggregate="ball:1", due_at=timezone.now(), error="ValueError at a.py:1"
    )


MAKE = {
    User: a_user,
    Session: lambda: a_session(UserFactory()),
    ApiKey: ApiKeyFactory,
    AuditEntry: an_audit_entry,
    EmailSuppression: lambda: EmailSuppression.objects.create(email=UserFactory().email),
    Company: a_company,
    Membership: MembershipFactory,
    Job: full_job,
    Category: lambda: CategoryFactory(parent=CategoryFactory()),
    Industry: IndustryFactory,
    Occupation: OccupationFactory,
    Skill: lambda: SkillFactory(category=CategoryFactory()),
    Place: lambda: PlaceFactory(country=a_country()),
    Country: a_country,
    Currency: a_currency,
    ImportRow: lambda: ImportRow.objects.create(run=ImportRunFactory(), position=1, fate="created", job=JobFactory()),
    ImportRun: ImportRunFactory,
    ImportSource: ImportSourceFactory,
    EmailTemplate: lambda: EmailTemplate.objects.create(company=CompanyFactory(), name="No", subject="No", body="No."),
    ModerationCase: lambda: job_report().case,
    JobReport: job_report,
    SearchUse: lambda: search_use(f"nurse {SearchUse.objects.count()}"),
    TrustedDocument: TrustedDocumentFactory,
    Delivery: a_delivery,
}
ADDED = (
    User,
    Company,
    Membership,
    EmailTemplate,
    ImportSource,
    EmailSuppression,
)  # by people; other rows come from programs
DELETED = (Membership, EmailSuppression)  # others are deactivated, suspended, revoked
MODELS = sorted(MAKE, key=lambda model: model.__name__)
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)


def address(model, page, *arguments):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


@pytest.fixture
def client():
    return admin_client(UserFactory(platform_admin=True))


def opened(client, url, **data):
    """The page, and how many queries it took."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = client.get(url, data)
    assert answer.status_code == 200, answer
    page = answer.content.decode()
    assert len(re.findall("<option", page)) <= MOST_OPTIONS
    return page, len(queries)


def test_every_model_of_the_admin_has_a_case():
    ours = {model for model in admin.site._registry if model._meta.app_label in ("accounts", "jobs", "kernel", "nexus")}
    assert ours == MAKE.keys()


@each_model
def test_list_takes_the_same_few_queries_for_many_rows(client, model):
    MAKE[model]()
    opened(client, address(model, "changelist"))
    _, few = opened(client, address(model, "changelist"))
    for _ in range(8):
        MAKE[model]()
    _, many = opened(client, address(model, "changelist"))
    assert many == few <= MOST_QUERIES


@each_model
def test_list_can_be_searched(client, model):
    MAKE[model]()
    _, queries = opened(client, address(model, "changelist"), q="needle in 100% of the 'hay")
    assert queries <= MOST_QUERIES


@each_model
def test_change_page_takes_few_queries(client, model):
    row = MAKE[model]()
    opened(client, address(model, "change", row.pk))
    _, queries = opened(client, address(model, "change", row.pk))
    assert queries <= MOST_QUERIES


def test_change_page_of_a_job_takes_the_same_queries_for_more_rows(client):
    small, large = full_job(), full_job()
    for number in range(3, 40):
        JobLocationFactory(job=large, position=number)
        JobSkillFactory(job=large)
        RemoteEligibilityFactory(job=large, region_code=str(number), country=a_country())
        SourcePostingFactory(job=large)
        JobRevision.objects.create(job=large, number=number, content={}, actor=UserFactory())
    opened(client, address(Job, "change", small.pk))
    _, few = opened(client, address(Job, "change", small.pk))
    _, many = opened(client, address(Job, "change", large.pk))
    assert many == few


def test_select_boxes_do_not_grow_with_the_tables(client):
    for _ in range(120):
        CompanyFactory(industry=IndustryFactory())
        OccupationFactory()
        PlaceFactory()
    for model in MODELS:
        opened(client, address(model, "changelist"))
        opened(client, address(model, "change", MAKE[model]().pk))


@each_model
def test_history_and_add_pages_answer(client, model):
    row = MAKE[model]()
    assert client.get(address(model, "history", row.pk)).status_code == 200
    assert client.get(address(model, "add")).status_code == (200 if model in ADDED else 403)


@each_model
def test_little_is_deleted(client, model):
    row = MAKE[model]()
    answer = client.post(address(model, "delete", row.pk), {"post": "yes"})
    assert answer.status_code == (302 if model in DELETED else 403)
    assert model._default_manager.filter(pk=row.pk).exists() == (model not in DELETED)


@pytest.mark.parametrize("role", ["user", "support", "moderator"])
@each_model
def test_others_are_sent_away(model, role):
    row = MAKE[model]()
    client = admin_client(UserFactory(platform_role=role))
    for url in (address(model, "changelist"), address(model, "change", row.pk), address(model, "add")):
        answer = client.get(url)
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("admin:login"))


def test_deactivated_admin_and_nobody_are_sent_away():
    former = admin_client(UserFactory(platform_admin=True, status="deactivated"))
    for client in (former, Client()):
        assert client.get(reverse("admin:index")).status_code == 302


def test_index_answers(client):
    opened(client, reverse("admin:index"))


@pytest.mark.parametrize(
    ("model", "field", "make"),
    [
        (Job, "category", CategoryFactory),
        (Job, "occupation", OccupationFactory),
        (Company, "industry", IndustryFactory),
        (Company, "headquarters", PlaceFactory),
        (Membership, "user", UserFactory),
        (Membership, "company", CompanyFactory),
        (ImportSource, "country", CountryFactory),
    ],
)
def test_autocomplete_finds(client, model, field, make):
    row = make()
    term = getattr(row, "email", "") or str(row).split(",")[0]
    data = {"app_label": "jobs", "model_name": model._meta.model_name, "field_name": field, "term": term}
    answer = client.get(reverse("admin:autocomplete"), data)
    assert str(row.pk) in [found["id"] for found in answer.json()["results"]]


def test_every_list_is_one_of_ours_whose_changes_are_written_down() -> None:
    """Libraries bring lists of their own, which show secrets and tell the audit log nothing."""
    others = [model._meta.label for model, page in admin.site._registry.items() if not isinstance(page, Table)]
    assert others == []
