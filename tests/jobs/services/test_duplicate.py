import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.errors import Forbidden
from jobs.models import DuplicateCluster, DuplicateVerdict, Job, JobFingerprint
from jobs.services import clustering, duplicate
from kernel.errors import DomainError, Invalid, NotFound
from kernel.ids import uuid7
from kernel.viewer import ANONYMOUS
from tests.factories import CompanyFactory, JobFactory, MembershipFactory, PlaceFactory, UserFactory, viewer_of
from tests.jobs.services.races import at_once

pytestmark = pytest.mark.django_db
VOCABULARY = [f"{first}{second}" for first in "bcdfghklmn" for second in ("ake", "old", "ine", "ust", "ear", "olt")]


def text(length=120, seed=0):
    return " ".join(random.Random(seed).choices(VOCABULARY, k=length))


def edited(original, *places):
    """The text with the words at these places replaced: each costs up to three shingles of it."""
    found = original.split()
    for place in places:
        found[place] = "zzz"
    return " ".join(found)


def job(company, said="", title="Nurse", **fields):
    return JobFactory(company=company, title=title, description_source=said, description_format="text", **fields)


def say(row, said, title=None):
    """The posting says something else, as an import would write it."""
    Job.objects.filter(pk=row.pk).update(
        description_text=said, title=title or row.title, content_hash=f"{hash(said) & 0xFFFF:x}"
    )


def clusters():
    """The jobs of each cluster, its leader first."""
    found = {}
    for cluster in DuplicateCluster.objects.order_by("leader_id"):
        members = set(cluster.fingerprints.values_list("job_id", flat=True)) - {cluster.leader_id}
        found[cluster.leader_id] = members
    return found


def dismiss(one, other, by=None):
    return duplicate.dismiss(by=by or viewer_of(UserFactory(platform_admin=True)), job_id=one.pk, duplicate_id=other.pk)


def test_the_same_text_in_ten_towns_is_one_cluster_led_by_the_oldest():
    company = CompanyFactory()
    jobs = [job(company, text(), places=[PlaceFactory()]) for _ in range(10)]
    alone = job(company, text(seed=1))
    assert duplicate.refresh() == 11
    assert clusters() == {jobs[0].pk: {row.pk for row in jobs[1:]}}
    assert JobFingerprint.objects.get(job=alone).cluster is None


def test_the_same_listing_without_text_is_one_cluster():
    company, town, other_town = CompanyFactory(), PlaceFactory(), PlaceFactory()
    one, two, _ = [job(company, places=[place]) for place in (town, town, other_town)]
    duplicate.refresh()
    assert clusters() == {one.pk: {two.pk}}


def test_fresh_jobs_are_left_alone():
    company = CompanyFactory()
    one, two = job(company, text()), job(company, text())
    assert duplicate.refresh() == 2
    assert duplicate.refresh() == duplicate.refresh([one.pk, two.pk]) == 0


def test_a_job_that_comes_later_joins():
    company = CompanyFactory()
    one = job(company, text())
    duplicate.refresh([one.pk])
    two, three = job(company, text()), job(company, text())
    duplicate.refresh([two.pk])
    duplicate.refresh([three.pk])
    assert clusters() == {one.pk: {two.pk, three.pk}}


def test_only_the_jobs_named_are_placed():
    company = CompanyFactory()
    one, two = job(company, text()), job(company, text())
    assert duplicate.refresh([two.pk]) == 1
    assert set(JobFingerprint.objects.values_list("job_id", flat=True)) == {two.pk}
    duplicate.refresh([one.pk])
    assert clusters() == {one.pk: {two.pk}}, "the older one leads, though it came later"


def test_unknown_jobs_are_passed_over():
    assert duplicate.refresh([uuid7()]) == duplicate.refresh([]) == 0


def test_likeness_is_not_handed_on():
    company = CompanyFactory()
    original = text()
    step, two_steps = edited(original, 10, 20, 30, 40), edited(original, 10, 20, 30, 40, 60, 70, 80, 90)
    one, two, three = [job(company, said) for said in (original, step, two_steps)]
    duplicate.refresh()
    assert clusters() == {one.pk: {two.pk}}
    assert JobFingerprint.objects.get(job=three).cluster is None


