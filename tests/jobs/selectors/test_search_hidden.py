"""Searches that leave out what is the viewer's own: opened, kept, dismissed, applied to."""

from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from jobs.models import DuplicateCluster, InteractionEvent, Job, JobDismissal, JobFingerprint
from jobs.search.port import FacetDimension, JobSearchOrderField, SearchOrder
from jobs.search.postgres import conditions
from jobs.search.where import HiddenKind, Near
from jobs.selectors.search import SearchRequest, facets, search
from jobs.services import dismissal, saved_job
from kernel.viewer import ANONYMOUS, Scope, Viewer
from tests.factories import JobFactory, PlaceFactory, UserFactory, viewer_of
from tests.search_board import index_all, live_job, live_jobs

pytestmark = pytest.mark.django_db

BERLIN = Near(52.52, 13.41, 100)
ORDERS = [
    SearchOrder(),
    *(SearchOrder(field, is_descending) for field in list(JobSearchOrderField)[1:] for is_descending in (True, False)),
]
ALL = frozenset(HiddenKind)


def found(by: Viewer, *kinds: HiddenKind, text: str = "", **values: object) -> list[UUID]:
    request = SearchRequest(text=text, hidden=frozenset(kinds), per_company=0, **values)  # type: ignore[arg-type]
    return [hit.job.pk for hit in search(by, request).hits]


def did(by: Viewer, job: Job, kind: str, minutes: int = 5) -> None:
    moment = timezone.now() - timedelta(minutes=minutes)
    InteractionEvent.objects.create(user_id=by.user_id, job=job, kind=kind, occurred_at=moment)


def seeker() -> Viewer:
    return viewer_of(UserFactory())


class Own:
    """A job of each kind that can be hidden, one that was only shown and one with which nothing was done."""

    def __init__(self) -> None:
        place = PlaceFactory(latitude=52.5, longitude=13.4)
        titles = [f"Nurse {name}" for name in ("seen", "saved", "dismissed", "applied", "shown", "other")]
        self.seen, self.saved, self.dismissed, self.applied, self.shown, self.other = live_jobs(
            *titles, places=[place], pay=(50_000_00, 60_000_00)
        )
        self.by = seeker()
        did(self.by, self.seen, "view")
        saved_job.save(by=self.by, job_id=self.saved.pk)
        dismissal.dismiss(by=self.by, job_id=self.dismissed.pk)
        did(self.by, self.applied, "apply")
        did(self.by, self.shown, "impression")
        self.hidden = {
            HiddenKind.SEEN: self.seen.pk,
            HiddenKind.SAVED: self.saved.pk,
            HiddenKind.DISMISSED: self.dismissed.pk,
            HiddenKind.APPLIED: self.applied.pk,
        }
        self.all = {*self.hidden.values(), self.shown.pk, self.other.pk}


@pytest.mark.parametrize("order", ORDERS, ids=str)
@pytest.mark.parametrize("text", ["", "nurse"])
def test_each_kind_is_left_out_in_every_order(order: SearchOrder, text: str) -> None:
    own = Own()
    near = (BERLIN,) if order.field is JobSearchOrderField.DISTANCE else ()
    for count in range(len(HiddenKind) + 1):
        for kinds in combinations(HiddenKind, count):
            left = own.all - {own.hidden[kind] for kind in kinds}
            assert set(found(own.by, *kinds, text=text, order=order, near=near)) == left


@pytest.mark.parametrize("text", ["", "nurse"])
def test_totals_and_facets_leave_it_out_as_well(text: str) -> None:
    own = Own()
    for count in range(len(HiddenKind) + 1):
        for kinds in combinations(HiddenKind, count):
            result = search(own.by, SearchRequest(text=text, hidden=frozenset(kinds)))
            assert result.total.value == len(own.all) - count
            (place,) = facets(result.query, [FacetDimension.PLACE])[FacetDimension.PLACE].values
            assert place.count == len(own.all) - count


def test_it_is_hidden_from_nobody_else_whoever_asked_before() -> None:
    own, other = Own(), seeker()
    for _ in range(2):
        assert set(found(own.by, *HiddenKind, text="nurse")) == {own.shown.pk, own.other.pk}
        assert set(found(other, *HiddenKind, text="nurse")) == own.all
        assert set(found(ANONYMOUS, *HiddenKind, text="nurse")) == own.all


