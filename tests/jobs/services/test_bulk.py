import pytest
from django.db import DataError, IntegrityError, connection, transaction

from jobs.models import Company, JobRevision, SkillAlias
from jobs.services import bulk
from tests.factories import CompanyFactory, JobFactory, SkillFactory

pytestmark = pytest.mark.django_db


def merge(rows, **options):
    with connection.cursor() as cursor:
        return bulk.merge(cursor, SkillAlias, ("skill_id", "alias"), rows, key=("alias",), **options)


def test_inserted_rows_are_what_was_given():
    company = Company(name='Quote " tab\t backslash \\ line\n end', slug="acme", aliases=["a,b", '{"c"}', "é"])
    bulk.insert([company])
    stored = Company.objects.get()
    assert (stored.pk, stored.name, stored.aliases) == (company.pk, company.name, company.aliases)
    assert stored.created_at is not None
    job = JobFactory(company=stored)
    bulk.insert([JobRevision(job=job, number=1, content={"title": "é\\n", "skills": [1]}, changed=["title"])])
    revision = JobRevision.objects.get()
    assert (revision.content, revision.changed) == ({"title": "é\\n", "skills": [1]}, ["title"])


def test_nothing_is_inserted_of_nothing():
    bulk.insert([])


def test_refusals_of_the_database_are_djangos_own():
    CompanyFactory(slug="acme")
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert([Company(name="Acme", slug="acme")])
    with pytest.raises((DataError, ValueError)), transaction.atomic():
        bulk.insert([Company(name="A\x00", slug="nul")])
    assert Company.objects.count() == 1


def test_merge_writes_only_what_differs():
    first, second = SkillFactory(), SkillFactory()
    assert merge([(first.pk, "weaving"), (first.pk, "knotting")]) == 2
    assert merge([(first.pk, "weaving"), (second.pk, "knotting")]) == 1
    assert SkillAlias.objects.get(alias="knotting").skill_id == second.pk


def test_merge_with_an_owner_removes_what_is_no_longer_its_own():
    first, second = SkillFactory(), SkillFactory()
    merge([(first.pk, "weaving"), (first.pk, "knotting"), (second.pk, "plaiting")])
    merge([(first.pk, "weaving")], owner="skill_id")
    assert set(SkillAlias.objects.filter(skill__in=[first, second]).values_list("alias", flat=True)) == {
        "weaving",
        "plaiting",
    }


def test_merge_with_an_owner_of_several_columns_leaves_what_others_have_of_the_same_row():
    skill = SkillFactory()
    SkillAlias.objects.create(skill=skill, alias="basketry", scheme="esco")
    columns = ("skill_id", "alias", "scheme")
    with connection.cursor() as cursor:
        for aliases in (("weaving", "knotting"), ("weaving",)):
            rows = [(skill.pk, alias, "nexus") for alias in aliases]
            bulk.merge(cursor, SkillAlias, columns, rows, key=("alias",), owner=("skill_id", "scheme"))
    assert set(skill.spellings.values_list("alias", "scheme")) == {("weaving", "nexus"), ("basketry", "esco")}
