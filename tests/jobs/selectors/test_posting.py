"""What hangs on jobs, read outside a transaction: the process has most of what it leads to."""

from collections.abc import Callable, Collection
from typing import Any

import pytest

from jobs.models import Compensation, JobSkill, Skill
from jobs.models.taxonomy import Currency
from jobs.selectors import posting, taxonomy
from kernel import caching
from kernel.viewer import ANONYMOUS
from tests.factories import CompensationFactory, CurrencyFactory, JobFactory, SkillFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """The process has seen no row of another test's."""
    caching.forget()


def deleting_first(delete: Callable[[], Any], load: Callable[..., Any]) -> Callable[..., Any]:
    """A selector before whose statement somebody deletes."""

    def selector(viewer: Any, keys: Collection[Any]) -> Any:
        delete()
        return load(viewer, keys)

    return selector


def test_a_skill_that_is_deleted_between_two_statements_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    gone, stays = SkillFactory(name="Ada"), SkillFactory(name="Zig")
    job = JobFactory(skills=[gone, stays])

    def delete() -> None:
        JobSkill.objects.filter(skill=gone).delete()
        Skill.objects.filter(pk=gone.pk).delete()

    monkeypatch.setattr(taxonomy, "skills_by_id", deleting_first(delete, taxonomy.skills_by_id))
    found = posting.skills(ANONYMOUS, [job.pk])
    assert [row.skill.name for row in found[job.pk]] == ["Zig"]


def test_pay_in_a_currency_that_is_deleted_between_two_statements_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    job = JobFactory()
    pay = CompensationFactory(job=job, currency=CurrencyFactory(code="XTS"))

    def delete() -> None:
        Compensation.objects.filter(pk=pay.pk).delete()
        Currency.objects.filter(pk="XTS").delete()

    monkeypatch.setattr(taxonomy, "currencies_by_code", deleting_first(delete, taxonomy.currencies_by_code))
    assert posting.compensations(ANONYMOUS, [job.pk]) == {job.pk: []}