def test_a_changed_job_leaves_and_its_cluster_of_two_is_no_more():
    company = CompanyFactory()
    one, two = job(company, text()), job(company, text())
    duplicate.refresh()
    say(two, text(seed=1))
    assert duplicate.refresh() == 1
    assert clusters() == {}
    assert not DuplicateCluster.objects.exists()
    assert JobFingerprint.objects.get(job=one).bands


def test_a_changed_job_joins_another_cluster():
    company = CompanyFactory()
    one, two, three = job(company, text()), job(company, text()), job(company, text())
    four, five = job(company, text(seed=1)), job(company, text(seed=1))
    duplicate.refresh()
    say(three, text(seed=1))
    duplicate.refresh([three.pk])
    assert clusters() == {one.pk: {two.pk}, three.pk: {four.pk, five.pk}}


@pytest.mark.parametrize("batch", [1, 2, 1000])
def test_those_who_lose_their_leader_find_one_another(monkeypatch, batch):
    monkeypatch.setattr(duplicate, "BATCH", batch)
    company = CompanyFactory()
    jobs = [job(company, text()) for _ in range(4)]
    duplicate.refresh()
    say(jobs[0], text(seed=1))
    assert duplicate.refresh([jobs[0].pk]) == 4
    assert clusters() == {jobs[1].pk: {jobs[2].pk, jobs[3].pk}}


def test_those_whose_leader_was_deleted_find_one_another():
    company = CompanyFactory()
    jobs = [job(company, text()) for _ in range(4)]
    duplicate.refresh()
    jobs[0].delete()
    assert duplicate.refresh() == 3
    assert clusters() == {jobs[1].pk: {jobs[2].pk, jobs[3].pk}}


def test_who_is_left_alone_by_a_deletion_is_in_no_cluster():
    company = CompanyFactory()
    jobs = [job(company, text()) for _ in range(2)]
    duplicate.refresh()
    jobs[1].delete()
    duplicate.refresh()
    assert not DuplicateCluster.objects.exists()
    third = job(company, text())
    duplicate.refresh()
    assert clusters() == {jobs[0].pk: {third.pk}}


@pytest.mark.parametrize("batch", [1, 3, 1000])
def test_batches_and_order_make_no_difference(monkeypatch, batch):
    company = CompanyFactory()
    original = text()
    jobs = [job(company, text(seed=number % 3)) for number in range(9)]
    jobs += [job(company, edited(original, *range(5, 5 + 10 * number, 10))) for number in range(1, 7)]
    duplicate.refresh()
    expected = clusters()
    monkeypatch.setattr(duplicate, "BATCH", batch)
    keys = [row.pk for row in jobs]
    for seed in range(3):
        JobFingerprint.objects.all().delete()
        DuplicateCluster.objects.all().delete()
        for key in random.Random(seed).sample(keys, len(keys)):
            duplicate.refresh([key])
        assert clusters() == expected
    duplicate.rebuild()
    assert clusters() == expected


def test_progress_is_reported():
    for _ in range(3):
        JobFactory()
    told = []
    duplicate.refresh(report=told.append)
    assert told == [3]


def test_a_crowd_in_one_band_is_compared_up_to_a_bound(monkeypatch):
    company = CompanyFactory()
    jobs = [job(company, text(seed=number)) for number in range(30)]
    monkeypatch.setattr(clustering.fingerprint, "bands", lambda likeness: [1, 2, 3])
    compared = []
    monkeypatch.setattr(clustering.fingerprint, "is_duplicate", lambda *pair: compared.append(pair))
    monkeypatch.setattr(clustering, "MOST_PER_BAND", 8)
    duplicate.refresh([row.pk for row in jobs[:20]])
    first = len(compared)
    duplicate.refresh([jobs[20].pk])
    assert first <= 20 * clustering.MOST_COMPARED
    assert len(compared) - first == clustering.MOST_COMPARED


