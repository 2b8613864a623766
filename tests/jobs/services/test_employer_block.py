"""Hiding from employers."""

import pytest

from accounts.models import AuditEntry
from jobs.errors import TooManyBlocks
from jobs.models import CompanyStatus, EmployerBlock
from jobs.services import employer_block
from kernel.errors import Forbidden, NotFound
from kernel.viewer import ANONYMOUS
from tests.factories import CompanyFactory, EmployerBlockFactory, UserFactory, viewer_of
from tests.jobs.services.races import at_once

pytestmark = pytest.mark.django_db


def test_blocking_again_changes_nothing() -> None:
    by, company = viewer_of(UserFactory()), CompanyFactory()
    first = employer_block.block(by=by, company_id=company.pk)
    assert employer_block.block(by=by, company_id=company.pk).pk == first.pk
    assert EmployerBlock.objects.count() == 1


def test_the_audit_log_says_that_it_was_done_and_not_to_whom() -> None:
    by, company = viewer_of(UserFactory()), CompanyFactory()
    employer_block.block(by=by, company_id=company.pk)
    employer_block.unblock(by=by, company_id=company.pk)
    entries = AuditEntry.objects.order_by("pk")
    assert [entry.act for entry in entries] == ["employer.block", "employer.unblock"]
    for entry in entries:
        assert (entry.company_id, entry.target_id) == (None, str(by.user_id))
        assert str(company.pk) not in str((entry.before, entry.after))


def test_a_company_that_cannot_be_seen_is_not_found() -> None:
    with pytest.raises(NotFound):
        employer_block.block(by=viewer_of(UserFactory()), company_id=CompanyFactory(status=CompanyStatus.SUSPENDED).pk)


def test_a_block_goes_whether_or_not_the_company_is_seen() -> None:
    made = EmployerBlockFactory(company__status=CompanyStatus.SUSPENDED)
    others = EmployerBlockFactory(company=made.company)
    assert employer_block.unblock(by=viewer_of(made.user), company_id=made.company_id).pk == made.pk
    assert list(EmployerBlock.objects.all()) == [others]
    with pytest.raises(NotFound):
        employer_block.unblock(by=viewer_of(made.user), company_id=made.company_id)


def test_nobody_and_staff_block_nobody() -> None:
    made = EmployerBlockFactory()
    for by in (ANONYMOUS, viewer_of(UserFactory(moderator=True))):
        with pytest.raises(Forbidden):
            employer_block.block(by=by, company_id=made.company_id)
        with pytest.raises(Forbidden):
            employer_block.unblock(by=by, company_id=made.company_id)


def test_there_is_room_for_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(employer_block, "MOST_BLOCKED", 1)
    by = viewer_of(UserFactory())
    employer_block.block(by=by, company_id=CompanyFactory().pk)
    with pytest.raises(TooManyBlocks):
        employer_block.block(by=by, company_id=CompanyFactory().pk)


@pytest.mark.django_db(transaction=True)
def test_of_several_who_block_at_once_one_does() -> None:
    by, company = viewer_of(UserFactory()), CompanyFactory()
    outcomes = at_once(*[lambda: employer_block.block(by=by, company_id=company.pk)] * 8)
    assert outcomes == ["done"] * 8
    assert EmployerBlock.objects.count() == 1
    assert AuditEntry.objects.filter(act="employer.block").count() == 1
