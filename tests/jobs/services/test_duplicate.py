import contextlib
import random

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from jobs.models import DuplicateCluster, DuplicateVerdict, Job, JobFingerprint
from jobs.selectors import duplicate as duplicates
from jobs.services import clustering, duplicate
from kernel.errors import DomainError, Forbidden, Invalid, NotFound
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
    """Statements of one refresh in which jobs are new, changed, lead others and lose their leader."""
    company = CompanyFactory()
    old = [job(company, text(seed=seed)) for seed in range(2 * count)]
    duplicate.refresh()
    new = [job(company, text(seed=seed)) for seed in range(2 * count)]
    duplicate.refresh([row.pk for row in new[:count]])
    for seed, row in enumerate(old):
        if seed % 2:
            say(row, text(seed=1000 + seed))
    with CaptureQueriesContext(connection) as queries:
        duplicate.refresh([row.pk for row in (*old, *new)])
    return len(queries)


def test_a_batch_costs_as_many_statements_for_ten_as_for_fifty():
    assert cost_of_a_batch(5) == cost_of_a_batch(25) < 50


# Verdicts


def listed(*rows):
    """What each of the jobs is shown to be a duplicate of."""
    found = duplicates.of_jobs(ANONYMOUS, [row.pk for row in rows])
    return [[twin.pk for twin in found.get(row.pk, [])] for row in rows]


@pytest.mark.parametrize("pair", [(0, 1), (1, 0), (2, 1), (1, 2)], ids=str)
def test_the_two_are_told_apart_and_both_keep_the_others(pair):
    company = CompanyFactory()
    jobs = [job(company, text()) for _ in range(4)]
    duplicate.refresh()
    dismiss(*[jobs[place] for place in pair])
    assert listed(*jobs) == [
        [twin.pk for place, twin in enumerate(jobs) if place != mine and {place, mine} != set(pair)]
        for mine in range(4)
    ]  # fmt: skip
    verdict = DuplicateVerdict.objects.get()
    assert (verdict.job_a_id, verdict.job_b_id) == tuple(jobs[place].pk for place in sorted(pair))


def test_of_two_told_apart_neither_has_a_duplicate():
    company = CompanyFactory()
    one, two = [job(company, text()) for _ in range(2)]
    duplicate.refresh()
    dismiss(one, two)
    assert listed(one, two) == [[], []]


@pytest.mark.parametrize("again", [duplicate.rebuild, duplicate.refresh])
def test_a_verdict_survives(again):
    company = CompanyFactory()
    one, two, three = [job(company, text()) for _ in range(3)]
    duplicate.refresh()
    dismiss(one, two)
    for said in (text(seed=1), text()):
        for row in (one, two, three):
            say(row, said)
        assert again() == 3
        assert listed(one, two, three) == [[three.pk], [three.pk], [one.pk, two.pk]]


def test_a_verdict_survives_the_loss_of_the_leader():
    company = CompanyFactory()
    jobs = [job(company, text()) for _ in range(4)]
    duplicate.refresh()
    dismiss(jobs[1], jobs[2])
    say(jobs[0], text(seed=1))
    duplicate.refresh()
    assert listed(*jobs) == [[], [jobs[3].pk], [jobs[3].pk], [jobs[1].pk, jobs[2].pk]]


def test_a_verdict_holds_for_jobs_that_become_duplicates_later():
    company = CompanyFactory()
    one, two, three = [job(company, text()) for _ in range(3)]
    dismiss(two, three)
    duplicate.refresh([one.pk, two.pk])
    duplicate.refresh([three.pk])
    assert listed(one, two, three) == [[two.pk, three.pk], [one.pk], [one.pk]]


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
def test_verdicts_during_a_rebuild_stand():
    company = CompanyFactory()
    jobs = [job(company, text()) for _ in range(12)]
    duplicate.refresh()
    viewer = viewer_of(UserFactory(moderator=True))
    verdicts = [
        lambda one=one, other=other: duplicate.dismiss(by=viewer, job_id=one.pk, duplicate_id=other.pk)
        for one, other in zip(jobs[:4], jobs[4:8], strict=True)
    ]
    assert at_once(duplicate.rebuild, *verdicts) == ["done"] * 5
    pairs = {frozenset((place, place + 4)) for place in range(4)}
    assert listed(*jobs) == [
        [twin.pk for place, twin in enumerate(jobs) if place != mine and frozenset((place, mine)) not in pairs]
        for mine in range(12)
    ]