def cost_of_a_batch(count):
    """Statements of one refresh in which jobs are new, changed, told apart, lead others and lose their leader."""
    company, by = CompanyFactory(), viewer_of(UserFactory(platform_admin=True))
    old = [job(company, text(seed=seed)) for seed in range(2 * count)]
    duplicate.refresh()
    new = [job(company, text(seed=seed)) for seed in range(2 * count)]
    duplicate.refresh([row.pk for row in new[:count]])
    for seed, (one, other) in enumerate(zip(old, new, strict=True)):
        if seed % 3 == 0:
            dismiss(one, other, by)
        if seed % 2:
            say(one, text(seed=1000 + seed))
    with CaptureQueriesContext(connection) as queries:
        duplicate.refresh([row.pk for row in (*old, *new)])
    return len(queries)


def test_a_batch_costs_as_many_statements_for_ten_as_for_fifty():
    assert cost_of_a_batch(5) == cost_of_a_batch(25) < 50


# Verdicts


def test_dismissed_the_younger_leaves():
    company = CompanyFactory()
    one, two, three = [job(company, text()) for _ in range(3)]
    duplicate.refresh()
    dismiss(two, one)
    assert clusters() == {one.pk: {three.pk}}
    verdict = DuplicateVerdict.objects.get()
    assert (verdict.job_a_id, verdict.job_b_id) == (one.pk, two.pk)


def test_two_followers_are_told_apart():
    company = CompanyFactory()
    one, two, three = [job(company, text()) for _ in range(3)]
    duplicate.refresh()
    dismiss(two, three)
    assert clusters() == {one.pk: {two.pk}}


def test_of_two_told_apart_the_cluster_is_no_more():
    company = CompanyFactory()
    one, two = [job(company, text()) for _ in range(2)]
    duplicate.refresh()
    dismiss(one, two)
    assert not DuplicateCluster.objects.exists()
    assert set(JobFingerprint.objects.values_list("cluster", flat=True)) == {None}


@pytest.mark.parametrize("again", [duplicate.rebuild, duplicate.refresh])
def test_a_verdict_survives(again):
    company = CompanyFactory()
    one, two, three = [job(company, text()) for _ in range(3)]
    duplicate.refresh()
    dismiss(one, two)
    for row in (one, two, three):
        say(row, text(seed=1))
    again()
    assert clusters() == {one.pk: {three.pk}}
    for row in (one, two, three):
        say(row, text())
    again()
    assert clusters() == {one.pk: {three.pk}}


def test_a_verdict_keeps_out_of_a_cluster_that_the_other_follows():
    company = CompanyFactory()
    one, two, three = [job(company, text()) for _ in range(3)]
    dismiss(two, three)
    duplicate.refresh([one.pk, two.pk])
    duplicate.refresh([three.pk])
    assert clusters() == {one.pk: {two.pk}}
    duplicate.rebuild()
    assert clusters() == {one.pk: {two.pk}}


def test_a_verdict_said_twice_is_one():
    company = CompanyFactory()
    one, two = [job(company, text()) for _ in range(2)]
    assert dismiss(one, two).pk == one.pk
    assert dismiss(two, one).pk == two.pk
    assert DuplicateVerdict.objects.count() == 1


def test_a_verdict_says_who():
    company = CompanyFactory()
    one, two = [job(company, text()) for _ in range(2)]
    person = MembershipFactory(company=company).user
    dismiss(one, two, viewer_of(person))
    assert DuplicateVerdict.objects.get().by == person


@pytest.mark.parametrize("role", ["recruiter", "admin", "owner"])
def test_who_runs_both_jobs_dismisses(role):
    company = CompanyFactory()
    dismiss(job(company), job(company, draft=True), viewer_of(MembershipFactory(company=company, role=role).user))
    assert DuplicateVerdict.objects.exists()


def test_a_moderator_dismisses_across_companies():
    dismiss(JobFactory(), JobFactory(), viewer_of(UserFactory(moderator=True)))
    assert DuplicateVerdict.objects.exists()


def refuse(error, one, other, by):
    with pytest.raises(DomainError) as refusal:
        duplicate.dismiss(by=by, job_id=one, duplicate_id=other)
    assert type(refusal.value) is error
    assert not DuplicateVerdict.objects.exists()
    return refusal.value.field


