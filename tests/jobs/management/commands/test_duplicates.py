import pytest
from django.core.management import call_command

from jobs.models import DuplicateCluster, DuplicateVerdict
from jobs.selectors import duplicate
from kernel.viewer import ANONYMOUS
from tests.factories import CompanyFactory, JobFactory

pytestmark = pytest.mark.django_db


def twins(count):
    company = CompanyFactory()
    return [JobFactory(company=company, title="Nurse", description_source="We care.") for _ in range(count)]


def told(capsys, *options, **settings):
    call_command("duplicates", *options, **settings)
    return capsys.readouterr().out


def test_new_jobs_are_looked_at_once(capsys):
    twins(3), twins(2), twins(1)
    first = told(capsys)
    assert first.startswith("6 of 6 jobs looked at in ")
    assert first.endswith("2 clusters, 5 jobs in them, 3 in the largest\n")
    assert told(capsys).startswith("0 of 6 jobs looked at in ")


def test_rebuilding_looks_at_all_and_keeps_verdicts(capsys):
    one, two, three = twins(3)
    DuplicateVerdict.objects.create(job_a=one, job_b=two)
    told(capsys)
    before = DuplicateCluster.objects.get()
    assert told(capsys, "--rebuild").startswith("3 of 3 jobs looked at in ")
    after = DuplicateCluster.objects.get()
    assert (after.leader_id, after.fingerprints.count()) == (one.pk, 3)
    assert after.pk != before.pk
    found = duplicate.of_jobs(ANONYMOUS, [one.pk, two.pk])
    assert {key: [job.pk for job in jobs] for key, jobs in found.items()} == {one.pk: [three.pk], two.pk: [three.pk]}


def test_it_can_keep_silent(capsys):
    twins(2)
    assert told(capsys, verbosity=0) == ""
    assert DuplicateCluster.objects.exists()