@pytest.mark.django_db(transaction=True)
def test_the_same_verdict_at_once_is_one():
    company = CompanyFactory()
    one, two = job(company), job(company)
    viewer = viewer_of(UserFactory(moderator=True))
    says = [
        lambda pair=pair: duplicate.dismiss(by=viewer, job_id=pair[0].pk, duplicate_id=pair[1].pk)
        for pair in ((one, two), (two, one)) * 2
    ]
    assert at_once(*says) == ["done"] * 4
    assert DuplicateVerdict.objects.count() == 1


@contextlib.contextmanager
def held(statement, *parameters):
    """Somebody else holds what the statement locks, and here nobody waits for it longer than half a second."""
    somebody_else = connection.copy()
    try:
        somebody_else.set_autocommit(False)
        with somebody_else.cursor() as cursor:
            cursor.execute(statement, parameters)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '500ms'")
        yield
    finally:
        somebody_else.close()
        connection.close()


PLACING = ("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", clustering.LOCK)
ROWS = ("SELECT id FROM jobs_job FOR UPDATE",)


@pytest.mark.django_db(transaction=True)
def test_who_is_refused_waits_neither_for_who_places_jobs_nor_for_who_writes_them():
    company = CompanyFactory()
    one, other, hidden = job(company), job(company), job(company, draft=True)
    seeker = viewer_of(UserFactory())
    for statement in (PLACING, ROWS):
        with held(*statement):
            for viewer in (ANONYMOUS, seeker):
                refuse(Forbidden, one.pk, other.pk, viewer)
                assert refuse(NotFound, one.pk, hidden.pk, viewer) == "duplicate_id"


@pytest.mark.django_db(transaction=True)
def test_a_verdict_does_not_wait_for_who_places_jobs():
    company = CompanyFactory()
    one, other = job(company), job(company)
    viewer = viewer_of(UserFactory(moderator=True))
    with held(*PLACING):
        with pytest.raises(OperationalError, match="lock timeout"):
            duplicate.refresh()
        duplicate.dismiss(by=viewer, job_id=one.pk, duplicate_id=other.pk)
    assert DuplicateVerdict.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_job_that_moves_to_another_company_meanwhile_is_not_decided_on(monkeypatch):
    company = CompanyFactory()
    one, other, elsewhere = job(company), job(company), CompanyFactory()
    viewer = viewer_of(MembershipFactory(company=company).user)
    read = duplicate.jobs.by_id

    def read_and_move(*wanted):
        found = read(*wanted)
        assert at_once(lambda: Job.objects.filter(pk=other.pk).update(company=elsewhere)) == ["done"]
        return found

    monkeypatch.setattr(duplicate.jobs, "by_id", read_and_move)
    refuse(Forbidden, one.pk, other.pk, viewer)


@pytest.mark.django_db(transaction=True)
def test_a_job_deleted_before_the_verdict_is_not_found(monkeypatch):
    company = CompanyFactory()
    one, other = job(company), job(company)
    viewer = viewer_of(MembershipFactory(company=company).user)
    read = duplicate.jobs.by_id

    def read_and_lose_one(*wanted):
        found = read(*wanted)
        assert at_once(lambda: Job.objects.filter(pk=other.pk).delete()) == ["done"]
        return found

    monkeypatch.setattr(duplicate.jobs, "by_id", read_and_lose_one)
    assert refuse(NotFound, one.pk, other.pk, viewer) == "duplicate_id"


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
