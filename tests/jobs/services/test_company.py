"""Which companies an import may give postings to."""

import pytest
from django.utils import timezone

from jobs.services.company import Employers
from tests.factories import CompanyFactory, MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("taken", [{"name": "Globex Corporation"}, {"name": "Evil", "aliases": ["Globex Corporation"]}])
def test_a_company_that_only_calls_itself_so_gets_no_postings(taken: dict[str, object]) -> None:
    squatter = MembershipFactory(company=CompanyFactory(slug="globex-corporation", **taken)).company
    resolved = Employers().resolve(["Globex Corporation"])
    assert resolved.ids["Globex Corporation"] != squatter.pk
    assert list(resolved.created) == ["globex corporation"]
    again = Employers().resolve(["Globex Corporation"])
    assert again.ids == resolved.ids
    assert not again.created


def test_two_who_took_both_slugs_do_not_stop_the_import() -> None:
    first = Employers().resolve(["Globex Corporation"]).ids["Globex Corporation"]
    MembershipFactory(company=CompanyFactory(name="Globex Corporation", slug="globex-corporation-x"))
    MembershipFactory(company_id=first)
    second = Employers().resolve(["Globex Corporation"]).ids["Globex Corporation"]
    MembershipFactory(company_id=second)
    third = Employers().resolve(["Globex Corporation"]).ids["Globex Corporation"]
    assert len({first, second, third}) == 3


def test_a_company_that_proved_who_it_is_gets_its_postings() -> None:
    verified = MembershipFactory(company=CompanyFactory(name="Globex Corporation", verified_at=timezone.now())).company
    assert Employers().resolve(["globex  CORPORATION"]).ids["globex  CORPORATION"] == verified.pk


def test_a_company_that_nobody_runs_gets_its_postings() -> None:
    company = CompanyFactory(name="Globex Corporation")
    assert Employers().resolve(["Globex Corporation"]).ids["Globex Corporation"] == company.pk