def test_a_key_that_may_not_read_the_profile_is_told_nothing_by_it() -> None:
    own = Own()
    for scope, left in ((Scope.JOBS_READ, own.all), (Scope.PROFILE_READ, {own.shown.pk, own.other.pk})):
        key = Viewer(user_id=own.by.user_id, key_id=uuid4(), scopes=frozenset({scope}))
        assert set(found(key, *HiddenKind)) == left


def test_page_after_page_nothing_hidden_comes_and_nothing_else_is_missing() -> None:
    by = seeker()
    jobs = live_jobs(*[f"Nurse {number}" for number in range(30)])
    for job in jobs[::3]:
        did(by, job, "view")
    pages, after = [], None
    while True:
        request = SearchRequest(text="nurse", size=4, per_company=0, hidden=frozenset({HiddenKind.SEEN}), after=after)
        result = search(by, request)
        pages += [hit.job.pk for hit in result.hits]
        if not result.has_next:
            break
        after = result.hits[-1].position
    assert len(pages) == len(set(pages))
    assert set(pages) == {job.pk for number, job in enumerate(jobs) if number % 3}


def test_what_is_dismissed_between_two_pages_is_not_on_the_next() -> None:
    by, jobs = seeker(), live_jobs(*[f"Nurse {number}" for number in range(12)])
    asked = SearchRequest(text="nurse", size=4, per_company=0, hidden=frozenset({HiddenKind.DISMISSED}))
    first = search(by, asked)
    shown = [hit.job.pk for hit in first.hits]
    later = [job.pk for job in jobs if job.pk not in shown]
    dismissal.dismiss(by=by, job_id=later[0])
    dismissal.dismiss(by=by, job_id=shown[0])
    second = search(by, replace(asked, size=20, after=first.hits[-1].position))
    assert {hit.job.pk for hit in second.hits} == set(later[1:])


def test_what_says_the_same_as_a_dismissed_job_is_left_out_too() -> None:
    by, job = seeker(), live_job("Night nurse")
    again, other = live_job("Night nurse", company=job.company), live_job("Night nurse")
    dismissal.dismiss(by=by, job_id=job.pk)
    assert found(by, HiddenKind.DISMISSED) == [other.pk]
    dismissal.undo(by=by, job_id=job.pk)
    assert set(found(by, HiddenKind.DISMISSED)) == {job.pk, again.pk, other.pk}


def test_where_the_place_was_wrong_the_job_alone_is_left_out() -> None:
    by, job = seeker(), live_job("Night nurse")
    again = live_job("Night nurse", company=job.company)
    dismissal.dismiss(by=by, job_id=job.pk, reason="wrong_place")
    assert found(by, HiddenKind.DISMISSED) == [again.pk]


def test_what_was_found_to_say_the_same_since_is_left_out_too() -> None:
    by, job = seeker(), live_job("Night nurse")
    dismissal.dismiss(by=by, job_id=job.pk)
    again = live_job("Nurse by night")
    cluster = DuplicateCluster.objects.create(leader=job)
    for one in (job, again):
        JobFingerprint.objects.update_or_create(job=one, defaults={"cluster": cluster})
    other = live_job("Nurse")
    index_all()
    assert found(by, HiddenKind.DISMISSED) == [other.pk]


def test_a_dismissal_without_likeness_leaves_out_its_job_alone() -> None:
    by, job = seeker(), JobFactory()
    dismissal.dismiss(by=by, job_id=job.pk)
    assert JobDismissal.objects.get().likeness is None
    other = live_job()
    index_all()
    assert found(by, HiddenKind.DISMISSED) == [other.pk]


def test_of_what_was_opened_the_last_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conditions, "MOST_SEEN", 2)
    by = seeker()
    jobs = live_jobs("Nurse", "Cook", "Baker")
    for minutes, job in enumerate(jobs):
        did(by, job, "view", minutes)
        did(by, job, "impression", 0)
    assert found(by, HiddenKind.SEEN) == [jobs[2].pk]


def test_a_search_that_finds_only_what_is_hidden_finds_nothing() -> None:
    by, job = seeker(), live_job("Lighthouse keeper")
    did(by, job, "view")
    result = search(by, SearchRequest(text="lighthouse keeper", hidden=ALL, is_broadened=False))
    assert (list(result.hits), result.total.value) == ([], 0)
