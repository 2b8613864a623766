"""The audit log: append-only, read by its filters, and written when somebody else's data are read."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry, AuditKind
from accounts.selectors import audit, user
from accounts.selectors.audit import AuditFilter
from accounts.services import audit as audit_service
from kernel.ids import uuid7
from kernel.rows import Slice
from kernel.viewer import Viewer
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

COMPANY = uuid7()
SUPPORT = Viewer(uuid7(), "support", address="192.0.2.1", request_id="request-1")


def entry(act: str = "company.update", by: UUID | None = None, company: UUID = COMPANY) -> AuditEntry:
    with transaction.atomic():
        audit_service.record(act, by=Viewer(by or uuid7()), target=("Company", company), company_id=company)
    return AuditEntry.objects.order_by("-id")[0]


def found(where: AuditFilter | None) -> list[AuditEntry]:
    pages = audit.pages_of_companies([COMPANY], where, Slice())
    rows = list(pages[COMPANY].rows)
    assert audit.counts_of_companies([COMPANY], where).get(COMPANY, 0) == len(rows)
    return rows


def keys(rows: list[AuditEntry]) -> list[UUID]:
    return [row.pk for row in rows]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditentry SET act = 'nothing'",
        "DELETE FROM accounts_auditentry",
        "TRUNCATE accounts_auditentry",
    ],
)
def test_what_is_written_stays(statement: str) -> None:
    entry()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEntry.objects.count() == 1


def test_model_cannot_change_or_delete_an_entry() -> None:
    row = entry()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.delete()


def test_entries_come_newest_first_and_of_the_company_alone() -> None:
    rows = [entry() for _ in range(3)]
    entry(company=uuid7())
    assert keys(found(None)) == [row.pk for row in reversed(rows)]


def test_filters_keep_what_they_name() -> None:
    ada = uuid7()
    one, two, three = entry("member.invite", ada), entry("company.update", ada), entry("company.update")
    assert keys(found(AuditFilter(acts=("member.invite",)))) == [one.pk]
    assert keys(found(AuditFilter(acts=("member.invite", "company.update"), actor_id=ada))) == [two.pk, one.pk]
    assert keys(found(AuditFilter(actor_id=uuid7()))) == []
    assert keys(found(AuditFilter(since=two.at))) == [three.pk, two.pk]
    assert keys(found(AuditFilter(until=two.at))) == [one.pk]
    assert keys(found(AuditFilter(since=two.at, until=three.at))) == [two.pk]


@pytest.mark.parametrize("year", [1, 1969, 9998])
def test_any_instant_may_be_asked_for(year: int) -> None:
    row = entry()
    instant = datetime(year, 6, 1, tzinfo=UTC)
    assert keys(found(AuditFilter(since=instant))) == ([] if year > 2000 else [row.pk])
    assert keys(found(AuditFilter(until=instant))) == ([row.pk] if year > 2000 else [])


def test_period_is_found_by_the_index() -> None:
    with CaptureQueriesContext(connection) as queries:
        found(AuditFilter(since=timezone.now() - timedelta(days=1)))
    assert '"id" >=' in queries[0]["sql"]


def test_helping_somebody_is_written_down_once_for_each_person() -> None:
    people = [UserFactory() for _ in range(3)]
    with CaptureQueriesContext(connection) as queries:
        assert set(user.by_id(SUPPORT, [person.pk for person in people])) == {person.pk for person in people}
    inserts = [query["sql"] for query in queries if query["sql"].startswith("INSERT")]
    assert len(inserts) == 1
    noted = AuditEntry.objects.filter(act="user.read")
    assert {row.target_id for row in noted} == {str(person.pk) for person in people}
    assert {(row.kind, row.actor_id, row.address, row.request_id) for row in noted} == {
        (AuditKind.READ, SUPPORT.user_id, "192.0.2.1", "request-1")
    }


def test_people_whom_rows_name_are_noted_for_whoever_may_see_more_than_the_name() -> None:
    ada, eve = UserFactory(), UserFactory()
    colleague = Viewer(eve.pk)
    assert user.named(colleague, [ada.pk, eve.pk]).keys() == {ada.pk, eve.pk}
    assert not AuditEntry.objects.exists()
    user.named(SUPPORT, [ada.pk, eve.pk, uuid7()])
    assert set(AuditEntry.objects.values_list("act", "target_id")) == {
        ("user.read", str(ada.pk)),
        ("user.read", str(eve.pk)),
    }


def test_reading_the_own_account_is_not_written_down() -> None:
    me = UserFactory(platform_role="support")
    assert user.by_id(Viewer(me.pk, "support"), [me.pk])
    assert not AuditEntry.objects.exists()


def test_nothing_is_read_where_it_cannot_be_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    somebody = UserFactory()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry ADD CONSTRAINT full_up CHECK (act <> 'user.read')")
    with pytest.raises(IntegrityError), transaction.atomic():
        user.by_id(SUPPORT, [somebody.pk])


@pytest.mark.parametrize("role", ["user", "moderator"])
def test_others_read_nobody_elses_account(role: str) -> None:
    assert user.by_id(Viewer(uuid7(), role), [UserFactory().pk]) == {}
    assert not AuditEntry.objects.exists()


def test_staff_in_somebodys_name_help_nobody_else() -> None:
    me, other = UserFactory(), UserFactory()
    as_me = Viewer(me.pk, "user", impersonator_id=SUPPORT.user_id)
    assert set(user.by_id(as_me, [me.pk, other.pk])) == {me.pk}