@pytest.mark.parametrize("role", ["interviewer", "hiring_manager"])
def test_others_of_the_company_are_refused(role):
    company = CompanyFactory()
    viewer = viewer_of(MembershipFactory(company=company, role=role).user)
    refuse(Forbidden, job(company).pk, job(company).pk, viewer)


def test_nobody_and_who_runs_only_one_of_the_jobs_is_refused():
    company = CompanyFactory()
    one, other = job(company), JobFactory()
    refuse(Forbidden, one.pk, other.pk, ANONYMOUS)
    refuse(Forbidden, one.pk, other.pk, viewer_of(MembershipFactory(company=company, role="owner").user))
    refuse(Forbidden, other.pk, one.pk, viewer_of(MembershipFactory(company=company, role="owner").user))


def test_hidden_and_missing_look_the_same():
    company = CompanyFactory()
    mine, hidden = job(company), JobFactory(draft=True)
    viewer = viewer_of(MembershipFactory(company=company).user)
    for absent in (hidden.pk, uuid7()):
        assert refuse(NotFound, absent, mine.pk, viewer) == "job_id"
        assert refuse(NotFound, mine.pk, absent, viewer) == "duplicate_id"


def test_a_job_is_no_duplicate_of_itself():
    mine = JobFactory()
    assert refuse(Invalid, mine.pk, mine.pk, viewer_of(UserFactory(moderator=True))) == "duplicate_id"


# Races


@pytest.mark.django_db(transaction=True)
def test_refreshes_at_once_make_what_one_makes(monkeypatch):
    monkeypatch.setattr(duplicate, "BATCH", 3)
    company = CompanyFactory()
    jobs = [job(company, text(seed=number % 4)) for number in range(24)]
    assert at_once(*[duplicate.refresh] * 4) == ["done"] * 4
    assert clusters() == {jobs[seed].pk: {row.pk for row in jobs[seed + 4 :: 4]} for seed in range(4)}
    assert JobFingerprint.objects.count() == 24


@pytest.mark.django_db(transaction=True)
def test_what_is_placed_at_once_finds_each_other(monkeypatch):
    monkeypatch.setattr(duplicate, "BATCH", 1)
    company = CompanyFactory()
    jobs = [job(company, text()) for _ in range(20)]
    keys = [row.pk for row in jobs]
    assert at_once(lambda: duplicate.refresh(keys[::2]), lambda: duplicate.refresh(keys[1::2])) == ["done"] * 2
    assert clusters() == {keys[0]: set(keys[1:])}


@pytest.mark.django_db(transaction=True)
def test_a_verdict_during_a_rebuild_stands():
    company = CompanyFactory()
    jobs = [job(company, text()) for _ in range(12)]
    duplicate.refresh()
    viewer = viewer_of(UserFactory(moderator=True))
    verdicts = [
        lambda one=one, other=other: duplicate.dismiss(by=viewer, job_id=one.pk, duplicate_id=other.pk)
        for one, other in zip(jobs[:4], jobs[4:8], strict=True)
    ]
    assert at_once(duplicate.rebuild, *verdicts) == ["done"] * 5
    shared = [
        JobFingerprint.objects.filter(pk=one.pk, cluster__fingerprints__job=other).exists()
        for one, other in zip(jobs[:4], jobs[4:8], strict=True)
    ]
    assert shared == [False] * 4


@pytest.mark.django_db(transaction=True)
def test_a_job_deleted_meanwhile_does_not_stop_the_others(monkeypatch):
    company = CompanyFactory()
    jobs = [job(company, text()) for _ in range(3)]
    insert = clustering.bulk.insert

    def insert_and_lose_one(rows):
        insert(rows)
        monkeypatch.setattr(clustering.bulk, "insert", insert)
        assert at_once(lambda: Job.objects.filter(pk=jobs[0].pk).delete()) == ["done"]

    monkeypatch.setattr(clustering.bulk, "insert", insert_and_lose_one)
    assert duplicate.refresh() == 2
    assert clusters() == {jobs[1].pk: {jobs[2].pk}}
